"""Build one qbXML request from plain values: everything checked, everything in the mandatory order.

QuickBooks refuses a whole message set for one element in the wrong place (0x80040400), so nothing leaves that the
grammar does not allow. All errors of a request are found in one pass.
"""

from collections.abc import Mapping, Sequence

from qbwc_service.errors import FieldError, InvalidRequestError
from qbwc_service.qbxml.attributes import check_attributes
from qbwc_service.qbxml.characters import Characters, escape
from qbwc_service.qbxml.grammar import EDITIONS, KNOWN_VERSIONS, Choice, Element, find_request, request_names
from qbwc_service.qbxml.leaf import Findings, format_leaf
from qbwc_service.qbxml.names import snake_case
from qbwc_service.qbxml.plan import Plan, find_plan
from qbwc_service.qbxml.request import DEFINE_MACRO, LINES, USE_MACRO, BuiltRequest, Request

_Given = dict[Element, object]


def build_request(
    request: Request,
    *,
    version: str = "13.0",
    country: str = "US",
    characters: Characters = Characters.TRANSLITERATE,
) -> BuiltRequest:
    """Check a request and write it as one XML element, pure ASCII.

    ``version`` is the qbXML version of the document it will stand in, ``country`` the edition of QuickBooks (US, CA,
    UK, AU). The request's name is Intuit's (``InvoiceAddRq``) and its values stand as in XML, below ``InvoiceAdd``:
    ``build_document`` takes our names too. Raises InvalidRequestError with every error of the request; paths start
    below the request's element (``InvoiceAdd.InvoiceLineAdd[2].Desc``).
    """
    element = _find_element(request, version=version, country=country)
    major, minor = map(int, version.split("."))
    found = Findings(version=(major, minor), country=country, characters=characters, list_name=_find_list_name(element))
    _check_availability(found, element, path=element.name)
    attributes = check_attributes(found, element, request)
    if DEFINE_MACRO in request.values:
        found.note(DEFINE_MACRO, "unknown", "stands in the object that defines the macro, one level below")
    found.output.append(f"<{element.name}{attributes}>")
    _write_content(found, element, request.values, path="")
    found.output.append(f"</{element.name}>")
    if found.errors:
        raise InvalidRequestError(f"{request.name} cannot be sent", found.errors)
    return BuiltRequest(xml="".join(found.output), version=version, changed=tuple(found.changed))


def _find_element(request: Request, *, version: str, country: str) -> Element:
    errors = []
    if version not in KNOWN_VERSIONS:
        known = ", ".join(KNOWN_VERSIONS)
        errors.append(FieldError(path="version", rule="version", message=f"{version} is not one of {known}"))
    if country not in EDITIONS:
        known = ", ".join(EDITIONS)
        errors.append(FieldError(path="country", rule="edition", message=f"{country} is not one of {known}"))
    element = find_request(request.name)
    if element is None:
        message = f"qbXML has no request {request.name}" + _suggest_request(request.name)
        errors.append(FieldError(path="name", rule="unknown", message=message))
    if element is None or errors:
        raise InvalidRequestError(f"{request.name} cannot be sent", errors)
    return element


def _find_list_name(element: Element) -> Element | None:
    """Find the Name of the list entry that a request adds or changes: QuickBooks refuses a colon there (3090)."""
    if not element.name.endswith(("AddRq", "ModRq")):
        return None
    main = next((part for part in element.content if isinstance(part, Element)), None)
    return None if main is None else find_plan(main).keys.get("Name")


def _check_availability(found: Findings, part: Element | Choice, *, path: str) -> None:
    if part.since > found.version:
        since = f"{part.since[0]}.{part.since[1]}"
        found.note(path, "version", f"needs qbXML {since}, the document is {found.version[0]}.{found.version[1]}")
    if isinstance(part, Element) and found.country not in part.editions:
        editions = ", ".join(part.editions) or "QuickBooks Online only"
        found.note(path, "edition", f"is not in the {found.country} edition ({editions})")


def _write_content(found: Findings, parent: Element, values: Mapping[str, object], *, path: str) -> None:
    plan = find_plan(parent)
    given, lines = _resolve(found, plan, values, path=path)
    for part in parent.content:
        if isinstance(part, Choice) and part.repeats:
            _write_lines(found, part, given, lines=lines, path=path)
        else:
            _write_sequence(found, (part,), given, path=path)
    if plan.is_reference and not given:
        found.note(path, "reference", "needs a ListID or a FullName")


def _resolve(
    found: Findings, plan: Plan, values: Mapping[str, object], *, path: str
) -> tuple[_Given, Sequence[object] | None]:
    """Find the element of every key; what is None counts as not given, and so does an empty list where all may lack.

    An empty list of what to look for in a query is an error: left out, it would ask for the whole company.
    """
    given: _Given = {}
    lines: Sequence[object] | None = None
    for key, value in values.items():
        if key == DEFINE_MACRO:
            continue
        element = plan.keys.get(key)
        if element is None and (key != LINES or not plan.has_lines):
            hint = _suggest(key, tuple(plan.keys)) if isinstance(key, str) else ""
            found.note(_join(path, str(key)), "unknown", f"is not known here{hint}")
        elif value is None:
            continue
        elif isinstance(value, list | tuple) and not value:
            if element is not None and element in plan.lookups:
                found.note(_join(path, element.name), "required", "is an empty list, which would ask for everything")
        elif element is None:
            lines = value if isinstance(value, list | tuple) else (value,)
        elif element in given:
            found.note(_join(path, key), "repeat", "is given twice, by Intuit's name and by ours")
        else:
            given[element] = value
    return given, lines


