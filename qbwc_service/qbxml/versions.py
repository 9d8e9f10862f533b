"""Which qbXML version a document for a given QuickBooks is written in."""

from collections.abc import Sequence

from qbwc_service.qbxml.grammar import KNOWN_VERSIONS

BASELINE = KNOWN_VERSIONS[0]


def choose_version(supported: Sequence[str], *, major: int | None, minor: int | None) -> str:
    """Choose the highest version that we know and QuickBooks supports, else 13.0, which every supported one speaks.

    ``supported`` is HostRet.SupportedQBXMLVersion; ``major`` and ``minor`` are the version that the Web Connector
    passes to sendRequestXML, an upper bound (None or 0 where it is not known). Compared as numbers: 9.0 < 13.0.
    """
    bound = (major, minor or 0) if major else None
    common = [
        version
        for version in KNOWN_VERSIONS
        if version in supported and (bound is None or tuple(map(int, version.split("."))) <= bound)
    ]
    return common[-1] if common else BASELINE
