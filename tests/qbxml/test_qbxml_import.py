"""Importing the layer is quick, because what only some need is imported when it is used."""

import subprocess
import sys

import pytest

from qbwc_service import qbxml


def test_every_name_of_the_layer_is_there() -> None:
    assert [name for name in qbxml.__all__ if not hasattr(qbxml, name)] == []
    assert sorted(qbxml.__all__, key=str.swapcase) == sorted(set(qbxml.__all__), key=str.swapcase)


def test_a_name_that_the_layer_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = qbxml.nonsense  # type: ignore[attr-defined]  # That it is not there is the point.


def test_importing_it_and_building_a_request_need_no_xml_parser() -> None:
    program = (
        "import sys\n"
        "from qbwc_service import qbxml\n"
        "qbxml.build_request(qbxml.Request(name='HostQueryRq'))\n"
        "heavy = {'lxml', 'lxml.etree', 'difflib', 'uuid', 'pathlib', 'sqlalchemy', 'structlog', 'click'}\n"
        "sys.exit(str(heavy & sys.modules.keys()) if heavy & sys.modules.keys() else 0)"
    )
    result = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)

    assert result.returncode == 0, result.stderr