def _write_choice(found: Findings, choice: Choice, given: _Given, *, path: str) -> None:
    plan = find_plan(choice)
    present = [number for number, elements in enumerate(plan.elements) if any(part in given for part in elements)]
    if not present and choice.required and not plan.may_be_empty:
        found.note(path, "choice", f"needs one of {plan.description}")
    if not present:
        return
    names = [part.name for number in present for part in plan.elements[number] if part in given]
    if len(present) > 1:
        for name in names[1:]:
            found.note(_join(path, name), "choice", f"only one of {plan.description} is possible, {names[0]} is given")
    if choice.since > found.version:
        _check_availability(found, choice, path=_join(path, names[0]))
    for number in present:
        _write_sequence(found, choice.alternatives[number], given, path=path)


def _write_sequence(found: Findings, parts: Sequence[Element | Choice], given: _Given, *, path: str) -> None:
    for part in parts:
        if isinstance(part, Choice):
            _write_choice(found, part, given, path=path)
        elif part in given:
            _write_element(found, part, given[part], path=path)
        elif part.required:
            found.note(_join(path, part.name), "required", "is required")


def _write_lines(found: Findings, choice: Choice, given: _Given, *, lines: Sequence[object] | None, path: str) -> None:
    plan = find_plan(choice)
    if lines is not None:
        for position, line in enumerate(lines):
            _write_mixed_line(found, plan, line, path=f"{_join(path, LINES)}[{position}]")
    kinds = [part for part in given if part.name in plan.names]
    for part in kinds:
        if lines is not None:
            found.note(_join(path, part.name), "choice", f"is given beside {LINES}, which holds all lines in order")
        _write_each(found, part, given[part], path=_join(path, part.name))
    if choice.required and not kinds and not lines:
        found.note(path, "choice", f"needs at least one of {plan.description}")


def _write_mixed_line(found: Findings, plan: Plan, line: object, *, path: str) -> None:
    named = [key for key in line if key in plan.keys] if isinstance(line, Mapping) else []
    if isinstance(line, Mapping) and not named and plan.plain_line is not None:
        _write_one(found, plan.plain_line, line, path=path)
    elif isinstance(line, Mapping) and len(line) == len(named) == 1:
        part = plan.keys[named[0]]
        if line[named[0]] is None:
            found.note(_join(path, part.name), "format", "is nothing (null), which has no place in a list")
        else:
            _write_one(found, part, line[named[0]], path=_join(path, part.name))
    elif isinstance(line, Mapping) and len(line) == 1:
        found.note(_join(path, str(next(iter(line)))), "unknown", f"is not one of {plan.description}")
    else:
        found.note(path, "format", f"expects an object with one key: {plan.description}")


def _write_element(found: Findings, element: Element, value: object, *, path: str) -> None:
    path = _join(path, element.name)
    if element.repeats:
        _write_each(found, element, value, path=path)
    elif isinstance(value, list | tuple):
        found.note(path, "repeat", "stands once, but a list is given")
    else:
        _write_one(found, element, value, path=path)


def _write_each(found: Findings, element: Element, value: object, *, path: str) -> None:
    items = value if isinstance(value, list | tuple) else (value,)
    for position, item in enumerate(items):
        if item is None:
            found.note(f"{path}[{position}]", "format", "is nothing (null), which has no place in a list")
        else:
            _write_one(found, element, item, path=f"{path}[{position}]")


def _write_one(found: Findings, element: Element, value: object, *, path: str) -> None:
    if element.since > found.version or found.country not in element.editions:
        _check_availability(found, element, path=path)
    if element.type is None:
        _write_aggregate(found, element, value, path=path)
    elif element.macro and isinstance(value, Mapping) and set(value) == {USE_MACRO}:
        _check_macro(found, value[USE_MACRO], path=path)
        found.output.append(f'<{element.name} useMacro="{escape(str(value[USE_MACRO]))}"></{element.name}>')
    else:
        text = format_leaf(found, element, value, path=path)
        if text is not None:
            found.output.append(f"<{element.name}>{escape(text)}</{element.name}>")


def _write_aggregate(found: Findings, element: Element, value: object, *, path: str) -> None:
    if not isinstance(value, Mapping):
        found.note(path, "format", f"expects an object, not {type(value).__name__}")
        return
    macro = value.get(DEFINE_MACRO)
    if macro is not None and "defMacro" not in element.attributes:
        found.note(path, "unknown", "cannot define a macro")
    if macro is not None:
        _check_macro(found, macro, path=path)
    defined = "" if macro is None else f' defMacro="{escape(str(macro))}"'
    found.output.append(f"<{element.name}{defined}>")
    _write_content(found, element, value, path=path)
    found.output.append(f"</{element.name}>")


def _check_macro(found: Findings, macro: object, *, path: str) -> None:
    if not isinstance(macro, str) or not macro or not macro.isprintable():
        found.note(path, "format", "expects the name of a macro such as TxnID:payment-1")


def _suggest(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 -- Only who makes a mistake needs it.

    close = get_close_matches(name, known, n=1) or get_close_matches(snake_case(name), known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _suggest_request(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 -- The same.

    known = {snake_case(each.removesuffix("Rq")): each for each in request_names()}
    close = get_close_matches(snake_case(name.removesuffix("Rq")), known, n=1)
    return f"; did you mean {known[close[0]]}?" if close else ""


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
