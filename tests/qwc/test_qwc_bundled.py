from pathlib import Path

import pytest

from qbwc_service import bundled
from qbwc_service.bundled import find_bundled
from qbwc_service.errors import NotFoundError


def make_wheel(folder: Path) -> Path:
    package = folder / "site-packages" / "qbwc_service"
    (package / "_bundled" / "migrations").mkdir(parents=True)
    (folder / "site-packages" / "migrations").mkdir()
    return package


def test_a_checkout_holds_every_bundled_name_at_its_top() -> None:
    for name in bundled.BUNDLED:
        assert find_bundled(name).name == name
        assert find_bundled(name).exists()


def test_an_installed_wheel_uses_its_own_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = make_wheel(tmp_path)
    monkeypatch.setattr(bundled, "_PACKAGE", package)

    assert find_bundled("migrations") == package / "_bundled" / "migrations"


def test_a_strangers_folder_beside_an_installed_package_is_never_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = make_wheel(tmp_path)
    (package / "_bundled" / "migrations").rmdir()
    monkeypatch.setattr(bundled, "_PACKAGE", package)

    with pytest.raises(NotFoundError, match="lacks migrations"):
        find_bundled("migrations")


def test_only_what_is_bundled_can_be_asked_for() -> None:
    with pytest.raises(NotFoundError):
        find_bundled("../etc/passwd")
