"""``qbwc-service qbxml``: check, build and look up qbXML, without a database and without QuickBooks."""

import json
import sys
from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

import click

from qbwc_service import qbxml as layer
from qbwc_service.cli.exit_codes import ExitCode
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.outline import outline
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.tables import make_facts
from qbwc_service.errors import InputError, InvalidRequestError, NotFoundError
from qbwc_service.qbxml.grammar import EDITIONS, KNOWN_VERSIONS

STANDARD_INPUT = "-"

country_option = click.option(
    "--country", type=click.Choice(EDITIONS), default="US", show_default=True, help="The edition of QuickBooks."
)


@click.group()
def qbxml() -> None:
    """Check, build and look up qbXML."""


@qbxml.command(cls=LeafCommand, example="qbwc-service qbxml validate request.xml")
@click.argument("file")
@click.option("--qbxml-version", type=click.Choice(KNOWN_VERSIONS), help="Else that of the document.")
@country_option
def validate(file: str, *, qbxml_version: str | None, country: str) -> Reply:
    """Name every mistake of a request document, with line and path (exit code 2), or say that it is good.

    FILE is a whole document or bare request elements; - is standard input.
    """
    data, shown = _read(file)
    mistakes = layer.validate(data, version=qbxml_version, country=country)
    facts = {"file": shown, "is_valid": not mistakes, "mistakes": mistakes}
    if not mistakes:
        return Reply(data=facts, shown=(f"{shown}: good",))
    lines = [_describe(shown, mistake) for mistake in mistakes]
    return Reply(data=facts, shown=tuple(lines), exit_code=ExitCode.BAD_INPUT)


@qbxml.command(cls=LeafCommand, example="qbwc-service qbxml build invoice_add < invoice.json")
@click.argument("request")
@click.argument("file", default=STANDARD_INPUT)
@click.option("--qbxml-version", type=click.Choice(KNOWN_VERSIONS), default=KNOWN_VERSIONS[0], show_default=True)
@country_option
@click.option(
    "--characters",
    type=click.Choice([policy.value for policy in layer.Characters]),
    default=layer.Characters.TRANSLITERATE.value,
    show_default=True,
    help="What happens to characters that QuickBooks cannot keep.",
)
def build(request: str, file: str, *, qbxml_version: str, country: str, characters: str) -> Reply:
    """Build a document from a JSON object on standard input, or in FILE.

    REQUEST is invoice_add, InvoiceAdd or InvoiceAddRq; the values have Intuit's names or ours, in any order. Keys
    that begin with @ are attributes (@requestID, @iterator). What is wrong is named all at once (exit code 2).
    """
    values = _read_object(file)
    given = {key[1:]: values.pop(key) for key in list(values) if key.startswith("@")}
    attributes = {name: str(value) for name, value in given.items() if value is not None}
    request_id = attributes.pop("requestID", attributes.pop("request_id", None))
    try:
        built = layer.build(
            request,
            values,
            version=qbxml_version,
            country=country,
            characters=layer.Characters(characters),
            request_id=request_id,
            attributes=attributes,
        )
    except InvalidRequestError as error:
        known = layer.find_name(request)
        name = known if layer.grammar.find_request(known) else ""
        error.remedy = f"see what is possible with: qbwc-service qbxml grammar {name}".rstrip()
        raise
    complaints = tuple(f"{change.path}: {change.before!r} is written {change.after!r}" for change in built.changed)
    return Reply(data={"qbxml": built.xml, "changed": built.changed}, raw=f"{built.xml}\n", complaints=complaints)


