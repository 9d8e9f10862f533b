"""What a document may look like: every mistake is refused before it is queued, in the document's own words."""

from decimal import Decimal

from sqlalchemy import text

from qbwc_service.errors import InvalidDocumentError
from qbwc_service.store import Database
from qbwc_service.sync import RefusedDocument, enqueue_documents
from tests.conftest import LinkedCompany, StandingClock
from tests.rows import Content, credit_memo, customer, document_states, invoice, item, payment, put

FLOAT = 'write it as text, "150.00": a floating-point number is not exact'
ONE_OF = "give exactly one of external_id, quickbooks_id and full_name"


def _applied(*parts: object, **more: object) -> Content:
    return payment("p", None, apply=list(parts), **more)


def _part(external_id: str = "i", amount: object = "1.00", **more: object) -> dict[str, object]:
    return {"invoice": {"external_id": external_id}, "amount": amount, **more}


def _lines(*lines: object) -> Content:
    return invoice("i", None, lines=list(lines))


# A document, and the paths that are to blame, each with words of its message or with its limit and length.
def _taxed(code: dict[str, object]) -> Content:
    return _lines({"description": "d", "sales_tax_code": code})


def _combined(*sources: str) -> Content:
    line = {"description": "d", "source": "L-1"}
    return invoice("i", None, lines=[line, {**line, "source": "L-2"}], sources=[{"id": name} for name in sources])


REFUSED: list[tuple[Content, dict[str, str | tuple[str, int]]]] = [
    # Lengths that the qbXML grammar knows, in QuickBooks' own figures.
    (invoice("i", None, ref_number="123456789012"), {"ref_number": ("11", 12)}),
    (credit_memo("m", None, ref_number="123456789012"), {"ref_number": ("11", 12)}),
    (payment("p", None, ref_number="1" * 21), {"ref_number": ("20", 21)}),
    (payment("p", None, memo="m" * 4096), {"memo": ("4095", 4096)}),
    (payment("p", None, payment_method={"full_name": "m" * 32}), {"payment_method.full_name": ("31", 32)}),
    (customer("c", name="n" * 42), {"name": ("41", 42)}),
    (customer("c", phone="1" * 22), {"phone": ("21", 22)}),
    (customer("c", email="e" * 1024), {"email": ("1023", 1024)}),
    (customer("c", ship_address={"city": "c" * 32}), {"ship_address.city": ("31", 32)}),
    (item("s", name="n" * 32), {"name": ("31", 32)}),
    (item("s", description="d" * 4096), {"description": ("4095", 4096)}),
    (item("s", income_account={"full_name": "a" * 160}), {"income_account.full_name": ("159", 160)}),
    (invoice("i", None, bill_address={"line1": "a" * 42}), {"bill_address.line1": ("41", 42)}),
    (_lines({"description": "d"}, {"description": "d" * 4096}), {"lines[1].description": ("4095", 4096)}),
    (_lines({"description": "d", "class": {"full_name": "c" * 160}}), {"lines[0].class.full_name": ("159", 160)}),
    (
        invoice("i", None, ref_number="1" * 12, po_number="p" * 26, memo="m" * 4096),
        {"ref_number": ("11", 12), "po_number": ("25", 26), "memo": ("4095", 4096)},
    ),
    # Sources of combined documents.
    (_combined("L-1"), {"lines[1].source": "none of the sources"}),
    (_combined("L-1", "L-2", "L-1"), {"sources": "twice"}),
    # Whatever is wrong is said in one round: the shape, what is missing, and what QuickBooks would refuse.
    (
        (
            "invoice",
            {
                "external_id": "i",
                "memo": "m" * 4096,
                "unheard": 1,
                "lines": [{"rate": "x", "description": "d" * 4096}, {}],
            },
        ),
        {
            "customer": "is required",
            "ref_number": "is required",
            "unheard": "is not known here",
            "lines[0].rate": "decimal",
            "lines[1]": "give an item",
            "memo": ("4095", 4096),
            "lines[0].description": ("4095", 4096),
        },
    ),
    (payment("p", None, amount=1.5, memo="m" * 4096), {"amount": FLOAT, "memo": ("4095", 4096)}),
    (item("s", kind="ship", name="n" * 32), {"kind": "service", "name": ("31", 32)}),
    # Characters.
    (customer("c", name="A:B"), {"name": "colon"}),
    (customer("c", name="日本"), {"name": "日 (U+65E5)"}),
    (customer("c\0"), {"external_id": "NUL", "name": "NUL"}),
    (customer("c", fields={"a": "\0"}), {"fields.a": "NUL"}),
    (customer("c", notes="\ud800"), {"notes": "unicode"}),
    # Numbers are exact or they are refused.
    (payment("p", None, amount=1.5), {"amount": FLOAT}),
    (payment("p", None, amount=True), {"amount": FLOAT}),
    (payment("p", None, amount="1.005"), {"amount": "2 decimal places"}),
    (payment("p", None, amount="1,000.00"), {"amount": "valid decimal"}),
    (payment("p", None, amount="NaN"), {"amount": "finite"}),
    (payment("p", None, amount="12345678901234.00"), {"amount": "13 digits"}),
    (payment("p", None, amount=0), {"amount": "more than 0.00"}),
    (payment("p", None, amount="-5.00"), {"amount": "more than 0.00"}),
    (item("s", price=1.25), {"price": FLOAT}),
    (item("s", price="1.123456"), {"price": "5 decimals"}),
    (_lines({"description": "d", "quantity": 1.5}), {"lines[0].quantity": FLOAT}),
    (_lines({"description": "d", "rate": 1.5}, {"amount": 2.5}), {"lines[0].rate": FLOAT, "lines[1].amount": FLOAT}),
    (_lines({"description": "d", "quantity": "1.123456"}), {"lines[0].quantity": "5 decimals"}),
    (_applied(_part(amount=50.0)), {"apply[0].amount": FLOAT}),
    (_applied(_part(discount="1.001")), {"apply[0].discount": "2 decimal places"}),
    # Fields that are missing, unknown, or of another type.
    (("customer", {"external_id": "c"}), {"name": "required"}),
    (("customer", {"name": "n"}), {"external_id": "required"}),
    (customer(""), {"external_id": "must not be empty"}),
    (customer("x" * 201, name="n"), {"external_id": "at most 200"}),
    (customer("c", name="   "), {"name": "must not be empty"}),
    (customer("c", name=5), {"name": "has to be text"}),
    (customer("c", nome="n"), {"nome": "not known here"}),
    (customer("c", fields={"a": 1}), {"fields.a": "has to be text"}),
    (customer("c", is_active="maybe"), {"is_active": "boolean"}),
    (customer("c", bill_address={"street": "s"}), {"bill_address.street": "not known here"}),
    (item("s", kind="inventory"), {"kind": "'service', 'non_inventory' or 'other_charge'"}),
    (item("s", income_account=None), {"income_account": "valid"}),
    (invoice("i", None, lines=[]), {"lines": "must not be empty"}),
    (invoice("i", None, lines="x"), {"lines": "valid"}),
    (invoice("i", None, txn_date="2026-13-01"), {"txn_date": "date"}),
    (invoice("i", None, due_date="20.11.2026"), {"due_date": "date"}),
    (_lines({"line_class": {"full_name": "West"}}), {"lines[0].line_class": "not known here"}),
    (_lines({"description": "d", "price": "1"}), {"lines[0].price": "not known here"}),
    (("vendor", {"external_id": "v"}), {"kind": "none of terms, class, payment_method, customer"}),
    # References name their target in exactly one way.
    (_lines({"item": {}}), {"lines[0].item": ONE_OF}),
    (("invoice", {**invoice("i")[1], "customer": {}}), {"customer": ONE_OF}),
    (_lines({"item": {"full_name": "F", "external_id": "s"}}), {"lines[0].item": ONE_OF}),
    (_taxed({"external_id": "x"}), {"lines[0].sales_tax_code.external_id": "not known here"}),
    (_taxed({}), {"lines[0].sales_tax_code": "exactly one of quickbooks_id and full_name"}),
    (_applied({"invoice": {"full_name": "i"}, "amount": "1.00"}), {"apply[0].invoice.full_name": "not known here"}),
    (_applied({"invoice": {}, "amount": "1.00"}), {"apply[0].invoice": "exactly one of external_id and quickbooks_id"}),
    (customer("c", parent={"quickbooks_id": "x" * 37}), {"parent.quickbooks_id": "at most 36"}),
    # What a payment does has to add up.
    (_applied(_part("a", "60.00"), _part("b", "40.01")), {"apply": "more than the payment"}),
    (_applied(_part("a"), _part("a")), {"apply": "twice"}),
    (payment("p", None, apply="some"), {"apply": "'auto' or 'none'"}),
    (
        _applied(
            _part("a"), credits=[{"credit_memo": {"external_id": "m"}, "invoice": {"external_id": "b"}, "amount": "1"}]
        ),
        {"credits": "apply names too"},
    ),
    (
        payment(
            "p", None, credits=[{"credit_memo": {"external_id": "m"}, "invoice": {"external_id": "b"}, "amount": "1"}]
        ),
        {"credits": "apply names too"},
    ),
]


def test_each_mistake_is_refused_with_its_field_and_nothing_is_kept(
    database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    for document, expected in REFUSED:
        (result,) = put(database, company.connection_id, document, now=clock())
        assert isinstance(result, RefusedDocument), document
        assert isinstance(result.error, InvalidDocumentError), document
        errors = result.error.errors
        assert {error.path for error in errors} == set(expected), document
        for path, words in expected.items():
            mine = [error for error in errors if error.path == path]
            if isinstance(words, str):
                assert any(words in error.message for error in mine), document
            else:
                assert [(error.rule, error.limit, error.length) for error in mine] == [("max_length", *words)], document
        assert result.kind == document[0]
    assert document_states(database, company.connection_id) == {}


def test_what_is_no_object_at_all_is_refused_too(database: Database, company: LinkedCompany) -> None:
    bodies: tuple[object, ...] = ("text", None, 5, ["external_id"])
    with database.writing() as db:
        results = enqueue_documents(db, company.connection_id, [("customer", body) for body in bodies])  # type: ignore[misc]  # On purpose.
    for result in results:
        assert isinstance(result, RefusedDocument)
        assert isinstance(result.error, InvalidDocumentError)


def test_exact_numbers_are_taken_in_every_exact_form(
    database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    for number, amount in enumerate(
        ("150.00", "150", 150, Decimal("150.00"), Decimal(150), "0.01", "9999999999999.99")
    ):
        (result,) = put(database, company.connection_id, payment(f"p{number}", None, amount=amount), now=clock())
        assert not isinstance(result, RefusedDocument), amount


def test_a_bad_document_among_good_ones_costs_nothing_else(
    database: Database, company: LinkedCompany, clock: StandingClock
) -> None:
    documents = [document for document, _ in REFUSED]
    put(database, company.connection_id, *documents, customer("good"), *documents, now=clock())
    assert document_states(database, company.connection_id) == {"good": "pending"}
    with database.reading() as db:
        assert db.scalar(text("SELECT count(*) FROM operations")) == 1
