"""Record what operations left in QuickBooks: links of documents, their sync states and balances."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from qbwc_service.store import Document, DocumentKind, DocumentState, Link, OperationState, SyncState, table_of
from qbwc_service.store.mirror_transactions import qb_credit_memos
from qbwc_service.sync.agreed import pair_lines
from qbwc_service.sync.effect import Effect
from qbwc_service.sync.judge import Judgement
from qbwc_service.sync.kinds.payments import used_credits
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.rules import SALES, Rules, fill_in, list_origins
from qbwc_service.sync.sent import DELETIONS

STATES = {
    OperationState.FAILED: DocumentState.PROBLEM,
    OperationState.UNKNOWN: DocumentState.UNKNOWN,
    OperationState.WAITING: DocumentState.PENDING,
}
LEFT = {
    **dict.fromkeys(DELETIONS, DocumentState.DELETED),
    "TxnVoidRq": DocumentState.VOIDED,
}
"""What a document is after a request that is done; after any other it is synced."""


def record_effects(
    db: Session, connection_id: int, judgements: Sequence[Judgement], *, rules: Rules, now: datetime
) -> None:
    """Write links and sync states of the judged operations' documents; a handful of statements for any number."""
    ours = [judgement for judgement in judgements if judgement.sent.document_id is not None]
    _write_links(db, connection_id, ours, rules=rules, now=now)
    _drop_links(db, connection_id, ours)
    _write_states(db, connection_id, ours, now=now)
    _write_balances(db, connection_id, judgements, now=now)
    _use_credits(db, connection_id, judgements, now=now)


def _write_links(
    db: Session, connection_id: int, judgements: Sequence[Judgement], *, rules: Rules, now: datetime
) -> None:
    """Pair documents with what their operations left; what is paired already agrees anew."""
    rows = [
        {
            "connection_id": connection_id,
            "document_id": judgement.sent.document_id,
            "object_type": effect.object_type,
            "quickbooks_id": effect.quickbooks_id,
            "edit_sequence": effect.edit_sequence,
            "external_guid": judgement.sent.external_guid,
            "fingerprint": judgement.sent.fingerprint,
            "agreed": _agreed(judgement, effect, rules),
            "linked_at": now,
        }
        for judgement in judgements
        if (effect := judgement.effect) is not None
    ]
    if not rows:
        return
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    links = table_of(Link)
    new = insert(links)
    renewed: dict[str, ColumnElement[object]] = {
        name: new.excluded[name] for name in ("object_type", "quickbooks_id", "fingerprint", "agreed")
    }
    kept = {name: func.coalesce(new.excluded[name], links.c[name]) for name in ("edit_sequence", "external_guid")}
    put = new.on_conflict_do_update(index_elements=["connection_id", "document_id"], set_={**renewed, **kept})
    db.connection().execute(put, rows)


def _agreed(judgement: Judgement, effect: Effect, rules: Rules) -> dict[str, object]:
    """Give both sides as they are in step now, and where the lines come from, unless somebody else made the record."""
    sent = judgement.sent
    agreed: dict[str, object] = {"body": sent.document_body, "record": effect.record}
    if sent.document_kind in SALES and sent.document_body and effect.record and not judgement.pairs:
        known = sent.decided.get(Decided.ORIGINS)
        filled = fill_in(sent.document_kind, sent.document_body, rules)
        origins = known if isinstance(known, list) else list_origins(filled)
        agreed["lines"] = pair_lines(effect.record, effect.object_type, origins)
    return agreed


def _drop_links(db: Session, connection_id: int, judgements: Sequence[Judgement]) -> None:
    """Forget the pairing of documents whose record was deleted."""
    gone = [
        judgement.sent.document_id
        for judgement in judgements
        if judgement.sent.is_deletion and judgement.outcome.state is OperationState.DONE
    ]
    if gone:
        held = (Link.connection_id == connection_id, Link.document_id.in_(gone))
        db.execute(delete(Link).where(*held), execution_options={"synchronize_session": False})


