"""Every method of the Web Connector in every state a session can be in: what it answers, and what it leaves alone."""

import re
from collections.abc import Callable
from datetime import timedelta

from qbwc_service.store import Database
from qbwc_service.sync import BatchLimits
from qbwc_service.update import UpdatePolicy, UpdateService
from tests.conftest import LinkCompany, LinkedCompany, StandingClock
from tests.far_side import PATH, FarSide, answer_all, read_set
from tests.rows import customer, document_states, message_sets, operation_states, put, sessions

ONE_EACH = UpdatePolicy(limits=BatchLimits(writes=1))
UNKNOWN = "This update session is unknown or has expired."
NO_ERROR = "No error is recorded for this update."
WRONG_FILE = 'The wrong company file is open: "Another Company" (C:\\QuickBooks\\acme.qbw). This connection is for '
NOT_STARTED = "QuickBooks could not be started (0x80040408). "

# Each state: how a session gets there. Three customers wait; one goes out per message set.


def _unknown(far: FarSide, clock: StandingClock) -> None:
    far.ticket = f"{far.ticket.partition('.')[0] or '1'}.{'A' * 43}"


def _empty(far: FarSide, clock: StandingClock) -> None:
    far.ticket = ""


def _malformed(far: FarSide, clock: StandingClock) -> None:
    far.ticket = "{00000000-0000-0000-0000-000000000000}"


def _before_first_send(far: FarSide, clock: StandingClock) -> None:
    far.authenticate()


def _set_out(far: FarSide, clock: StandingClock) -> None:
    far.begin()


def _set_answered(far: FarSide, clock: StandingClock) -> None:
    assert far.receive(answer_all(far.begin())) == 33


def _closed(far: FarSide, clock: StandingClock) -> None:
    _set_answered(far, clock)
    far.close()


def _superseded(far: FarSide, clock: StandingClock) -> None:
    far.begin()
    ticket = far.ticket
    clock.advance(seconds=10)
    far.authenticate()
    far.ticket = ticket


def _expired(far: FarSide, clock: StandingClock) -> None:
    far.begin()
    clock.advance(minutes=60)


def _mismatched(far: FarSide, clock: StandingClock) -> None:
    far.authenticate()
    assert far.send(far.host(company_name="Another Company", marker="{deadbeef-0000-0000-0000-000000000000}")) == ""


def _not_reached(far: FarSide, clock: StandingClock) -> None:
    far.authenticate()
    while far.connection_error("0x80040408") != "done":
        pass


STATES: dict[str, Callable[[FarSide, StandingClock], None]] = {
    "unknown ticket": _unknown,
    "empty ticket": _empty,
    "malformed ticket": _malformed,
    "live before the first send": _before_first_send,
    "live with a set out": _set_out,
    "live with a set answered": _set_answered,
    "ended by closeConnection": _closed,
    "superseded": _superseded,
    "expired": _expired,
    "ended by a mismatch": _mismatched,
    "ended by connectionError": _not_reached,
}

# Each method: one call of it. receiveResponseXML brings the answer to whatever set went out last.


def _send(far: FarSide, last_set: str) -> object:
    text = far.send(far.host())
    return read_set(text).names if text else text


def _receive(far: FarSide, last_set: str) -> object:
    return far.receive(answer_all(last_set) if last_set else "<QBXML><QBXMLMsgsRs/></QBXML>")


METHODS: dict[str, Callable[[FarSide, str], object]] = {
    "serverVersion": lambda far, _last: far.service.server_version(),
    "clientVersion": lambda far, _last: far.service.client_version("34.0.10010.76"),
    "getLastError": lambda far, _last: far.last_error(),
    "getInteractiveURL": lambda far, _last: far.service.get_interactive_url(far.ticket, "1"),
    "interactiveRejected": lambda far, _last: far.service.interactive_rejected(far.ticket, "no"),
    "interactiveDone": lambda far, _last: far.service.interactive_done(far.ticket),
    "closeConnection": lambda far, _last: far.close(),
    "sendRequestXML": _send,
    "connectionError": lambda far, _last: far.connection_error("0x80040408"),
    "receiveResponseXML": _receive,
    "authenticate": lambda far, _last: ["a ticket" if part else part for part in far.authenticate()],
}

CHANGES = "changes"
"""Marks an answer whose call may do work; every other call leaves the connection's rows as they were."""

ALWAYS: dict[str, object] = {
    "serverVersion": re.compile(r"qbwc-service \d.*"),
    "clientVersion": "",
    "authenticate": (CHANGES, ["a ticket", "a ticket"]),
    "getInteractiveURL": "",
    "interactiveRejected": "Interactive mode is not used.",
    "interactiveDone": "Done",
}
"""What does not depend on the state. authenticate gives a ticket and a path in each: something is due."""

NOTHING: dict[str, object] = {
    **ALWAYS,
    "sendRequestXML": "",
    "receiveResponseXML": -1,
    "connectionError": "done",
    "getLastError": UNKNOWN,
}
ADDED = (CHANGES, ("CustomerAddRq",))

