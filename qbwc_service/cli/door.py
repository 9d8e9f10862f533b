"""The one door of the command line: what commands answer and raise leaves through here, and becomes an exit code."""

import errno
import os
from importlib import import_module
from typing import Any, NoReturn

import click

from qbwc_service.cli.desk import Desk
from qbwc_service.cli.exit_codes import ExitCode, find_exit_code
from qbwc_service.cli.interrupt import stopping_once
from qbwc_service.cli.leaf import is_debug, is_json
from qbwc_service.cli.output import print_error, print_json, print_reply
from qbwc_service.cli.reply import Reply
from qbwc_service.errors import QbwcServiceError, SchemaError

ARGUMENTS = "qbwc_service.arguments"
DATABASE_FAILURES = frozenset({"OperationalError", "InterfaceError"})
"""What SQLAlchemy calls a database that is locked, full or gone; by name, because only lower layers import it."""


class LazyGroup(click.Group):
    """A group whose commands' modules are imported when they are run, so that help is there at once.

    ``commands_at`` gives for each name where it stands (``module:attribute``) and its line in the list.
    """

    def __init__(self, *args: Any, commands_at: dict[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the names in the order of the table: what a newcomer needs comes first."""
        return list(self.commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command; None for a name that is none."""
        if cmd_name not in self.commands_at:
            return None
        module, _, attribute = self.commands_at[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name} is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.commands_at.items()])


class Door(LazyGroup):
    """The root group."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep what was typed: an error in it comes before any option was understood."""
        ctx.meta[ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> NoReturn:
        """Run the command, print its answer or its error, and leave with the code that says which."""
        desk = Desk(os.environ)
        ctx.obj = desk
        ctx.call_on_close(desk.close)
        with stopping_once():
            ctx.exit(self._answer(ctx))

    def _answer(self, ctx: click.Context) -> ExitCode:
        try:
            reply = super().invoke(ctx)
            code = ExitCode.OK
            if isinstance(reply, Reply):
                print_reply(reply, as_json=is_json(ctx))
                code = reply.exit_code
        except click.ClickException as error:
            code = _refuse_usage(ctx, error)
        except click.exceptions.Exit:
            raise
        except (KeyboardInterrupt, click.Abort):
            code = _stop(ctx)
        except QbwcServiceError as error:
            code = _refuse(ctx, error)
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise
            code = _fail(ctx, error)
        return code


def _asks(ctx: click.Context, flag: str) -> bool:
    """Say whether a flag was typed, even where what was typed could not be understood."""
    return flag in ctx.meta.get(ARGUMENTS, ())


def _refuse_usage(ctx: click.Context, error: click.ClickException) -> ExitCode:
    if not _asks(ctx, "--json"):
        raise error
    remedy = f"{error.ctx.command_path} --help" if isinstance(error, click.UsageError) and error.ctx else None
    facts = {"code": "usage", "message": error.format_message(), "field": None, "remedy": remedy, "retryable": False}
    print_json({"error": facts})
    return ExitCode.BAD_INPUT


def _stop(ctx: click.Context) -> ExitCode:
    """Say that a person stopped it: Ctrl-C, or no to a question."""
    if _asks(ctx, "--json"):
        facts = {"code": "stopped", "message": "stopped", "field": None, "remedy": None, "retryable": True}
        print_json({"error": facts})
    else:
        click.echo("Stopped.", err=True)
    return ExitCode.STOPPED


def _refuse(ctx: click.Context, error: QbwcServiceError) -> ExitCode:
    print_error(error, as_json=is_json(ctx) or _asks(ctx, "--json"))
    return find_exit_code(type(error)) or ExitCode.INTERNAL


def _fail(ctx: click.Context, error: Exception) -> ExitCode:
    """Report what nobody foresaw in one line; the traceback only where it was asked for."""
    from qbwc_service.observability import get_logger  # noqa: PLC0415 - help has to be quick

    if not DATABASE_FAILURES.isdisjoint(ancestor.__name__ for ancestor in type(error).__mro__):
        text = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        remedy = "see that it runs, has room and is not held by somebody else; then try again"
        return _refuse(ctx, SchemaError(f"the database failed: {text}", field="QBWC_DATABASE_URL", remedy=remedy))
    if is_debug(ctx) or _asks(ctx, "--debug"):
        get_logger(__name__).error("command_failed", exc_info=error)
    message = f"internal error, {type(error).__name__}: {error}"
    if is_json(ctx) or _asks(ctx, "--json"):
        facts = {"code": "internal", "message": message, "field": None, "remedy": None, "retryable": False}
        print_json({"error": facts})
    else:
        click.echo(f"{message.partition(chr(10))[0]} (run it again with --debug for the traceback)", err=True)
    return ExitCode.INTERNAL
