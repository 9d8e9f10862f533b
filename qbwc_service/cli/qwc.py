"""``qbwc-service qwc``: the file a person adds to the Web Connector."""

from dataclasses import dataclass
from pathlib import Path

import click

from qbwc_service import connections
from qbwc_service.app import make_qwc
from qbwc_service.cli.choose_install import choose_install
from qbwc_service.cli.desk import Desk
from qbwc_service.cli.leaf import LeafCommand
from qbwc_service.cli.options import chosen_install_argument, connection_argument
from qbwc_service.cli.reply import Reply
from qbwc_service.connections import InstallInfo
from qbwc_service.errors import InputError
from qbwc_service.qwc import qwc_file_name, render_qwc


@dataclass(frozen=True, slots=True, kw_only=True)
class QwcText:
    """A .qwc file that is ready to be written, and the install it is for."""

    name: str
    text: str
    install: InstallInfo


@click.command(cls=LeafCommand, example="qbwc-service qwc 1 --output acme.qwc")
@connection_argument
@chosen_install_argument
@click.option("--output", "-o", type=click.Path(path_type=Path), help="A file, or a folder; else it is printed.")
@click.pass_obj
def qwc(desk: Desk, connection_id: int, install_id: int | None, *, output: Path | None) -> Reply:
    """Write the .qwc file of an install; INSTALL may be left out where there is only one.

    It is the same at every call, and refused here where the Web Connector would refuse it. It holds no password.
    """
    file = make_qwc_text(desk, connection_id, install_id)
    data = {"file_name": file.name, "user_name": file.install.user_name}
    if output is None:
        return Reply(data={**data, "qwc": file.text}, raw=file.text)
    path = output / file.name if output.is_dir() else output
    _write(path, file.text)
    said = f"Written: {path}\nUser name, for which the password is asked: {file.install.user_name}\n"
    return Reply(data={**data, "path": str(path)}, raw=said)


def make_qwc_text(desk: Desk, connection_id: int, install_id: int | None) -> QwcText:
    """Make the file of an install, or of the only one there is; raises as ``choose_install`` does."""
    settings = desk.settings
    install = choose_install(desk, connection_id, install_id)
    with desk.database.writing() as db:
        connection = connections.get_connection(db, connection_id, now=desk.now())
        owner_id = connections.get_owner_id(db, now=desk.now())
    text = render_qwc(make_qwc(settings, connection, install, owner_id=owner_id))
    return QwcText(name=qwc_file_name(connection.name), text=text, install=install)


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode())
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}", field="output") from None
