"""Whatever valid values come, the document is one that Intuit's own schema accepts; whatever is broken is refused."""

from collections.abc import Callable, Iterator, Mapping

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from lxml import etree

from qbwc_service import qbxml
from qbwc_service.errors import InvalidRequestError
from qbwc_service.qbxml import grammar

OBJECTS = """
    Host Company Preferences Customer Invoice ReceivePayment CreditMemo Account Terms StandardTerms DateDrivenTerms
    Class PaymentMethod SalesTaxCode SalesReceipt Deposit Entity Vendor Employee OtherName Item ItemService
    ItemNonInventory ItemOtherCharge ItemInventory ItemInventoryAssembly ItemFixedAsset ItemSubtotal ItemDiscount
    ItemPayment ItemSalesTax ItemSalesTaxGroup ItemGroup TxnDeleted ListDeleted Txn List
"""
VERBS = ("Add", "Mod", "Query", "Del", "Void")
NAMES = [f"{name}{verb}Rq" for name in OBJECTS.split() for verb in VERBS if grammar.find_request(f"{name}{verb}Rq")]

Strategy = Callable[[str], SearchStrategy[dict[str, object]]]

# One draw is slow enough that hypothesis would complain on a busy machine; what matters is that few are many.
_few = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)


def _document(name: str, values: Mapping[str, object]) -> str:
    built = qbxml.build_request(qbxml.Request(name=name, values=values, request_id="7"), version="13.0", country="US")
    return qbxml.build_message_set([built], version="13.0")


@pytest.mark.parametrize("name", NAMES)
@_few
@given(data=st.data())
def test_a_document_of_random_valid_values_is_valid_for_intuits_schema(
    data: st.DataObject, name: str, random_request: Strategy, complaints: Callable[[str], list[str]]
) -> None:
    document = _document(name, data.draw(random_request(name)))

    assert document.isascii()
    assert complaints(document) == []


@pytest.mark.parametrize("name", NAMES)
@_few
@given(data=st.data())
def test_what_was_built_is_read_back_and_built_again_to_the_same_text(
    data: st.DataObject, name: str, random_request: Strategy
) -> None:
    document = _document(name, data.draw(random_request(name)))

    (request,) = qbxml.read_requests(document)

    assert request.request_id == "7"
    assert _document(name, request.values) == document


@pytest.mark.parametrize("name", NAMES)
@_few
@given(data=st.data())
def test_an_element_that_does_not_exist_is_refused_wherever_it_stands(
    data: st.DataObject, name: str, random_request: Strategy
) -> None:
    values = data.draw(random_request(name))
    places = [(values, "")]
    for key, value in values.items():
        if isinstance(value, dict):
            places.append((value, f"{key}."))
    target, prefix = data.draw(st.sampled_from(places))
    target["Nonsense"] = "1"

    with pytest.raises(InvalidRequestError) as caught:
        _document(name, values)

    paths = {(error.path.lower().replace("_", ""), error.rule) for error in caught.value.errors}
    assert (f"{prefix}Nonsense".lower().replace("_", ""), "unknown") in paths


WRONG = {
    "ID": ("x" * 37, "max_length"),
    "ENUM": ("Nonsense", "enum"),
    "BOOL": ("yes", "format"),
    "DATE": ("2026-02-30", "format"),
    "DATETIME": ("2026-02-01T10:00:00Z", "format"),
    "AMT": ("1.234", "format"),
    "PRICE": ("1.123456", "format"),
    "QTY": (0.5, "format"),
    "PCT": ("7 %", "format"),
    "FLOAT": ("1,5", "format"),
    "INT": ("1.5", "format"),
    "GUID": ("0D3B1AD0-51CE-4B5C-9D0C-6D5D3A4B7F10", "format"),
    "INTERVAL": ("8h", "format"),
}

Place = tuple[dict[str, object] | list[object], str | int, str, grammar.Element]


def _leaves(values: dict[str, object], parent: grammar.Element, path: str) -> Iterator[Place]:
    """Every value of a request: where it is kept, under which key, its path, its element."""
    known = {part.name: part for part in grammar.iterate_elements(parent.content)}
    for key, value in values.items():
        here = f"{path}{key}"
        if key == "lines" and isinstance(value, list):
            for position, line in enumerate(value):
                yield from _leaves(line, parent, f"{here}[{position}].")
        elif isinstance(value, list):
            for position, item in enumerate(value):
                yield from _below(value, position, f"{here}[{position}]", item, known[key])
        else:
            suffix = "[0]" if known[key].repeats else ""
            yield from _below(values, key, here + suffix, value, known[key])


def _below(
    kept: dict[str, object] | list[object], key: str | int, path: str, value: object, element: grammar.Element
) -> Iterator[Place]:
    if isinstance(value, dict):
        yield from _leaves(value, element, f"{path}.")
    else:
        yield kept, key, path, element


@pytest.mark.parametrize("name", NAMES)
@_few
@given(data=st.data())
def test_one_wrong_value_is_refused_with_its_path(data: st.DataObject, name: str, random_request: Strategy) -> None:
    (request,) = qbxml.read_requests(_document(name, data.draw(random_request(name))))
    values = dict(request.values)
    usable = [
        place
        for place in _leaves(values, grammar.get_request(name), "")
        if place[3].max_length.get("US") or (place[3].type != "STR" and (place[3].type != "ENUM" or place[3].values))
    ]
    assume(usable)
    kept, key, path, element = data.draw(st.sampled_from(usable))
    wrong = WRONG.get(str(element.type)) or ("x" * (element.max_length["US"] + 1), "max_length")
    kept[key] = wrong[0]  # type: ignore[index, call-overload]  # The key fits what it was found in.

    with pytest.raises(InvalidRequestError) as caught:
        _document(name, values)

    assert [(error.path, error.rule) for error in caught.value.errors] == [(path, wrong[1])]


@pytest.mark.parametrize(
    "name", ["InvoiceAddRq", "CustomerAddRq", "ReceivePaymentAddRq", "CreditMemoAddRq", "CustomerModRq"]
)
@_few
@given(data=st.data())
def test_two_elements_in_the_wrong_order_are_no_valid_document(
    data: st.DataObject, name: str, random_request: Strategy, complaints: Callable[[str], list[str]]
) -> None:
    root = etree.fromstring(_document(name, data.draw(random_request(name))).encode())
    aggregate = root[0][0][0]
    tags = [child.tag for child in aggregate]
    position = data.draw(st.integers(0, max(0, len(tags) - 2)))
    assume(len(tags) > 1 and tags[position] != tags[position + 1] and "Line" not in str(tags[position]))
    aggregate.insert(position, aggregate[position + 1])

    assert complaints(etree.tostring(root).decode()) != []
