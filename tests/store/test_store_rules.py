"""Each rule that the tables state is broken once, and the database refuses it by name."""

# ruff: noqa: S608 - The SQL is made of our own names.

import pytest
from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlalchemy.exc import IntegrityError

from qbwc_service.store import Base
from tests.factories import CompanyQueue
from tests.store.house import fill_every_table

A_TIME = "'2026-11-20 09:00:00.000000'"
WRONG = "'nonsense'"

# One change for each CHECK, that breaks this rule and no other one of the table.
CHECKS = {
    "ck_attempts_number": "UPDATE attempts SET number = 0",
    "ck_audit_entries_undone": "UPDATE audit_entries SET undone_by = 'Ann'",
    "ck_connections_mode": f"UPDATE connections SET mode = {WRONG}",
    "ck_connections_run_every_minutes": "UPDATE connections SET run_every_minutes = 0",
    "ck_connections_status": f"UPDATE connections SET status = {WRONG}",
    "ck_cursors_iterator": "UPDATE cursors SET iterator_id = '{I}'",
    "ck_cursors_page_size": "UPDATE cursors SET page_size = 24",
    "ck_cursors_phase": f"UPDATE cursors SET phase = {WRONG}",
    "ck_deployments_single": "UPDATE deployments SET id = 2",
    "ck_documents_kind": f"UPDATE documents SET kind = {WRONG}",
    "ck_installs_rotation": "UPDATE installs SET rotation = -1",
    "ck_message_sets_answered": f"UPDATE message_sets SET answered_at = {A_TIME} WHERE state = 'sent'",
    "ck_message_sets_applied": f"UPDATE message_sets SET applied_at = {A_TIME} WHERE state = 'sent'",
    "ck_message_sets_purpose": f"UPDATE message_sets SET purpose = {WRONG}",
    "ck_message_sets_recovers": "UPDATE message_sets SET recovers_id = NULL WHERE purpose = 'recovery'",
    "ck_message_sets_state": f"UPDATE message_sets SET state = {WRONG}, answered_at = {A_TIME} WHERE state = 'sent'",
    "ck_operation_dependencies_not_itself": "UPDATE operation_dependencies SET depends_on_id = operation_id",
    "ck_operations_attempts": "UPDATE operations SET attempts = -1",
    "ck_operations_batch_limit": "UPDATE operations SET batch_limit = 0",
    "ck_operations_body_or_document": "UPDATE operations SET body = NULL, document_id = NULL",
    "ck_operations_finished": f"UPDATE operations SET finished_at = {A_TIME} WHERE state = 'waiting'",
    "ck_operations_inquiry": f"UPDATE operations SET inquiry = {WRONG}",
    "ck_operations_inquiry_fits": "UPDATE operations SET inquiry = 'outcome' WHERE state = 'waiting'",
    "ck_operations_sent_in_a_set": "UPDATE operations SET message_set_id = NULL WHERE state = 'sent'",
    "ck_operations_state": f"UPDATE operations SET state = {WRONG} WHERE state = 'waiting'",
    "ck_problems_closed": f"UPDATE problems SET closed_at = {A_TIME}",
    "ck_rule_sets_version": "UPDATE rule_sets SET version = 0",
    "ck_sync_states_problem_has_a_message": "UPDATE sync_states SET state = 'problem'",
    "ck_sync_states_state": f"UPDATE sync_states SET state = {WRONG}",
    "ck_update_sessions_end_reason": f"UPDATE update_sessions SET end_reason = {WRONG}",
    "ck_update_sessions_ended": f"UPDATE update_sessions SET ended_at = {A_TIME} WHERE state = 'open'",
    "ck_update_sessions_ended_for_a_reason": "UPDATE update_sessions SET end_reason = NULL WHERE state = 'ended'",
    "ck_update_sessions_progress": "UPDATE update_sessions SET progress = 101",
    "ck_update_sessions_state": f"UPDATE update_sessions SET state = {WRONG} WHERE state = 'ended'",
}

