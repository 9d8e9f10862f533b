"""Look into QuickBooks before an operation of a document goes out, and decide by what is there how it does.

``context`` loads what is known here, ``ask`` says what is asked, ``change`` and ``addition`` decide; ``merge`` and
``lines`` bring both sides of a record together, ``entries``, ``numbers`` and ``balances`` judge what is found of a new
document. See docs/rules.md.
"""

from qbwc_service.sync.look.addition import decide_addition
from qbwc_service.sync.look.ask import ask_for_record, plan_look, render_values
from qbwc_service.sync.look.change import decide_change
from qbwc_service.sync.look.context import LookContext, load_context
from qbwc_service.sync.look.entries import concerns
from qbwc_service.sync.look.found import go
from qbwc_service.sync.look.going import find_going

__all__ = [
    "LookContext",
    "ask_for_record",
    "concerns",
    "decide_addition",
    "decide_change",
    "find_going",
    "go",
    "load_context",
    "plan_look",
    "render_values",
]
