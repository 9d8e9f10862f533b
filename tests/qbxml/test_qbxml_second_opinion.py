"""Intuit's own schema reads along: see ``intuits_schema_agrees`` in tests/conftest.py."""

import pytest

from qbwc_service import qbxml
from tests import intuit
from tests.conftest import BUILT
from tests.qbxml.xsd import find_schema, validate_document


def test_intuits_schema_reads_every_document_of_this_suite_and_sees_a_wrong_order() -> None:
    schema = find_schema()
    if schema is None:
        pytest.skip(intuit.SCHEMA_MISSING)
    values = {"CustomerAdd": {"Name": "Ann", "CompanyName": "Bakery"}}
    built = qbxml.build_request(qbxml.Request(name="CustomerAddRq", values=values))

    document = qbxml.build_message_set([built], version="13.0")

    assert [document] == BUILT
    assert validate_document(document, schema) == []
    company = "<CompanyName>Bakery</CompanyName>"
    swapped = document.replace(company, "").replace("<Name>", company + "<Name>")
    assert validate_document(swapped, schema) != []
