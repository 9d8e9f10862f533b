"""What a person sees of problems and does about them."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from qbwc_service.store import ProblemReason
from qbwc_service.sync.problems import REASONS
from tests.far_side import FarSide, answer_all, document, not_stored, read_set, refusal
from tests.rows import customer, document_states, invoice, links, operation_states, payment, put

LATER = 36_500
"""The command line goes by the machine's clock, the far side by the test's: days to be surely behind it."""


@pytest.fixture
def connection_id(company: Any) -> int:
    number: int = company.connection_id
    return number


def fail(far: FarSide, *, code: int = 3140) -> None:
    """Let QuickBooks refuse the one operation that is due."""
    (request,) = read_set(far.begin()).requests
    far.receive(document(refusal(request, code, "There is an invalid reference.")))
    far.close()


def leave_undecided(far: FarSide) -> None:
    """Lose an answer, and let QuickBooks hold a record of which nobody can say whether it is the one."""
    (request,) = read_set(far.begin()).requests
    far.close()
    assert read_set(far.begin()).names == ()
    far.receive(not_stored())
    questions = read_set(far.send()).requests
    found = (
        "<ReceivePaymentRet><TxnID>77-1700000000</TxnID><TimeCreated>2026-11-20T09:00:00-08:00</TimeCreated>"
        "<CustomerRef><FullName>Somebody</FullName></CustomerRef><TotalAmount>100.00</TotalAmount></ReceivePaymentRet>"
    )
    answers = [
        f'<{one.answer_name} requestID="{one.request_id}" statusCode="0" statusSeverity="Info" statusMessage="">'
        f"{found if one.name == 'ReceivePaymentQueryRq' else ''}</{one.answer_name}>"
        for one in questions
    ]
    far.receive(document(*answers))
    far.close()
    assert request.name == "ReceivePaymentAddRq"


def listed_problems(cli: Any, connection_id: int) -> list[Any]:
    """The open problems but those that come from the distance between the machine's clock and the test's."""
    by_time = {"offline", "setup_unfinished"}
    return [one for one in cli.json("problems", "list", connection_id)["problems"] if one["reason"] not in by_time]


def test_no_problem_is_said(cli: Any, connection_id: int) -> None:
    result = cli("problems", "list", connection_id, "--reason", "closed_period")

    assert (result.exit_code, result.stdout) == (0, "There are none.\n")


def test_a_connection_is_shown_with_its_newest_problems_and_where_the_others_are(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any
) -> None:
    assert cli.json("connections", "show", connection_id)["problems"] == {"open": 0, "by_reason": {}, "newest": []}
    waiting = [invoice(f"i{number}", "c1") for number in range(1, 5)]
    put(database, connection_id, customer("c1"), *waiting, now=clock())
    fail(far)

    result = cli("connections", "show", connection_id)
    problems = cli.json("connections", "show", connection_id)["problems"]

    assert "1 reference_missing" in result.stdout
    assert "4 customer_not_synced" in result.stdout
    assert "There is an invalid reference" in result.stdout
    assert f"qbwc-service problems list {connection_id}" in result.stdout
    assert (problems["open"], [one["reason"] for one in problems["newest"]]) == (5, ["reference_missing"])
    assert f"problems show {connection_id} {problems['newest'][0]['id']}" in result.stdout


def test_a_failed_document_and_what_waits_for_it_have_a_problem_each(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any
) -> None:
    put(database, connection_id, customer("c1"), invoice("i1", "c1"), now=clock())
    fail(far)

    listed = listed_problems(cli, connection_id)

    assert {(one["reason"], one["external_id"]) for one in listed} == {
        ("reference_missing", "c1"),
        ("customer_not_synced", "i1"),
    }
    held_up = next(one for one in listed if one["external_id"] == "i1")
    assert held_up["message"] == "it waits for customer 'c1' (operation 1), which did not get into QuickBooks"
    assert held_up["cause_id"] == 1


def test_a_problem_is_shown_with_its_meaning_its_evidence_and_what_helps(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    fail(far)

    shown = cli.json("problems", "show", connection_id, 1)
    text = cli("problems", "show", connection_id, 1).stdout

    assert shown["title"] == REASONS[ProblemReason.REFERENCE_MISSING].title
    assert shown["actions"] == ["create_missing", "link", "unlink", "retry", "clear"]
    assert shown["problem"]["evidence"]["status_code"] == "3140"
    assert f"qbwc-service problems do {connection_id} 1 retry" in text
    assert re.search(r"Checked again: +2026-11-20 10:00", text), "an hour after it was seen last"


def test_the_list_is_readable_in_a_hundred_columns(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, connection_id, customer("harborview-imports-2026"), now=clock())
    fail(far)
    monkeypatch.setattr("qbwc_service.cli.output.UNBROKEN", 100)

    lines = cli("problems", "list", connection_id, "--reason", "reference_missing").stdout.splitlines()

    assert max(len(line) for line in lines) <= 100
    row, message = lines[3:5]
    assert row.split() == ["1", "reference_missing", "customer", "'harborview-imports-2026'", "2026-11-20", "09:00"]
    assert message.strip() == "There is an invalid reference."


def test_retry_closes_it_and_those_of_what_waits(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any
) -> None:
    put(database, connection_id, customer("c1"), invoice("i1", "c1"), now=clock())
    fail(far)

    result = cli("problems", "do", connection_id, 1, "retry", "--by", "Ann")

    assert result.exit_code == 0, result.output
    assert listed_problems(cli, connection_id) == []
    assert {one["closed_by"] for one in cli.json("problems", "list", connection_id, "--closed")["problems"]} == {"Ann"}
    assert operation_states(database, connection_id) == ["waiting", "blocked"]
    clock.advance(days=LATER)
    assert far.run() == 2
    assert document_states(database, connection_id) == {"c1": "synced", "i1": "synced"}


def test_what_fails_again_has_its_problem_again(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    fail(far)
    cli("problems", "do", connection_id, 1, "retry")
    clock.advance(days=LATER)
    fail(far, code=3260)

    (problem,) = listed_problems(cli, connection_id)

    assert (problem["id"], problem["reason"]) == (2, "permission_denied")


def test_clear_takes_it_off_the_list_and_retry_brings_the_operation_back(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    fail(far)

    assert cli("problems", "do", connection_id, 1, "clear", "--note", "typed by hand").exit_code == 0

    assert listed_problems(cli, connection_id) == []
    assert document_states(database, connection_id) == {"c1": "cleared"}
    assert cli("operations", "retry", connection_id, 1).exit_code == 0
    assert document_states(database, connection_id) == {"c1": "pending"}


def test_newer_content_closes_the_problem_of_the_older(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    fail(far)

    put(database, connection_id, customer("c1", name="Another name"), now=clock())

    assert listed_problems(cli, connection_id) == []


def test_an_undecided_outcome_shows_its_candidates_and_can_be_linked(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any
) -> None:
    put(database, connection_id, payment("p1", None), now=clock())
    leave_undecided(far)
    (problem,) = listed_problems(cli, connection_id)
    assert (problem["reason"], problem["external_id"]) == ("outcome_unknown", "p1")
    assert [one["TxnID"] for one in problem["evidence"]["candidates"]] == ["77-1700000000"]
    assert far.authenticate() == ["", "none"], "nothing happens by itself any more"

    do = ("problems", "do", connection_id, problem["id"])
    assert cli(*do, "retry").exit_code == 5
    assert cli(*do, "link").exit_code == 2
    assert cli(*do, "link", "--quickbooks-id", "no id at all").exit_code == 2
    assert cli(*do, "link", "--quickbooks-id", "77-1700000000").exit_code == 0

    assert document_states(database, connection_id) == {"p1": "synced"}
    assert links(database, connection_id) == {"p1": "77-1700000000"}
    assert cli(*do, "link", "--quickbooks-id", "77-1700000000").exit_code == 5, "it is closed"


def test_an_undecided_outcome_can_be_sent_again_with_the_same_mark(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any
) -> None:
    put(database, connection_id, payment("p1", None), now=clock())
    leave_undecided(far)
    sent = cli.json("operations", "show", connection_id, 1)["operation"]["external_guid"]

    assert cli("problems", "do", connection_id, 1, "send_again").exit_code == 0
    clock.advance(days=LATER)

    (request,) = read_set(far.begin()).requests
    assert request.text("ReceivePaymentAdd/ExternalGUID") == sent
    far.receive(document(refusal(request, 3140)))
    assert document_states(database, connection_id) == {"p1": "problem"}


def test_a_record_that_belongs_to_another_document_cannot_be_linked(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    far.run()
    taken = links(database, connection_id)["c1"]
    put(database, connection_id, customer("c2", name="Customer c1"), now=clock())
    (request,) = read_set(far.begin()).requests
    far.receive(document(refusal(request, 3100, "The name is already in use.")))
    (question,) = read_set(far.send()).requests
    assert question.name == "EntityQueryRq"
    who = f"<CustomerRet><ListID>{taken}</ListID><FullName>Customer c1</FullName></CustomerRet>"
    far.receive(document(f'<EntityQueryRs requestID="{question.request_id}" statusCode="0">{who}</EntityQueryRs>'))
    (problem,) = listed_problems(cli, connection_id)
    assert problem["reason"] == "name_in_use"
    assert problem["message"] == "the name is already in use by the Customer Customer c1"

    result = cli("problems", "do", connection_id, problem["id"], "link", "--quickbooks-id", taken)

    assert result.exit_code == 5
    assert "is linked to another document: customer 'c1'" in result.stderr


def test_what_keeps_the_connection_from_quickbooks_is_one_problem_and_closes_by_itself(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any
) -> None:
    put(database, connection_id, customer("c1"), customer("c2"), now=clock())
    far.begin()
    far.receive(hresult="0x80040414")
    far.close()
    (dialog,) = listed_problems(cli, connection_id)
    assert (dialog["reason"], dialog["kind"], dialog["request"]) == ("dialog_open", None, None)
    assert cli("problems", "do", connection_id, dialog["id"], "retry").exit_code == 5
    far.begin()
    far.receive(hresult="0x80040408")
    far.close()
    (closed,) = listed_problems(cli, connection_id)
    assert closed["reason"] == "quickbooks_closed"

    far.run()

    assert listed_problems(cli, connection_id) == []


@pytest.mark.parametrize("command", ["show", "do"])
def test_a_problem_that_does_not_exist_is_said(cli: Any, connection_id: int, command: str) -> None:
    result = cli("problems", command, connection_id, 99, *(["retry"] if command == "do" else []))

    assert result.exit_code == 4
    assert "problem 99 does not exist" in result.stderr


def test_an_answer_that_was_kept_and_not_applied_is_applied_again(
    cli: Any, far: FarSide, database: Any, connection_id: int, clock: Any, keep: Callable[[FarSide, str], None]
) -> None:
    put(database, connection_id, customer("c1"), now=clock())
    keep(far, answer_all(far.begin()))
    far.authenticate()
    assert operation_states(database, connection_id) == ["unknown"]

    replayed = cli.json("replay", connection_id)["replayed"]

    assert [one["applied"]["done"] for one in replayed] == [1]
    assert document_states(database, connection_id) == {"c1": "synced"}
    assert "no answer that was kept and not applied" in cli("replay", connection_id).stdout
    assert cli("replay", connection_id, "--message-set", 1).exit_code == 5
    assert cli("replay", connection_id, "--message-set", 99).exit_code == 4


@pytest.fixture
def keep() -> Callable[[FarSide, str], None]:
    """Keep an answer as the service does, and die before it is applied."""
    from qbwc_service.update.keep_answer import Answer, keep_answer  # noqa: PLC0415 - only here

    def keep_and_die(far: FarSide, answer: str) -> None:
        with far.service.database.writing() as db:
            brought = Answer(response=answer, hresult="", message="")
            keep_answer(db, far.ticket, brought, policy=far.service.policy, now=far.service.clock())

    return keep_and_die
