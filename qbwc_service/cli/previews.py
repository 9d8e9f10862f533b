"""Show what an action would do."""

from qbwc_service.cli.reply import Reply
from qbwc_service.sync import Preview
from qbwc_service.sync.problems import ProblemAction

ASKED = "Nothing is known here of that record: QuickBooks is asked for it at the next update, and then it is linked."


def preview_reply(found: Preview, action: ProblemAction) -> Reply:
    """Make the answer to a dry run: what would happen, what to look at first, and what the record has."""
    differences = [f"{one.field}: {one.ours} here, {one.quickbooks} in QuickBooks" for one in found.differences]
    lines = [f"{action.value}: {found.effect}", *found.warnings, *differences]
    return Reply(data=found, raw="".join(f"{line}\n" for line in lines))
