"""The setup page in a real browser, as the person at the QuickBooks PC sees it."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from qbwc_service.admin import sign_setup_link
from qbwc_service.clock import system_clock
from qbwc_service.credentials import ServerKeys
from qbwc_service.simulator import read_qwc
from tests.wire import ConnectFarSide, FarSide, StartServer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of the system's Chromium."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    flags = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        context = browser.new_context(accept_downloads=True)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield context.new_page()
        browser.close()


@pytest.fixture
def setup(start_server: StartServer, connect_far_side: ConnectFarSide) -> tuple[str, FarSide]:
    """A setup page's address, and what stands behind it."""
    server = start_server()
    far = connect_far_side(server)
    keys = ServerKeys(server.settings.server_keys)
    until = system_clock() + timedelta(hours=1)
    token = sign_setup_link(keys, connection_id=far.connection_id, install_id=1, rotation=0, expires_at=until)
    return server.settings.setup_url(token), far


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_setup_page_hands_over_the_file_and_copies_the_password(
    page: Page, setup: tuple[str, FarSide], tmp_path: Path
) -> None:
    url, far = setup
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    page.goto(url)
    page.get_by_role("button", name="Copy the password").click()

    page.get_by_text("Copied. Paste it into the Web Connector.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == far.application.password
    assert page.get_by_label("User name").input_value() == far.application.contents.user_name
    with page.expect_download() as download:
        page.get_by_role("link", name="Download acme-trucking.qwc").click()
    download.value.save_as(tmp_path / "connection.qwc")
    assert read_qwc((tmp_path / "connection.qwc").read_text()).user_name == far.application.contents.user_name
    assert complaints == [], "nothing on the page breaks its own content security policy"
