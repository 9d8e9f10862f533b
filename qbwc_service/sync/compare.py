"""Compare what was sent with an object that QuickBooks has."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

RENAMED = {"PaymentAmount": "Amount"}
"""What an answer calls otherwise than the request [Intuit: AppliedToTxnAdd, AppliedToTxnRet]."""

NOT_COMPARED = frozenset(
    {"ExternalGUID", "EditSequence", "IncludeRetElement", "IsAutoApply", "SetCredit", "TxnID", "ListID"}
)
"""What says nothing of the content: marks, versions, and the ids by which a record was found to begin with."""


NEW_LINE = ("TxnLineID", "-1")
"""Asks for a new line; QuickBooks gives it an id of its own."""


def is_marked(external_guid: str | None, found: Mapping[str, object]) -> bool | None:
    """Say whether an object carries this ExternalGUID; None where one of them has none."""
    theirs = found.get("ExternalGUID")
    if external_guid is None or not isinstance(theirs, str) or not theirs:
        return None
    return _bare(external_guid) == _bare(theirs)


def _bare(guid: str) -> str:
    return guid.strip("{} \t\r\n").casefold()


def agrees(sent: Mapping[str, object], found: Mapping[str, object]) -> bool:
    """Say whether an object has every value that was sent, as far as it shows it; at least one has to be seen.

    Amounts are compared as numbers, references by id or else by name, lines one by one and in number.
    """
    same = list(_compare(sent, found))
    return bool(same) and all(same)


def resembles(sent: Mapping[str, object], found: Mapping[str, object]) -> bool:
    """Say whether at least half of what an object shows is what was sent: a person may have touched it since."""
    same = list(_compare(sent, found))
    return bool(same) and sum(same) * 2 >= len(same)


def _compare(sent: Mapping[str, object], found: Mapping[str, object]) -> Iterator[bool]:
    """Yield for each value that can be seen whether it is the same."""
    for name, value in sent.items():
        is_silent = name in NOT_COMPARED or (name, value) == NEW_LINE
        theirs = None if is_silent else _counterpart(name, found)
        if theirs is not None:
            yield same(value, theirs)


def _counterpart(name: str, found: Mapping[str, object]) -> object:
    for candidate in (name, RENAMED.get(name, name), _ret_name(name)):
        if found.get(candidate) is not None:
            return found[candidate]
    return None


def _ret_name(name: str) -> str:
    stem = name.removesuffix("Add").removesuffix("Mod")
    return f"{stem}Ret" if stem != name else name


def same(sent: object, found: object) -> bool:
    """Say whether QuickBooks has a value as it was sent."""
    match sent, found:
        case Mapping(), Mapping():
            return _same_reference(sent, found) if _is_reference(sent) else all(_compare(sent, found))
        case Sequence(), Sequence() if not isinstance(sent, str) and not isinstance(found, str):
            return len(sent) == len(found) and all(same(one, other) for one, other in zip(sent, found, strict=True))
        case str(), _:
            return _same_text(sent, found)
        case _:
            return True  # Shapes that cannot be compared say nothing against it.


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
