"""What every command has: ``--json``, ``--debug``, an example in its help, and the log set up before it runs."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from qbwc_service.cli.reply import Reply

JSON = "qbwc_service.json"
DEBUG = "qbwc_service.debug"
LOG_LEVEL = "QBWC_LOG_LEVEL"
LOG_FORMAT = "QBWC_LOG_FORMAT"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class LeafCommand(click.Command):
    """A command that answers with a Reply; ``example`` is how it is called."""

    def __init__(self, *args: Any, example: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example
        self.params += [_flag("--json", JSON, "Answer in JSON."), _flag("--debug", DEBUG, "Tell everything.")]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show how it is called."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write(f"  {line}\n")

    def invoke(self, ctx: click.Context) -> "Reply | None":
        """Set up the log and run."""
        _set_up_log(ctx)
        reply: Reply | None = super().invoke(ctx)
        return reply


def is_json(ctx: click.Context) -> bool:
    """Say whether the answer has to be JSON."""
    return bool(ctx.meta.get(JSON))


def is_debug(ctx: click.Context) -> bool:
    """Say whether tracebacks are wanted."""
    return bool(ctx.meta.get(DEBUG)) or _level(ctx) == "DEBUG"


def _flag(name: str, key: str, text: str) -> click.Option:
    def keep(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
        ctx.meta[key] = value

    return click.Option([name], is_flag=True, is_eager=True, expose_value=False, callback=keep, help=text)


def _set_up_log(ctx: click.Context) -> None:
    """Log to standard error: warnings and worse only, where the person did not ask for more."""
    from qbwc_service.observability import configure_logging  # noqa: PLC0415 - help has to be quick

    environ = ctx.obj.environ
    log_format = environ.get(LOG_FORMAT, "").strip().lower()
    level = "DEBUG" if ctx.meta.get(DEBUG) else _level(ctx)
    configure_logging(log_format=log_format if log_format == "json" else "text", log_level=level or "WARNING")


def _level(ctx: click.Context) -> str | None:
    level = str(ctx.obj.environ.get(LOG_LEVEL, "")).strip().upper()
    return level if level in LEVELS else None
