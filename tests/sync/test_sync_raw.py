"""Any qbXML request as an operation: checked when it comes in, handed out as it is."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from qbwc_service.errors import InputError, InvalidRequestError, NotFoundError
from qbwc_service.store import Database
from qbwc_service.sync import enqueue_qbxml, enqueue_qbxml_text
from qbwc_service.update import UpdateService
from tests.conftest import LinkCompany, LinkedCompany, StandingClock
from tests.far_side import FarSide, document, read_set, success
from tests.rows import operation_states, operations


@pytest.fixture
def far(company: LinkedCompany, make_service: Callable[..., UpdateService]) -> FarSide:
    return FarSide(make_service(), company.user_name, company.password, company.owner_id, company.file_id)


@pytest.fixture
def connection_id(company: LinkedCompany) -> int:
    return company.connection_id


def test_values_of_every_exact_type_come_out_as_qbxml_writes_them(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    body = {
        "InvoiceAdd": {
            "memo": "Zoë & <Sons>",
            "customer_ref": {"list_id": "80000001-1"},
            "TxnDate": date(2026, 11, 20),
            "IsPending": False,
            "RefNumber": 1001,
            "InvoiceLineAdd": [
                {"Amount": Decimal("1.5"), "Quantity": 3, "ItemRef": {"FullName": "Freight"}},
                {"Desc": "A line of text"},
            ],
        }
    }
    with database.writing() as db:
        accepted = enqueue_qbxml(db, connection_id, "InvoiceAddRq", body, now=clock())
    assert (accepted.request, accepted.state, accepted.text_changes) == ("InvoiceAddRq", "waiting", ())
    (request,) = read_set(far.begin()).requests
    (added,) = request.element
    assert [part.tag for part in added] == [
        "CustomerRef",
        "TxnDate",
        "RefNumber",
        "IsPending",
        "Memo",
        "ExternalGUID",
        "InvoiceLineAdd",
        "InvoiceLineAdd",
    ]
    assert request.text("InvoiceAdd/CustomerRef/ListID") == "80000001-1"
    assert request.text("InvoiceAdd/TxnDate") == "2026-11-20"
    assert request.text("InvoiceAdd/IsPending") == "false"
    assert request.text("InvoiceAdd/Memo") == "Zoë & <Sons>"
    assert request.text("InvoiceAdd/InvoiceLineAdd/Amount") == "1.50"
    assert far.receive(document(success(request, "A1-1"))) == 100
    assert operation_states(database, connection_id) == ["done"]


def test_what_quickbooks_would_refuse_is_refused_with_its_elements(
    database: Database, connection_id: int, clock: StandingClock
) -> None:
    refused: list[tuple[str, dict[str, object], list[str]]] = [
        (
            "CustomerAddRq",
            {"CustomerAdd": {"Name": "n" * 42, "Phone": "1" * 22}},
            ["CustomerAdd.Name", "CustomerAdd.Phone"],
        ),
        ("CustomerAddRq", {"CustomerAdd": {"Nome": "n"}}, ["CustomerAdd.Name", "CustomerAdd.Nome"]),
        ("CustomerQueryRq", {"MaxReturned": 1.5}, ["MaxReturned"]),
        ("CustomerQueryRq", {"@iterator": "Start"}, ["@iterator"]),
        ("CustomerQueryRq", {"@requestID": "5"}, ["@requestID"]),
        ("CustomerQueryRq", {"MaxReturned": "many", "Nonsense": "x"}, ["MaxReturned", "Nonsense"]),
        ("ReceivePaymentAddRq", {"ReceivePaymentAdd": {"TotalAmount": 1.5}}, ["ReceivePaymentAdd.TotalAmount"]),
    ]
    for request, body, paths in refused:
        with pytest.raises(InvalidRequestError) as caught, database.writing() as db:
            enqueue_qbxml(db, connection_id, request, body, now=clock())
        assert set(paths) <= {error.path for error in caught.value.errors}, body
    for unknown in ("NonsenseRq", "", "CustomerAdd", "customeraddrq"):
        with pytest.raises((NotFoundError, InvalidRequestError)), database.writing() as db:
            enqueue_qbxml(db, connection_id, unknown, {}, now=clock())
    assert operations(database, connection_id) == []


def test_a_version_can_be_asked_for(database: Database, connection_id: int, clock: StandingClock) -> None:
    line = {"SalesOrderLineAdd": {"Desc": "One"}}
    body = {"SalesOrderAdd": {"CustomerRef": {"FullName": "Ann"}, "StoreName": "Shop", "lines": [line]}}
    with database.writing() as db:
        enqueue_qbxml(db, connection_id, "SalesOrderAddRq", body, version="15.0", now=clock())
    with pytest.raises(InvalidRequestError, match="StoreName"), database.writing() as db:
        enqueue_qbxml(db, connection_id, "SalesOrderAddRq", body, version="14.0", now=clock())


def test_requests_can_wait_for_each_other_and_for_nobody_elses(
    far: FarSide, database: Database, connection_id: int, link_company: LinkCompany, clock: StandingClock
) -> None:
    with database.writing() as db:
        first = enqueue_qbxml(db, connection_id, "CustomerAddRq", {"CustomerAdd": {"Name": "Ann"}}, now=clock())
        second = enqueue_qbxml(
            db,
            connection_id,
            "CustomerQueryRq",
            {"FullName": ["Ann"]},
            depends_on=(first.operation_id,),
            now=clock(),
        )
    assert (first.state, second.state) == ("waiting", "blocked")
    stranger = link_company("Bolt Freight").connection_id
    with pytest.raises(NotFoundError), database.writing() as db:
        enqueue_qbxml(db, stranger, "CustomerQueryRq", {}, depends_on=(first.operation_id,), now=clock())
    (request,) = read_set(far.begin()).requests
    assert far.receive(document(success(request, "80000001-1"))) == 50
    assert read_set(far.send()).requests[0].text("FullName") == "Ann"


def test_metadata_can_be_asked_for(far: FarSide, database: Database, connection_id: int, clock: StandingClock) -> None:
    with database.writing() as db:
        accepted = enqueue_qbxml(db, connection_id, "CustomerQueryRq", {"@metaData": "MetaDataOnly"}, now=clock())
    (request,) = read_set(far.begin()).requests
    assert request.element.get("metaData") == "MetaDataOnly"
    assert request.request_id == str(accepted.operation_id)


DOCUMENT = """<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?>
<QBXML><QBXMLMsgsRq onError="stopOnError">
  <CustomerAddRq requestID="77"><CustomerAdd><Name>Ann &amp; Bob</Name><BillAddress><Addr1>1 Main St</Addr1>
  </BillAddress></CustomerAdd></CustomerAddRq>
  <CustomerQueryRq metaData="NoMetaData" requestID="78"><MaxReturned>10</MaxReturned></CustomerQueryRq>
