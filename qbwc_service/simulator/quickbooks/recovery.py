"""Message-set recovery: the answer of a set is kept in the company file, under the caller's newMessageSetID.

The effects follow the table of the Programmer's Guide (error recovery) and Intuit's samples ErrRecovery1-3:

==========  ==========  ==================================================================
new         old         effect
==========  ==========  ==================================================================
-           -           execute, keep nothing
X           -           X not kept: execute and keep; kept with the same content: the kept answer, not executed again;
                        kept with other content: 9001, not executed
X           X           only ask: the kept answer, else 9002; nothing is executed
-           X           forget X; 600 when X is not kept
Y           X           forget X, then as Y alone
-           clear all   forget everything
==========  ==========  ==================================================================

State is kept per application in the file: it survives a restart of QuickBooks, a restored backup loses it.
"""

import hashlib
from collections.abc import Callable, Sequence

from qbwc_service.simulator.quickbooks.answer import Answer, write_document
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.document import MessageSet
from qbwc_service.simulator.quickbooks.tables import StoredSet

LONGEST_ID = 24
CLEAR_ALL = frozenset({"CLR-ALL-MSG-SETS", "CLEARALLMESSAGESETS"})
"""Sources disagree on the token's name; both are taken."""
CHECKSUM_DIFFERS = 9001
NOT_STORED = 9002
ID_TOO_LONG = 9004
NOT_CLEARED = 600


def answer_message_set(
    company: CompanyFile, application: str, message_set: MessageSet, execute: Callable[[], Sequence[Answer]]
) -> str:
    """Answer a message set; ``execute`` is called at most once, and only where the table says so."""
    new_id, old_id = message_set.new_id or None, message_set.old_id or None
    if new_id is not None and len(new_id) > LONGEST_ID:
        return write_document([], set_status=ID_TOO_LONG, new_id=new_id)
    kept = company.tables.message_sets.setdefault(application, {}) if company.switches.recovery else {}
    checksum = _checksum(message_set)
    if new_id is not None and new_id == old_id:
        stored = kept.get(new_id)
        return stored.answer if stored else write_document([], set_status=NOT_STORED, new_id=new_id)
    if new_id is not None and new_id in kept:
        if kept[new_id].checksum == checksum:
            return kept[new_id].answer
        return write_document([], set_status=CHECKSUM_DIFFERS, new_id=new_id)
    status = _clear(kept, old_id)
    if old_id is not None and new_id is None:
        answers = _write(execute(), message_set) if message_set.requests else []
        return write_document(answers, set_status=status)
    done = execute()
    answer = write_document(_write(done, message_set), set_status=None if new_id is None else 0, new_id=new_id)
    if new_id is not None and company.switches.recovery:
        kept_answer = answer
        if company.switches.trimmed_answers:
            kept_answer = write_document(_write(done, message_set, is_trimmed=True), set_status=0, new_id=new_id)
        _keep(company, kept, new_id, StoredSet(checksum=checksum, answer=kept_answer))
    return answer


def _write(answers: Sequence[Answer], message_set: MessageSet, *, is_trimmed: bool = False) -> list[str]:
    return [one.write(includes_data=message_set.includes_data, is_trimmed=is_trimmed) for one in answers]


def _clear(kept: dict[str, StoredSet], old_id: str | None) -> int:
    if old_id is None:
        return 0
    if old_id.upper() in CLEAR_ALL:
        kept.clear()
        return 0
    return 0 if kept.pop(old_id, None) is not None else NOT_CLEARED


def _keep(company: CompanyFile, kept: dict[str, StoredSet], new_id: str, stored: StoredSet) -> None:
    kept[new_id] = stored
    limit = company.switches.message_sets_kept
    while limit is not None and len(kept) > limit:
        del kept[next(iter(kept))]


def _checksum(message_set: MessageSet) -> str:
    return hashlib.sha256(repr(message_set.requests).encode("utf-8", "surrogatepass")).hexdigest()
