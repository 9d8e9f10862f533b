"""The pages that people see in a browser: what this is, the support page, setting up one install.

It has no database of its own: whoever assembles the application hands it a ``SetupPages`` that looks installs up.
"""

from qbwc_service.admin.blueprint import SetupPages, create_admin_blueprint
from qbwc_service.admin.setup_link import SetupLink, read_setup_link, sign_setup_link
from qbwc_service.qwc import InstallSetup

__all__ = [
    "InstallSetup",
    "SetupLink",
    "SetupPages",
    "create_admin_blueprint",
    "read_setup_link",
    "sign_setup_link",
]
