"""Decide about a document of which a person said which record in QuickBooks it is."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from qbwc_service.store import ABOUT_OUTCOMES, ProblemReason
from qbwc_service.sync.effect import find_effect
from qbwc_service.sync.judge import Judgement, done, fails
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.recovery.findings import Findings
from qbwc_service.sync.recovery.verdict import leave_undecided
from qbwc_service.sync.sent import Sent

LINKED = "linked by a person, and read in QuickBooks"


def decide_named(findings: Findings, sent: Sent, *, linked: Collection[str], now: datetime) -> Judgement:
    """It is that record, if QuickBooks has it and no other document does; else the person has to look again."""
    operation = findings.write.operation
    named = str((operation.decided or {})[Decided.LINK])
    found = findings.named.get(named)
    effect = None if found is None or named in linked else find_effect(found, sent.request)
    if found is not None and effect is not None:
        its_type = found.name.removesuffix("Ret")
        judged = done(sent, replace(effect, object_type=its_type), code=None, text=LINKED)
        return replace(judged, pairs=True)
    text = f"QuickBooks has no {findings.write.kind} of the id {named}"
    if named in linked:
        text = f"the record {named} belongs to another document meanwhile"
    if operation.inquiry in ABOUT_OUTCOMES:
        return leave_undecided(sent, text, write=findings.write, now=now)
    return fails(sent, ProblemReason.REFERENCE_MISSING, text, evidence={"named": named})
