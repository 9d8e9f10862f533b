"""Answers that break off, are no XML, or attack: what was complete is read, and the rest is an error of ours."""

import pytest

from qbwc_service import qbxml
from qbwc_service.errors import AnswerError, TruncatedAnswerError
from tests.qbxml.answers import customers, read_into, read_one, wrap


@pytest.mark.parametrize("end", [*range(120, 420, 7), 65_000, 65_536, 65_537, 65_600, 200_000])
def test_a_document_that_breaks_off_gives_what_was_complete_and_says_so(end: int) -> None:
    text = customers("".join(f"<CustomerRet><Name>{number}</Name></CustomerRet>" for number in range(5000)))
    cut = text[:end]
    complete = [f"CustomerRet {number}" for number in range(cut.count("</CustomerRet>"))]

    read: list[str] = []
    with pytest.raises(TruncatedAnswerError):
        read_into(read, cut)

    assert read == ["CustomerQueryRs", *complete]


def test_the_last_object_counts_even_if_the_document_breaks_off_behind_its_response() -> None:
    text = customers("<CustomerRet><Name>1</Name></CustomerRet>")
    for end in range(text.index("</CustomerRet>") + len("</CustomerRet>"), len(text) - 1):
        read: list[str] = []
        with pytest.raises(TruncatedAnswerError):
            read_into(read, text[:end])
        assert read == ["CustomerQueryRs", "CustomerRet 1"]


