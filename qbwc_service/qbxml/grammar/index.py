"""Which file of the grammar an entry stands in, so that a question reads two files of it and not all.

``index.txt`` has one line for each file: its name, then the names of its entries. ``write_index`` makes it anew after
an entry was added; a test sees that it is in step with the files.
"""

import os
import re
from functools import cache

_FOLDER = os.path.dirname(__file__)  # noqa: PTH120 -- Importing pathlib would take longer than all that happens here.
_ENTRY = re.compile(r"^(?:values |aggregate )?([A-Za-z]\w*)", re.MULTILINE)
_REQUEST = re.compile(r" (\w+Rq)\b")
_INDEX = "index.txt"
_SUFFIX = ".qbg"


def find_text(name: str) -> str | None:
    """Give the text of the file that has the entry of that name, between two line ends; None if none has it."""
    index = _read_index()
    position = index.find(f" {name} ")
    if position == -1:
        return None
    line = index.rfind("\n", 0, position) + 1
    return _read(index[line : index.index(" ", line)] + _SUFFIX)


def list_requests() -> list[str]:
    """List the names of all requests, sorted."""
    return sorted(_REQUEST.findall(_read_index()))


def make_index() -> str:
    """Make the text of ``index.txt``. ValueError if a name stands in the grammar twice."""
    families = sorted(name.removesuffix(_SUFFIX) for name in os.listdir(_FOLDER) if name.endswith(_SUFFIX))  # noqa: PTH208
    entries = {family: _ENTRY.findall(_read(family + _SUFFIX)) for family in families}
    names = [name for found in entries.values() for name in found]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"these names stand in the grammar twice: {', '.join(twice)}")
    return "".join(f"{family} {' '.join(found)} \n" for family, found in entries.items())


def write_index() -> None:
    """Write ``index.txt`` anew."""
    with open(os.path.join(_FOLDER, _INDEX), "w", encoding="utf-8") as file:  # noqa: PTH118, PTH123
        file.write(make_index())


@cache
def _read_index() -> str:
    return _read(_INDEX)


@cache
def _read(name: str) -> str:
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:  # noqa: PTH118, PTH123
        return f"\n{file.read()}\n"
