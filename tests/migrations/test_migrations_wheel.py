"""The wheel is complete: installed, away from any checkout, it finds and runs its own migrations."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from qbwc_service.bundled import BUNDLED

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import json, sys
import qbwc_service
from qbwc_service.bundled import BUNDLED, find_bundled
from qbwc_service.store import open_database
from qbwc_service.store.schema import check_schema, current_revision, downgrade_schema, upgrade_schema

database = open_database(sys.argv[1])
upgrade_schema(database)
check_schema(database)
revision = current_revision(database)
downgrade_schema(database, revision="base")
database.close()
found = {name: str(find_bundled(name)) for name in BUNDLED}
print(json.dumps({"package": qbwc_service.__file__, "found": found, "revision": revision}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built once."""
    folder = tmp_path_factory.mktemp("wheel")
    program = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(program, capture_output=True, text=True, check=False, timeout=120)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder it is installed into."""
    folder = tmp_path_factory.mktemp("site")
    options = ["--no-deps", "--no-index", "--no-compile", "--quiet", "--disable-pip-version-check"]
    program = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(wheel)]
    subprocess.run(program, check=True, timeout=120)
    return folder


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    assert files_of("qbwc_service") - packed == set()


def test_the_wheel_holds_migrations_templates_and_alembic_ini(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    ours = files_of("migrations") | files_of("qwc_templates") | {"alembic.ini"}
    assert {f"qbwc_service/_bundled/{name}" for name in ours} <= packed


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    top = {name.partition("/")[0] for name in packed}
    assert {name for name in top if not name.endswith(".dist-info")} == {"qbwc_service"}
    assert [name for name in packed if name.endswith((".pyc", ".sqlite3", ".log"))] == []
    assert {name.split("/")[2] for name in packed if name.startswith("qbwc_service/_bundled/")} == set(BUNDLED)


def test_the_installed_wheel_finds_and_runs_its_own_migrations(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()  # A stranger's, which must not be taken for ours.
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    program = [sys.executable, "-W", "error", "-c", ASK, f"sqlite:///{tmp_path / 'installed.sqlite3'}"]
    asked = subprocess.run(
        program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert asked.returncode == 0, asked.stderr

    answer = json.loads(asked.stdout)
    assert Path(answer["package"]).parent == installed / "qbwc_service"
    assert answer["found"] == {name: str(installed / "qbwc_service" / "_bundled" / name) for name in BUNDLED}
    versions = (installed / "qbwc_service" / "_bundled" / "migrations" / "versions").glob("*.py")
    assert answer["revision"] == max(path.name[:4] for path in versions)


def files_of(folder: str) -> set[str]:
    """Every file of a folder of the checkout that belongs to the project."""
    found = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in found}
