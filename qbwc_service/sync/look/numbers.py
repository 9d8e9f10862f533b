"""A number that QuickBooks has already: it would take a second document of it without a word."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from qbwc_service import qbxml
from qbwc_service.store import ProblemReason
from qbwc_service.sync.effect import find_effect
from qbwc_service.sync.judge import Judgement, done, fails
from qbwc_service.sync.look.context import LookContext
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.look.found import go, has_mark, identity_of, look_again, show
from qbwc_service.sync.rules import NumberPolicy
from qbwc_service.sync.sent import Sent

LONGEST = 11
"""Characters of the number of a sale [Intuit: RefNumber]."""

MOST_SUFFIXES = 9


def possible_numbers(number: str, decided: Mapping[str, object], *, policy: NumberPolicy) -> list[str]:
    """Give the number, and where it may get another one, those that come next: ``1001-2``, ``1001-3``."""
    if policy is not NumberPolicy.RENUMBER and Decided.RENUMBER not in decided:
        return [number]
    suffixes = (f"-{count}" for count in range(2, MOST_SUFFIXES + 2))
    return [number, *(f"{number[: LONGEST - len(suffix)]}{suffix}" for suffix in suffixes)]


def decide_number(
    sent: Sent,
    values: Mapping[str, object],
    records: Sequence[qbxml.RetObject],
    *,
    decided: Mapping[str, object],
    context: LookContext,
    linked: Collection[str],
    now: datetime,
) -> Judgement:
    """Judge a new sale by the documents of its number: it goes out, gets linked, another number, or to a person.

    Where another document is about to take the number, it is looked for again when that has gone out.
    """
    policy = context.rules.duplicate_numbers
    number = str(values["RefNumber"])
    ours = next((one for one in records if has_mark(sent, one)), None)
    if ours is not None:
        return done(sent, find_effect(ours, sent.request), code=None, text="it is in QuickBooks already")
    same = [one for one in records if _number(one) == number.casefold()]
    until = context.going.until(sent.request, number)
    if Decided.AS_NEW in decided or not (same or until):
        return go(sent, decided, now=now)
    if policy is NumberPolicy.RENUMBER or Decided.RENUMBER in decided:
        taken = {_number(one) for one in records} | context.going.numbers(sent.request)
        free = (one for one in possible_numbers(number, decided, policy=NumberPolicy.RENUMBER))
        chosen = next((one for one in free if one.casefold() not in taken), None)
        if chosen is not None:
            return go(sent, {**decided, Decided.REF_NUMBER: chosen}, now=now)
    if until is not None:
        return look_again(sent, decided, when=until)
    free_ones = [one for one in same if identity_of(one) not in linked and _same_customer(values, one)]
    if policy is NumberPolicy.LINK and len(free_ones) == 1:
        effect = find_effect(free_ones[0], sent.request)
        return replace(done(sent, effect, code=None, text="linked to the document of its number"), pairs=True)
    text = f"QuickBooks has the number {number} already"
    evidence = {"candidates": [show(one) for one in same]}
    return fails(sent, ProblemReason.DUPLICATE_NUMBER, text, evidence=evidence)


def _number(record: qbxml.RetObject) -> str:
    return str(record.values.get("RefNumber") or "").casefold()


def _same_customer(values: Mapping[str, object], record: qbxml.RetObject) -> bool:
    ours, theirs = values.get("CustomerRef"), record.values.get("CustomerRef")
    if not isinstance(ours, Mapping) or not isinstance(theirs, Mapping):
        return False
    key = "ListID" if "ListID" in ours else "FullName"
    return str(ours[key]).casefold() == str(theirs.get(key)).casefold()
