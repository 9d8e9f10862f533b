"""Create list entries in QuickBooks that a document names and that are not there: by rule, or by a person's word."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from qbwc_service import queue
from qbwc_service.errors import InputError, StateError
from qbwc_service.store import Document, DocumentKind, DocumentState, Operation, OperationState, ProblemReason
from qbwc_service.sync.accounts import OF_A_FEE
from qbwc_service.sync.judge import Judgement
from qbwc_service.sync.look.anew import find_inquiry, without_found
from qbwc_service.sync.problems.classify import MISSING, find_failure_reason
from qbwc_service.sync.problems.record import BY_ITSELF, close_problems, hold_up_again, subject_of
from qbwc_service.sync.raw import enqueue_qbxml
from qbwc_service.sync.rules import Rules, fill_in, load_rules
from qbwc_service.sync.state import mark_documents

ACCOUNT = "account"
KINDS = {
    "terms": DocumentKind.TERMS,
    "standardterms": DocumentKind.TERMS,
    "class": DocumentKind.CLASS,
    "paymentmethod": DocumentKind.PAYMENT_METHOD,
    "customer": DocumentKind.CUSTOMER,
    "item": DocumentKind.ITEM,
    "account": ACCOUNT,
}
"""What QuickBooks calls the lists, and the rule (``create_missing``) of each."""
AN_ID = re.compile(r"[0-9A-F]+-[0-9]{9,10}")
"""QuickBooks names what was referred to by its id so: that is no name of an entry to create."""

REPAIR = "name it as QuickBooks has it, or create it there"


def create_by_rule(db: Session, connection_id: int, judgements: Sequence[Judgement], *, now: datetime) -> None:
    """Create what failed operations of documents named, where the rules allow it; nothing is read where none did."""
    failed = [one for one in judgements if one.sent.document_id is not None and _names_missing(one)]
    if not failed:
        return
    rules = load_rules(db, connection_id)
    created: dict[tuple[str, str], int] = {}
    for judgement in failed:
        text = judgement.outcome.status_message or ""
        found = find_missing(text)
        if found is not None and _is_allowed(found[0], rules):
            entry, operation_id = (found[0], found[1].casefold()), judgement.sent.operation_id
            # What cannot be made by its name alone (no account is named for it) stays a problem of a person.
            with suppress(InputError, StateError), db.begin_nested():
                created[entry] = create_missing(
                    db, connection_id, operation_id, text, behind=created.get(entry), rules=rules, by=BY_ITSELF, now=now
                )


def create_missing(
    db: Session,
    connection_id: int,
    operation_id: int,
    text: str,
    *,
    behind: int | None = None,
    rules: Rules,
    by: str,
    now: datetime,
) -> int:
    """Create the entry that QuickBooks' text names; the failed operation goes again when that is done.

    Gives the operation that creates it: ``behind``, if it is known, or one that does so already, or did since the
    refusal. StateError where the text names none that can be made by its name alone.
    """
    found = find_missing(text)
    if found is None:
        raise StateError("QuickBooks does not say which entry is missing", field="action", remedy=REPAIR)
    kind, name = found
    creation = _creation(db, connection_id, operation_id, kind, name, rules)
    present = _read(db, connection_id, operation_id)
    created = behind or _create(db, connection_id, present, creation, now=now)
    decided = without_found(present.decided) or None
    # What it waits for may take days: what a look found before is not true any more.
    inquiry = find_inquiry(rules, present.kind, present.request, decided)
    if not queue.hold_back(db, connection_id, operation_id, behind=created, inquiry=inquiry, decided=decided):
        raise StateError(f"operation {operation_id} has not failed", field="operation")
    mark_documents(db, connection_id, [operation_id], state=DocumentState.BLOCKED, now=now)
    # Where it was created since, nothing has to be waited for.
    gone_on = queue.unblock_children(db, connection_id, [created], now=now)
    mark_documents(db, connection_id, gone_on, state=DocumentState.PENDING, now=now)
    subjects = {subject_of(operation_id, present.document_id)}
    freed = close_problems(db, connection_id, subjects=subjects, causes={operation_id}, by=by, now=now)
    hold_up_again(db, connection_id, freed, now=now)
    return created


_Present = Row[int, str, dict[str, object] | None, int | None, int | None, DocumentKind | None]


def _read(db: Session, connection_id: int, operation_id: int) -> _Present:
    same = (Document.connection_id == Operation.connection_id) & (Document.id == Operation.document_id)
    held = (Operation.connection_id == connection_id, Operation.id == operation_id)
    mine = (Operation.id, Operation.request, Operation.decided, Operation.document_id, Operation.message_set_id)
    return db.execute(select(*mine, Document.kind).outerjoin(Document, same).where(*held)).one()


def _create(
    db: Session, connection_id: int, refused: _Present, creation: tuple[str, Mapping[str, object]], *, now: datetime
) -> int:
    """Give the operation that creates an entry: two of them would be one too many, and the second is refused."""
    request, values = creation
    alike = _find_alike(queue.list_unfinished(db, connection_id, request), values)
    if alike is None and refused.message_set_id is not None:
        # Also in the set in which it was missed, behind the document; what stood before it there was of no use.
        done = queue.list_done_since(db, connection_id, request, message_set_id=refused.message_set_id)
        alike = _find_alike({number: body for number, body in done.items() if number > refused.id}, values)
    return alike or enqueue_qbxml(db, connection_id, request, values, now=now).operation_id


def _find_alike(operations: Mapping[int, Mapping[str, object]], values: Mapping[str, object]) -> int | None:
    """Find the one with these values; to QuickBooks names are the same in capitals."""
    wanted = _as_compared(values)
    return next((number for number, body in operations.items() if _as_compared(body) == wanted), None)


def _as_compared(values: Mapping[str, object]) -> str:
    return json.dumps(values, sort_keys=True).casefold()


def find_missing(text: str) -> tuple[str, str] | None:
    """Read from QuickBooks' text which entry of which list is missing; None where it names none that can be created."""
    found = MISSING.search(text)
    if found is None or AN_ID.fullmatch(found["name"]):
        return None
    kind = KINDS.get(found["kind"].replace(" ", "").casefold())
    return None if kind is None else (kind, found["name"])


