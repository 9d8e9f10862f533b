"""A second opinion on what we build: Intuit's schema for qbXML 13.0, where it lies beside the checkout."""

from functools import cache

from lxml import etree

from tests import intuit

READ_BY_SCHEMA: dict[str, int] = {}
"""How many random documents of each request type the schema has found valid in this run."""


@cache
def find_schema() -> "etree.XMLSchema | None":
    """Load the schema; None where its folder is missing."""
    if not intuit.SCHEMA.exists():
        return None
    return etree.XMLSchema(etree.parse(intuit.SCHEMA))


def validate_document(xml: str, schema: "etree.XMLSchema") -> list[str]:
    """List what the schema has against a whole qbXML document; an empty list if nothing."""
    try:
        document = etree.fromstring(xml.encode())
    except etree.XMLSyntaxError as error:
        return [str(error)]
    if schema.validate(document):
        return []
    return [f"line {entry.line}: {entry.message}" for entry in schema.error_log]
