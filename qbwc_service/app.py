"""The application, assembled: the only place that knows all the parts.

``gunicorn "qbwc_service.app:create_app()"`` serves it; ``qbwc-service serve`` does that with measured defaults.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask

from qbwc_service import connections
from qbwc_service.admin import InstallSetup, create_admin_blueprint
from qbwc_service.clock import Clock, system_clock
from qbwc_service.credentials import ServerKeys, derive_password
from qbwc_service.errors import NotFoundError
from qbwc_service.observability import configure_logging
from qbwc_service.queue import RetryPolicy
from qbwc_service.qwc import QwcFile
from qbwc_service.settings import Settings, load_settings
from qbwc_service.soap import create_soap_application
from qbwc_service.store import Database, open_database
from qbwc_service.store.schema import check_schema
from qbwc_service.sync import BatchLimits
from qbwc_service.update import UpdatePolicy, UpdateService

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ENDPOINT = "/qbwc"


def create_app(settings: Settings | None = None, *, clock: Clock = system_clock) -> "WSGIApplication":
    """Make the WSGI application from the environment's settings, or from those given.

    Raises InvalidSettingsError listing every mistake, SchemaError where the database is not at this release's schema.
    """
    chosen = settings or load_settings(os.environ)
    configure_logging(log_format=chosen.log_format, log_level=chosen.log_level)
    database = open_database(chosen.database_url.get_secret_value())
    check_schema(database)
    keys = ServerKeys(chosen.server_keys)
    owner_id = read_owner_id(database, clock=clock)
    service = UpdateService(
        database=database,
        keys=keys,
        owner_id=owner_id,
        policy=make_policy(chosen),
        clock=clock,
    )
    soap = create_soap_application(service, max_body_bytes=chosen.max_body_mb * 1024 * 1024)
    pages = Flask("qbwc_service")
    setup = SetupReader(database=database, settings=chosen, keys=keys, owner_id=owner_id, clock=clock)
    pages.register_blueprint(create_admin_blueprint(setup, keys=keys, service_name=chosen.app_name, clock=clock))
    # Between this line and the first request nothing is kept: a worker that forks now shares no database connection.
    database.close()
    return Application(soap=soap, pages=pages.wsgi_app)


@dataclass(frozen=True, slots=True)
class Application:
    """Sends ``/qbwc``, with and without a trailing slash, to the SOAP endpoint, and the rest to the pages."""

    soap: "WSGIApplication"
    pages: "WSGIApplication"

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Serve one request."""
        path = environ.get("PATH_INFO", "")
        is_endpoint = path.rstrip("/") == ENDPOINT
        return (self.soap if is_endpoint else self.pages)(environ, start_response)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupReader:
    """Looks up what a setup page shows of an install."""

    database: Database
    settings: Settings
    keys: ServerKeys
    owner_id: str
    clock: Clock = system_clock

    def find_setup(self, connection_id: int, install_id: int) -> InstallSetup | None:
        """Give an install's file, user name and password; None where there is no such install."""
        with self.database.reading() as db:
            try:
                connection = connections.get_connection(db, connection_id, now=self.clock())
                install = connections.get_install(db, connection_id, install_id)
            except NotFoundError:
                return None
        return InstallSetup(
            connection_name=connection.name,
            install_label=install.label,
            user_name=install.user_name,
            password=derive_password(self.keys, install_id=install.password_id, rotation=install.rotation),
            qwc=make_qwc(self.settings, connection, install, owner_id=self.owner_id),
            rotation=install.rotation,
            revoked=install.revoked_at is not None,
        )


def make_qwc(
    settings: Settings, connection: connections.ConnectionInfo, install: connections.InstallInfo, *, owner_id: str
) -> QwcFile:
    """Gather the .qwc file of an install; the same in every download.

    Raises InvalidSettingsError where QBWC_BASE_URL is not set.
    """
    display_name = settings.app_display_name or f"{settings.app_name}: {connection.name}"
    return QwcFile(
        app_name=settings.app_name,
        app_url=settings.app_url,
        app_description=settings.app_description,
        app_support=settings.app_support,
        app_display_name=display_name,
        app_unique_name=f"{settings.app_name} {connection.id}",
        user_name=install.user_name,
        owner_id=owner_id,
        file_id=connection.file_id,
        personal_data_pref="pdpNotNeeded",
        unattended_mode_pref="umpOptional",
        run_every_n_minutes=connection.run_every_minutes,
    )


def make_policy(settings: Settings) -> UpdatePolicy:
    """Translate the settings for the update sessions."""
    return UpdatePolicy(
        lease=timedelta(minutes=settings.lease_minutes),
        ticket_lifetime=timedelta(minutes=settings.ticket_minutes),
        password_grace=timedelta(hours=settings.password_grace_hours),
        recheck_after=timedelta(minutes=settings.recheck_minutes),
        minimum_client_version=settings.minimum_client_version,
        limits=BatchLimits(writes=settings.batch_size),
        retries=RetryPolicy(
            max_attempts=settings.max_attempts,
            first_delay=timedelta(seconds=settings.retry_first_seconds),
            longest_delay=timedelta(seconds=settings.retry_longest_seconds),
        ),
    )


def read_owner_id(database: Database, *, clock: Clock = system_clock) -> str:
    """Give the deployment's OwnerID, made at its first use."""
    with database.writing() as db:
        return connections.get_owner_id(db, now=clock())
