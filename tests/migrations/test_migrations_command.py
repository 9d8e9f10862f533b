"""`alembic upgrade head` works from the checkout, with nothing but the database's address."""

import os
import subprocess
import sys
from pathlib import Path

from qbwc_service.store import Database
from qbwc_service.store.schema import check_schema, current_revision

ROOT = Path(__file__).resolve().parents[2]
SECRET = "very-secret-password"


def alembic(*arguments: str, url: str) -> subprocess.CompletedProcess[str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("QBWC_")}
    program = [sys.executable, "-W", "error", "-m", "alembic", *arguments]
    environment = {**ours, "QBWC_DATABASE_URL": url}
    return subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_alembic_upgrades_and_downgrades_from_the_checkout(empty_database: Database, empty_database_url: str) -> None:
    as_written_by_people = empty_database_url.replace("postgresql+psycopg://", "postgresql://")

    upgraded = alembic("upgrade", "head", url=as_written_by_people)
    assert upgraded.returncode == 0, upgraded.stderr
    check_schema(empty_database)

    downgraded = alembic("downgrade", "base", url=as_written_by_people)
    assert downgraded.returncode == 0, downgraded.stderr
    assert current_revision(empty_database) is None


def test_alembic_does_not_write_sql_for_a_database_it_cannot_see(tmp_path: Path) -> None:
    refused = alembic("upgrade", "head", "--sql", url=f"sqlite:///{tmp_path / 'x.sqlite3'}")
    assert refused.returncode != 0
    assert "Migrations run on a live database only" in refused.stderr


def test_an_unusable_address_is_refused_without_its_password() -> None:
    refused = alembic("upgrade", "head", url=f"mysql://ann:{SECRET}@localhost/qbwc")
    assert refused.returncode != 0
    assert "QBWC_DATABASE_URL" in refused.stderr
    assert SECRET not in refused.stderr + refused.stdout
