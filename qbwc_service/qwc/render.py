"""Writes a .qwc file from its template, checked first.

The template is a file of the deployment (``qwc_templates/connection.qwc``), so that every optional element can be
seen where it stands. Values are escaped by the template engine, never by hand.
"""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from qbwc_service.bundled import find_bundled
from qbwc_service.qwc.check import check_qwc
from qbwc_service.qwc.file import QwcFile


def render_qwc(qwc: QwcFile) -> str:
    """Give the whole .qwc document: pure ASCII, no byte order mark, other characters as numeric references.

    Being ASCII it is the same bytes in every encoding a mail program or an editor may save it in. Raises
    InvalidQwcError where the Web Connector would refuse the file.
    """
    check_qwc(qwc)
    text = _template().render(qwc=qwc)
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(find_bundled("qwc_templates"), encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("connection.qwc")
