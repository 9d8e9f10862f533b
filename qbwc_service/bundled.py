"""Finds the files that stand beside the package in a checkout and inside it in an installed wheel.

Migrations and templates live at the top of the repository, where people look for them; the wheel carries copies
under ``qbwc_service/_bundled``. Both have to work, and neither may pick up a stranger's folder of the same name.
"""

from pathlib import Path

from qbwc_service.errors import NotFoundError

BUNDLED = ("migrations", "qwc_templates", "examples", "alembic.ini")
"""Every name that can be asked for; pyproject.toml puts the same ones into the wheel."""

_PACKAGE = Path(__file__).resolve().parent


def find_bundled(name: str) -> Path:
    """Give the path of a bundled file or folder.

    Raises NotFoundError for a name that is not one of ``BUNDLED``, and where the installation lacks it.
    """
    if name not in BUNDLED:
        raise NotFoundError(f"{name!r} is not bundled with the service; {', '.join(BUNDLED)} are")
    for candidate in _places(name, package=_PACKAGE):
        if candidate.exists():
            return candidate
    raise NotFoundError(
        f"The installation lacks {name}",
        remedy="Install qbwc-service again from its wheel, or run it from a whole checkout.",
    )


def _places(name: str, *, package: Path) -> list[Path]:
    """Where the name may stand: in the wheel's folder; beside the package only if that is surely our checkout.

    In an installed wheel the package's neighbour is site-packages, where a ``migrations`` folder could be anybody's.
    """
    places = [package / "_bundled" / name]
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file():
        places.append(checkout / name)
    return places
