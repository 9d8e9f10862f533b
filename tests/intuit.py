"""Intuit's own files, never part of this project: where they lie beside the checkout they are a second opinion."""

from pathlib import Path

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"

WSDL = BESIDE / "wsdl" / "QBWebConnectorSvc.wsdl"
WSDL_MISSING = f"the WSDL that circulates is not there ({WSDL}); ours is tested all the same"

SCHEMA = BESIDE / "xsd" / "qbxmlops130.xsd"
SCHEMA_MISSING = f"Intuit's qbXML 13.0 schema is not there ({SCHEMA}); the grammar's own tests cover the same ground"
