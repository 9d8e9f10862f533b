"""Keep a company in a folder: as a file to go on from, and as one to be read.

The file to go on from is a pickle. It is read with a list of what may stand in it, so that a file from elsewhere can
make nothing but companies.
"""

import io
import json
import pickle
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from qbwc_service.simulator.quickbooks.company import Company

FILE, READABLE_FILE = "company.bin", "company.json"
OURS = "qbwc_service.simulator.quickbooks."
OTHERS = frozenset(
    {
        ("builtins", "dict"),
        ("builtins", "list"),
        ("builtins", "set"),
        ("collections", "Counter"),
        ("collections", "defaultdict"),
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "timedelta"),
        ("decimal", "Decimal"),
        ("zoneinfo", "ZoneInfo"),
    }
)


def keep_company(company: Company, folder: Path) -> None:
    """Write the company into the folder, over what was there; OSError where that cannot be done."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / READABLE_FILE).write_text(json.dumps(company.export(), indent=1), encoding="utf-8")
    half = folder / f"{FILE}.new"
    half.write_bytes(pickle.dumps(company))
    half.replace(folder / FILE)


def find_kept_company(folder: Path) -> Company | None:
    """Give the company of the folder; None where it holds none, ValueError where the file is no company of ours."""
    path = folder / FILE
    if not path.exists():
        return None
    company: object = None
    with suppress(pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError, TypeError, ValueError):
        company = _Reader(io.BytesIO(path.read_bytes())).load()
    if isinstance(company, Company):
        return company
    raise ValueError(f"{path} holds no company of this release")


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        if (module, name) == ("builtins", "getattr"):
            return _find_zone_maker
        if (module, name) in OTHERS:
            return super().find_class(module, name)
        # No dots: they would lead from a module of ours to whatever it imports.
        found = super().find_class(module, name) if module.startswith(OURS) and name.isidentifier() else None
        if not getattr(found, "__module__", "").startswith(OURS):
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a company")
        return found


def _find_zone_maker(owner: object, name: str) -> object:
    """Stand in for getattr, by which a pickle finds how a time zone is made again, and nothing else."""
    if owner is not ZoneInfo or name != "_unpickle":
        raise pickle.UnpicklingError(f"{name} has no place in a company")
    return getattr(ZoneInfo, name)
