"""Intuit's element names and our own: ``ARAccountRef`` is ``ar_account_ref`` for Python programs."""

import re
from functools import cache

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def snake_case(name: str) -> str:
    """Give our name for an element or attribute: ``TxnID`` → ``txn_id``, ``PONumber`` → ``po_number``."""
    return _WORD.sub("_", name).lower()
