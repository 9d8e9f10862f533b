"""gunicorn, embedded: the settings that were measured for this service, and nothing read from elsewhere.

``sync`` workers were a third faster than threads for SOAP calls; threads cope better with slow clients where no
buffering proxy stands in front. There is no access log: the path of a setup page is a secret. Modules are loaded once,
before the fork; each worker assembles its own application after it, so that no database connection is shared.
"""

import gc
import ipaddress
import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn ships no types.
from gunicorn.config import Config  # type: ignore[import-untyped]  # The same.
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # The same.

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CALL_SECONDS = 120
"""A call of the Web Connector with a large answer takes long to apply; a worker silent for longer has died."""
GRACE_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How to serve; ``forwarded_allow_ips`` as gunicorn writes it."""

    host: str
    port: int
    workers: int
    threads: int
    forwarded_allow_ips: str
    log_level: str


class Server(BaseApplication):  # type: ignore[misc]  # The same.
    """The master process: binds, forks workers, restarts the ones that die; ``run`` ends with SystemExit."""

    cfg: Config

    def __init__(self, options: ServerOptions) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        options = self.options
        host = f"[{options.host}]" if ":" in options.host else options.host
        values: dict[str, object] = {
            "bind": [f"{host}:{options.port}"],
            "workers": options.workers,
            "threads": options.threads,
            "worker_class": "sync" if options.threads == 1 else "gthread",
            "timeout": CALL_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "forwarded_allow_ips": options.forwarded_allow_ips,
            "accesslog": None,
            "preload_app": False,
            "when_ready": end_gently,
            "post_worker_init": settle_in,
            "logger_class": ServiceLogger,
            "loglevel": options.log_level.lower(),
            "proc_name": "qbwc-service",
            # Not there before release 25: a socket in the home directory through which gunicorn could be steered.
            "control_socket_disable": True,
        }
        for name, value in values.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def run(self) -> None:
        """Load all modules before the workers fork: each of them, and who follows one that died, is there at once."""
        import qbwc_service.app  # noqa: F401, PLC0415 - not before it is served: the options alone need none of it

        gc.freeze()  # What a collection never touches stays shared.
        super().run()

    def load(self) -> "WSGIApplication":
        """Assemble the application, in each worker."""
        from qbwc_service.app import create_app  # noqa: PLC0415 - as above

        return believe_proxies(create_app(), self.options.forwarded_allow_ips)


class ServiceLogger(Logger):  # type: ignore[misc]  # The same.
    """Hands gunicorn's lines to the service's own log: one format, one filter for secrets."""

    def setup(self, cfg: Config) -> None:
        """Take gunicorn's own handlers away."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def end_gently(_master: object) -> None:
    """Let Ctrl-C be what SIGTERM is: calls that are being answered are answered, instead of cut in the middle."""
    signal.signal(signal.SIGINT, lambda _number, _frame: os.kill(os.getpid(), signal.SIGTERM))


def settle_in(_worker: object) -> None:
    """Leave Ctrl-C to the master, and take what is there after assembly out of the garbage collector's rounds."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.collect()
    gc.freeze()


def count_cores() -> int:
    """Count the processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def believe_proxies(application: "WSGIApplication", allowed: str) -> "WSGIApplication":
    """Use X-Forwarded-Host of those proxies; gunicorn itself does so for X-Forwarded-Proto only."""
    is_trusted = _trust(allowed)

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        forwarded = environ.get("HTTP_X_FORWARDED_HOST", "").partition(",")[0].strip()
        if forwarded and is_trusted(environ.get("REMOTE_ADDR", "")):
            environ["HTTP_HOST"] = forwarded
        return application(environ, start_response)

    return serve


def split_addresses(allowed: str) -> list[str]:
    """Part a list of addresses and networks; ValueError for what is neither, nor ``*``."""
    words = [word.strip() for word in allowed.split(",") if word.strip()]
    for word in words:
        if word != "*":
            ipaddress.ip_network(word)
    return words


def _trust(allowed: str) -> Callable[[str], bool]:
    words = split_addresses(allowed)
    if "*" in words:
        return lambda _address: True
    networks = [ipaddress.ip_network(word) for word in words]

    def is_trusted(address: str) -> bool:
        try:
            return any(ipaddress.ip_address(address) in network for network in networks)
        except ValueError:
            return False

    return is_trusted
