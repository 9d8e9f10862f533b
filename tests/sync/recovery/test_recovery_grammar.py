"""Every write that qbXML has can be recovered: QuickBooks is asked, it may be repeated, or a person decides."""

from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from qbwc_service import qbxml
from qbwc_service.errors import InputError, NotFoundError
from qbwc_service.qbxml import grammar
from qbwc_service.qbxml.grammar import Choice, Element
from qbwc_service.sync.recovery.questions import is_repeatable, plan_questions
from qbwc_service.sync.recovery.sent_write import SentWrite
from tests.sync.recovery.writes import GUID, sent_write

WRITES = tuple(name for name in grammar.request_names() if grammar.is_write(name))
REFERENCE = {"ListID": "80000002-1"}
VALUES: Mapping[str, object] = {
    "Name": "A name",
    "RefNumber": "A-1",
    "ExternalGUID": GUID,
    "TxnID": "C5-1",
    "ListID": "80000001-1",
    "EditSequence": "17",
    "CustomerRef": REFERENCE,
    "VendorRef": REFERENCE,
    "PayeeEntityRef": REFERENCE,
    "EntityRef": REFERENCE,
    "MergeFrom": {"ListID": "80000001-1", "EditSequence": "17"},
}
TYPES = ("TxnDelType", "ListDelType", "TxnVoidType", "ListMergeType")
LACKING = {
    # These can be asked for in some editions only, and nobody can have one in another.
    ("InventorySiteQueryRq", "AU"),
    ("SalesTaxPaymentCheckQueryRq", "CA"),
    ("SalesTaxPaymentCheckQueryRq", "UK"),
    ("TransferInventoryQueryRq", "AU"),
    ("WorkersCompCodeQueryRq", "CA"),
    ("WorkersCompCodeQueryRq", "UK"),
}


def elements(content: tuple[Element | Choice, ...]) -> Iterator[Element]:
    for part in content:
        match part:
            case Element():
                yield part
            case Choice():
                for alternative in part.alternatives:
                    yield from elements(alternative)


def make_writes(name: str) -> list[SentWrite]:
    """The write with everything that a question may be made of; one for each type that a Del, Void or Merge takes."""
    stem = name.removesuffix("Rq")
    parts = list(elements(grammar.get_request(name).content))
    inner = next((part for part in parts if part.name == stem), None)
    parts = parts if inner is None else list(elements(inner.content))
    body = {part.name: VALUES[part.name] for part in parts if part.name in VALUES}
    types = next((part for part in parts if part.name in TYPES), None)
    if types is None:
        return [sent_write(name, body)]
    return [sent_write(name, {types.name: value, **body}) for value in types.values]


def find_way(write: SentWrite) -> str:
    if is_repeatable(write):
        return "repeated"
    return "asked" if plan_questions([write]) else "a person"


def test_every_write_has_its_way() -> None:
    ways: dict[str, set[str]] = {name: {find_way(write) for write in make_writes(name)} for name in WRITES}

    assert all(len(found) == 1 for found in ways.values()), "the same for every type"
    by_way = {name: next(iter(found)) for name, found in ways.items()}
    assert Counter(by_way.values()) == {"asked": 118, "repeated": 13, "a person": 2}
    assert {name for name, way in by_way.items() if way == "a person"} == {"SpecialAccountAddRq", "SpecialItemAddRq"}
    repeated = {name for name, way in by_way.items() if way == "repeated"}
    assert not [name for name in repeated if name.endswith("AddRq") and not name.startswith(("DataExt", "List", "Txn"))]


@pytest.mark.parametrize("version", grammar.KNOWN_VERSIONS)
@pytest.mark.parametrize("country", grammar.EDITIONS)
def test_every_question_can_be_asked(version: str, country: str) -> None:
    count = 0
    for name in WRITES:
        for write in make_writes(name):
            for question in plan_questions([write]):
                count += 1
                if (question.request.name, country) in LACKING:
                    with pytest.raises((InputError, NotFoundError)):
                        qbxml.build_request(question.request, version=version, country=country)
                else:
                    assert qbxml.build_request(question.request, version=version, country=country).xml
    assert count > 200


def test_every_addition_that_can_carry_a_mark_is_looked_for_where_its_mark_is_shown() -> None:
    for name in WRITES:
        (write, *_) = make_writes(name)
        if write.action != "Add" or write.external_guid is None:
            continue
        shown = [question.request.name for question in plan_questions([write])]
        query = next((one for one in shown if "Deleted" not in one), None)
        if query is None:
            continue  # For a person to decide.
        response = grammar.find_response(query.replace("Rq", "Rs"))
        assert response is not None
        names = {inner.name for part in elements(response.content) for inner in elements(part.content)}
        assert "ExternalGUID" in names, name
