import io
import json
from collections.abc import Iterator

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from qbwc_service import errors
from qbwc_service.admin import InstallSetup, create_admin_blueprint, sign_setup_link
from qbwc_service.admin.error_pages import PAGES, page_of
from qbwc_service.clock import system_clock
from qbwc_service.credentials import ServerKeys
from qbwc_service.qwc import QwcFile

KEYS = ServerKeys(["k" * 32])
EMPTY_QWC = QwcFile(app_name="", app_url="", app_description="", app_support="", user_name="", owner_id="", file_id="")


class Installs:
    """Every install exists and has a file that nobody would take; connection 2 breaks, connection 3 is out of step."""

    def find_setup(self, connection_id: int, install_id: int) -> InstallSetup | None:  # noqa: ARG002  # The seam hands it over.
        if connection_id == 2:
            raise RuntimeError("secret detail")
        if connection_id == 3:
            raise errors.SchemaError("secret detail")
        return InstallSetup(connection_name="Acme", install_label="", user_name="acme-1", password="p", qwc=EMPTY_QWC)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    yield stream
    structlog.reset_defaults()


@pytest.fixture
def client(log: io.StringIO) -> FlaskClient:
    app = Flask("test_setup_errors")
    app.config["TESTING"] = True
    app.register_blueprint(create_admin_blueprint(Installs(), keys=KEYS))
    return app.test_client()


def path_of(connection_id: int) -> str:
    far = system_clock().replace(year=2100, month=1, day=1)
    return "/setup/" + sign_setup_link(KEYS, connection_id=connection_id, install_id=1, rotation=0, expires_at=far)


def every_error() -> list[type[errors.QbwcServiceError]]:
    found = [errors.QbwcServiceError]
    for kind in found:
        found.extend(kind.__subclasses__())
    return [kind for kind in found if kind.__module__ == errors.__name__]


def test_every_error_of_the_tree_has_its_page() -> None:
    assert set(every_error()) == set(PAGES)


def test_an_error_class_of_the_future_gets_the_page_of_its_parent() -> None:
    class LaterError(errors.StateError):
        pass

    assert page_of(LaterError("x")) is PAGES[errors.StateError]


def test_an_unknown_page_is_404(client: FlaskClient) -> None:
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert "no such page" in answer.get_data(as_text=True)


def test_a_wrong_method_is_405_and_says_which_are_right(client: FlaskClient) -> None:
    answer = client.post("/support")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_defect_is_500_without_its_details_and_the_log_has_them(client: FlaskClient, log: io.StringIO) -> None:
    answer = client.get(path_of(2))

    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "secret detail" not in text
    assert "Traceback" not in text
    entry = json.loads(log.getvalue())
    assert entry["event"] == "page_failed"
    assert entry["reference"] in text
    assert "RuntimeError: secret detail" in entry["exception"]
    assert path_of(2) not in log.getvalue()


def test_a_file_that_the_web_connector_would_refuse_is_not_handed_out(client: FlaskClient, log: io.StringIO) -> None:
    answer = client.get(path_of(1) + "/connection.qwc")

    assert answer.status_code == 500
    assert "not set up completely" in answer.get_data(as_text=True)
    assert "app_name must not be empty" in log.getvalue()


def test_a_schema_out_of_step_is_503(client: FlaskClient) -> None:
    assert client.get(path_of(3)).status_code == 503


def test_error_pages_carry_the_protective_headers(client: FlaskClient) -> None:
    for answer in (client.get("/nowhere"), client.post("/support"), client.get(path_of(2))):
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
