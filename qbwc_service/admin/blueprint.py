"""The Flask blueprint of the people's pages. Each view translates, asks, and renders; nothing is decided here.

Nobody signs in yet: a signed, expiring link is what opens a setup page, and every answer is marked so that no browser,
proxy or neighbouring site keeps or leaks it.
"""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from flask import Blueprint, Response, make_response, render_template
from flask.blueprints import BlueprintSetupState
from flask_bootstrap import Bootstrap5

from qbwc_service.admin.error_pages import register_error_pages
from qbwc_service.admin.headers import protect
from qbwc_service.admin.setup_link import SetupLink, read_setup_link
from qbwc_service.clock import Clock, system_clock
from qbwc_service.credentials import ServerKeys
from qbwc_service.qwc import InstallSetup, qwc_file_name, render_qwc


class SetupPages(Protocol):
    """Looks up what a setup page shows; the implementation opens and closes its own transaction."""

    def find_setup(self, connection_id: int, install_id: int) -> InstallSetup | None:
        """Give the install's file, user name and password; None if there is no such install (any more)."""
        ...


def create_admin_blueprint(
    setup: SetupPages, *, keys: ServerKeys, service_name: str = "QBWC Service", clock: Clock = system_clock
) -> Blueprint:
    """Make the blueprint: ``/``, ``/support``, ``/healthz``, ``/setup/<token>``, the .qwc download, error pages.

    ``keys`` verify the setup links; ``service_name`` is the name at the head of each page. Registering it on an
    application also sets Bootstrap-Flask up there, serving its bundled assets, and covers the whole application with
    our error pages and protective headers.
    """
    blueprint = Blueprint(
        "admin",
        __name__,
        template_folder="templates",
        static_folder=str(Path(__file__).parent / "static"),
        static_url_path="/assets",
    )
    blueprint.record_once(_use_bundled_bootstrap)
    blueprint.after_app_request(protect)
    blueprint.app_context_processor(lambda: {"service_name": service_name})
    register_error_pages(blueprint)
    _add_open_pages(blueprint)
    _add_setup_pages(blueprint, setup=setup, keys=keys, clock=clock)
    return blueprint


def _use_bundled_bootstrap(state: BlueprintSetupState) -> None:
    app = state.app
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True  # No content delivery network, whatever was configured.
    if "bootstrap" not in app.extensions:
        Bootstrap5(app)


def _add_open_pages(blueprint: Blueprint) -> None:
    # The Web Connector itself asks for /support when it is added, and takes nothing but 200 or 202: hence no
    # redirect from /support/ either.
    @blueprint.get("/")
    def home() -> str:
        return render_template("admin/home.html")

    @blueprint.get("/support", strict_slashes=False)
    def support() -> str:
        return render_template("admin/support.html")

    @blueprint.get("/healthz", strict_slashes=False)
    def healthz() -> Response:
        return Response("ok", content_type="text/plain; charset=utf-8")


def _add_setup_pages(blueprint: Blueprint, *, setup: SetupPages, keys: ServerKeys, clock: Clock) -> None:
    def open_link(token: str) -> tuple[SetupLink, InstallSetup] | Response:
        return _open_link(token, setup=setup, keys=keys, now=clock())

    @blueprint.get("/setup/<token>", strict_slashes=False)
    def setup_page(token: str) -> Response:
        opened = open_link(token)
        if isinstance(opened, Response):
            return opened
        link, install = opened
        file_name = qwc_file_name(install.connection_name)
        page = render_template("admin/setup.html", token=token, link=link, install=install, file_name=file_name)
        return make_response(page)

    @blueprint.get("/setup/<token>/connection.qwc")
    def download(token: str) -> Response:
        opened = open_link(token)
        if isinstance(opened, Response):
            return opened
        _, install = opened
        response = Response(render_qwc(install.qwc), content_type="application/xml")
        file_name = qwc_file_name(install.connection_name)
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
        return response


def _open_link(
    token: str, *, setup: SetupPages, keys: ServerKeys, now: datetime
) -> tuple[SetupLink, InstallSetup] | Response:
    """Give the link and its install, or the page that says why not: 404 not ours or gone, 410 expired or revoked."""
    link = read_setup_link(keys, token)
    if link is None:
        return make_response(render_template("admin/link_invalid.html"), 404)
    if link.is_expired(now=now):
        return make_response(render_template("admin/link_expired.html", link=link), 410)
    install = setup.find_setup(link.connection_id, link.install_id)
    if install is None:
        return make_response(render_template("admin/link_invalid.html"), 404)
    if install.rotation != link.rotation:
        return make_response(render_template("admin/link_expired.html", link=link), 410)
    if install.revoked:
        return make_response(render_template("admin/install_revoked.html", install=install), 410)
    return link, install