# The same for what may stand only once; SQLite names the columns.
UNIQUES = {
    "uq_connections_external_id": "UPDATE connections SET external_id = 'same'",
    "uq_connections_file_id": "UPDATE connections SET file_id = '{SAME}'",
    "uq_documents_connection_id_kind_external_id": "UPDATE documents SET external_id = 'same'",
    "uq_installs_connection_id_user_name": "UPDATE installs SET user_name = 'same'",
    "uq_links_connection_id_object_type_quickbooks_id": "UPDATE links SET quickbooks_id = 'same'",
    "uq_message_sets_connection_id_new_message_set_id": "UPDATE message_sets SET new_message_set_id = 'same'",
    "uq_message_sets_one_sent": (
        "UPDATE message_sets SET state = 'sent', answered_at = NULL, applied_at = NULL,"
        " update_session_id = (SELECT max(id) FROM update_sessions WHERE connection_id = message_sets.connection_id)"
    ),
    "uq_problems_one_open": "UPDATE problems SET subject = 'same', reason = 'drift'",
    "uq_update_sessions_connection_id_ticket_hash": "UPDATE update_sessions SET ticket_hash = 'same'",
    "uq_update_sessions_one_open": "UPDATE update_sessions SET state = 'open', ended_at = NULL",
}

BORDERS = [
    "UPDATE update_sessions SET progress = 0",
    "UPDATE update_sessions SET progress = 100",
    "UPDATE installs SET rotation = 0",
    "UPDATE connections SET run_every_minutes = 1",
    "UPDATE operations SET batch_limit = 1",
    "UPDATE cursors SET page_size = 25",
    "UPDATE cursors SET page_size = 1000",
    "UPDATE cursors SET iterator_id = '{I}', iterator_session_id = 1",
    "UPDATE operations SET batch_limit = NULL",
    "UPDATE update_sessions SET end_reason = 'expired' WHERE state = 'ended'",
    f"UPDATE message_sets SET state = 'applied', applied_at = {A_TIME}, answered_at = {A_TIME}",
    f"UPDATE message_sets SET state = 'apply_failed', answered_at = {A_TIME}, applied_at = NULL",
    "UPDATE message_sets SET state = 'unknown', answered_at = NULL, applied_at = NULL",
    "UPDATE sync_states SET state = 'problem', message = 'The name is in use.'",
    f"UPDATE operations SET state = 'superseded', finished_at = {A_TIME}",
    "UPDATE operations SET state = 'unknown', finished_at = NULL WHERE state = 'sent'",
]


def checks_of_the_tables() -> set[str]:
    rules = [rule for table in Base.metadata.sorted_tables for rule in table.constraints]
    return {str(rule.name) for rule in rules if isinstance(rule, CheckConstraint)}


def uniques_of_the_tables() -> set[str]:
    tables = Base.metadata.sorted_tables
    rules = {str(rule.name) for table in tables for rule in table.constraints if isinstance(rule, UniqueConstraint)}
    return rules | {str(index.name) for table in tables for index in table.indexes if index.unique}


def test_every_rule_of_the_tables_is_in_this_test() -> None:
    assert set(CHECKS) == checks_of_the_tables()
    assert set(UNIQUES) == uniques_of_the_tables()


def test_each_check_is_refused_by_name(queue: CompanyQueue) -> None:
    fill_every_table(queue)
    for name, breach in CHECKS.items():
        with (
            pytest.raises(IntegrityError, match=rf'constraint(?: failed:)? "?{name}\b'),
            queue.database.writing() as db,
        ):
            db.execute(text(breach))


def test_what_may_stand_only_once_is_refused(queue: CompanyQueue, other_queue: CompanyQueue) -> None:
    fill_every_table(queue)
    by_name = queue.database.engine.dialect.name == "postgresql"
    for name, breach in UNIQUES.items():
        table = breach.split()[1]
        expected = rf'unique constraint "{name}"' if by_name else f"UNIQUE constraint failed: {table}"
        with pytest.raises(IntegrityError, match=expected), queue.database.writing() as db:
            db.execute(text(breach))
    assert other_queue.connection_id != queue.connection_id


def test_what_stands_at_the_border_is_allowed(queue: CompanyQueue) -> None:
    fill_every_table(queue)
    for change in BORDERS:
        with queue.database.reading() as db:  # It keeps nothing: each change meets the rows as they were.
            db.execute(text(change))


def test_the_same_is_free_in_another_connection(queue: CompanyQueue, other_queue: CompanyQueue) -> None:
    """Two connections may each have an open session, a set that is out, and documents of the same names."""
    fill_every_table(queue)
    fill_every_table(other_queue)
    with queue.database.writing() as db:
        for table in ("update_sessions WHERE state = 'open'", "message_sets WHERE state = 'sent'"):
            assert db.scalar(text(f"SELECT count(*) FROM {table}")) == 2
        assert db.scalar(text("SELECT count(*) FROM documents WHERE external_id = 'c1'")) == 2
        firsts = "SELECT min(document_id) FROM links GROUP BY connection_id"
        db.execute(text(f"UPDATE links SET quickbooks_id = 'same' WHERE document_id IN ({firsts})"))
