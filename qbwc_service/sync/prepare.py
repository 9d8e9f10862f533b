"""Make the next message set: take what is due, and render it with today's ids, as late as possible."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from qbwc_service import qbxml, queue
from qbwc_service.errors import (
    AccountNotConfiguredError,
    InputError,
    InvalidFieldsError,
    NotFoundError,
    QbwcServiceError,
    UnresolvedReferenceError,
)
from qbwc_service.store import DocumentKind, DocumentState, ProblemReason
from qbwc_service.sync.accounts import find_wrong_accounts, refuse_wrong_account
from qbwc_service.sync.kinds.table import Rendered, render_document
from qbwc_service.sync.leave import render_decided, with_decided
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.look.tax_codes import lacking_code, with_codes
from qbwc_service.sync.problems.record import NewProblem, close_outdated, find_held_up, open_problems
from qbwc_service.sync.raw import render_request
from qbwc_service.sync.references import Resolver, Target, find_links, list_targets
from qbwc_service.sync.rules import Rules, fill_in
from qbwc_service.sync.state import mark_documents, mark_refused

MOST_ROUNDS = 25
"""How many claims in a row may hold nothing that can be rendered, before the rest waits for the next call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Operations that are going out together, and their requests, rendered."""

    operations: tuple[queue.ClaimedOperation, ...]
    requests: tuple[qbxml.BuiltRequest, ...]

    @property
    def is_write(self) -> bool:
        """Whether QuickBooks is to change anything: then the set needs an ID to recover by."""
        return self.operations[0].is_write


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What goes out next, or None where nothing is due; and how many operations failed because they cannot go out."""

    batch: Batch | None
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What the company file at the other end understands."""

    version: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLimits:
    """How many operations go out in one set."""

    writes: int = 20
    reads: int = 1


def prepare_batch(
    db: Session,
    connection_id: int,
    *,
    message_set_id: int,
    dialect: Dialect,
    limits: BatchLimits,
    rules: Rules,
    now: datetime,
) -> Prepared:
    """Claim and render what is next for ``message_set_id``.

    What cannot be rendered any more (its customer is gone, its text became too long) fails with a reason, and what
    comes after it goes out all the same.
    """
    failed = 0
    for _round in range(MOST_ROUNDS):
        claimed = queue.claim(
            db,
            connection_id,
            message_set_id=message_set_id,
            now=now,
            write_limit=limits.writes,
            read_limit=limits.reads,
        )
        if not claimed:
            break
        batch, refusals = _render(db, connection_id, claimed, dialect=dialect, rules=rules)
        reasons = {operation_id: refusal.message for operation_id, refusal in refusals.items()}
        queue.refuse(db, connection_id, reasons, now=now)
        mark_refused(db, connection_id, reasons, now=now)
        _record_refusals(db, connection_id, claimed, refusals, now=now)
        failed += len(reasons)
        if batch is not None:
            documents = [operation.id for operation in batch.operations if operation.document_id is not None]
            mark_documents(db, connection_id, documents, state=DocumentState.IN_PROGRESS, now=now)
            return Prepared(batch=batch, failed=failed)
    return Prepared(batch=None, failed=failed)


def _record_refusals(
    db: Session,
    connection_id: int,
    claimed: Sequence[queue.ClaimedOperation],
    refusals: Mapping[int, QbwcServiceError],
    *,
    now: datetime,
) -> None:
    """Open the problems of what could not be rendered, and of what waits for it."""
    refused = [operation for operation in claimed if operation.id in refusals]
    problems = [
        NewProblem(
            reason=_reason(refusals[operation.id]),
            message=refusals[operation.id].message,
            operation_id=operation.id,
            document_id=operation.document_id,
            request=operation.request,
            evidence={"request": operation.request},
        )
        for operation in refused
    ]
    held_up = find_held_up(db, connection_id, {operation.id: operation.request for operation in refused})
    open_problems(db, connection_id, [*problems, *held_up], now=now)
    close_outdated(db, connection_id, problems, now=now)


def _reason(refusal: QbwcServiceError) -> ProblemReason:
    """Name why an operation cannot be rendered."""
    if isinstance(refusal, AccountNotConfiguredError):
        return ProblemReason.ACCOUNT_NOT_CONFIGURED
    errors = refusal.errors if isinstance(refusal, InvalidFieldsError) else ()
    is_too_long = bool(errors) and all(error.rule == "max_length" for error in errors)
    return ProblemReason.FIELD_TOO_LONG if is_too_long else ProblemReason.INVALID_VALUE


def _render(
    db: Session, connection_id: int, claimed: Sequence[queue.ClaimedOperation], *, dialect: Dialect, rules: Rules
) -> tuple[Batch | None, dict[int, QbwcServiceError]]:
    """Render what can be rendered; say why the rest cannot, by operation."""
    resolve = Resolver(find_links(db, connection_id, _targets(claimed)))
    wrong = find_wrong_accounts(db, connection_id, rules) if any(map(_brings_money, claimed)) else {}
    rendered: list[tuple[queue.ClaimedOperation, qbxml.BuiltRequest]] = []
    refusals: dict[int, QbwcServiceError] = {}
    for operation in claimed:
        try:
            if operation.document_kind is not None and operation.document_body is not None and _brings_money(operation):
                refuse_wrong_account(operation.document_kind, operation.document_body, wrong)
            request = _request(operation, resolve, rules)
            built = qbxml.build_request(
                request, version=dialect.version, country=dialect.country, characters=rules.characters
            )
            rendered.append((operation, built))
        except (InputError, NotFoundError) as refused:
            refusals[operation.id] = refused
    if not rendered:
        return None, refusals
    operations, requests = zip(*rendered, strict=True)
    return Batch(operations=operations, requests=requests), refusals


def _brings_money(operation: queue.ClaimedOperation) -> bool:
    """Say whether money goes to an account by it; what is taken back needs no account."""
    kinds = {DocumentKind.PAYMENT, DocumentKind.SALES_RECEIPT, DocumentKind.DEPOSIT}
    return operation.document_kind in kinds and operation.request.endswith("AddRq")


def _targets(claimed: Sequence[queue.ClaimedOperation]) -> set[Target]:
    targets: set[Target] = set()
    for operation in claimed:
        if operation.document_kind is not None and operation.document_body is not None:
            targets.update(list_targets(operation.document_kind, operation.document_body))
    return targets


def _request(operation: queue.ClaimedOperation, resolve: Resolver, rules: Rules) -> qbxml.Request:
    request_id = str(operation.id)
    if operation.document_id is not None and not operation.request.endswith("AddRq"):
        return render_decided(operation, request_id=request_id)
    if operation.document_kind is not None and operation.document_body is not None:
        rendered = render_document(
            operation.document_kind,
            fill_in(operation.document_kind, operation.document_body, rules),
            resolve=resolve,
            external_guid=operation.external_guid,
        )
        coded = _with_tax_codes(rendered, operation, rules)
        values = with_decided(rendered.add, coded, operation.decided or {})
        return qbxml.Request(name=rendered.request, values=values, request_id=request_id)
    return render_request(
        operation.request,
        operation.body or {},
        request_id=request_id,
        external_guid=operation.external_guid,
        edit_sequence=operation.edit_sequence,
    )


def _with_tax_codes(rendered: Rendered, operation: queue.ClaimedOperation, rules: Rules) -> Mapping[str, object]:
    """Put in the tax codes that a look found; UnresolvedReferenceError where it did not, which is never guessed."""
    inner, found = rendered.values[rendered.add], (operation.decided or {}).get(Decided.TAX_CODES)
    codes = found if isinstance(found, Mapping) else {}
    if not isinstance(inner, Mapping):
        return rendered.values
    lacking = lacking_code(inner, codes, rules.line_tax_code)
    if lacking is not None:
        raise UnresolvedReferenceError(lacking, field="lines", remedy="retry it: then it is looked for")
    return {rendered.add: with_codes(inner, codes, rules.line_tax_code)}
