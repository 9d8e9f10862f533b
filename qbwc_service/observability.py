"""What the service writes to its log: one wide line per call, as text or JSON, on the standard error stream.

Every line, ours or a library's, passes one filter on its way out. It hides passwords, tickets, keys and the tokens of
setup links, keeps qbXML and other bodies out above debug level, makes control characters visible and cuts long values,
so that no caller on the internet can write our log for us.
"""

import logging
import re
import sys
import time
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor

HIDDEN = "[hidden]"
LONGEST_VALUE = 500
LONGEST_TRACEBACK = 20_000

# A key is hidden when one of its words is here: `password`, `new_password`, `wcTicket`, `ticket_hash` …
_SECRET_WORDS = frozenset(
    {"password", "passwords", "ticket", "secret", "token", "authorization", "cookie", "credentials"}
)
_SECRET_KEYS = frozenset({"server_key", "server_keys", "database_url"})
# Whole documents: what QuickBooks sends and gets.
_BODY_WORDS = frozenset({"response", "request", "qbxml", "xml", "body", "hcp", "payload"})
_PLAIN_WORDS = frozenset({"bytes", "count", "length", "id", "ids", "name", "names", "type"})  # request_id is no body.
_TRACEBACK_KEYS = frozenset({"exception", "stack"})

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SETUP_TOKEN = re.compile(r"(/setup/)[^/\s\"'?]+")
_URL_PASSWORD = re.compile(r"(\w{1,30}://)[^/\s@]{1,500}@")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_IN_TRACEBACK = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")

# These libraries write whole SOAP bodies (with the password) or SQL parameters at debug and info level.
_CHATTY_LIBRARIES = ("spyne", "sqlalchemy", "httpx", "werkzeug", "alembic")


def configure_logging(*, log_format: str = "text", log_level: str = "INFO", stream: TextIO | None = None) -> None:
    """Set up logging for this process: ours and every library's, one line each, to ``stream`` (standard error).

    ``log_format`` is ``text`` or ``json``; ``log_level`` is ``DEBUG``, ``INFO``, ``WARNING`` or ``ERROR``. Calling it
    again replaces what was set up before.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                hide_secrets,
                _renderer(log_format),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=log_level, force=True)
    logging.captureWarnings(capture=True)
    for name in _CHATTY_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)


def get_logger(name: str = "qbwc_service") -> structlog.stdlib.BoundLogger:
    """Give a logger: ``log.info("fixed_event_word", fact=…)``."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def log_call(event: str, **facts: object) -> Iterator[MutableMapping[str, object]]:
    """Write one wide line when the block ends; facts learnt on the way are put into the mapping it yields.

    ``seconds`` is added. A block that raises is written as an error with its traceback, and still raises.
    """
    line: dict[str, object] = dict(facts)
    log = get_logger()
    start = time.perf_counter()
    try:
        yield line
    except Exception:
        log.exception(event, **line, seconds=_seconds_since(start))
        raise
    log.info(event, **line, seconds=_seconds_since(start))


def hide_secrets(_logger: object, method_name: str, event_dict: EventDict) -> EventDict:
    """Filter one line: the last processor before rendering, so that nothing is added behind its back."""
    level = event_dict.get("level", method_name)
    return {key: _clean(key, value, is_debug=level == "debug") for key, value in event_dict.items()}


def _clean(key: str, value: object, *, is_debug: bool) -> object:
    words = {word.lower() for word in _WORD.findall(key)}
    if words & _SECRET_WORDS or key.lower() in _SECRET_KEYS:
        return _without_text(value, shown=HIDDEN)
    if words & _BODY_WORDS and not words & _PLAIN_WORDS and not is_debug:
        return _without_text(value, shown=_measure(value))
    return _clean_value(key, value, is_debug=is_debug)


def _clean_value(key: str, value: object, *, is_debug: bool) -> object:
    match value:
        case None | bool() | int() | float():
            return value
        case bytes():
            return _measure(value)
        case str():
            return _clean_traceback(value) if key in _TRACEBACK_KEYS else _clean_text(value)
        case Mapping():
            return {str(inner): _clean(str(inner), item, is_debug=is_debug) for inner, item in value.items()}
        case Sequence() | set() | frozenset():
            return [_clean(key, item, is_debug=is_debug) for item in value]
        case _:
            return _clean_text(str(value))


def _clean_text(text: str) -> str:
    # Masked before it is cut: half a secret must not survive because its end was cut off.
    shown = _CONTROL.sub(_show_control, _mask(text[: LONGEST_VALUE * 10]))[:LONGEST_VALUE]
    return shown if len(text) <= LONGEST_VALUE else f"{shown}… <{len(text)} characters>"


def _clean_traceback(text: str) -> str:
    # The end of a traceback says what happened; its line breaks are wanted.
    return _CONTROL_IN_TRACEBACK.sub(_show_control, _mask(text[-LONGEST_TRACEBACK:]))


def _mask(text: str) -> str:
    return _URL_PASSWORD.sub(rf"\1{HIDDEN}@", _SETUP_TOKEN.sub(rf"\1{HIDDEN}", text))


def _show_control(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def _without_text(value: object, *, shown: str) -> object:
    """Let numbers through (``ticket_minutes=60`` is no secret), and nothing else."""
    return value if value is None or isinstance(value, bool | int | float) else shown


def _measure(value: object) -> str:
    match value:
        case str():
            return f"<{len(value)} characters>"
        case bytes():
            return f"<{len(value)} bytes>"
        case _:
            return HIDDEN


def _renderer(log_format: str) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(
        colors=False,
        pad_event_to=0,
        pad_level=False,
        sort_keys=False,
        exception_formatter=structlog.dev.plain_traceback,
    )


def _seconds_since(start: float) -> float:
    return round(time.perf_counter() - start, 4)
