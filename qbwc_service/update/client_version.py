"""Answer clientVersion: whether the Web Connector is recent enough."""

import re


def check_client_version(version: str, *, minimum: str) -> str:
    """Answer "" (go on), or ``E:`` with a sentence where the version is below ``minimum`` ("" = any).

    Versions compare number by number: 34.0 came after 2.3 [reports from real installations].
    """
    if not minimum or _numbers(version) >= _numbers(minimum):
        return ""
    return (
        f"E:This service needs QuickBooks Web Connector {minimum} or later; this is {version or 'an unknown version'}."
    )


def _numbers(version: str) -> tuple[int, ...]:
    numbers = [int(part) for part in re.findall(r"\d{1,9}", version)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
