"""``qbwc-service simulate``: a QuickBooks and a Web Connector, against this server or any other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource
from rich.table import Table

from qbwc_service.cli.chaos.run import ChaosOptions, run_chaos
from qbwc_service.cli.chaos.show import as_data, as_shown, watch_chaos
from qbwc_service.cli.exit_codes import ExitCode
from qbwc_service.cli.leaf import LeafCommand, is_json
from qbwc_service.cli.progress import watch_updates
from qbwc_service.cli.reply import Reply
from qbwc_service.cli.sandbox import ending_on_sigterm
from qbwc_service.cli.tables import make_table
from qbwc_service.errors import InputError, InvalidQwcError
from qbwc_service.simulator import (
    Company,
    QbwcError,
    QuickBooks,
    UpdateOutcome,
    UpdateReport,
    WebConnector,
    find_kept_company,
    keep_company,
)

GOOD = (UpdateOutcome.COMPLETED, UpdateOutcome.NO_DATA)
NEW_ONLY = ("company_name", "file_path", "customers", "invoices", "seed")
"""What a company is made of; one that was kept is what it is."""
CHAOS_ONLY = ("documents", "rate", "no_recovery", "database", "workers", "batch_size")
OTHERS_ONLY = ("qwc_file", "password", "company_name", "file_path", "customers", "invoices", "updates", "keep")


@click.command(
    cls=LeafCommand,
    example="qbwc-service simulate --qwc acme.qwc --password $(qbwc-service installs password 1 1)\n"
    "qbwc-service simulate --chaos --seed 7 --documents 2000",
)
@click.option("--qwc", "qwc_file", type=click.Path(path_type=Path), help="The .qwc file to add.")
@click.option("--password", help="What the person at the PC would type.")
@click.option("--company-name", default="Acme Trucking", show_default=True, help="The simulated company's name.")
@click.option("--file-path", default=r"C:\Books\Acme Trucking.qbw", show_default=True, help="Its company file.")
@click.option("--customers", type=click.IntRange(0, 100_000), default=20, show_default=True, help="How many it has.")
@click.option("--invoices", type=click.IntRange(0, 1_000_000), default=0, show_default=True, help="How many it has.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same company and faults.")
@click.option(
    "--updates", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many updates."
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the company in this folder, and go on from the one it holds.",
)
@click.option("--chaos", is_flag=True, help="Run documents through a server of its own while everything goes wrong.")
@click.option(
    "--documents",
    type=click.IntRange(10, 1_000_000),
    default=1000,
    show_default=True,
    help="With --chaos: how many.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, 0.9),
    default=0.1,
    show_default=True,
    help="With --chaos: faults for each exchange, on average.",
)
@click.option("--no-recovery", is_flag=True, help="With --chaos: QuickBooks keeps no answers to be asked for.")
@click.option("--database", help="With --chaos: an empty database to use; else an SQLite file, gone afterwards.")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="With --chaos: the server's processes."
)
@click.option(
    "--batch-size",
    type=click.IntRange(1, 500),
    default=20,
    show_default=True,
    help="With --chaos: documents in one exchange at most; fewer make more exchanges.",
)
@click.pass_context
def simulate(  # noqa: PLR0913 - the options of the command
    ctx: click.Context,
    *,
    qwc_file: Path | None,
    password: str | None,
    company_name: str,
    file_path: str,
    customers: int,
    invoices: int,
    seed: int,
    updates: int,
    keep: Path | None,
    chaos: bool,
    documents: int,
    rate: float,
    no_recovery: bool,
    database: str | None,
    workers: int,
    batch_size: int,
) -> Reply:
    """Add a .qwc file to a simulated Web Connector and run updates until one exchanges nothing.

    It checks the file and calls the server as the Windows program does; the company lives in memory and is gone
    afterwards, unless --keep names a folder for it. Exit code 5 where the last update did not end well. See
    docs/simulator.md.

    With --chaos it needs nothing: it starts a server of its own, with two PCs at one QuickBooks, and brings documents
    through while lines are cut, answers get lost and processes die. Exit code 5 where one was lost or doubled.
    """
    _check_options(ctx, is_chaos=chaos)
    if chaos:
        options = ChaosOptions(
            documents=documents,
            seed=seed,
            rate=rate,
            has_recovery=not no_recovery,
            workers=workers,
            batch_size=batch_size,
            database_url=database,
        )
        return _simulate_chaos(ctx, options)
    if qwc_file is None or password is None:
        raise click.UsageError("--qwc and --password are needed (or --chaos)", ctx)
    text = _read(qwc_file)
    company = _find_kept(ctx, keep) or Company.create(
        name=company_name, path=file_path, seed=seed, customers=customers, invoices=invoices
    )
    with _keeping(company, keep):
        reply = _simulate(ctx, text, company, password=password, updates=updates)
    if keep is None:
        return reply
    data = reply.data if isinstance(reply.data, dict) else {}
    where = f"The company is kept in {keep}: company.json to be read, and the same command goes on with it."
    return replace(reply, data={**data, "kept": str(keep)}, shown=(*reply.shown, where))


def _find_kept(ctx: click.Context, keep: Path | None) -> Company | None:
    try:
        company = None if keep is None else find_kept_company(keep)
    except ValueError as error:
        raise InputError(str(error), field="keep") from None
    for parameter in ctx.command.params if company is not None else ():
        is_typed = ctx.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        if is_typed and parameter.name in NEW_ONLY:
            raise click.UsageError(f"{parameter.opts[0]} is for a new company; {keep} holds one", ctx)
    return company


@contextmanager
def _keeping(company: Company, keep: Path | None) -> Iterator[None]:
    """Keep the company at the end, however it comes."""
    try:
        yield
    finally:
        if keep is not None:
            try:
                keep_company(company, keep)
            except OSError as error:
                raise InputError(f"{keep} cannot be written: {error.strerror}", field="keep") from None


def _check_options(ctx: click.Context, *, is_chaos: bool) -> None:
    """Refuse what would be ignored in silence."""
    for parameter in ctx.command.params:
        is_typed = ctx.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        if is_typed and parameter.name in (OTHERS_ONLY if is_chaos else CHAOS_ONLY):
            sentence = "cannot be used with --chaos" if is_chaos else "needs --chaos"
            raise click.UsageError(f"{parameter.opts[0]} {sentence}", ctx)


def _simulate_chaos(ctx: click.Context, options: ChaosOptions) -> Reply:
    with ending_on_sigterm(), watch_chaos(options.documents, is_quiet=is_json(ctx)) as progress:
        report = run_chaos(options, progress=progress)
    code = ExitCode.OK if report.is_good else ExitCode.WRONG_STATE
    return Reply(data=as_data(report), shown=as_shown(report), exit_code=code, is_one_line=True)


def _simulate(ctx: click.Context, text: str, company: Company, *, password: str, updates: int) -> Reply:
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
