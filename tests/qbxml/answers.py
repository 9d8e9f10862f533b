"""Answers of QuickBooks to read: the frame around them, and what a reader got of them."""

from qbwc_service import qbxml


def wrap(body: str) -> str:
    return f"<QBXML><QBXMLMsgsRs>{body}</QBXMLMsgsRs></QBXML>"


def customers(body: str) -> str:
    return wrap(f'<CustomerQueryRs statusCode="0" statusSeverity="Info">{body}</CustomerQueryRs>')


def read_one(text: str | bytes) -> qbxml.RetObject:
    (found,) = [ret for response in qbxml.read_answer(text) for ret in response.objects]
    return found


def read_into(read: list[str], text: str | bytes) -> None:
    """Note what is read, one by one, so that it is known how far a failing reader came."""
    for response in qbxml.read_answer(text):
        read.append(response.name)
        for ret in response.objects:
            read.append(f"{ret.name} {ret.values.get('Name', '')}")  # noqa: PERF401 -- See above.