def _names_missing(judgement: Judgement) -> bool:
    outcome = judgement.outcome
    if outcome.state is not OperationState.FAILED or judgement.reason is not None:
        return False
    reason = find_failure_reason(outcome.status_code, outcome.status_message)
    return reason is ProblemReason.REFERENCE_MISSING and find_missing(outcome.status_message or "") is not None


def _is_allowed(kind: str, rules: Rules) -> bool:
    return bool(getattr(rules.create_missing, "class_" if kind == DocumentKind.CLASS else kind))


def _creation(
    db: Session, connection_id: int, operation_id: int, kind: str, name: str, rules: Rules
) -> tuple[str, Mapping[str, object]]:
    """Make the request that creates an entry; StateError where it cannot be made of what is known."""
    if kind == ACCOUNT:
        return _fee_account(db, connection_id, operation_id, name, rules)
    return _request(kind, name, rules)


def _fee_account(
    db: Session, connection_id: int, operation_id: int, full_name: str, rules: Rules
) -> tuple[str, Mapping[str, object]]:
    """Make the Add of the expense account of a payout's fee; StateError for an account of anything else.

    Which type another account has to have its name does not say.
    """
    same = (Document.connection_id == Operation.connection_id) & (Document.id == Operation.document_id)
    held = (Operation.connection_id == connection_id, Operation.id == operation_id)
    found = db.execute(select(Document.kind, Document.body).join(Operation, same).where(*held)).one_or_none()
    fee = fill_in(found.kind, found.body, rules).get("fee") if found is not None else None
    account = fee.get("account") if isinstance(fee, Mapping) else None
    named = str(account.get("full_name") or "") if isinstance(account, Mapping) else ""
    if named.casefold() != full_name.casefold():
        message = f"of accounts only that of a payout's fee can be created by its name; {full_name!r} is none"
        raise StateError(message, field="action", remedy=REPAIR)
    parent, _, name = named.rpartition(":")
    above = {"ParentRef": {"FullName": parent}} if parent else {}
    return "AccountAddRq", {"AccountAdd": {"Name": name, **above, "AccountType": OF_A_FEE}}


def _request(kind: str, full_name: str, rules: Rules) -> tuple[str, Mapping[str, object]]:
    """Make the Add of an entry of which only the full name is known, parents in front."""
    parent, _, name = full_name.rpartition(":")
    values: dict[str, object] = {"Name": name}
    if parent:
        values["ParentRef"] = {"FullName": parent}
    match kind:
        case DocumentKind.TERMS:
            days = re.search(r"\d+", name)
            return "StandardTermsAddRq", {"StandardTermsAdd": {"Name": name, "StdDueDays": int(days[0]) if days else 0}}
        case DocumentKind.PAYMENT_METHOD:
            return "PaymentMethodAddRq", {"PaymentMethodAdd": {"Name": name}}
        case DocumentKind.CLASS:
            return "ClassAddRq", {"ClassAdd": values}
        case DocumentKind.CUSTOMER:
            return "CustomerAddRq", {"CustomerAdd": values}
        case _:
            if rules.accounts.income is None:
                remedy = "set accounts.income with `rules import`"
                raise StateError("no rule names the account of new items", field="action", remedy=remedy)
            sale = {"AccountRef": {"FullName": rules.accounts.income}}
            return "ItemServiceAddRq", {"ItemServiceAdd": {**values, "SalesOrPurchase": sale}}
