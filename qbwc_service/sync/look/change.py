"""Decide how a change of a linked document goes out: merged into the record as QuickBooks has it now."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from qbwc_service import qbxml
from qbwc_service.errors import InputError
from qbwc_service.queue import InquiredOperation
from qbwc_service.store import DocumentKind, ProblemReason
from qbwc_service.sync.agreed import find_ids, plain, trim_record
from qbwc_service.sync.effect import find_effect
from qbwc_service.sync.judge import Judgement, done, fails, goes_again
from qbwc_service.sync.kinds.mapping import Body
from qbwc_service.sync.kinds.table import ENTRIES, render_document
from qbwc_service.sync.look.context import Agreed, LookContext
from qbwc_service.sync.look.decided import APP, QUICKBOOKS, Decided
from qbwc_service.sync.look.lines import Origins
from qbwc_service.sync.look.merge import Conflict, Merge, Sides, is_put_back, merge
from qbwc_service.sync.look.tax_codes import lacking_code, lacks_code, read_codes, with_codes
from qbwc_service.sync.rules import SALES, ConflictPolicy, fill_in, list_origins
from qbwc_service.sync.sent import Sent

GONE = "the record is not in QuickBooks any more"
SO_ALREADY = "QuickBooks has it so already"
CUSTOMER = "CustomerRef"


def decide_change(
    operation: InquiredOperation,
    sent: Sent,
    records: Sequence[qbxml.RetObject],
    *,
    context: LookContext,
    now: datetime,
) -> Judgement:
    """Judge a change by the record that it changes: it goes out, is not needed, or is a problem."""
    agreed = context.agreed.get(operation.document_id or 0)
    kind, body = operation.document_kind, operation.document_body
    record = None if agreed is None else next((one for one in records if one.name == f"{agreed.object_type}Ret"), None)
    if agreed is None or kind is None or body is None or record is None:
        return fails(sent, ProblemReason.DELETED_IN_QUICKBOOKS, GONE, code="3120")
    decided = dict(operation.decided or {})
    codes, rule = read_codes(records), context.rules.line_tax_code
    try:
        sides = _sides(kind, body, agreed, record, context)
    except InputError as refused:
        return fails(sent, ProblemReason.REFERENCE_MISSING, refused.message)
    lacking = lacking_code(sides.new, codes, rule)
    if lacking is not None:
        return lacks_code(sent, lacking)
    sides = replace(sides, old=with_codes(sides.old, codes, rule), new=with_codes(sides.new, codes, rule))
    use = decided.get(Decided.USE)
    sides = replace(sides, stands=use != QUICKBOOKS and not context.rules.pull_of(kind).update)
    if use is None and kind not in ENTRIES and _has_other_customer(sides):
        return _asks_for_customer(sent, sides)
    if use == QUICKBOOKS:
        sides = replace(sides, new={**sides.new, CUSTOMER: sides.old.get(CUSTOMER)})
    policy = ConflictPolicy.APP_WINS if sides.stands else context.rules.conflicts
    merged = merge(sides, app_wins=use == APP or (use is None and policy is ConflictPolicy.APP_WINS))
    if kind in SALES:
        decided[Decided.ORIGINS] = _origins_afterwards(sides, merged)
    return _judge(sent, record, merged, decided, asks=use is None and policy is ConflictPolicy.ASK, now=now)


def _sides(kind: DocumentKind, body: Body, agreed: Agreed, record: qbxml.RetObject, context: LookContext) -> Sides:
    filled = fill_in(kind, body, context.rules)
    new = render_document(kind, filled, resolve=context.resolve, external_guid=None)
    old, before = new, filled
    if agreed.body is not None:
        before = fill_in(kind, agreed.body, context.rules)
        old = render_document(kind, before, resolve=context.resolve_old, external_guid=None)
    return Sides(
        object_type=agreed.object_type,
        old=_inner(old.values),
        new=_inner(new.values),
        base=agreed.record,
        record=trim_record(record.values, agreed.object_type),
        origins=_origins(filled, before, agreed),
    )


def _origins(new: Body, old: Body, agreed: Agreed) -> Origins:
    before, after = list_origins(old), list_origins(new)
    return Origins(old=before, new=after, ids=None if agreed.lines is None else find_ids(agreed.lines, before))


def _origins_afterwards(sides: Sides, merged: Merge) -> list[object]:
    """Say where each line comes from that the record has after the change."""
    ours = sides.origins.new if sides.origins is not None else ()
    return [None if place is None or place >= len(ours) else ours[place] for place in merged.line_places]


def _inner(values: Mapping[str, object]) -> Mapping[str, object]:
    (inner,) = values.values()
    if not isinstance(inner, Mapping):
        raise TypeError("a request has one aggregate")
    return inner


def _judge(
    sent: Sent, record: qbxml.RetObject, merged: Merge, decided: dict[str, object], *, asks: bool, now: datetime
) -> Judgement:
    if merged.unmergeable is not None:
        return fails(sent, ProblemReason.REJECTED_BY_QUICKBOOKS, merged.unmergeable)
    if merged.conflicts and asks:
        fields = ", ".join(conflict.path for conflict in merged.conflicts)
        text = f"both sides changed {fields} since it was last agreed"
        return fails(sent, ProblemReason.EDIT_CONFLICT, text, evidence=_shown(merged.conflicts))
    if not merged.values:
        return done(replace(sent, decided=decided), find_effect(record, sent.request), code=None, text=SO_ALREADY)
    sequence = record.values.get("EditSequence")
    judged = goes_again(
        sent,
        code=None,
        text="",
        not_before=now,
        edit_sequence=sequence if isinstance(sequence, str) else None,
    )
    values = plain(merged.values)
    outcome = replace(judged.outcome, status_message=None, decided={**decided, Decided.VALUES: values})
    return replace(judged, outcome=outcome)


def _has_other_customer(sides: Sides) -> bool:
    """Say whether it names another customer than was agreed; or QuickBooks does, and that does not count."""
    ours = sides.new.get(CUSTOMER)
    is_moved = plain(sides.old.get(CUSTOMER)) != plain(ours) or is_put_back(sides, CUSTOMER)
    return is_moved and not _is_surely_same(ours, sides.record.get(CUSTOMER))


def _is_surely_same(ours: object, theirs: object) -> bool:
    """Say whether somebody has moved the record to our customer already; where that cannot be seen, nobody has."""
    if not isinstance(ours, Mapping) or not isinstance(theirs, Mapping):
        return False
    pairs = ((ours[key], theirs[key]) for key in ("ListID", "FullName") if ours.get(key) and theirs.get(key))
    return next((str(one).casefold() == str(other).casefold() for one, other in pairs), False)


def _asks_for_customer(sent: Sent, sides: Sides) -> Judgement:
    conflict = Conflict(
        path=CUSTOMER,
        agreed=sides.old.get(CUSTOMER),
        ours=sides.new.get(CUSTOMER),
        quickbooks=sides.record.get(CUSTOMER),
    )
    text = "it names another customer than the record in QuickBooks"
    return fails(sent, ProblemReason.CUSTOMER_CHANGED, text, evidence=_shown([conflict]))


def _shown(conflicts: Sequence[Conflict]) -> dict[str, object]:
    return {"conflicts": [plain(asdict(conflict)) for conflict in conflicts]}
