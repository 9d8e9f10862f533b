"""Check one document before it is accepted: its shape, and everything QuickBooks would refuse of its form."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from qbwc_service import qbxml
from qbwc_service.errors import FieldError, InvalidDocumentError, InvalidRequestError
from qbwc_service.qbxml import Characters, TextChange
from qbwc_service.store import DocumentKind
from qbwc_service.sync.kinds.table import allows_external_guid, field_path, render_document
from qbwc_service.sync.references import Target, list_targets
from qbwc_service.sync.rules import Accounts, Rules, custom_values, fill_in
from qbwc_service.sync.shapes.mend import mend
from qbwc_service.sync.shapes.models import SHAPES
from qbwc_service.sync.shapes.parts import Shape

BASELINE_VERSION = "13.0"
"""Every supported QuickBooks (2014 and later) accepts it, and no document needs more."""

SENTENCES = {
    "missing": "is required",
    "extra_forbidden": "is not known here; docs/documents.md lists the fields",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "string_type": "has to be text",
    "date_from_datetime_parsing": "has to be a date such as 2026-11-20",
    "date_parsing": "has to be a date such as 2026-11-20",
}
"""What people read in place of pydantic's own words, by its type of error."""

SOME_ID = "80000001-1"
SOME_RULES = Rules(accounts=Accounts(deposits="Bank", fees="Fees"))
"""Which accounts the rules name is seen when the document goes out; here only its form counts."""
LONGEST_FIELD = 255
"""Characters of a custom field [Intuit: STR255TYPE]."""
SOME_FIELD = {"OwnerID": "0", "TxnDataExtType": "Invoice", "TxnID": SOME_ID}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDocument:
    """A document that is well formed: its canonical JSON body, and the documents it refers to with their fields."""

    kind: DocumentKind
    external_id: str
    body: dict[str, object]
    fingerprint: str
    request: str
    takes_external_guid: bool
    targets: Mapping[Target, str]
    text_changes: tuple[TextChange, ...]

    @property
    def target(self) -> Target:
        """How other documents refer to this one."""
        return Target(self.kind, self.external_id)


def check_document(
    kind: DocumentKind | str,
    body: Mapping[str, object],
    *,
    country: str,
    rules: Rules,
) -> CheckedDocument:
    """Check a document; InvalidDocumentError lists all its mistakes, by field."""
    known_kind = _kind(kind)
    shape, errors = _shape(known_kind, body)
    canonical: dict[str, object] = {}
    changes: list[TextChange] = []
    if shape is not None:
        canonical = shape.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        request = _render(known_kind, canonical)
        built, further = _build(known_kind, request, country=country, characters=rules.characters)
        seen = {error.path for error in errors}
        errors += [error for error in further if error.path not in seen]
        changes, refused = _check_custom_fields(known_kind, canonical, rules, country=country)
        errors += refused
    if errors or shape is None or built is None:
        raise InvalidDocumentError(f"the {known_kind.value} is not acceptable", errors)
    changes += [replace(change, path=field_path(known_kind, change.path)) for change in built.changed]
    text = json.dumps(canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return CheckedDocument(
        kind=known_kind,
        external_id=str(canonical["external_id"]),
        body=canonical,
        fingerprint=hashlib.sha256(text.encode()).hexdigest(),
        request=request.name,
        takes_external_guid=allows_external_guid(request.name),
        targets=list_targets(known_kind, canonical),
        text_changes=tuple(changes),
    )


def _kind(kind: DocumentKind | str) -> DocumentKind:
    try:
        return DocumentKind(kind)
    except ValueError:
        listed = ", ".join(DocumentKind)
        problem = FieldError(path="kind", rule="enum", message=f"{kind!r} is none of {listed}")
        raise InvalidDocumentError("this kind of document is not known", [problem]) from None


def _shape(kind: DocumentKind, body: Mapping[str, object]) -> tuple[Shape | None, list[FieldError]]:
    """Give the document in its shape, and what is wrong with it: then it is mended, or None where it cannot be."""
    try:
        return SHAPES[kind].model_validate(body), []
    except ValidationError as refused:
        errors = [
            FieldError(path=_path(problem), rule=problem["type"], message=_sentence(problem))
            for problem in refused.errors(include_url=False, include_input=False, include_context=False)
        ]
        # Of a list that holds something wrong, pydantic says too that it is too short; that is an echo only.
        entries = {error.path.partition("[")[0] for error in errors if "[" in error.path}
        errors = [error for error in errors if error.path not in entries]
        return mend(SHAPES[kind], body, refused) if isinstance(body, Mapping) else None, errors


def _render(kind: DocumentKind, canonical: Mapping[str, object]) -> qbxml.Request:
    filled = fill_in(kind, canonical, SOME_RULES)
    rendered = render_document(kind, filled, resolve=lambda _kind, _id: SOME_ID, external_guid=None)
    return qbxml.Request(name=rendered.request, values=rendered.values)


def _build(
    kind: DocumentKind, request: qbxml.Request, *, country: str, characters: Characters
) -> tuple[qbxml.BuiltRequest | None, list[FieldError]]:
    """Build it, or say in the document's words what QuickBooks would refuse."""
    try:
        return qbxml.build_request(request, version=BASELINE_VERSION, country=country, characters=characters), []
    except InvalidRequestError as refused:
        return None, [
            FieldError(
                path=field_path(kind, problem.path),
                rule=problem.rule,
                message=problem.message,
                limit=problem.limit,
                length=problem.length,
            )
            for problem in refused.errors
        ]


def _check_custom_fields(
    kind: DocumentKind, body: Mapping[str, object], rules: Rules, *, country: str
) -> tuple[list[TextChange], list[FieldError]]:
    """Check what the rules make of it for QuickBooks' custom fields, each as it would go out."""
    changes: list[TextChange] = []
    errors: list[FieldError] = []
    for name, value in custom_values(kind, body, rules).items():
        path = f"custom_fields.{name}"
        try:
            changes += [replace(change, path=path) for change in _build_field(name, value, rules, country=country)]
        except InvalidRequestError as refused:
            errors += [replace(problem, path=path) for problem in refused.errors]
    return changes, errors


def _build_field(name: str, value: str, rules: Rules, *, country: str) -> Sequence[TextChange]:
    """Build the request of a custom field, of which the grammar knows no length; an empty one is taken away instead."""
    if not value:
        return ()
    if len(value) > LONGEST_FIELD:
        message = f"the custom field is longer than {LONGEST_FIELD} characters"
        limit, length = str(LONGEST_FIELD), len(value)
        error = FieldError(path=name, rule="max_length", message=message, limit=limit, length=length)
        raise InvalidRequestError(message, [error])
    values = {**SOME_FIELD, "DataExtName": name, "DataExtValue": value}
    request = qbxml.Request(name="DataExtModRq", values={"DataExtMod": values})
    built = qbxml.build_request(request, version=BASELINE_VERSION, country=country, characters=rules.characters)
    return built.changed


def _path(problem: ErrorDetails) -> str:
    """Write pydantic's location as a path; the names it gives to the members of a union are not fields.

    What is wrong with a document as a whole has no location; our sentences begin with the field that is to blame.
    """
    path = ""
    for part in problem["loc"]:
        if isinstance(part, int):
            path += f"[{part}]"
        elif not part.startswith(("function-", "literal[", "tuple[", "model-")):
            path += f".{part}" if path else part
    return path or _sentence(problem).rpartition(": ")[0]


def _sentence(problem: ErrorDetails) -> str:
    """Say it in our own words where pydantic's are not a user's."""
    return SENTENCES.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
