"""The Web Connector's calls, one method each: open a transaction, do it, commit, say one wide line in the log.

This is the only place of the main path that opens transactions, and none stays open across the wire. Nothing is kept
in memory between two calls: any call may reach any process.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from qbwc_service import __version__
from qbwc_service.clock import Clock, system_clock
from qbwc_service.credentials import ServerKeys
from qbwc_service.observability import get_logger, log_call
from qbwc_service.store import Database, is_disk_full
from qbwc_service.update.authenticate import authenticate
from qbwc_service.update.client_version import check_client_version
from qbwc_service.update.close_connection import close_connection, get_last_error
from qbwc_service.update.connection_error import connection_error
from qbwc_service.update.keep_answer import Answer, Kept, Progress, keep_answer
from qbwc_service.update.policy import UpdatePolicy
from qbwc_service.update.receive_response import apply_kept, record_failure
from qbwc_service.update.send_request import HostState, send_request

log = get_logger(__name__)
CALL = "update_call"
PAUSES = (0.1, 0.5)
"""Seconds before a transaction that the database could not do is done again."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateService:
    """Everything the Web Connector can ask. Safe to share between threads."""

    database: Database
    keys: ServerKeys
    owner_id: str
    policy: UpdatePolicy = field(default_factory=UpdatePolicy)
    clock: Clock = system_clock

    def server_version(self) -> str:
        """Our name and version; free text for the Web Connector."""
        return f"qbwc-service {__version__}"

    def client_version(self, version: str) -> str:
        """Say whether the Web Connector's version will do; see ``check_client_version``."""
        with log_call(CALL, method="clientVersion", client_version=version) as line:
            line["answer"] = check_client_version(version, minimum=self.policy.minimum_client_version)
            return str(line["answer"])

    def authenticate(self, user_name: str, password: str) -> list[str]:
        """Give ``[ticket, company file or nvu, none, busy]``."""
        with log_call(CALL, method="authenticate", user_name=user_name) as line:
            result = self._write(
                lambda db: authenticate(db, user_name, password, keys=self.keys, policy=self.policy, now=self.clock())
            )
            line.update(
                {
                    "connection_id": result.connection_id,
                    "answer": "session" if result.answer[0] else result.answer[1],
                }
            )
            return result.answer

    def send_request_xml(
        self,
        ticket: str,
        hcp_response: str,
        *,
        company_file_name: str,
        country: str,
        major_version: int,
        minor_version: int,
    ) -> str:
        """Give the next message set, committed before it leaves; "" where nothing may be sent."""
        host = HostState(
            hcp_response=hcp_response,
            company_file_name=company_file_name,
            country=country,
            major_version=major_version,
            minor_version=minor_version,
        )
        with log_call(CALL, method="sendRequestXML") as line:
            result = self._write(
                lambda db: send_request(db, ticket, host, owner_id=self.owner_id, policy=self.policy, now=self.clock()),
                # The same call twice at one instant (uq_message_sets_one_sent): by now the other one's set is out.
                again_on=DBAPIError,
            )
            line.update(
                {
                    "connection_id": result.connection_id,
                    "message_set_id": result.message_set_id,
                    "operations": len(result.operation_ids),
                    "characters": len(result.qbxml),
                }
            )
            return result.qbxml

    def receive_response_xml(self, ticket: str, response: str, *, hresult: str, message: str) -> int:
        """Keep the answer, commit; apply it, commit; give the percentage."""
        answer = Answer(response=response, hresult=hresult, message=message)
        with log_call(CALL, method="receiveResponseXML", characters=len(response), hresult=hresult or None) as line:
            kept = self._write(lambda db: keep_answer(db, ticket, answer, policy=self.policy, now=self.clock()))
            result = self._apply(ticket, kept, answer) if isinstance(kept, Kept) else kept
            line.update({"connection_id": result.connection_id, "percent": result.percent})
            if result.applied is not None:
                line.update(
                    {
                        "done": result.applied.done,
                        "failed": result.applied.failed,
                        "unknown": result.applied.unknown,
                    }
                )
            return result.percent

    def connection_error(self, ticket: str, hresult: str, *, message: str) -> str:
        """Give another company file to try, or ``done``."""
        with log_call(CALL, method="connectionError", hresult=hresult) as line:
            answer = self._write(
                lambda db: connection_error(db, ticket, hresult, message=message, policy=self.policy, now=self.clock())
            )
            line["answer"] = answer if answer == "done" else "another company file"
            return answer

    def get_last_error(self, ticket: str) -> str:
        """Give the text of this ticket, never empty; it may name companies, so the log has its length only."""
        with log_call(CALL, method="getLastError") as line:
            answer = self._write(lambda db: get_last_error(db, ticket, policy=self.policy, now=self.clock()))
            line["characters"] = len(answer)
            return answer

    def close_connection(self, ticket: str) -> str:
        """End the session; give one sentence."""
        with log_call(CALL, method="closeConnection") as line:
            answer = self._write(lambda db: close_connection(db, ticket, policy=self.policy, now=self.clock()))
            line["characters"] = len(answer)
            return answer

    def get_interactive_url(self, ticket: str, session_id: str) -> str:  # noqa: ARG002 - the protocol's own arguments
        """Interactive mode is never asked for, so there is no page."""
        return ""

    def interactive_rejected(self, ticket: str, reason: str) -> str:  # noqa: ARG002 - the protocol's own arguments
        """Interactive mode is never asked for."""
        return "Interactive mode is not used."

    def interactive_done(self, ticket: str) -> str:  # noqa: ARG002 - the protocol's own arguments
        """Interactive mode is never asked for, so it is always over."""
        return "Done"

    def _write(self, work: Callable[[Session], T], *, again_on: type[DBAPIError] = OperationalError) -> T:
        """Do one call's work in a transaction of its own; again where the database could not do it just then.

        A deadlock or a lost connection leaves nothing behind, so that doing it again is safe. A full disk does not get
        better by itself: the call fails, what it brought is not acknowledged, and the next update asks for it.
        """
        for pause in PAUSES:
            try:
                return self._once(work)
            except again_on as error:
                if is_disk_full(error):
                    log.error("disk_full", database=self.database.place)  # noqa: TRY400 - The call's line has the rest.
                    raise
                log.warning("transaction_repeated", reason=type(error.orig).__name__)
                time.sleep(pause)
        return self._once(work)

    def _once(self, work: Callable[[Session], T]) -> T:
        with self.database.writing() as db:
            return work(db)

    def _apply(self, ticket: str, kept: Kept, answer: Answer) -> Progress:
        try:
            return self._write(
                lambda db: apply_kept(
                    db, ticket, kept, answer, owner_id=self.owner_id, policy=self.policy, now=self.clock()
                )
            )
        except Exception as error:
            # The answer is stored; what could not be done with it has to be on record, whatever it was.
            log.exception("apply_failed", connection_id=kept.connection_id, message_set_id=kept.message_set_id)
            reason = f"{type(error).__name__}: {error}".partition("\n")[0]
            return self._write(
                lambda db: record_failure(db, ticket, kept, error=reason, policy=self.policy, now=self.clock())
            )
