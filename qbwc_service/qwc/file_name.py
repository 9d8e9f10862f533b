"""Names a .qwc file so that it can be saved on any Windows PC and be told from its neighbours."""

import re
import unicodedata

_LONGEST_STEM = 60
_DEFAULT_STEM = "quickbooks"
# Windows keeps these names for devices, whatever the extension.
_DEVICE = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")


def qwc_file_name(name: str) -> str:
    """Turn a connection's name into a file name: ``"Acme Trucking"`` becomes ``"acme-trucking.qwc"``.

    Only a-z, 0-9 and single hyphens, at most 60 of them before ``.qwc``; ``quickbooks.qwc`` where nothing is left.
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:_LONGEST_STEM].rstrip("-")
    if not stem:
        stem = _DEFAULT_STEM
    elif _DEVICE.fullmatch(stem):
        stem = f"{_DEFAULT_STEM}-{stem}"
    return f"{stem}.qwc"
