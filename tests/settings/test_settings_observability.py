import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from qbwc_service.observability import configure_logging, get_logger, log_call


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    # basicConfig(force=True) closes what it replaces, and pytest still needs its own handlers.
    for handler in handlers:
        root.removeHandler(handler)
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def lines_of(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def json_log(level: str = "INFO") -> io.StringIO:
    stream = io.StringIO()
    configure_logging(log_format="json", log_level=level, stream=stream)
    return stream


def test_a_call_is_one_line_with_its_facts_and_its_duration() -> None:
    stream = json_log()

    with log_call("soap_call", method="authenticate", connection_id=7) as line:
        line["outcome"] = "nvu"

    [entry] = lines_of(stream)
    assert entry["event"] == "soap_call"
    assert (entry["method"], entry["connection_id"], entry["outcome"]) == ("authenticate", 7, "nvu")
    assert entry["level"] == "info"
    assert isinstance(entry["seconds"], float)
    assert str(entry["timestamp"]).endswith("Z")


def test_a_call_that_raises_is_an_error_with_its_traceback_and_still_raises() -> None:
    stream = json_log()

    def fail() -> None:
        with log_call("soap_call") as line:
            line["step"] = 2
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        fail()

    [entry] = lines_of(stream)
    assert (entry["level"], entry["step"]) == ("error", 2)
    assert "RuntimeError: broken" in str(entry["exception"])


def test_text_lines_hold_the_same_facts() -> None:
    stream = io.StringIO()
    configure_logging(log_format="text", stream=stream)

    get_logger().info("session_opened", connection_id=7, user_name="acme 1")

    assert "[info] session_opened connection_id=7 user_name='acme 1'" in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 1


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize(
    "key", ["password", "new_password", "strPassword", "ticket", "wcTicket", "server_key", "database_url", "token"]
)
def test_secrets_never_reach_the_log_at_any_level(log_format: str, key: str) -> None:
    stream = io.StringIO()
    configure_logging(log_format=log_format, log_level="DEBUG", stream=stream)

    get_logger().debug("event", **{key: "hunter2"}, nested={"deep": [{key: "hunter2"}]})
    get_logger().info("event", **{key: b"hunter2"}, nested={key: ["hunter2"]})

    assert "hunter2" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 2


def test_a_number_about_a_secret_is_no_secret() -> None:
    stream = json_log()

    get_logger().info("started", ticket_minutes=60)

    assert lines_of(stream)[0]["ticket_minutes"] == 60


@pytest.mark.parametrize("key", ["response", "hcp_response", "qbxml", "request", "request_xml", "body"])
def test_documents_are_measured_above_debug_and_written_at_debug(key: str) -> None:
    stream = json_log("DEBUG")

    get_logger().info("event", **{key: "<QBXML/>"})
    get_logger().debug("event", **{key: "<QBXML/>"})

    assert [entry[key] for entry in lines_of(stream)] == ["<8 characters>", "<QBXML/>"]


def test_the_id_of_a_request_is_no_document() -> None:
    stream = json_log()

    get_logger().info("event", request_id="17", response_bytes=12)

    assert lines_of(stream)[0]["request_id"] == "17"
    assert lines_of(stream)[0]["response_bytes"] == 12


def test_tokens_of_setup_links_and_passwords_in_urls_are_hidden_in_any_text() -> None:
    stream = json_log()

    logging.getLogger("some.library").warning("GET %s from %s", "/setup/abc.def/connection.qwc", "postgresql://u:p@h/d")

    assert lines_of(stream)[0]["event"] == "GET /setup/[hidden]/connection.qwc from postgresql://[hidden]@h/d"


def test_a_traceback_is_filtered_as_well() -> None:
    stream = json_log()
    error = RuntimeError("no answer from postgresql://qb:hunter2@db/qb")

    logging.getLogger("some.library").error("failed", exc_info=error)

    assert "hunter2" not in stream.getvalue()
    assert "[hidden]@db/qb" in stream.getvalue()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_caller_cannot_write_lines_or_control_the_terminal(log_format: str) -> None:
    stream = io.StringIO()
    configure_logging(log_format=log_format, stream=stream)

    get_logger().info("event", user_name="x\n2026-01-01 [info] forged\x1b[2J\u2028")

    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


def test_long_values_are_cut_and_say_how_long_they_were() -> None:
    stream = json_log()

    get_logger().info("event", company_file="x" * 501, short="y" * 500)

    [entry] = lines_of(stream)
    assert entry["company_file"] == "x" * 500 + "… <501 characters>"
    assert entry["short"] == "y" * 500


def test_libraries_that_write_bodies_are_kept_quiet_even_at_debug() -> None:
    stream = json_log("DEBUG")

    logging.getLogger("spyne.protocol.xml").debug("<password>hunter2</password>")
    logging.getLogger("sqlalchemy.engine.Engine").info("INSERT … hunter2")

    assert stream.getvalue() == ""


def test_what_is_below_the_level_is_not_written() -> None:
    stream = json_log("WARNING")

    get_logger().info("event")

    assert stream.getvalue() == ""


def test_warnings_go_to_the_log() -> None:
    with warnings.catch_warnings():
        stream = json_log()
        warnings.simplefilter("always")
        warnings.warn("old way", UserWarning, stacklevel=1)

    assert "UserWarning: old way" in str(lines_of(stream)[0]["event"])


def test_facts_bound_to_the_call_stand_in_every_line() -> None:
    stream = json_log()

    with structlog.contextvars.bound_contextvars(call_id="c1"):
        get_logger().info("event")

    assert lines_of(stream)[0]["call_id"] == "c1"
