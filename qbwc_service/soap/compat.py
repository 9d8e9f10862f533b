"""The only door to Spyne: makes its release 2.14 importable on Python 3.11, 3.12 and 3.13.

Spyne carries its own old copy of ``six``, whose import hook knows only the protocol that Python 3.12 dropped. A
finder of ours answers for ``spyne.util.six.moves`` instead, on every version, and the old hook is taken out again:
on 3.11 it would make every failing optional import of the whole process warn. (``cgi``, which Spyne needs and
Python 3.13 dropped, comes from the distribution legacy-cgi.)
"""

import importlib
import logging
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_SIX = "spyne.util.six"


class _MovesLoader(Loader):
    """Hands out what Spyne's copy of six has in store under a name."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module: ModuleType = sys.modules[_SIX]._importer.load_module(spec.name)  # noqa: SLF001 - six has no public way.
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # Some of these are modules of the standard library; they must not end up with a spec of Spyne's.
        module.__spec__ = self._own_spec


class _MovesFinder(MetaPathFinder):
    """Finds ``spyne.util.six.moves`` and what is in it, and nothing else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if not fullname.startswith(f"{_SIX}.moves"):
            return None
        importer = sys.modules[_SIX]._importer  # noqa: SLF001 - six has no public way.
        if fullname not in importer.known_modules:
            return None
        return ModuleSpec(fullname, _MovesLoader(), is_package=importer.is_package(fullname))


def _import_spyne() -> None:
    """Import Spyne once, with its own warnings held back.

    Its sources import the deprecated ``cgi`` and hold string escapes that newer compilers warn about. Under
    ``-W error`` either would keep the service from starting, and neither can be changed from here.
    """
    sys.meta_path.insert(0, _MovesFinder())
    with warnings.catch_warnings():
        for category in (DeprecationWarning, ImportWarning, SyntaxWarning):
            warnings.simplefilter("ignore", category)
        for name in ("spyne", "spyne.protocol.soap", "spyne.server"):
            importlib.import_module(name)
    old_hook = sys.modules[_SIX]._importer  # noqa: SLF001 - six has no public way.
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not old_hook]


def _calm_spyne() -> None:
    """Take away two habits that hurt a server."""
    # Spyne collects all garbage once a second, in the middle of a call: 15 to 70 ms each time.
    sys.modules["spyne.const"].MIN_GC_INTERVAL = float("inf")  # type: ignore[attr-defined]  # A variable, not an API.
    # It logs whole request bodies at ERROR, and each failure a second time: the guard writes its own lines, without
    # any content. The way out is closed, not the level raised, because whoever sets up logging sets levels anew.
    spyne_log = logging.getLogger("spyne")
    spyne_log.propagate = False
    spyne_log.addHandler(logging.NullHandler())


_import_spyne()
_calm_spyne()

from spyne import Application, Fault, MethodContext, Service, rpc  # noqa: E402 - Only now can it be imported.
from spyne.model.complex import Array  # noqa: E402
from spyne.model.primitive import Integer32, Unicode  # noqa: E402
from spyne.protocol.soap import Soap11  # noqa: E402
from spyne.server import ServerBase  # noqa: E402

__all__ = [
    "Application",
    "Array",
    "Fault",
    "Integer32",
    "MethodContext",
    "ServerBase",
    "Service",
    "Soap11",
    "Unicode",
    "rpc",
]