</QBXMLMsgsRq></QBXML>"""


def test_a_qbxml_document_goes_in_request_by_request(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    with database.writing() as db:
        accepted = enqueue_qbxml_text(db, connection_id, DOCUMENT, now=clock())
        accepted += enqueue_qbxml_text(db, connection_id, b"<ClassQueryRq/>", now=clock())
    assert [one.request for one in accepted] == ["CustomerAddRq", "CustomerQueryRq", "ClassQueryRq"]
    assert [one.operation_id for one in accepted] == [row.id for row in operations(database, connection_id)]
    (added,) = read_set(far.begin()).requests
    assert added.request_id == str(accepted[0].operation_id)
    assert added.text("CustomerAdd/Name") == "Ann & Bob"
    assert added.text("CustomerAdd/BillAddress/Addr1") == "1 Main St"
    far.receive(document(success(added)))
    (query,) = read_set(far.send()).requests
    assert (query.element.get("metaData"), query.text("MaxReturned")) == ("NoMetaData", "10")


def test_a_bad_qbxml_document_puts_nothing_in(database: Database, connection_id: int, clock: StandingClock) -> None:
    second_is_bad = DOCUMENT.replace("<MaxReturned>10</MaxReturned>", "<Nonsense/>")
    with_iterator = DOCUMENT.replace('metaData="NoMetaData"', 'iterator="Start"')
    empty = "<QBXML><QBXMLMsgsRq onError='stopOnError'/></QBXML>"
    for text in (
        second_is_bad,
        with_iterator,
        empty,
        "",
        "garbage",
        "<QBXML>",
        DOCUMENT[:-30],
        "<!DOCTYPE a><a/>",
        b"\xff",
    ):
        with pytest.raises(InputError), database.writing() as db:
            enqueue_qbxml_text(db, connection_id, text, now=clock())
    assert operations(database, connection_id) == []


def test_strange_characters_are_reported_and_never_stop_the_database(
    far: FarSide, database: Database, connection_id: int, clock: StandingClock
) -> None:
    with database.writing() as db:
        accepted = enqueue_qbxml(db, connection_id, "CustomerAddRq", {"CustomerAdd": {"Name": "Łódź"}}, now=clock())
    assert [(change.path, change.after) for change in accepted.text_changes] == [("CustomerAdd.Name", "Lódz")]
    for name in ("a\0b", "a\ud800b", "a\x07b"):
        with database.writing() as db:
            accepted = enqueue_qbxml(db, connection_id, "CustomerAddRq", {"CustomerAdd": {"Name": name}}, now=clock())
        assert [change.after for change in accepted.text_changes] == ["ab"]
    names = [request.text("CustomerAdd/Name") for request in read_set(far.begin()).requests]
    assert names == ["Lódz", "ab", "ab", "ab"]