def test_a_document_that_is_broken_in_the_middle_gives_what_was_complete_and_says_so() -> None:
    good = "<CustomerRet><Name>1</Name></CustomerRet>"
    read: list[str] = []
    with pytest.raises(AnswerError) as caught:
        read_into(read, customers(good + "<CustomerRet><Name></CustomerRet>"))
    assert not isinstance(caught.value, TruncatedAnswerError)
    assert read == ["CustomerQueryRs", "CustomerRet 1"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", TruncatedAnswerError),
        ("   ", TruncatedAnswerError),
        ("<QBXML>", TruncatedAnswerError),
        ("<QBXML/>", AnswerError),
        ("<html><body>Service unavailable</body></html>", AnswerError),
        ("QBWC1042: nonsense", AnswerError),
        ("<QBXML><QBXMLMsgsRq/></QBXML>", AnswerError),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(text: str, error: type[AnswerError]) -> None:
    with pytest.raises(error):
        qbxml.read_answer(text)


LAUGHS = "".join(f'<!ENTITY l{i + 1} "' + f"&l{i};" * 10 + '">' for i in range(11))


@pytest.mark.parametrize(
    "head",
    [
        f'<!DOCTYPE QBXML [<!ENTITY l0 "lol">{LAUGHS}]>',
        '<!DOCTYPE QBXML [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE QBXML SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<?xml version="1.0"?>\n<!-- hidden -->\n<!DOCTYPE QBXML []>',
        f"<!-- {'x' * 100_000} --><!DOCTYPE QBXML []>",
        f"<?pi {'x' * 100_000} ?><!DOCTYPE QBXML []>",
        f"{' ' * 70_000}<!DOCTYPE QBXML []>",
        "\x00<!DOCTYPE QBXML []>",
        '<?xml version="1.0"?>\x01<\x02!\x03DOCTYPE QBXML []>',
        *(f"<!--{'x' * (64 * 1024 - 7 - cut)}--><!DOCTYPE QBXML []>" for cut in range(4)),
    ],
)
def test_attacks_by_document_type_are_refused(head: str) -> None:
    text = head + customers("<CustomerRet><Name>A</Name></CustomerRet>")
    for document in (text, text.encode(), text.encode("utf-16")):
        with pytest.raises(AnswerError, match="document type"):
            qbxml.read_answer(document)
    assert qbxml.read_host(text) == qbxml.HostFacts()


@pytest.mark.parametrize("depth", [900, 3000])
def test_an_answer_that_is_nested_too_deep_is_an_error_and_what_came_before_is_read(depth: int) -> None:
    good = "<CustomerRet><Name>1</Name></CustomerRet>"
    read: list[str] = []
    with pytest.raises(AnswerError, match=r"nested deeper|Excessive depth"):
        read_into(read, customers(good + f"<CustomerRet>{'<a>' * depth}{'</a>' * depth}</CustomerRet>"))
    assert read == ["CustomerQueryRs", "CustomerRet 1"]


def test_an_undefined_entity_is_an_error_not_a_guess() -> None:
    with pytest.raises(AnswerError):
        read_into([], customers("<CustomerRet><Name>&x;</Name></CustomerRet>"))


@pytest.mark.parametrize(
    "fault", ["&", "&nbsp;", "&amp", "&#x;", "&#12", "&;", "<", "<![CDATA[</CustomerRet>]]> &", "<a b=c/>", "<a></b>"]
)
@pytest.mark.parametrize("behind", ["", "<CustomerRet><Name>2</Name></CustomerRet>" * 4000, ";"])
def test_half_an_object_is_never_delivered_where_the_text_stops_to_be_xml(fault: str, behind: str) -> None:
    good = "<CustomerRet><Name>1</Name></CustomerRet>"
    half = f"<CustomerRet><Name>A {fault} B</Name><Balance>5.00</Balance></CustomerRet>"
    read: list[str] = []
    with pytest.raises(AnswerError, match="not well-formed") as caught:
        read_into(read, customers(good + half + behind))
    assert not isinstance(caught.value, TruncatedAnswerError)
    assert read == ["CustomerQueryRs", "CustomerRet 1"]


@pytest.mark.parametrize(
    "end", ["&lt;/CustomerRet>", "<![CDATA[</CustomerRet>", "<![CDATA[x</CustomerRet>]]>", "<!--</CustomerRet>"]
)
def test_an_end_that_stands_in_a_text_ends_nothing(end: str) -> None:
    good = "<CustomerRet><Name>1</Name></CustomerRet>"
    text = f'<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode="0">{good}<CustomerRet><Name>{end}'
    read: list[str] = []
    with pytest.raises(TruncatedAnswerError):
        read_into(read, text)
    assert read == ["CustomerQueryRs", "CustomerRet 1"]


@pytest.mark.parametrize("end", ["&", "&am", "&amp", "&#", "&#2", "&#x2", "<", "</", "</Na", "<![CDA", "<!--", "<a b"])
def test_a_text_that_ends_too_early_is_said_to_break_off_wherever_it_ends(end: str) -> None:
    read: list[str] = []
    with pytest.raises(TruncatedAnswerError, match="breaks off"):
        read_into(read, "<QBXML><QBXMLMsgsRs><CustomerQueryRs statusCode='0'><CustomerRet><Name>A" + end)
    assert read == ["CustomerQueryRs"]


def test_a_response_whose_tag_is_half_there_is_not_told() -> None:
    text = wrap('<CustomerAddRs statusCode="0"/><CustomerAddRs statusCode="0" requestID="7" statusMessage="ok"/>')
    begin = text.index("<CustomerAddRs", 40)
    for end in range(begin, text.index("/>", begin) + 2):
        read: list[str] = []
        with pytest.raises(TruncatedAnswerError):
            read_into(read, text[:end])
        assert read == ["CustomerAddRs"] * (2 if text[:end].endswith("/>") and end > begin else 1)


@pytest.mark.parametrize(
    "behind",
    [
        '<QBXMLMsgsRs><CustomerAddRs statusCode="0"/></QBXMLMsgsRs></QBXML>',
        "<Other/></QBXML>",
        "text</QBXML>",
        "</QBXML><QBXML/>",
        "</QBXML>text",
        "</QBXML>" + " " * 70_000 + "<a/>",
    ],
)
def test_what_follows_the_message_set_is_an_error_and_what_came_before_it_is_read(behind: str) -> None:
    read: list[str] = []
    with pytest.raises(AnswerError) as caught:
        read_into(read, '<QBXML><QBXMLMsgsRs><HostQueryRs statusCode="0"/></QBXMLMsgsRs>' + behind)
    assert not isinstance(caught.value, TruncatedAnswerError)
    assert read == ["HostQueryRs"]


def test_a_prolog_is_not_called_a_document_type() -> None:
    with pytest.raises(TruncatedAnswerError):
        qbxml.read_answer("<?xml vers")
    comment = f"<!--{'x' * 70_000}-->"
    assert read_one(comment + customers("<CustomerRet><Name>1</Name></CustomerRet>")).values == {"Name": "1"}
    with pytest.raises(AnswerError, match="no end"):
        qbxml.read_answer(f"<!--{'x' * 2_000_000}")
