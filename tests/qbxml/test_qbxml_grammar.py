import subprocess
import sys
from pathlib import Path

import pytest

from qbwc_service.errors import NotFoundError
from qbwc_service.qbxml import grammar
from qbwc_service.qbxml.grammar import Choice, Element, index
from qbwc_service.qbxml.grammar.notation import Entry, Shared, parse_content, parse_message, split_entries
from qbwc_service.qbxml.names import snake_case


def names(content: tuple[Element | Choice, ...]) -> list[str]:
    return [element.name for element in grammar.iterate_elements(content)]


def child(parent: Element, name: str) -> Element:
    return next(element for element in grammar.iterate_elements(parent.content) if element.name == name)


SHARED = Shared(
    find_aggregate=lambda name: (Element(name=f"In{name}", type="STR"),),
    find_values=lambda name: ((name, "Other"), "Other"),
)


def parse_one(text: str) -> Element:
    (element,) = parse_content(text, SHARED)
    assert isinstance(element, Element)
    return element


def test_every_request_has_a_response_and_both_can_be_read() -> None:
    assert len(grammar.request_names()) == 232
    for name in grammar.request_names():
        assert grammar.get_request(name).name == name
        response = grammar.find_response(f"{name[:-2]}Rs")
        assert response is not None
        assert grammar.find_request(response.name) is None


def test_the_index_is_in_step_with_the_files() -> None:
    written = Path(index.__file__).with_name("index.txt").read_text(encoding="utf-8")
    remedy = 'python -c "from qbwc_service.qbxml.grammar import index; index.write_index()"'

    assert written == index.make_index(), f"make it anew: {remedy}"


def test_a_name_that_stands_twice_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_read", lambda _name: "values A\n  One\naggregate A\n  B:STR\n")

    with pytest.raises(ValueError, match="twice: A"):
        index.make_index()


