import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from qbwc_service.admin import InstallSetup, create_admin_blueprint, sign_setup_link
from qbwc_service.credentials import ServerKeys
from qbwc_service.qwc import QwcFile, render_qwc

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEYS = ServerKeys(["k" * 32])
PASSWORD = "gzzribm6jtzhwonqhmgsc2asct"
QWC = QwcFile(
    app_name="QBWC Service",
    app_url="https://qb.example.com/qbwc",
    app_description="Keeps QuickBooks in step.",
    app_support="https://qb.example.com/support",
    user_name="acme-1",
    owner_id="{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}",
    file_id="{90A44FB5-33D9-4815-AC85-AC86A7E7D1EB}",
)


class Installs:
    """Looks installs up in memory: 1 works, 2 is revoked; others do not exist."""

    def find_setup(self, connection_id: int, install_id: int) -> InstallSetup | None:
        if connection_id != 7 or install_id not in {1, 2}:
            return None
        return InstallSetup(
            connection_name='Acme & "Sons" <script>alert(1)</script>',
            install_label="Front office",
            user_name="acme-1",
            password=PASSWORD,
            qwc=QWC,
            revoked=install_id == 2,
        )


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("test_setup_pages")
    blueprint = create_admin_blueprint(Installs(), keys=KEYS, service_name="Acme Sync", clock=lambda: NOW)
    app.register_blueprint(blueprint)
    return app.test_client()


def path_of(install_id: int = 1, *, connection_id: int = 7, hours: int = 24, rotation: int = 0) -> str:
    expires_at = NOW + timedelta(hours=hours)
    return "/setup/" + sign_setup_link(
        KEYS, connection_id=connection_id, install_id=install_id, rotation=rotation, expires_at=expires_at
    )


def test_the_page_shows_file_user_name_password_and_five_steps(client: FlaskClient) -> None:
    path = path_of()

    page = client.get(path)

    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert page.content_type == "text/html; charset=utf-8"
    root = etree.HTML(text)
    assert root.xpath("//input[@id='password']/@value") == [PASSWORD]
    assert root.xpath("//input[@id='user-name']/@value") == ["acme-1"]
    assert root.xpath(f"//a[@href='{path}/connection.qwc']/@download") == ["acme-sons-script-alert-1-script.qwc"]
    assert len(root.xpath("//ol/li//h2")) == 5
    assert "23 November 2026, 12:00 UTC" in text


def test_the_password_can_be_had_without_javascript(client: FlaskClient) -> None:
    root = etree.HTML(client.get(path_of()).get_data(as_text=True))

    [field] = root.xpath("//input[@id='password']")
    [button] = root.xpath("//button[@data-copy]")
    assert "readonly" in field.attrib
    assert "type" not in field.attrib  # It is text that can be seen and selected.
    assert "hidden" in button.attrib  # The script shows it, where there is one.


def test_every_field_has_its_label(client: FlaskClient) -> None:
    root = etree.HTML(client.get(path_of()).get_data(as_text=True))

    assert set(root.xpath("//input/@id")) == set(root.xpath("//label/@for"))
    assert root.xpath("/html/@lang") == ["en"]
    assert root.xpath("count(//h1)") == 1


def test_names_are_escaped(client: FlaskClient) -> None:
    text = client.get(path_of()).get_data(as_text=True)

    assert "<script>alert" not in text
    assert html.escape("Acme & ") in text


def test_the_download_is_the_file_as_an_attachment(client: FlaskClient) -> None:
    answer = client.get(path_of() + "/connection.qwc")

    assert answer.status_code == 200
    assert answer.get_data(as_text=True) == render_qwc(QWC)
    assert answer.content_type == "application/xml"
    expected = 'attachment; filename="acme-sons-script-alert-1-script.qwc"'
    assert answer.headers["Content-Disposition"] == expected
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_file_holds_no_password(client: FlaskClient) -> None:
    assert PASSWORD not in client.get(path_of() + "/connection.qwc").get_data(as_text=True)


@pytest.mark.parametrize("tail", ["", "/connection.qwc"])
@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (path_of(hours=0), 410, "has expired"),
        (path_of(hours=-1), 410, "has expired"),
        (path_of(2), 410, "access was withdrawn"),
        (path_of(9), 404, "is not valid"),
        (path_of(connection_id=8), 404, "is not valid"),
        (path_of()[:-1], 404, "is not valid"),
        ("/setup/nonsense", 404, "is not valid"),
        ("/setup/" + "x" * 5000, 404, "is not valid"),
    ],
)
def test_a_link_that_opens_nothing_says_why_and_what_to_do(
    client: FlaskClient, path: str, status: int, words: str, tail: str
) -> None:
    answer = client.get(path + tail)

    text = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert words in text
    assert "the person who" in text
    assert PASSWORD not in text
    assert "Acme &amp;" not in text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/", "/support", "/healthz", "/setup/x", path_of(), path_of() + "/connection.qwc", "/no"]
)
def test_every_answer_carries_the_protective_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'self'; ")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("path", ["/", "/support", path_of(), path_of(hours=-1), path_of(2), "/setup/x", "/no"])
def test_every_page_uses_nothing_but_our_own_files(client: FlaskClient, path: str) -> None:
    text = client.get(path).get_data(as_text=True)
    root = etree.HTML(text)

    links = [str(link) for link in root.xpath("//script/@src | //link[@rel='stylesheet']/@href | //img/@src")]
    assert len(links) >= 2
    for link in links:
        assert link.startswith("/")
        assert not link.startswith("//")
        with client.get(link) as asset:
            assert asset.status_code == 200
    assert not root.xpath("//script[not(@src)] | //style | //@style | //@onclick")
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize("path", ["/support", "/support/", "/healthz", "/healthz/", "/"])
def test_open_pages_answer_200_without_a_redirect(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200


def test_the_health_check_says_ok(client: FlaskClient) -> None:
    answer = client.get("/healthz")

    assert answer.get_data(as_text=True) == "ok"
    assert answer.content_type == "text/plain; charset=utf-8"


def test_pages_carry_the_services_own_name(client: FlaskClient) -> None:
    assert "Acme Sync" in client.get("/").get_data(as_text=True)


def test_pages_work_below_a_path(client: FlaskClient) -> None:
    path = path_of()

    text = client.get(path, base_url="https://qb.example.com/sub/").get_data(as_text=True)

    assert f'href="/sub{path}/connection.qwc"' in text
    assert 'src="/sub/assets/copy.js"' in text


def test_a_content_delivery_network_cannot_be_switched_on() -> None:
    app = Flask("test_setup_pages_cdn")
    app.config["BOOTSTRAP_SERVE_LOCAL"] = False
    app.register_blueprint(create_admin_blueprint(Installs(), keys=KEYS))

    assert "//cdn" not in app.test_client().get("/").get_data(as_text=True)


def test_a_link_from_before_the_last_change_of_the_password_shows_nothing(client: FlaskClient) -> None:
    answer = client.get(path_of(rotation=1))

    assert answer.status_code == 410
    assert "password was changed" in " ".join(answer.text.split())
