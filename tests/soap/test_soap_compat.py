"""Spyne comes in on every Python version without harm to the rest of the process."""

import subprocess
import sys

import pytest

QUIET = """
import qbwc_service.soap
import http.cookies, urllib.parse, logging, sys
logging.basicConfig(level=logging.DEBUG, force=True)
logging.getLogger("spyne").setLevel(logging.WARNING)
assert http.cookies.__spec__.name == "http.cookies", http.cookies.__spec__
assert urllib.parse.__spec__.name == "urllib.parse", urllib.parse.__spec__
assert all(hasattr(finder, "find_spec") for finder in sys.meta_path)
try:
    import surely_not_installed
except ModuleNotFoundError:
    pass
from spyne import const
assert const.MIN_GC_INTERVAL == float("inf")
logging.getLogger("spyne.protocol.soap.soap11.invalid").error("a whole request body")
"""


@pytest.mark.parametrize("options", [["-W", "error"], ["-W", "error", "-B", "-X", "pycache_prefix=/nonexistent"]])
def test_spyne_imports_with_warnings_as_errors_also_when_nothing_is_compiled_yet(options: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *options, "-c", QUIET], capture_output=True, text=True, check=False, timeout=120
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
