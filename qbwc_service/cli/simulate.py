"""``qbwc-service simulate``: a QuickBooks and a Web Connector, against this server or any other."""

from pathlib import Path

import click
from rich.table import Table

from qbwc_service.cli.exit_codes import ExitCode
from qbwc_service.cli.leaf import LeafCommand, is_json
from qbwc_service.cli.progress import watch_updates
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.tables import make_table
from qbwc_service.errors import InputError, InvalidQwcError
from qbwc_service.simulator import Company, QbwcError, QuickBooks, UpdateOutcome, UpdateReport, WebConnector

GOOD = (UpdateOutcome.COMPLETED, UpdateOutcome.NO_DATA)


@click.command(
    cls=LeafCommand, example="qbwc-service simulate --qwc acme.qwc --password $(qbwc-service installs password 1 1)"
)
@click.option("--qwc", "qwc_file", type=click.Path(path_type=Path), required=True, help="The .qwc file to add.")
@click.option("--password", required=True, help="What the person at the PC would type.")
@click.option("--company-name", default="Acme Trucking", show_default=True, help="The simulated company's name.")
@click.option("--file-path", default=r"C:\Books\Acme Trucking.qbw", show_default=True, help="Its company file.")
@click.option("--customers", type=click.IntRange(0, 100_000), default=20, show_default=True, help="How many it has.")
@click.option("--invoices", type=click.IntRange(0, 1_000_000), default=0, show_default=True, help="How many it has.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same company.")
@click.option(
    "--updates", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many updates."
)
@click.pass_context
def simulate(  # noqa: PLR0913 - the options of the command
    ctx: click.Context,
    *,
    qwc_file: Path,
    password: str,
    company_name: str,
    file_path: str,
    customers: int,
    invoices: int,
    seed: int,
    updates: int,
) -> Reply:
    """Add a .qwc file to a simulated Web Connector and run updates until one exchanges nothing.

    It checks the file and calls the server as the Windows program does; the company lives in memory and is gone
    afterwards. Exit code 5 where the last update did not end well. See docs/simulator.md.
    """
    text = _read(qwc_file)
    company = Company.create(name=company_name, path=file_path, seed=seed, customers=customers, invoices=invoices)
    with watch_updates(is_quiet=is_json(ctx)) as watch:
        connector = WebConnector(QuickBooks(company))
        try:
            application = connector.add_application(text, password=password)
        except QbwcError as error:
            message = f"the Web Connector refuses the file: {error.message}"
            raise InvalidQwcError(message, field="qwc", qbwc_code=error.code) from None
        try:
            reports = connector.update_until_done(application, limit=updates, on_progress=watch)
        except QbwcError as error:
            raise InputError(f"the Web Connector does not begin: {error}", field="password") from None
    return Reply(
        data={"application": application.name, "warnings": application.warnings, "reports": reports},
        shown=(_table(reports),),
        complaints=tuple(f"The Web Connector ignores in silence: {warning}" for warning in application.warnings),
        exit_code=ExitCode.OK if reports[-1].outcome in GOOD else ExitCode.WRONG_STATE,
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", field="qwc") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not a text file in UTF-8", field="qwc") from None


def _table(reports: tuple[UpdateReport, ...]) -> Table:
    rows = [
        (number, report.outcome, report.message_sets, len(report.calls), f"{report.seconds:.2f}", _words(report))
        for number, report in enumerate(reports, start=1)
    ]
    return make_table((">update", "outcome", ">message sets", ">calls", ">seconds", "text"), rows)


def _words(report: UpdateReport) -> str:
    code = f"{report.qbwc_code}: " if report.qbwc_code else ""
    return code + (report.error_text or report.close_text or "")
