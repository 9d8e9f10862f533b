"""Look into QuickBooks before an operation of a document goes out, and decide by what is there how it does.

``context`` loads what is known here, ``change`` decides about changes, ``merge`` and ``lines`` bring both sides of a
record together. See docs/rules.md.
"""

from qbwc_service.sync.look.change import decide_change
from qbwc_service.sync.look.context import LookContext, load_context

__all__ = ["LookContext", "decide_change", "load_context"]