@qbxml.command(
    cls=LeafCommand,
    example="qbwc-service qbxml explain 0x80040414",
    context_settings={"ignore_unknown_options": True},  # An hresult may be a negative number.
)
@click.argument("code")
@click.argument("message", required=False)
def explain(code: str, *, message: str | None) -> Reply:
    """Explain a status code (3200), an hresult (0x80040414) or a code of the Web Connector (QBWC1048).

    MESSAGE is the text that came with a status: some codes stand for several reasons.
    """
    fact = layer.explain(code)
    if fact is None:
        remedy = "give a status such as 3200, an hresult such as 0x80040414, or QBWC and four digits"
        raise NotFoundError(f"nothing is known of the code {code!r}", field="code", remedy=remedy)
    is_status = fact.kind is layer.CodeKind.STATUS
    reason = layer.find_reason(int(fact.code), message) if message and is_status else None
    facts = {
        "Code": fact.code,
        "Meaning": fact.meaning,
        "Severity": fact.severity,
        "Done in QuickBooks": _APPLIED[fact.applied],
        "Reason": reason.reason.replace("_", " ") if reason else None,
        "Next": _ACTIONS[reason.action if reason else fact.action],
        "What to do": reason.advice if reason else fact.advice,
        "Source": fact.source if fact.certain else f"{fact.source}, not certain",
    }
    return Reply(data={"fact": fact, "reason": reason}, shown=(make_facts(facts),))


@qbxml.command(cls=LeafCommand, example="qbwc-service qbxml grammar InvoiceAddRq")
@click.argument("name", required=False)
def grammar(name: str | None) -> Reply:
    """Show what a request or a response may hold, in order; without a name list the requests, one per line."""
    names = layer.grammar.request_names()
    if name is None:
        return Reply(data={"requests": names}, raw="".join(f"{each}\n" for each in names))
    full = layer.find_name(name)
    response = f"{layer.find_name(name[:-3])[:-2]}Rs" if name.lower().endswith("_rs") else full
    element = layer.grammar.find_request(full) or layer.grammar.find_response(response)
    if element is None:
        close = get_close_matches(full, names, n=1)
        remedy = f"did you mean {close[0]}? " if close else ""
        remedy += "list them with: qbwc-service qbxml grammar"
        raise NotFoundError(f"qbXML has no request or response {name!r}", field="name", remedy=remedy)
    return Reply(data=element, raw="".join(f"{line}\n" for line in outline(element)))


_APPLIED: Mapping[layer.Applied, str] = {
    layer.Applied.YES: "yes",
    layer.Applied.NO: "no",
    layer.Applied.UNKNOWN: "nobody knows; look before anything is sent again",
    layer.Applied.NOTHING_TO_APPLY: "nothing was to be done",
}
_ACTIONS: Mapping[layer.Action, str] = {
    layer.Action.NONE: "nothing",
    layer.Action.RETRY: "the same is tried again",
    layer.Action.QUERY: "QuickBooks is asked first",
    layer.Action.FIX_DATA: "the data must be corrected",
    layer.Action.ASK_PERSON: "a person must do something",
    layer.Action.REPORT_BUG: "a program must be corrected",
}


def _describe(shown: str, mistake: layer.Mistake) -> str:
    path = f" {mistake.path}:" if mistake.path else ""
    return f"{shown}:{mistake.line}:{path} {mistake.message} ({mistake.rule})"


def _read(name: str) -> tuple[bytes, str]:
    """Read a file whole; give it with the name that messages call it."""
    if name == STANDARD_INPUT:
        return sys.stdin.buffer.read(), "<stdin>"
    try:
        return Path(name).read_bytes(), name
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        remedy = "give the path of a file that you may read, or - for standard input"
        raise InputError(f"{name!r} cannot be read: {reason}", field="file", remedy=remedy) from None


def _read_object(name: str) -> dict[str, object]:
    """Read a JSON object; numbers with a point are exact."""
    data, shown = _read(name)
    remedy = 'write one JSON object such as {"name": "Ann"}'
    try:
        values = json.loads(
            data, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_refuse_repeated
        )
    except (ValueError, RecursionError) as error:
        raise InputError(f"{shown} is no JSON: {error}", field="file", remedy=remedy) from None
    if not isinstance(values, dict):
        raise InputError(f"{shown} holds no JSON object", field="file", remedy=remedy)
    return values


def _refuse_constant(word: str) -> object:
    raise ValueError(f"{word} is no number")


def _refuse_repeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} stands twice in one object; which of the two is meant?")
    return values
