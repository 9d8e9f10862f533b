"""Tables of what is linked to this service: the deployment itself, connections and their installs."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, SmallInteger, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from qbwc_service.store.base import Base, one_of
from qbwc_service.store.states import ConnectionMode, ConnectionStatus
from qbwc_service.store.types import JsonOrNull, UtcDateTime, Word


class Deployment(Base):
    """This deployment: one row. Its OwnerID marks our data in every company file and never changes."""

    __tablename__ = "deployments"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    owner_id: Mapped[str] = mapped_column(String(38))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Connection(Base):
    """One QuickBooks company file linked to this service; owner of every other row.

    ``file_id`` is the GUID our .qwc carries, the same in every download. ``company_file_marker`` is the FileID that
    was found in the company file when it was adopted; ``required_company_name`` is what the admin typed, if anything;
    ``former_company_name`` is what the company was called before it was last renamed in QuickBooks.
    """

    __tablename__ = "connections"
    __table_args__ = (
        one_of("status", ConnectionStatus),
        one_of("mode", ConnectionMode),
        UniqueConstraint("external_id"),
        UniqueConstraint("file_id"),
        CheckConstraint("run_every_minutes >= 1", name="run_every_minutes"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200))
    external_id: Mapped[str | None] = mapped_column(String(200))
    file_id: Mapped[str] = mapped_column(String(38))
    run_every_minutes: Mapped[int]
    mode: Mapped[ConnectionMode] = mapped_column(Word(ConnectionMode))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    status: Mapped[ConnectionStatus] = mapped_column(Word(ConnectionStatus))
    status_reason: Mapped[str | None]
    status_since: Mapped[datetime] = mapped_column(UtcDateTime)

    required_company_name: Mapped[str | None] = mapped_column(String(200))
    company_name: Mapped[str | None] = mapped_column(String(200))
    company_file_path: Mapped[str | None]
    company_file_marker: Mapped[str | None] = mapped_column(String(64))
    adopt_any_file: Mapped[bool] = mapped_column(server_default=false())
    identified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    product_name: Mapped[str | None]
    product_version: Mapped[str | None] = mapped_column(String(20))
    country: Mapped[str | None] = mapped_column(String(8))
    supported_versions: Mapped[list[str] | None] = mapped_column(JsonOrNull)
    file_mode: Mapped[str | None] = mapped_column(String(20))
    is_unattended_allowed: Mapped[bool | None]

    is_mirrored: Mapped[bool] = mapped_column(server_default=false())
    is_pull_paused: Mapped[bool] = mapped_column(server_default=false())
    pull_settings: Mapped[dict[str, object] | None] = mapped_column(JsonOrNull)
    pull_state: Mapped[dict[str, object] | None] = mapped_column(JsonOrNull)

    former_company_name: Mapped[str | None] = mapped_column(String(200))
    company_renamed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Install(Base):
    """One Web Connector installation of a connection: one Windows user on one PC.

    The password is derived from the server key, this row's key and ``rotation``; it is stored nowhere.
    """

    __tablename__ = "installs"
    __table_args__ = (
        ForeignKeyConstraint(["connection_id"], ["connections.id"]),
        UniqueConstraint("connection_id", "user_name"),
        CheckConstraint("rotation >= 0", name="rotation"),
    )

    connection_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    label: Mapped[str] = mapped_column(String(200))
    user_name: Mapped[str] = mapped_column(String(80))
    rotation: Mapped[int]
    rotated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    poll_interval_seconds: Mapped[int | None]
    wrong_password_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
