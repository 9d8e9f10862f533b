"""Files become documents and requests in the queue; what is wrong is named by file, line and field."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

CUSTOMER = {"external_id": "c-1", "name": "Ann"}
ITEM = {"external_id": "haul", "kind": "service", "name": "Haul", "income_account": {"full_name": "Freight Income"}}
INVOICE = {
    "external_id": "i-1",
    "customer": {"external_id": "c-1"},
    "ref_number": "1001",
    "lines": [{"item": {"external_id": "haul"}, "quantity": "1", "rate": "99.50"}],
}
PAYMENT = {
    "external_id": "p-1",
    "customer": {"external_id": "c-1"},
    "amount": "99.50",
    "apply": [{"invoice": {"external_id": "i-1"}, "amount": "99.50"}],
}
Write = Callable[..., str]


def states(cli: Any, connection: int) -> dict[str, str]:
    documents = cli.json("documents", "list", connection)["documents"]
    return {document["external_id"]: document["state"] for document in documents}


def test_references_inside_a_file_work_in_any_order(cli: Any, connection: int, write: Write) -> None:
    path = write(
        "all.json", json.dumps({"payments": [PAYMENT], "invoices": [INVOICE], "customers": [CUSTOMER], "items": [ITEM]})
    )

    answer = cli.json("enqueue", connection, path)

    assert answer["counts"]["created"] == 4
    assert states(cli, connection) == {"c-1": "pending", "haul": "pending", "i-1": "blocked", "p-1": "blocked"}


def test_references_between_files_work_in_any_order(sqlite_cli: Any, connection: int, write: Write) -> None:
    first = write("invoices.json", json.dumps([INVOICE]))
    second = write("lists.ndjson", f"{json.dumps(ITEM)}\n\n{json.dumps({'kind': 'customer', **CUSTOMER})}\n")

    assert sqlite_cli("enqueue", connection, first, second, "--kind", "invoice").exit_code == 3
    assert (
        sqlite_cli(
            "enqueue", connection, write("i.json", json.dumps([{"kind": "invoice", **INVOICE}])), second
        ).exit_code
        == 0
    )


def test_references_hold_across_batches(
    sqlite_cli: Any, connection: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qbwc_service.cli.intake.BATCH", 2)
    jobs = [{"external_id": f"j-{n}", "name": f"Job {n}", "parent": {"external_id": f"j-{n + 1}"}} for n in range(4)]
    customers = [*jobs, {"external_id": "j-4", "name": "Top"}, CUSTOMER]
    path = write(
        "all.json", json.dumps({"payments": [PAYMENT], "invoices": [INVOICE], "customers": customers, "items": [ITEM]})
    )

    assert sqlite_cli.json("enqueue", connection, path)["counts"]["created"] == 9


def test_many_rows_are_taken_in_order_some_at_a_time_and_a_bad_one_costs_only_itself(
    sqlite_cli: Any, connection: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qbwc_service.cli.intake.BATCH", 50)
    rows = [{"kind": "customer", "external_id": f"c-{n}", "name": f"Customer {n}"} for n in range(140)]
    rows[60]["name"] = "x" * 60
    lines = [json.dumps(row) for row in rows]
    lines[90] = "not json"
    with counted_commits() as commits:
        answer = sqlite_cli.json("enqueue", connection, write("many.ndjson", "\n".join(lines)), exit_code=3)

    assert [refused["place"]["line"] for refused in answer["refused"]] == [61, 91]
    good = [f"c-{n}" for n in range(140) if n not in {60, 90}]
    assert [accepted["external_id"] for accepted in answer["documents"]] == good
    numbers = [accepted["operation_id"] for accepted in answer["documents"]]
    assert numbers == sorted(numbers)
    assert len(commits) == 3


@contextmanager
def counted_commits() -> Iterator[list[object]]:
    """Collect the transactions that are committed meanwhile."""
    commits: list[object] = []
    note = commits.append
    event.listen(Engine, "commit", note)
    try:
        yield commits
    finally:
        event.remove(Engine, "commit", note)


def test_the_same_file_again_changes_nothing(cli: Any, connection: int, write: Write) -> None:
    path = write("customers.json", json.dumps([CUSTOMER]))
    cli("enqueue", connection, path, "--kind", "customers")

    again = cli.json("enqueue", connection, path, "--kind", "customer")

    assert again["counts"] == {
        "rows": 1, "created": 0, "changed": 0, "unchanged": 1, "requests": 0, "refused": 0,
    }  # fmt: skip


def test_good_rows_are_kept_and_bad_ones_named_by_line_and_field(cli: Any, connection: int, write: Write) -> None:
    path = write(
        "customers.json",
        '{"customers": [\n  {"external_id": "c-1", "name": "Ann"},\n  {"external_id": "c-2", "name": "'
        + "x" * 60
        + '", "emial": "a@b.example"},\n  {"external_id": "c-3", "name": "Cleo"}\n]}',
    )

    result = cli("enqueue", connection, path)

    assert result.exit_code == 3
    assert result.stdout == "3 rows: 2 created, 1 refused\n"
    assert f"{path}:3 (row 2) customer 'c-2'" in result.stderr
    assert "emial" in result.stderr
    assert states(cli, connection) == {"c-1": "pending", "c-3": "pending"}


def test_all_or_nothing_keeps_nothing(cli: Any, connection: int, write: Write) -> None:
    path = write("customers.json", json.dumps({"customers": [CUSTOMER, {"external_id": "c-2"}]}))

    answer = cli.json("enqueue", connection, path, "--all-or-nothing", exit_code=3)

    assert answer["all_undone"] is True
    assert answer["documents"] == []
    assert states(cli, connection) == {}


def test_all_or_nothing_counts_rows_that_are_no_documents(sqlite_cli: Any, connection: int, write: Write) -> None:
    path = write("rows.ndjson", f"{json.dumps({'kind': 'customer', **CUSTOMER})}\nnot json\n")

    assert sqlite_cli("enqueue", connection, path, "--all-or-nothing").exit_code == 3
    assert states(sqlite_cli, connection) == {}


def test_decimals_in_a_file_stay_exact(sqlite_cli: Any, connection: int, write: Write) -> None:
    invoice = json.dumps({"items": [ITEM], "customers": [CUSTOMER], "invoices": [INVOICE]}).replace(
        '"99.50"', "1234567.10"
    )
    sqlite_cli("enqueue", connection, write("all.json", invoice))

    document = sqlite_cli.json("documents", "show", connection, "invoice", "i-1")

    assert document["body"]["lines"][0]["rate"] == "1234567.1"


def test_a_document_that_stands_twice_is_refused_the_second_time(
    sqlite_cli: Any, connection: int, write: Write
) -> None:
    path = write("customers.json", '[{"external_id": "c-1", "name": "Ann"},\n{"external_id": "c-1", "name": "Bea"}]')

    answer = sqlite_cli.json("enqueue", connection, path, "--kind", "customer", exit_code=3)

    assert answer["refused"][0]["place"] == {"file": path, "line": 2, "row": 2}
    assert answer["refused"][0]["error"]["errors"][0]["rule"] == "repeat"


def test_what_refers_to_a_refused_row_is_refused_as_well(sqlite_cli: Any, connection: int, write: Write) -> None:
    bad = {**CUSTOMER, "name": ""}
    path = write("all.json", json.dumps({"items": [ITEM], "customers": [bad], "invoices": [INVOICE]}))

    answer = sqlite_cli.json("enqueue", connection, path, exit_code=3)

    assert [refused["external_id"] for refused in answer["refused"]] == ["c-1", "i-1"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("broken.json", '[{"external_id": "c-1",\n "name" "Ann"}]', "broken.json:2:9: this is not JSON"),
        ("twice.json", '{"kind": "customer", "name": "a", "name": "b"}', "'name' stands twice"),
        ("nan.json", '{"kind": "invoice", "amount": NaN}', "NaN is no number"),
        ("rest.json", '{"kind": "customer"}\n{"kind": "customer"}', "rest.json:2:1: this is not JSON: something"),
        ("deep.json", "[" * 100_000, "nested too deeply"),
        ("latin.json", '[{"name": "Müller"}]'.encode("latin-1"), "latin.json:1: this is not UTF-8"),
        ("empty.json", " \n", "is empty"),
        ("bad.xml", "<QBXML><QBXMLMsgsRq>", "not well-formed XML"),
        ("lists.json", '{"customers": [], "invoice": []}', "'invoice' is not a list of documents"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_before_anything_is_kept(
    sqlite_cli: Any, connection: int, write: Write, name: str, content: str | bytes, said: str
) -> None:
    good = write("good.json", json.dumps({"customers": [CUSTOMER]}))

    result = sqlite_cli("enqueue", connection, good, write(name, content))

    assert result.exit_code == 2
    assert said in result.stderr
    assert states(sqlite_cli, connection) == {}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ('"text"', None),
        ("{}", "kind"),
        ('{"kind": "order", "external_id": "1"}', "kind"),
        ('{"kind": ["invoice"]}', "kind"),
        ('{"kind": "item", "external_id": "haul"}', "kind"),
        ('{"request": 7}', "request"),
        ('{"request": "InvoiceQueryRq", "body": {}, "more": 1}', "request"),
        ('{"request": "InvoiceQueryRq", "body": {"Nonsense": 1}}', "Nonsense"),
        ('{"request": "NoSuchRq"}', None),
        ('{"document": {}}', "document"),
        ('{"kind": "customer", "name": "\\ud800"', "file"),
    ],
)
def test_a_bad_line_of_ndjson_costs_only_itself(
    sqlite_cli: Any, connection: int, write: Write, row: str, field: str | None
) -> None:
    path = write("rows.ndjson", f"{row}\n{json.dumps({'kind': 'customer', **CUSTOMER})}\n")

    answer = sqlite_cli.json("enqueue", connection, path, exit_code=3)

    assert answer["counts"]["created"] == 1
    (refused,) = answer["refused"]
    assert refused["place"]["line"] == 1
    assert field is None or field in refused["error"]["field"]


def test_requests_come_as_json_and_as_xml(cli: Any, connection: int, write: Write) -> None:
    as_json = write("query.json", '{"request": "CustomerQueryRq", "body": {"full_name": ["Ann"]}}')
    as_xml = write(
        "query.xml",
        '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="13.0"?>\n'
        '<QBXML><QBXMLMsgsRq onError="stopOnError">'
        '<InvoiceQueryRq requestID="1" metaData="MetaDataOnly"/></QBXMLMsgsRq></QBXML>',
    )

    answer = cli.json("enqueue", connection, as_json, as_xml)
    operations = cli.json("operations", "list", connection)["operations"]

    assert answer["counts"]["requests"] == 2
    assert {operation["request"] for operation in operations} == {"CustomerQueryRq", "InvoiceQueryRq"}


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b'{"kind": "customer", "external_id": "1", "name": "A"}', 1),
        (b'{"kind": "customer", "external_id": "1", "name": "A"}\n{"request": "HostQueryRq"}', 2),
        (b'\xef\xbb\xbf[{"kind": "customer", "external_id": "1", "name": "A"}]', 1),
        (b'{\n"customers": [{"external_id": "1", "name": "A"}]\n}', 1),
        (b"<CustomerQueryRq/>", 1),
    ],
)  # fmt: skip
def test_standard_input_tells_its_format_by_itself(sqlite_cli: Any, connection: int, content: bytes, rows: int) -> None:
    assert sqlite_cli.json("enqueue", connection, "-", stdin=content)["counts"]["rows"] == rows


def test_what_quickbooks_keeps_differently_is_told(sqlite_cli: Any, connection: int, write: Write) -> None:
    path = write("c.json", json.dumps({"customers": [{"external_id": "c-1", "name": "Łódź Cargo"}]}))

    result = sqlite_cli("enqueue", connection, path)

    assert result.exit_code == 0
    assert "QuickBooks keeps" in result.stderr


def test_a_missing_file_and_a_missing_connection_are_told_apart(sqlite_cli: Any, connection: int, write: Write) -> None:
    assert sqlite_cli("enqueue", connection, "nowhere.json").exit_code == 2
    assert sqlite_cli("enqueue", 99, write("c.json", json.dumps({"customers": [CUSTOMER]}))).exit_code == 4


def test_a_circle_of_parents_is_refused_and_ends(sqlite_cli: Any, connection: int, write: Write) -> None:
    circle = [
        {"external_id": "a", "name": "A", "parent": {"external_id": "b"}},
        {"external_id": "b", "name": "B", "parent": {"external_id": "a"}},
    ]

    answer = sqlite_cli.json("enqueue", connection, write("c.json", json.dumps({"customers": circle})), exit_code=3)

    assert answer["counts"]["refused"] == 2