def _write_states(db: Session, connection_id: int, judgements: Sequence[Judgement], *, now: datetime) -> None:
    if not judgements:
        return
    states = table_of(SyncState)
    move = (
        update(states)
        .where(
            states.c.connection_id == connection_id,
            states.c.document_id == bindparam("document"),
            states.c.operation_id == bindparam("operation"),
        )
        .values(
            state=bindparam("new_state"),
            status_code=bindparam("code"),
            message=bindparam("text"),
            total_cents=func.coalesce(bindparam("total", type_=states.c.total_cents.type), states.c.total_cents),
            balance_remaining_cents=func.coalesce(
                bindparam("balance", type_=states.c.balance_remaining_cents.type), states.c.balance_remaining_cents
            ),
            balance_at=func.coalesce(bindparam("balance_time", type_=states.c.balance_at.type), states.c.balance_at),
            changed_at=now,
            synced_at=func.coalesce(bindparam("synced", type_=states.c.synced_at.type), states.c.synced_at),
        )
    )
    db.connection().execute(move, [_state_values(judgement, now=now) for judgement in judgements])


def _state_values(judgement: Judgement, *, now: datetime) -> dict[str, object]:
    outcome, effect = judgement.outcome, judgement.effect
    is_done = outcome.state is OperationState.DONE
    return {
        "document": judgement.sent.document_id,
        "operation": outcome.operation_id,
        "new_state": _state(judgement),
        "code": outcome.status_code,
        "text": None if is_done else outcome.status_message,
        "total": effect.total if effect else None,
        "balance": effect.balance if effect else None,
        "balance_time": now if effect and effect.balance is not None else None,
        "synced": now if is_done else None,
    }


def _state(judgement: Judgement) -> DocumentState:
    if judgement.outcome.state is OperationState.DONE:
        return LEFT.get(judgement.sent.request, DocumentState.SYNCED)
    return STATES[judgement.outcome.state]


def _write_balances(db: Session, connection_id: int, judgements: Sequence[Judgement], *, now: datetime) -> None:
    """Pass on what a payment's answer says of its invoices: their balances changed without an answer of their own."""
    balances = _last_balances([judgement.effect for judgement in judgements if judgement.effect is not None])
    if not balances:
        return
    states = table_of(SyncState)
    its_document = (
        select(Link.document_id)
        .where(
            Link.connection_id == connection_id,
            Link.object_type == "Invoice",
            Link.quickbooks_id == bindparam("invoice"),
        )
        .scalar_subquery()
    )
    move = (
        update(states)
        .where(states.c.connection_id == connection_id, states.c.document_id == its_document)
        .values(balance_remaining_cents=bindparam("balance"), balance_at=now, changed_at=now)
    )
    rows = [{"invoice": txn_id, "balance": balance} for txn_id, balance in balances.items()]
    db.connection().execute(move, rows)


def _use_credits(db: Session, connection_id: int, judgements: Sequence[Judgement], *, now: datetime) -> None:
    """Take what a new payment used off the balances of its credit memos: no answer says what is left of them.

    What a changed or deleted payment gives back nobody says either, and what became known late the mirror may have
    seen before: the old figure may be wrong, and is forgotten.
    """
    for judgement in judgements:
        sent = judgement.sent
        if judgement.outcome.state is not OperationState.DONE or not sent.credit_memos or sent.document_body is None:
            continue
        for external_id, amount in used_credits(sent.document_body).items():
            its_document = select(Document.id).where(
                Document.connection_id == connection_id,
                Document.kind == DocumentKind.CREDIT_MEMO,
                Document.external_id == external_id,
            )
            held = (SyncState.connection_id == connection_id, SyncState.document_id.in_(its_document))
            is_new = sent.request.endswith("AddRq") and judgement.is_live
            known = func.coalesce(_mirrored_credit(connection_id), SyncState.balance_remaining)
            left = known - amount if is_new else None
            move = update(SyncState).where(*held).values(balance_remaining=left, balance_at=now, changed_at=now)
            db.execute(move, execution_options={"synchronize_session": False})


def _mirrored_credit(connection_id: int) -> ScalarSelect[Decimal]:
    """Select what the mirror says is left of the credit memo at hand, where it has read that since."""
    is_newer = (SyncState.balance_remaining.is_(None)) | (qb_credit_memos.c.pulled_at > SyncState.balance_at)
    its_record = (
        Link.connection_id == connection_id,
        Link.document_id == SyncState.document_id,
        Link.object_type == "CreditMemo",
        qb_credit_memos.c.connection_id == connection_id,
        qb_credit_memos.c.txn_id == Link.quickbooks_id,
    )
    found = select(qb_credit_memos.c.credit_remaining_cents).where(*its_record, is_newer)
    return found.correlate(SyncState).scalar_subquery()


def _last_balances(effects: Sequence[Effect]) -> Mapping[str, Decimal]:
    """The last word on each transaction, in the order in which QuickBooks did things."""
    return {txn_id: balance for effect in effects for txn_id, balance in effect.balances}
