"""Rules by which documents go out without a question first: for tests that write, or count, every word on the wire."""

NO_LOOKS: dict[str, object] = {
    "match": {"customers": [], "items": []},
    "duplicate_numbers": "send",
    "payments": {"check_balances": False},
}
