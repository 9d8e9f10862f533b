"""The root of the command line: which commands there are, and where each one stands."""

import click

from qbwc_service import __version__
from qbwc_service.cli.door import Door

COMMANDS = {
    "demo": ("qbwc_service.cli.demo:demo", "See it all work, with a simulated QuickBooks."),
    "new-key": ("qbwc_service.cli.new_key:new_key", "Make a secret for QBWC_SERVER_KEY."),
    "db": ("qbwc_service.cli.db:db", "Make the database, bring it up to date, say where it stands."),
    "serve": ("qbwc_service.cli.serve:serve", "Serve the Web Connector, with gunicorn."),
    "connections": ("qbwc_service.cli.connections:connections_", "Link QuickBooks company files, and watch them."),
    "installs": ("qbwc_service.cli.installs:installs", "Web Connectors that may sign in: add, revoke, passwords."),
    "setup-link": ("qbwc_service.cli.setup_link:setup_link", "Make the link a person sets up the Web Connector with."),
    "qwc": ("qbwc_service.cli.qwc:qwc", "Write the .qwc file of an install."),
    "pull": ("qbwc_service.cli.pull:pull_", "Mirror QuickBooks: start, pause, resume, set how."),
    "status": ("qbwc_service.cli.status:status", "See how far the mirror is, with progress bars."),
    "reconcile": ("qbwc_service.cli.reconcile:reconcile", "See whether the mirror is complete; have it compared."),
    "enqueue": ("qbwc_service.cli.enqueue:enqueue", "Bring documents and requests from files to QuickBooks."),
    "documents": ("qbwc_service.cli.documents:documents", "See how your documents stand; delete, void."),
    "duplicates": ("qbwc_service.cli.duplicates:duplicates", "See items whose names are the same to a person."),
    "rules": ("qbwc_service.cli.rules:rules", "Say what goes to QuickBooks, and who wins where both changed it."),
    "operations": ("qbwc_service.cli.operations:operations", "See the queue; try again, cancel."),
    "problems": ("qbwc_service.cli.problems:problems", "See why something does not sync, and repair it."),
    "message-sets": ("qbwc_service.cli.message_sets:message_sets", "See what was sent to QuickBooks and answered."),
    "replay": ("qbwc_service.cli.replay:replay", "Apply answers again that were kept and could not be applied."),
    "qbxml": ("qbwc_service.cli.qbxml:qbxml", "Check, build and look up qbXML."),
    "simulate": ("qbwc_service.cli.simulate:simulate", "Be a QuickBooks and a Web Connector, against any server."),
}


@click.group(cls=Door, commands_at=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="qbwc-service", message="%(prog)s %(version)s")
def main() -> None:
    """Connect any program to QuickBooks Desktop, through the Web Connector.

    Settings are environment variables that begin with QBWC_; docs/settings.md describes them, docs/cli.md the
    commands. Try first: qbwc-service demo
    """
