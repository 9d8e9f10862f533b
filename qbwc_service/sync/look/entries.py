"""Find a customer or an item that is in QuickBooks already: by its mark, by e-mail, by name; never by a guess."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from qbwc_service import qbxml
from qbwc_service.store import DocumentKind, ProblemReason
from qbwc_service.sync.effect import find_effect
from qbwc_service.sync.judge import Judgement, done, fails
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.look.found import go, has_mark, identity_of, look_again, show
from qbwc_service.sync.sent import Sent

Values = Mapping[str, object]


def concerns(kind: DocumentKind, values: Values, record: qbxml.RetObject) -> bool:
    """Say whether a record of the list may be the entry: same e-mail, or a name that is at least similar."""
    if kind is DocumentKind.CUSTOMER and _emails(values) & _emails(record.values):
        return True
    return normal_name(values.get("Name")) == normal_name(record.values.get("Name"))


def normal_name(name: object) -> str:
    """Leave of a name what makes it the same to a person: letters and digits."""
    return "".join(character for character in str(name or "").casefold() if character.isalnum())


def decide_entry(
    kind: DocumentKind,
    sent: Sent,
    values: Values,
    records: Sequence[qbxml.RetObject],
    *,
    decided: Mapping[str, object],
    linked: Collection[str],
    now: datetime,
) -> Judgement:
    """Judge a new customer or item by what is there: it is added, linked, or a person chooses."""
    adopted = decided.get(Decided.ADOPT)
    if adopted in linked:
        # Meanwhile it became another document's: whatever else is there has to be looked at again.
        return look_again(sent, {name: decided[name] for name in decided if name != Decided.ADOPT}, when=now)
    records = list({identity_of(one): one for one in records}.values())
    ours = [one for one in records if has_mark(sent, one) or identity_of(one) == adopted]
    if ours:
        return _link(sent, ours[0])
    free = [one for one in records if identity_of(one) not in linked]
    if Decided.AS_NEW in decided or not free:
        return go(sent, decided, now=now)
    found = _find_hits(kind, values, free)
    if found.reason is not None:
        evidence = {"candidates": [show(one) for one in found.hits]}
        return fails(sent, found.reason, found.text, evidence=evidence)
    if not found.hits:
        return go(sent, decided, now=now)
    return look_again(sent, {**decided, Decided.ADOPT: identity_of(found.hits[0])}, when=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hits:
    """The records that may be the entry; ``reason`` where a person has to choose."""

    hits: Sequence[qbxml.RetObject] = ()
    reason: ProblemReason | None = None
    text: str = ""


def _find_hits(kind: DocumentKind, values: Values, free: Sequence[qbxml.RetObject]) -> _Hits:
    is_customer = kind is DocumentKind.CUSTOMER
    hits = [one for one in free if _is_named_so(values, one)]
    if is_customer and not values.get("ParentRef"):
        same_email = [one for one in free if _emails(values) & _emails(one.values) and _is_top(one)]
        hits = same_email or hits
    if len(hits) > 1:
        reason = ProblemReason.CUSTOMER_AMBIGUOUS if is_customer else ProblemReason.ITEM_AMBIGUOUS
        return _Hits(hits=hits, reason=reason, text=f"{len(hits)} records in QuickBooks may be this {kind.value}")
    if hits and is_customer and hits[0].values.get("IsActive") is False:
        text = "it is in QuickBooks already, and inactive there"
        return _Hits(hits=hits, reason=ProblemReason.CUSTOMER_INACTIVE, text=text)
    if hits or is_customer:
        return _Hits(hits=hits)
    similar = [one for one in free if normal_name(one.values.get("Name")) == normal_name(values.get("Name"))]
    text = "QuickBooks has items of nearly this name"
    return _Hits(hits=similar, reason=ProblemReason.ITEM_AMBIGUOUS if similar else None, text=text)


def _link(sent: Sent, record: qbxml.RetObject) -> Judgement:
    """Link the document to a record that was read as a whole; it keeps its own type."""
    effect = find_effect(record, sent.request)
    if effect is not None:
        effect = replace(effect, object_type=record.name.removesuffix("Ret"))
    judged = done(sent, effect, code=None, text="it is in QuickBooks already")
    return replace(judged, pairs=not has_mark(sent, record))


def _is_named_so(values: Values, record: qbxml.RetObject) -> bool:
    """Compare the full name; below a parent of which we know the id, the name and that id."""
    name, parent = str(values["Name"]), values.get("ParentRef")
    if isinstance(parent, Mapping) and "ListID" in parent:
        theirs = record.values.get("ParentRef")
        above = theirs.get("ListID") if isinstance(theirs, Mapping) else None
        return above == parent["ListID"] and str(record.values.get("Name")).casefold() == name.casefold()
    full = f"{parent['FullName']}:{name}" if isinstance(parent, Mapping) else name
    return str(record.values.get("FullName") or "").casefold() == full.casefold()


def _is_top(record: qbxml.RetObject) -> bool:
    return not record.values.get("ParentRef")


def _emails(values: Values) -> set[str]:
    """Give the addresses of a field that may hold several, case ignored."""
    text = values.get("Email")
    return {part.casefold() for part in re.split(r"[,;\s]+", text) if "@" in part} if isinstance(text, str) else set()
