"""An answer that was lost, and what QuickBooks says when it is asked about it; hand-written, as in ``far_side``."""

from collections.abc import Mapping, Sequence

from tests.far_side import FarSide, SentRequest, SentSet, document, not_stored, read_set

RECORDS = {"EntityQueryRq": "Customer"}


def lose(far: FarSide) -> SentSet:
    """Hand out what is due; nobody ever brings the answer."""
    return read_set(far.begin())


def look_up(far: FarSide, code: int = 9002) -> SentSet:
    """In the next session QuickBooks says that it kept no answer; give the questions that follow."""
    question = read_set(far.begin())
    assert question.requests == ()
    assert question.attributes["newMessageSetID"] == question.attributes["oldMessageSetID"]
    assert 0 < far.receive(not_stored(code)) < 100
    return read_set(far.send())


def found(request: SentRequest, *records: str, code: int = 0) -> str:
    """Answer one question with these records; with none, that nothing matches."""
    status = code or int(not records)
    severity = "Info" if status < 500 else "Warn" if status < 1000 else "Error"
    return (
        f'<{request.answer_name} requestID="{request.request_id}" statusCode="{status}" statusSeverity="{severity}" '
        f'statusMessage="Said {status}.">{"".join(records)}</{request.answer_name}>'
    )


def answer_questions(questions: SentSet, answers: Mapping[str, Sequence[str]] | None = None) -> str:
    """Answer every question of a set: with the records given for its name, else that nothing matches."""
    return document(*(found(request, *(answers or {}).get(request.name, ())) for request in questions.requests))


def record(kind: str, identity: str = "A1-1700000000", **elements: object) -> str:
    """Write a record as a query gives it: ``record("Invoice", RefNumber="INV1", CustomerRef={"FullName": "Ann"})``."""
    key = "TxnID" if kind in {"Invoice", "ReceivePayment", "CreditMemo", "TxnDeleted"} else "ListID"
    given = {key: identity, "TimeCreated": "2026-11-20T04:00:00-05:00", "EditSequence": "17", **elements}
    return _element(f"{kind}Ret", given)


def deleted(kind: str, number: str, *, created: str = "2026-11-20T04:00:00-05:00") -> str:
    """Write what remains of a deleted transaction."""
    values = {"TxnDelType": kind, "TxnID": "D1-1", "TimeCreated": created, "TimeDeleted": created, "RefNumber": number}
    return _element("TxnDeletedRet", values)


def _element(name: str, value: object) -> str:
    match value:
        case Mapping():
            inner = "".join(_element(child, inner) for child, inner in value.items())
            return f"<{name}>{inner}</{name}>"
        case list():
            return "".join(_element(name, one) for one in value)
        case _:
            return f"<{name}>{value}</{name}>"
