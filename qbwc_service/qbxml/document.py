"""From plain dicts to a whole, checked document in one call; ``build_request`` and ``build_message_set`` are the parts.

Paths of errors are in the caller's own words: ``invoice_add.lines[2].desc`` for who wrote ``desc``, whatever Intuit
calls it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from qbwc_service.errors import FieldError, InvalidRequestError
from qbwc_service.qbxml.builder import build_request
from qbwc_service.qbxml.characters import Characters
from qbwc_service.qbxml.grammar import Element, find_request, request_names
from qbwc_service.qbxml.message_set import build_message_set
from qbwc_service.qbxml.names import snake_case
from qbwc_service.qbxml.plan import find_plan
from qbwc_service.qbxml.request import BuiltRequest, Request, TextChange

_OF_THE_DOCUMENT = ("version", "country")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltDocument:
    """A document for QuickBooks, pure ASCII, and what transliteration changed in it."""

    xml: str
    changed: tuple[TextChange, ...] = ()


def build(
    request_type: str,
    values: Mapping[str, object] | None = None,
    *,
    version: str = "13.0",
    country: str = "US",
    characters: Characters = Characters.TRANSLITERATE,
    request_id: str | None = None,
    attributes: Mapping[str, str] | None = None,
) -> BuiltDocument:
    """Build a document with one request.

    ``request_type`` is ``invoice_add``, ``InvoiceAdd`` or ``InvoiceAddRq``. ``values`` are plain dicts, lists and
    values by Intuit's names or by ours, in any order; only lines keep theirs. The object that an Add or Mod request
    wraps around everything may be left out. ``version`` is the qbXML version, ``country`` the edition (US, CA, UK,
    AU), ``attributes`` are iterator, iterator_id, meta_data. Raises InvalidRequestError with all errors at once.
    """
    request = Request(name=request_type, values=values or {}, request_id=request_id, attributes=attributes or {})
    try:
        return build_document([request], version=version, country=country, characters=characters)
    except InvalidRequestError as error:
        mistakes = [replace(each, path=each.path.removeprefix("requests[0].")) for each in error.errors]
        raise InvalidRequestError(f"{request_type} cannot be sent", mistakes) from None


def build_document(
    requests: Sequence[Request],
    *,
    version: str = "13.0",
    country: str = "US",
    characters: Characters = Characters.TRANSLITERATE,
    on_error: str = "continueOnError",
    new_message_set_id: str | None = None,
    old_message_set_id: str | None = None,
) -> BuiltDocument:
    """Build a document with several requests, in their order; names and values are as for ``build``.

    Raises InvalidRequestError with the errors of all of them: paths begin with ``requests[0].``.
    """
    errors: dict[tuple[str, str], FieldError] = {}
    built: list[BuiltRequest] = []
    for position, request in enumerate(requests):
        try:
            built.append(_build_one(request, version=version, country=country, characters=characters))
        except InvalidRequestError as error:
            _collect(errors, error.errors, prefix=f"requests[{position}].")
    try:
        xml = build_message_set(
            built or ([BuiltRequest(xml="")] if requests else []),
            version=version,
            on_error=on_error,
            new_message_set_id=new_message_set_id,
            old_message_set_id=old_message_set_id,
        )
    except InvalidRequestError as error:
        _collect(errors, error.errors, prefix="")
    if errors:
        raise InvalidRequestError("The document cannot be sent", list(errors.values()))
    return BuiltDocument(xml=xml, changed=tuple(change for one in built for change in one.changed))


def _collect(errors: dict[tuple[str, str], FieldError], more: Sequence[FieldError], *, prefix: str) -> None:
    """Add errors; what concerns the whole document, its version and country, stands once and without a prefix."""
    for each in more:
        path = each.path if each.path in _OF_THE_DOCUMENT else prefix + each.path
        errors.setdefault((path, each.message), replace(each, path=path))


def _build_one(request: Request, *, version: str, country: str, characters: Characters) -> BuiltRequest:
    known = find_name(request.name)
    element = find_request(known)
    values = request.values if element is None else _wrap(element, request.values, request.name)
    try:
        asked = replace(request, name=known, values=values)
        built = build_request(asked, version=version, country=country, characters=characters)
    except InvalidRequestError as error:
        mistakes = [replace(each, path=_reword(each.path, values)) for each in error.errors]
        raise InvalidRequestError(error.summary, mistakes) from None
    return replace(built, changed=tuple(replace(each, path=_reword(each.path, values)) for each in built.changed))


def find_name(name: str) -> str:
    """Give Intuit's name (``InvoiceAddRq``) for any spelling of a request; what is unknown stays as it is."""
    full = name if name.endswith("Rq") else f"{name}Rq"
    if find_request(full) is not None:
        return full
    wanted = snake_case(name).removesuffix("_rq")
    return next((known for known in request_names() if snake_case(known[:-2]) == wanted), name)


def _wrap(request: Element, values: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Put the object around the values that the request wants there (InvoiceAdd), where the caller left it out."""
    wrapper = request.content[0] if request.content else None
    if not isinstance(wrapper, Element) or f"{wrapper.name}Rq" != request.name:
        return values
    if wrapper.name in values or snake_case(wrapper.name) in values:
        return values
    beside = find_plan(request).keys
    inside = {key: value for key, value in values.items() if key not in beside}
    key = wrapper.name if name.removesuffix("Rq") == wrapper.name else snake_case(wrapper.name)
    return {key: inside} | {key: value for key, value in values.items() if key in beside}


def _reword(path: str, values: Mapping[str, object]) -> str:
    """Write a path of the builder in the words of the values it is about."""
    return "".join(_walk(path, values)).removeprefix(".")


def _walk(path: str, values: object) -> Iterator[str]:
    here = values
    for match in _STEP.finditer(path):
        name, position = match.groups()
        if position is not None:
            number = int(position)
            yield f"[{number}]" if isinstance(here, list | tuple) else ""
            here = here[number] if isinstance(here, list | tuple) and number < len(here) else here
        else:
            key = _find_key(name, here)
            yield f".{key}"
            here = here.get(key) if isinstance(here, Mapping) else None


def _find_key(name: str, values: object) -> str:
    keys = [key for key in values if isinstance(key, str)] if isinstance(values, Mapping) else []
    ours = snake_case(name)
    if name in keys or name.startswith("@"):
        return name
    return ours if ours in keys or not any(key != snake_case(key) for key in keys) else name
