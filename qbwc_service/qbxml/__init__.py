"""qbXML for QuickBooks Desktop: every request strict, every answer tolerated. Pure text and values, usable on its own.

Building: ``build`` checks plain values against the grammar (all errors at once, each with its path, rule and limit)
and writes a whole document in the mandatory order; ``build_document`` does it for several requests, ``build_request``
and ``build_message_set`` are its parts. ``read_requests`` reads XML that somebody else wrote into plain values. ::

    from qbwc_service import qbxml

    document = qbxml.build("customer_query", {"max_returned": 100, "active_status": "All"}, version="13.0").xml

Reading: ``read_answer`` streams an answer of any size, response by response and object by object; money is Decimal.
Whoever keeps all of it takes ``response.objects.as_rows`` instead: rows, with each value where a ``Mould`` says.
``read_host`` reads what the Web Connector says about the open company, ``choose_version`` picks the qbXML version. ::

    for response in qbxml.read_answer(text):
        outcome = qbxml.judge(response.status_code, response.status_message, is_write=False)
        for ret in response.objects:
            print(ret.name, ret.values["Name"])

Knowing: ``judge`` and ``judge_hresult`` decide what a status or an hresult means, ``explain`` says it to people (any
code in any spelling, from the one table that ``list_facts`` lists), ``find_reason`` reads what a status's text adds.
``qbxml.grammar`` holds every request and response as data. docs/qbxml.md has examples.

Raises only ``InvalidRequestError``, ``AnswerError``, ``TruncatedAnswerError`` and ``NotFoundError`` of
``qbwc_service.errors``. No database, clock, settings, network or logs.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from qbwc_service.qbxml import grammar
from qbwc_service.qbxml.builder import build_request
from qbwc_service.qbxml.characters import Characters, find_foreign, to_windows_1252
from qbwc_service.qbxml.document import BuiltDocument, build, build_document, find_name
from qbwc_service.qbxml.message_set import MAX_MESSAGE_SET_ID, build_message_set
from qbwc_service.qbxml.names import snake_case
from qbwc_service.qbxml.request import BuiltRequest, Request, TextChange
from qbwc_service.qbxml.values import format_value, parse_value
from qbwc_service.qbxml.versions import choose_version

if TYPE_CHECKING:
    from qbwc_service.qbxml.answer import Answer, Response, RetObject, read_answer
    from qbwc_service.qbxml.host import HostFacts, read_host
    from qbwc_service.qbxml.hresult import HRESULT_FACTS, HresultFact, HresultKind, explain_hresult, judge_hresult
    from qbwc_service.qbxml.knowledge import CodeFact, CodeKind, explain, list_facts
    from qbwc_service.qbxml.mould import Mould, Place, RetRow, UnreadableValueError
    from qbwc_service.qbxml.qbwc_codes import QBWC_FACTS, QbwcFact
    from qbwc_service.qbxml.reader import read_requests
    from qbwc_service.qbxml.status import Outcome, explain_status, is_lock, judge
    from qbwc_service.qbxml.status_facts import STATUS_FACTS, Action, Applied, StatusFact
    from qbwc_service.qbxml.status_texts import TEXT_RULES, StatusReason, find_reason
    from qbwc_service.qbxml.validation import Mistake, validate
    from qbwc_service.qbxml.wall_time import find_instant, find_offset_minutes, strip_offset
else:
    # Reading needs lxml and knowing needs tables: whoever only builds does not wait for them. A test sees that each
    # name stands here and above.
    _MODULES = {
        "answer": ("Answer", "Response", "RetObject", "read_answer"),
        "host": ("HostFacts", "read_host"),
        "hresult": ("HRESULT_FACTS", "HresultFact", "HresultKind", "explain_hresult", "judge_hresult"),
        "knowledge": ("CodeFact", "CodeKind", "explain", "list_facts"),
        "mould": ("Mould", "Place", "RetRow", "UnreadableValueError"),
        "qbwc_codes": ("QBWC_FACTS", "QbwcFact"),
        "reader": ("read_requests",),
        "status": ("Outcome", "explain_status", "is_lock", "judge"),
        "status_facts": ("STATUS_FACTS", "Action", "Applied", "StatusFact"),
        "status_texts": ("TEXT_RULES", "StatusReason", "find_reason"),
        "validation": ("Mistake", "validate"),
        "wall_time": ("find_instant", "find_offset_minutes", "strip_offset"),
    }
    _HOMES = {name: module for module, names in _MODULES.items() for name in names}

    def __getattr__(name: str) -> object:
        """Import what stands in a module that not everybody needs, when it is asked for."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


__all__ = [
    "HRESULT_FACTS",
    "MAX_MESSAGE_SET_ID",
    "QBWC_FACTS",
    "STATUS_FACTS",
    "TEXT_RULES",
    "Action",
    "Answer",
    "Applied",
    "BuiltDocument",
    "BuiltRequest",
    "Characters",
    "CodeFact",
    "CodeKind",
    "HostFacts",
    "HresultFact",
    "HresultKind",
    "Mistake",
    "Mould",
    "Outcome",
    "Place",
    "QbwcFact",
    "Request",
    "Response",
    "RetObject",
    "RetRow",
    "StatusFact",
    "StatusReason",
    "TextChange",
    "UnreadableValueError",
    "build",
    "build_document",
    "build_message_set",
    "build_request",
    "choose_version",
    "explain",
    "explain_hresult",
    "explain_status",
    "find_foreign",
    "find_instant",
    "find_name",
    "find_offset_minutes",
    "find_reason",
    "format_value",
    "grammar",
    "is_lock",
    "judge",
    "judge_hresult",
    "list_facts",
    "parse_value",
    "read_answer",
    "read_host",
    "read_requests",
    "snake_case",
    "strip_offset",
    "to_windows_1252",
    "validate",
]