TABLE: dict[str, dict[str, object]] = {
    "unknown ticket": {**NOTHING, "closeConnection": "Nothing was open."},
    "empty ticket": {**NOTHING, "closeConnection": "Nothing to do."},
    "malformed ticket": {**NOTHING, "closeConnection": "Nothing was open."},
    "live before the first send": {
        **ALWAYS,
        "sendRequestXML": ADDED,
        "receiveResponseXML": -1,
        "connectionError": (CHANGES, PATH),
        "getLastError": NO_ERROR,
        "closeConnection": (CHANGES, "0 done; 3 waiting."),
    },
    "live with a set out": {
        **ALWAYS,
        "sendRequestXML": ("CustomerAddRq",),
        "receiveResponseXML": (CHANGES, 33),
        "connectionError": (CHANGES, PATH),
        "getLastError": NO_ERROR,
        "closeConnection": (CHANGES, "0 done, 1 unknown (handed out, no answer); 2 waiting."),
    },
    "live with a set answered": {
        **ALWAYS,
        "sendRequestXML": ADDED,
        "receiveResponseXML": 33,
        "connectionError": (CHANGES, PATH),
        "getLastError": NO_ERROR,
        "closeConnection": (CHANGES, "1 done; 2 waiting."),
    },
    "ended by closeConnection": {**NOTHING, "closeConnection": "1 done; 2 waiting."},
    # What went out and was not answered is still settled by an answer that comes late.
    "superseded": {
        **NOTHING,
        "receiveResponseXML": (CHANGES, -1),
        "closeConnection": "0 done, 1 unknown (handed out, no answer); 2 waiting.",
    },
    "expired": {
        **NOTHING,
        "receiveResponseXML": (CHANGES, -1),
        "closeConnection": (CHANGES, "0 done, 1 unknown (handed out, no answer); 2 waiting."),
    },
    "ended by a mismatch": {
        **NOTHING,
        "getLastError": re.compile(re.escape(WRONG_FILE) + '"Acme Trucking".*'),
        "closeConnection": re.compile(re.escape(WRONG_FILE) + ".*"),
    },
    "ended by connectionError": {
        **NOTHING,
        "getLastError": re.compile(re.escape(NOT_STARTED) + ".*"),
        "closeConnection": re.compile(re.escape(NOT_STARTED) + ".*"),
    },
}


def test_every_method_answers_in_every_state_and_does_only_what_it_may(
    database: Database, link_company: LinkCompany, make_service: Callable[..., UpdateService], clock: StandingClock
) -> None:
    assert set(TABLE) == set(STATES)
    service = make_service(ONE_EACH)
    for state, arrange in STATES.items():
        assert set(TABLE[state]) == set(METHODS)
        far = None
        for method, call in METHODS.items():
            if far is None:  # A session that a call may have changed is not asked again.
                company = link_company(f"{state}, {method}")
                far = _known_company_with_three_customers(company, service, database, clock)
                arrange(far, clock)
                last_set = message_sets(database, company.connection_id)[-1].request
            before = _all_that_counts(database, company.connection_id)
            expected = TABLE[state][method]
            may_change = isinstance(expected, tuple) and expected[0] == CHANGES

            answer = call(far, last_set)

            assert _is_as_expected(answer, expected[1] if may_change else expected), f"{method}, {state}: {answer}"
            is_same = _all_that_counts(database, company.connection_id) == before
            assert is_same is not may_change, f"{method}, {state}"
            far = None if may_change else far


def _is_as_expected(answer: object, expected: object) -> bool:
    if isinstance(expected, re.Pattern):
        return expected.fullmatch(str(answer)) is not None
    return answer == expected


def test_a_ticket_outlives_no_more_than_its_lifetime(
    company: LinkedCompany, make_service: Callable[..., UpdateService], database: Database, clock: StandingClock
) -> None:
    lifetime = UpdatePolicy().ticket_lifetime
    far = _known_company_with_three_customers(company, make_service(ONE_EACH), database, clock)
    text = far.begin()
    clock.advance(seconds=(lifetime - timedelta(seconds=1)).total_seconds())
    assert far.receive(answer_all(text)) == 33
    clock.advance(seconds=(lifetime - timedelta(seconds=1)).total_seconds())
    assert far.send() != ""
    clock.advance(seconds=lifetime.total_seconds())
    assert far.send() == ""
    assert far.last_error() == UNKNOWN


def _known_company_with_three_customers(
    company: LinkedCompany, service: UpdateService, database: Database, clock: StandingClock
) -> FarSide:
    """A connection whose company file was proven in an earlier session, with three customers waiting."""
    far = FarSide(service, company.user_name, company.password, company.owner_id, company.file_id)
    far.run()
    put(database, company.connection_id, customer("c1"), customer("c2"), customer("c3"), now=clock())
    clock.advance(minutes=5)
    return far


def _all_that_counts(database: Database, connection_id: int) -> object:
    """All that an idle call has to leave alone: times of calls and texts for people are not part of it."""
    return (
        operation_states(database, connection_id),
        document_states(database, connection_id),
        [(row.id, row.state, row.answer) for row in message_sets(database, connection_id)],
        [
            (row.id, row.state, row.end_reason, row.progress, row.done_count, row.failed_count, row.connection_tries)
            for row in sessions(database, connection_id)
        ],
    )
