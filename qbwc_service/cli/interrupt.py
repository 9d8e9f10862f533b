"""Ctrl-C: the first one stops the command, and what it set up is put away; further ones do not get in between."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


@contextmanager
def stopping_once() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt once, and be ignored from then on, to the end of the process.

    An impatient second one would leave a server running, a folder behind or the terminal without its cursor. Where
    somebody else decided what Ctrl-C does (a shell's background job ignores it), that stays.
    """
    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if is_ours:
        signal.signal(signal.SIGINT, _stop)
    try:
        yield
    finally:
        if is_ours and signal.getsignal(signal.SIGINT) is _stop:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt
