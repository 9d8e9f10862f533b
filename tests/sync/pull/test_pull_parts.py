"""The parts that decide: page sizes, windows, wall times, columns."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from qbwc_service import qbxml
from qbwc_service.qbxml import UnreadableValueError
from qbwc_service.store import Cursor, Database
from qbwc_service.sync.pull.columns import Read, read_cents, read_day, read_flag, read_integer, read_number
from qbwc_service.sync.pull.derived import list_children
from qbwc_service.sync.pull.entities import CUSTOMER, ENTITIES, Entity
from qbwc_service.sync.pull.page_size import adapt_page_size
from qbwc_service.sync.pull.questions import Question, QuestionKind
from qbwc_service.sync.pull.rows import RowMaker, columns_of, moulds_of
from qbwc_service.sync.pull.state import PullSettings, PullState
from qbwc_service.sync.pull.walls import Seen, note_walls, put_back
from qbwc_service.sync.pull.windows import adapt_days, next_window


@pytest.mark.parametrize(
    ("rows", "seconds", "characters", "expected"),
    [
        (100, 5.0, 400_000, 100),
        (100, 1.0, 400_000, 200),
        (100, 50.0, 400_000, 50),
        (100, 1.0, 8_000_000, 50),
        (40, 0.1, 100, 100),
        (3, 60.0, 100, 100),
    ],
)
def test_a_page_aims_at_five_seconds_and_four_megabytes(
    rows: int, seconds: float, characters: int, expected: int
) -> None:
    assert adapt_page_size(100, rows=rows, seconds=seconds, characters=characters) == expected


def test_a_page_stays_between_25_and_1000_rows() -> None:
    assert adapt_page_size(30, rows=30, seconds=900, characters=10) == 25
    assert adapt_page_size(900, rows=900, seconds=0, characters=10) == 1000


def test_windows_go_back_in_time_and_adapt_their_width() -> None:
    today = date(2026, 11, 20)
    assert next_window(covered_from=None, days=31, limit=None, today=today) == (date(2026, 10, 21), None)
    first = date(2026, 10, 21)
    assert next_window(covered_from=first, days=10, limit=None, today=today) == (date(2026, 10, 11), date(2026, 10, 20))
    limit = date(2026, 10, 18)
    assert next_window(covered_from=first, days=10, limit=limit, today=today) == (limit, date(2026, 10, 20))
    assert adapt_days(30, rows=300, page_size=100) == 7
    assert adapt_days(30, rows=0, page_size=100) == 120
    assert adapt_days(1, rows=5000, page_size=100) == 1


NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def seen(wall: str, *, offset: int) -> Seen:
    instant = datetime.fromisoformat(wall).replace(tzinfo=UTC) - timedelta(minutes=offset)
    found = Seen(until=NOON)
    found.note(f"{wall}-05:00", str(int(instant.timestamp())))
    return found


def test_a_change_of_the_clock_puts_cursors_back_once() -> None:
    state = PullState()
    assert note_walls(state, seen("2026-11-01T01:50:00", offset=-240)) is None

    assert note_walls(state, seen("2026-11-01T01:20:00", offset=-300)) == timedelta(hours=2)

    assert state.latest_wall == "2026-11-01T01:20:00", "the newer one, although its hour repeats"
    assert note_walls(state, seen("2026-11-01T01:50:00", offset=-240)) is None, "older: it tells nothing of now"
    assert note_walls(state, seen("2026-10-31T23:20:00", offset=-480)) == timedelta(hours=4), "the PC was moved west"
    cursor = Cursor(high_water="2026-11-01T01:20:00", next_high_water=None)
    put_back(cursor, timedelta(hours=4))
    assert (cursor.high_water, cursor.next_high_water) == ("2026-10-31T21:20:00", None)


@pytest.mark.parametrize(
    ("time", "edit_sequence"),
    [
        ("2026-11-01T07:00:01-05:00", "1793534401"),
        ("2027-11-01T07:00:00-05:00", "1825070400"),
        ("2026-11-01T07:00:01-05:00", "no count"),
        ("2026-11-01T00:00:01", "no count"),
        ("yesterday", "1793534400"),
    ],
)
def test_a_time_that_is_too_new_to_be_trusted_moves_no_cursor(time: str, edit_sequence: str) -> None:
    found = Seen(until=NOON)
    found.note(time, edit_sequence)
    assert found.wall is None

    found.note("2026-11-01T07:00:00-05:00", "1793534400")
    assert found.wall == "2026-11-01T07:00:00"


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (read_cents, "-0.01", -1),
        (read_cents, "-.5", -50),
        (read_cents, "9999999999999.99", 999999999999999),
        (read_cents, "12", 1200),
        (read_cents, "1E+2", 10000),
        (read_cents, "", None),
        (read_number, "0.00001", "0.00001"),
        (read_number, "-12.50", "-12.50"),
        (read_number, "1E-7", "0.0000001"),
        (read_number, ".5", "0.5"),
        (read_number, " ", None),
        (read_integer, "-7", -7),
        (read_integer, "", None),
        (read_flag, "true", True),
        (read_flag, "0", False),
        (read_flag, "", None),
        (read_day, "2024-02-29", "2024-02-29"),
        (read_day, "", None),
    ],
)
def test_values_are_exact(read: Read, text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_cents, "0.001"),
        (read_cents, "much"),
        (read_cents, "NaN"),
        (read_cents, "1٣.00"),
        (read_cents, "92233720368547758.08"),
        (read_number, "1_000"),
        (read_number, "Infinity"),
        (read_integer, "9223372036854775808"),
        (read_integer, "1.5"),
        (read_flag, "maybe"),
        (read_day, "2023-02-29"),
        (read_day, "2023-02-29T00:00:00"),
    ],
)
def test_what_is_not_of_its_type_is_not_guessed(read: Read, text: str) -> None:
    with pytest.raises(UnreadableValueError):
        read(text)


def test_what_has_no_column_or_another_type_is_kept_in_raw() -> None:
    found = read_invoices(
        "<InvoiceRet><TxnID>A-1</TxnID><Subtotal>free</Subtotal><Memo>x</Memo><Memo>twice</Memo>"
        "<CustomerRef><ListID>C-1</ListID><FullName>Ann</FullName><New>1</New></CustomerRef>"
        "<BillAddress><City>Newark</City></BillAddress><New><Deep>2.50</Deep></New>"
        "<IsPaid odd='1'>true</IsPaid><SuggestedDiscountAmount>1.25</SuggestedDiscountAmount></InvoiceRet>"
        "<InvoiceRet><Memo>without an id</Memo></InvoiceRet><EstimateRet><TxnID>B-1</TxnID></EstimateRet>"
    )

    (row,) = found.rows.objects
    values = dict(zip(columns_of(ENTITIES["Invoice"].table), row, strict=True))
    assert (values["memo"], values["subtotal_cents"], values["is_paid"]) == ("x", None, None)
    assert (values["customer_list_id"], values["customer_full_name"]) == ("C-1", "Ann")
    assert json.loads(str(values["raw"])) == {
        "Subtotal": "free",
        "Memo": "twice",
        "CustomerRef": {"ListID": "C-1", "FullName": "Ann", "New": "1"},
        "BillAddress": {"City": "Newark"},
        "New": {"Deep": "2.50"},
        "IsPaid": {"@odd": "1", "#text": "true"},
    }


def test_lines_of_several_kinds_keep_their_order() -> None:
    line = "<InvoiceLineRet><TxnLineID>{}</TxnLineID><Amount>1.00</Amount></InvoiceLineRet>"
    group = "<InvoiceLineGroupRet><TxnLineID>{}</TxnLineID><TotalAmount>2.00</TotalAmount>{}</InvoiceLineGroupRet>"
    found = read_invoices(
        "<InvoiceRet><TxnID>A-1</TxnID>"
        + line.format("L-1")
        + group.format("G-1", line.format("L-2") + line.format("L-3"))
        + line.format("L-4")
        + "<LinkedTxn><TxnID>P-1</TxnID></LinkedTxn></InvoiceRet>"
    )

    lines, linked = found.rows.lines
    columns = columns_of(ENTITIES["Invoice"].lines[0].table)
    names = ("position", "group_position", "kind", "txn_line_id")
    assert [tuple(row[columns.index(name)] for name in names) for row in lines] == [
        (0, None, "line", "L-1"),
        (1, None, "group", "G-1"),
        (2, 1, "line", "L-2"),
        (3, 1, "line", "L-3"),
        (4, None, "line", "L-4"),
    ]
    assert [row[:3] for row in linked] == [[1, "A-1", 0]]


def read_invoices(objects: str) -> RowMaker:
    answer = (
        '<QBXML><QBXMLMsgsRs><InvoiceQueryRs statusCode="0" statusSeverity="Info" statusMessage="OK">'
        f"{objects}</InvoiceQueryRs></QBXMLMsgsRs></QBXML>"
    )
    maker = RowMaker(ENTITIES["Invoice"], 1, pulled_at="now")
    for response in qbxml.read_answer(answer):
        for found in response.objects.as_rows(maker.moulds):
            maker.add(found, maker.identify(found).id)
    return maker


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.name)
def test_every_column_of_a_mirror_table_is_filled_by_an_element(entity: Entity) -> None:
    """A column that nothing fills is a mistake of spelling."""
    filled: dict[str, set[str]] = {}
    for kind in entity.kinds:
        mould = moulds_of(entity)[f"{kind}Ret"]
        parts = [(entity.table, [mould])]
        parts += [(lines.table, [mould.lines[name] for name in lines.elements]) for lines in entity.lines]
        for table, several in parts:
            columns = columns_of(table)
            for mould in several:
                for place in (*mould.places.values(), *mould.copies.values()):
                    names = columns[place.at : place.at + (2 if place.read is None else 1)]
                    filled.setdefault(table.name, set()).update(names)
    ours = {"connection_id", "txn_id", "position", "group_position", "kind", "raw", "pulled_at", "list_id"}
    for table in (entity.table, *(lines.table for lines in entity.lines)):
        assert set(columns_of(table)) - ours - filled[table.name] == set()


def test_a_question_is_the_same_after_it_was_kept() -> None:
    question = Question(
        kind=QuestionKind.FETCH, entity="Invoice", ids=("A-1", "B-2"), is_first_sync=True, since="2026-01-01"
    )
    assert Question.from_json(question.to_json()) == question


@pytest.mark.parametrize(
    ("now", "begin", "end", "ends"),
    [
        ("07:59", "08:00", "18:00", None),
        ("08:00", "08:00", "18:00", "18:00"),
        ("18:00", "08:00", "18:00", None),
        ("23:00", "22:00", "06:00", "06:00"),
        ("05:59", "22:00", "06:00", "06:00"),
        ("12:00", "22:00", "06:00", None),
    ],
)
def test_quiet_hours_may_go_over_midnight(now: str, begin: str, end: str, ends: str | None) -> None:
    settings = PullSettings(quiet_from=begin, quiet_until=end)
    moment = datetime.fromisoformat(f"2026-11-20T{now}:00+00:00")

    found = settings.find_end_of_rest(moment)

    assert (found and found.strftime("%H:%M")) == ends
    assert found is None or moment < found


def test_any_number_of_ids_is_named_piece_by_piece(database: Database, connection_id: int) -> None:
    """No database takes a statement of any length."""
    ids = [f"8000{number:04X}" for number in range(70_000)]
    with database.reading() as db:
        assert list_children(db, connection_id, CUSTOMER, ids) == []
