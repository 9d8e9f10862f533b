"""Connections and their installs: who may call us, and which company file they must have open."""

from qbwc_service.connections.create import ConnectionInfo, NewConnection, create_connection, get_owner_id
from qbwc_service.connections.identity import (
    CompanyFile,
    Verdict,
    compare_company_file,
    is_renamed,
    record_company_file,
)
from qbwc_service.connections.installs import (
    InstallInfo,
    add_install,
    get_install,
    list_installs,
    revoke_install,
    rotate_password,
)
from qbwc_service.connections.login import Login, accepted_rotations, find_login, record_contact, record_wrong_password
from qbwc_service.connections.show import check_connection, get_connection, list_connections
from qbwc_service.connections.status import describe_status, rebind, set_mode, set_status

__all__ = [
    "CompanyFile",
    "ConnectionInfo",
    "InstallInfo",
    "Login",
    "NewConnection",
    "Verdict",
    "accepted_rotations",
    "add_install",
    "check_connection",
    "compare_company_file",
    "create_connection",
    "describe_status",
    "find_login",
    "get_connection",
    "get_install",
    "get_owner_id",
    "is_renamed",
    "list_connections",
    "list_installs",
    "rebind",
    "record_company_file",
    "record_contact",
    "record_wrong_password",
    "revoke_install",
    "rotate_password",
    "set_mode",
    "set_status",
]
