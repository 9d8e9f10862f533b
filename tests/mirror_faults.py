"""A QuickBooks that refuses some questions, or whose answers cannot be read: wrapped around the simulated one."""

import re
from collections.abc import Callable
from xml.sax.saxutils import quoteattr

from lxml import etree

from tests.mirror import MirrorSide

Request = etree._Element  # noqa: SLF001 - lxml has no other name for it.
Choose = Callable[[Request], tuple[int, str] | None]


class UnansweredError(Exception):
    """The PC went dark before the answer was brought."""


def refuse(side: MirrorSide, choose: Choose) -> Callable[[], None]:
    """Answer what ``choose`` gives a status for with that status only; gives a function that ends this."""
    process = side.quickbooks.process

    def answer(session: str, qbxml: str) -> str:
        statuses = {str(one.get("requestID")): choose(one) for one in requests_of(qbxml)}
        text = process(session, qbxml)
        for request_id, status in statuses.items():
            if status is not None:
                text = _replace(text, request_id, status)
        return text

    side.quickbooks.process = answer  # type: ignore[method-assign]
    return _ender(side, process)


def spoil(side: MirrorSide, choose: Callable[[Request, str], bool]) -> Callable[[], None]:
    """Break the answer off inside of what is said to the first request chosen, by it and its answer."""
    process = side.quickbooks.process

    def answer(session: str, qbxml: str) -> str:
        text = process(session, qbxml)
        for one in requests_of(qbxml):
            found = _response(str(one.get("requestID"))).search(text)
            if found is not None and choose(one, found[0]):
                inside = found[0].find("Ret>") + 4
                return text[: found.start() + max(inside, len("<XRs"))]
        return text

    side.quickbooks.process = answer  # type: ignore[method-assign]
    return _ender(side, process)


def requests_of(qbxml: str) -> list[Request]:
    """The requests of a message set."""
    return list(etree.fromstring(qbxml.encode())[0])


def asked(side: MirrorSide, *, since: int = 0) -> list[list[str]]:
    """What was asked, set by set: the names of the requests."""
    return [[one.tag.removesuffix("QueryRq") for one in requests_of(request)] for request, _ in side.log[since:]]


def _response(request_id: str) -> re.Pattern[str]:
    return re.compile(rf'<(\w+Rs) [^>]*requestID="{request_id}"[^>]*?(/>|>.*?</\1>)', re.DOTALL)


def _replace(text: str, request_id: str, status: tuple[int, str]) -> str:
    def short(found: re.Match[str]) -> str:
        return (
            f'<{found[1]} requestID="{request_id}" statusCode="{status[0]}" statusSeverity="Error" '
            f"statusMessage={quoteattr(status[1])}/>"
        )

    return _response(request_id).sub(short, text)


def _ender(side: MirrorSide, process: Callable[[str, str], str]) -> Callable[[], None]:
    def end() -> None:
        side.quickbooks.process = process  # type: ignore[method-assign]

    return end
