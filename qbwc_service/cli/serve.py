"""``qbwc-service serve``: the service under gunicorn, with measured defaults."""

import errno
import os
import socket

import click

from qbwc_service.cli.desk import Desk
from qbwc_service.cli.exit_codes import ExitCode
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.server import Server, ServerOptions, count_cores, split_addresses
from qbwc_service.errors import InputError, StateError
from qbwc_service.observability import configure_logging

MOST_WORKERS = 8


def _check_addresses(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        split_addresses(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return value


@click.command(cls=LeafCommand, example="qbwc-service serve --port 8080")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="The port to listen on.")
@click.option(
    "--workers", type=click.IntRange(1, 64), help=f"Processes; else twice the cores and one, at most {MOST_WORKERS}."
)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Threads of each process. One is fastest; more are safer where no buffering proxy stands in front.",
)
@click.option(
    "--forwarded-allow-ips",
    default="127.0.0.1,::1",
    show_default=True,
    callback=_check_addresses,
    help="Proxies whose X-Forwarded-Proto and X-Forwarded-Host are believed; * for all.",
)
@click.pass_obj
def serve(
    desk: Desk, *, host: str, port: int, workers: int | None, threads: int, forwarded_allow_ips: str
) -> Reply | None:
    """Serve the Web Connector and the setup pages until Ctrl-C.

    Settings and the database's schema are checked before the port is opened. The Web Connector wants https for
    everything but localhost: put a proxy with a certificate in front.
    """
    settings = desk.settings
    _ = desk.database
    _check_port(host, port)
    configure_logging(log_format=settings.log_format, log_level=settings.log_level)
    # What the workers inherit must be no connection to the database.
    desk.close()
    options = ServerOptions(
        host=host,
        port=port,
        workers=workers or min(2 * count_cores() + 1, MOST_WORKERS),
        threads=threads,
        forwarded_allow_ips=forwarded_allow_ips,
        log_level=settings.log_level,
    )
    _run(options)
    return None


def _check_port(host: str, port: int) -> None:
    """Listen for a moment: gunicorn would try for five seconds, and then fail without a word of what helps.

    StateError where somebody listens there already, InputError where nobody can.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} of {host} is in use: another program listens there"
            remedy = "end that one, or name another port: qbwc-service serve --port N (and in QBWC_BASE_URL)"
            raise StateError(message, field="port", remedy=remedy) from None
        raise InputError(f"cannot listen on port {port} of {host}: {error.strerror}", field="port") from None


def _run(options: ServerOptions) -> None:
    """Serve until the end; gunicorn's own codes for a failed start would mean something else here."""
    master = os.getpid()
    try:
        Server(options).run()
    except SystemExit as end:
        if end.code and os.getpid() == master:
            raise SystemExit(ExitCode.INTERNAL) from end
        raise
