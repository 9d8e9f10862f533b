"""Compare what was sent with an object that QuickBooks has."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

RENAMED = {"PaymentAmount": "Amount"}
"""What an answer calls otherwise than the request [Intuit: AppliedToTxnAdd, AppliedToTxnRet]."""

NOT_COMPARED = frozenset({"ExternalGUID", "EditSequence", "IncludeRetElement", "IsAutoApply", "SetCredit", "TxnLineID"})
"""What says nothing about the content; a new line is sent without the id that it is given."""


def agrees(sent: Mapping[str, object], found: Mapping[str, object]) -> bool:
    """Say whether an object has every value that was sent, as far as it shows it; at least one has to be seen.

    Amounts are compared as numbers, references by id or else by name, lines one by one and in number.
    """
    seen = 0
    for name, value in sent.items():
        if name in NOT_COMPARED:
            continue
        theirs = _counterpart(name, found)
        if theirs is None:
            continue
        if not same(value, theirs):
            return False
        seen += 1
    return seen > 0


def same(sent: object, found: object) -> bool:
    """Say whether QuickBooks has a value as it was sent."""
    match sent, found:
        case Mapping(), Mapping():
            return _same_reference(sent, found) if _is_reference(sent) else agrees(sent, found)
        case Sequence(), Sequence() if not isinstance(sent, str) and not isinstance(found, str):
            return len(sent) == len(found) and all(same(one, other) for one, other in zip(sent, found, strict=True))
        case str(), _:
            return _same_text(sent, found)
        case _:
            return True  # Shapes that cannot be compared say nothing against it.


def _counterpart(name: str, found: Mapping[str, object]) -> object:
    for candidate in (name, RENAMED.get(name, name), _ret_name(name)):
        if found.get(candidate) is not None:
            return found[candidate]
    return None


def _ret_name(name: str) -> str:
    stem = name.removesuffix("Add").removesuffix("Mod")
    return f"{stem}Ret" if stem != name else name


def _is_reference(value: Mapping[str, object]) -> bool:
    return bool(value) and set(value) <= {"ListID", "FullName"}


def _same_reference(sent: Mapping[str, object], found: Mapping[str, object]) -> bool:
    key = "ListID" if sent.get("ListID") and found.get("ListID") else "FullName"
    ours, theirs = sent.get(key), found.get(key)
    return ours is None or theirs is None or str(ours).casefold() == str(theirs).casefold()


def _same_text(sent: str, found: object) -> bool:
    match found:
        case bool():
            return (sent.strip().lower() in {"true", "1"}) is found
        case Decimal() | int():
            try:
                return Decimal(sent) == found
            except InvalidOperation:
                return False
        case str():
            return " ".join(sent.split()) == " ".join(found.split())
        case _:
            return True
