"""What has to be true when nothing moves any more: all once or shown as undecided, nothing lost, nothing stuck."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from qbwc_service.simulator import Company, UpdateHooks, UpdateOutcome, UpdateReport
from qbwc_service.store import (
    Database,
    DocumentState,
    MessageSetState,
    Operation,
    OperationState,
    ProblemReason,
    SessionState,
)
from qbwc_service.sync.problems import list_problems
from tests import rows
from tests.journeys.journeys import Journey
from tests.wire import FarSide

MOST_UPDATES = 60
A_MOMENT = 0.02
MOVING = {OperationState.WAITING, OperationState.SENT}
AT_REST = {MessageSetState.APPLIED, MessageSetState.SETTLED}


@dataclass(frozen=True)
class End:
    """How a journey ended; ``undecided`` operations are shown to a person, all others are done."""

    reports: tuple[UpdateReport, ...]
    undecided: int

    @property
    def outcomes(self) -> Mapping[UpdateOutcome, int]:
        return Counter(report.outcome for report in self.reports)


def travel(database: Database, far: FarSide, journey: Journey, hooks: UpdateHooks) -> End:
    """Make a journey under these hooks until nothing moves, and hold what is then there against what has to be."""
    with database.writing() as db:
        journey.begin(db, far.connection_id, far.company)
    reports = update_until_nothing_moves(database, far, hooks)
    return End(tuple(reports), check_end(database, far, journey))


def update_until_nothing_moves(database: Database, far: FarSide, hooks: UpdateHooks) -> list[UpdateReport]:
    """Update until the server says twice in a row that there is nothing: then not even a retry is left."""
    reports: list[UpdateReport] = []
    while len(reports) < MOST_UPDATES:
        reports.append(far.web_connector.update(far.application, hooks=hooks))
        if reports[-1].outcome is UpdateOutcome.NO_DATA:
            if not _is_moving(database, far.connection_id):
                return reports
            time.sleep(A_MOMENT)
    outcomes = [report.outcome.value for report in reports[-5:]]
    raise AssertionError(f"it never comes to an end: {outcomes}, {_described(database, far.connection_id)}")


def check_end(database: Database, far: FarSide, journey: Journey) -> int:
    """Nothing lost, nothing doubled, nothing stuck; give how many operations a person has to decide about."""
    operations = rows.operations(database, far.connection_id)
    undecided = [one for one in operations if one.state is OperationState.UNKNOWN]
    settled = {OperationState.DONE, OperationState.UNKNOWN}
    assert {one.state for one in operations} <= settled, _described(database, far.connection_id)
    for operation in operations:
        copies = count_copies(far.company, operation)
        assert copies <= 1, f"operation {operation.id} ({operation.request}) stands {copies} times in QuickBooks"
        is_handed_out = operation.attempts > 0  # What a person linked instead left nothing of its own.
        if operation.state is OperationState.DONE and operation.external_guid is not None and is_handed_out:
            assert copies == 1, f"operation {operation.id} ({operation.request}) is lost"
    _check_shown(database, far.connection_id, undecided)
    counts = journey.count(far.company)
    if undecided:
        assert set(counts.values()) <= {0, 1}, counts
    else:
        assert set(counts.values()) == {1}, counts
    _check_rest(database, far.connection_id)
    return len(undecided)


def count_copies(company: Company, operation: Operation) -> int:
    """How often the record that an Add makes is in the company, or was ever added to it."""
    guid = operation.external_guid
    if guid is None:
        return 0
    records = (*company.tables.entries.values(), *company.tables.transactions.values())
    there = sum(record.external_guid == guid for record in records)
    return max(there, company.count_writes(external_guid=guid))


def _check_shown(database: Database, connection_id: int, undecided: list[Operation]) -> None:
    """What nobody knows is on the list of problems, and nothing else is."""
    with database.reading() as db:
        problems = list_problems(db, connection_id)
    shown = {one.operation_id for one in problems if one.reason is ProblemReason.OUTCOME_UNKNOWN}
    assert shown == {one.id for one in undecided}
    assert not [one for one in problems if one.reason is not ProblemReason.OUTCOME_UNKNOWN], problems
    if not undecided:
        ended = {DocumentState.SYNCED, DocumentState.DELETED}
        assert set(rows.document_states(database, connection_id).values()) <= ended


def _check_rest(database: Database, connection_id: int) -> None:
    """Every session has ended, and every message set is understood."""
    assert {one.state for one in rows.sessions(database, connection_id)} <= {SessionState.ENDED}
    left = [one for one in rows.message_sets(database, connection_id) if one.state not in AT_REST]
    assert not left, [(one.id, one.purpose.value, one.state.value) for one in left]


def _is_moving(database: Database, connection_id: int) -> bool:
    operations = rows.operations(database, connection_id)
    return any(one.state in MOVING or one.inquiry is not None for one in operations)


def _described(database: Database, connection_id: int) -> list[str]:
    return [
        f"{one.id} {one.request} {one.state.value} {one.inquiry or ''} {one.reason or ''}"
        for one in rows.operations(database, connection_id)
    ]