def test_only_the_files_that_a_question_needs_are_read() -> None:
    program = (
        "from qbwc_service.qbxml import grammar\n"
        "assert grammar.index._read.cache_info().currsize == 0\n"
        "grammar.get_request('InvoiceAddRq')\n"
        "assert grammar.index._read.cache_info().currsize == 3, 'the index, the invoices, what is shared'"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_request_is_read_once() -> None:
    assert grammar.get_request("InvoiceAddRq") is grammar.find_request("InvoiceAddRq")


def test_an_unknown_request_is_not_found() -> None:
    assert grammar.find_request("InvoiceDelRq") is None
    assert grammar.find_response("Nonsense") is None
    with pytest.raises(NotFoundError, match="InvoiceDelRq"):
        grammar.get_request("InvoiceDelRq")


def test_the_verbs_that_change_the_company_are_writes() -> None:
    writes = ["CustomerAddRq", "InvoiceModRq", "TxnDelRq", "TxnVoidRq", "ListMergeRq", "InvoiceAdd"]
    reads = ["CustomerQueryRq", "TxnDeletedQueryRq", "ListDeletedQueryRq", "GeneralDetailReportQueryRq"]
    assert all(map(grammar.is_write, writes))
    assert not any(map(grammar.is_write, reads))


def test_an_invoice_keeps_the_mandatory_order() -> None:
    invoice = child(grammar.get_request("InvoiceAddRq"), "InvoiceAdd")

    assert names(invoice.content)[:8] == [
        "CustomerRef",
        "ClassRef",
        "ARAccountRef",
        "TemplateRef",
        "TxnDate",
        "RefNumber",
        "BillAddress",
        "ShipAddress",
    ]
    assert names(invoice.content)[-2:] == ["InvoiceLineAdd", "InvoiceLineGroupAdd"]
    assert invoice.attributes == ("defMacro",)
    assert child(invoice, "RefNumber").max_length == dict.fromkeys(grammar.EDITIONS, 11)
    assert child(invoice, "CustomerRef").required
    assert child(invoice, "CustomerRef").is_reference


def test_limits_differ_by_edition() -> None:
    invoice = child(grammar.get_request("InvoiceAddRq"), "InvoiceAdd")
    code = child(child(invoice, "CustomerSalesTaxCodeRef"), "FullName")
    assert code.max_length == {"US": 3, "CA": 3, "UK": 3, "AU": 6}
    assert child(invoice, "IsTaxIncluded").editions == ("CA", "UK", "AU")


def test_iterators_are_on_the_queries_that_have_them() -> None:
    iterating = [name for name in grammar.request_names() if "iterator" in grammar.get_request(name).attributes]
    assert len(iterating) == 46
    assert "InvoiceQueryRq" in iterating
    assert "AccountQueryRq" not in iterating


def test_what_only_quickbooks_online_has_is_in_no_edition() -> None:
    online = [name for name in grammar.request_names() if not grammar.get_request(name).editions]
    assert online == ["PayrollLastPeriodQueryRq"]


def test_within_an_aggregate_every_name_is_unique_in_both_spellings() -> None:
    # The builder takes values by name, whichever alternative they stand in: that needs unique names.
    def walk(element: Element) -> None:
        found = names(element.content)
        assert len({snake_case(name) for name in found}) == len(found), element.name
        assert "lines" not in {snake_case(name) for name in found}
        for part in grammar.iterate_elements(element.content):
            walk(part)

    for name in grammar.request_names():
        walk(grammar.get_request(name))


def test_repeating_choices_offer_single_elements_only() -> None:
    # Lines are written one by one: an alternative of several elements could not be.
    def walk(element: Element) -> None:
        for part in element.content:
            if isinstance(part, Choice) and part.repeats:
                assert all(len(content) == 1 and isinstance(content[0], Element) for content in part.alternatives)
        for inner in grammar.iterate_elements(element.content):
            walk(inner)

    for name in grammar.request_names():
        walk(grammar.get_request(name))


@pytest.mark.parametrize(
    ("text", "required", "repeats"),
    [("A:STR", True, False), ("A?:STR", False, False), ("A+:STR", True, True), ("A*:STR", False, True)],
)
def test_the_notation_says_how_often_an_element_stands(text: str, required: bool, repeats: bool) -> None:  # noqa: FBT001
    element = parse_one(text)
    assert (element.required, element.repeats) == (required, repeats)


def test_the_notation_carries_lengths_by_edition() -> None:
    assert parse_one("A:STR41").max_length == dict.fromkeys(grammar.EDITIONS, 41)
    assert parse_one("A:STR(3 AU6)").max_length == {"US": 3, "CA": 3, "UK": 3, "AU": 6}
    assert parse_one("A:STR(US31 AU41)").max_length == {"US": 31, "AU": 41}
    assert parse_one("A:STR31[US CA]").max_length == {"US": 31, "CA": 31}
    assert parse_one("A:STR").max_length == {}
    assert parse_one("A:ID").max_length["US"] == 36


def test_the_notation_carries_values_ranges_versions_and_macros() -> None:
    element = parse_one("A?:ENUM(One Two!)[AU]@12.0^")
    assert (element.type, element.values, element.default) == ("ENUM", ("One", "Two"), "Two")
    assert (element.editions, element.since, element.macro) == (("AU",), (12, 0), True)
    assert parse_one("A:ENUM(*Shared)").values == ("Shared", "Other")
    assert parse_one("A:ENUM").values == ()
    day = parse_one("A:INT{1..31}")
    assert (day.minimum, day.maximum) == (1, 31)
    assert parse_one("A:INT{1..}").maximum is None


def test_the_notation_carries_aggregates() -> None:
    assert names(parse_one("A:REF31").content) == ["ListID", "FullName"]
    assert names(parse_one("A:Address").content) == ["InAddress"]
    assert names(parse_one("A:Form1099Thing").content) == ["InForm1099Thing"]
    report = parse_one("A*<colID dataType> { B:STR C?<value> {} }")
    assert report.attributes == ("colID", "dataType")
    assert names(report.content) == ["B", "C"]


def test_the_notation_carries_choices() -> None:
    (choice,) = parse_content("( A:STR B?:STR | C+:ID | (D:STR | E:STR)? )?@11.0", SHARED)
    assert isinstance(choice, Choice)
    assert (choice.required, choice.repeats, choice.since) == (False, False, (11, 0))
    assert [names(content) for content in choice.alternatives] == [["A", "B"], ["C"], ["D", "E"]]
    (lines,) = parse_content("(A:STR | B:STR)+", SHARED)
    assert isinstance(lines, Choice)
    assert (lines.required, lines.repeats) == (True, True)


@pytest.mark.parametrize("text", ["A", "A {", "(A:STR", "A:STR )", "A:STR }", "? A:STR", "A:STR ("])
def test_a_broken_notation_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="grammar notation"):
        parse_content(text, SHARED)


def test_entries_are_split_at_the_first_column_and_comments_are_left_out() -> None:
    entries: list[Entry] = list(
        split_entries("# About\n\nARq<iterator>[US]@2.1\n  A:STR\n# b\n  B:STR\n\nvalues C\n  One\n")
    )
    assert [(entry.kind, entry.name) for entry in entries] == [("message", "ARq"), ("values", "C")]
    message = parse_message(entries[0], SHARED)
    assert (message.since, message.editions, message.attributes) == ((2, 1), ("US",), ("iterator",))
    assert names(message.content) == ["A", "B"]
    with pytest.raises(ValueError, match="header"):
        list(split_entries("what is this\n"))
