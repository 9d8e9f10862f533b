"""Fixtures that the qbXML tests share; the modules beside this one are loaded by path, for tests/ is no package."""

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest


def _load(name: str) -> ModuleType:
    module_name = f"tests_qbxml_{name}"
    if module_name not in sys.modules:
        spec = spec_from_file_location(module_name, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        sys.modules[module_name] = module
        spec.loader.exec_module(module)
    return sys.modules[module_name]


@pytest.fixture(scope="session")
def random_request() -> Callable[..., object]:
    """The strategy of random_values.py: ``random_request(name, version=…, country=…)``."""
    return _load("random_values").random_request


@pytest.fixture(scope="session")
def complaints() -> Callable[[str], list[str]]:
    """What Intuit's schema 13.0 has against a document; the test is skipped where the schema is missing."""
    xsd = _load("xsd")
    schema = xsd.find_schema()
    if schema is None:
        pytest.skip(xsd.MISSING)
    return lambda xml: xsd.validate_document(xml, schema)
