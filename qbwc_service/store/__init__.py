"""Tables, the engine and the schema: everything that knows there is a database underneath.

Every table's key begins with the connection, and every foreign key is composite, so that the database itself keeps
one QuickBooks company file apart from another. Rules that can be stated are constraints with names.
"""

from qbwc_service.store import mirror_lists, mirror_transactions, mirror_views
from qbwc_service.store.audit import AuditEntry
from qbwc_service.store.base import Base, table_of
from qbwc_service.store.connections import Connection, Deployment, Install
from qbwc_service.store.documents import Document, Link, SyncState
from qbwc_service.store.engine import Database, is_disk_full, open_database
from qbwc_service.store.ids import allocate_ids
from qbwc_service.store.locks import lock_dependencies
from qbwc_service.store.operations import IS_BACKED_OFF, IS_UNFINISHED, Attempt, Operation, OperationDependency
from qbwc_service.store.problems import Problem, ProblemRecord
from qbwc_service.store.pulls import Cursor, PullId, PullSet
from qbwc_service.store.rules import RuleSet
from qbwc_service.store.sessions import IS_UNSETTLED, MessageSet, UpdateSession
from qbwc_service.store.states import (
    ABOUT_OUTCOMES,
    ConnectionMode,
    ConnectionStatus,
    DocumentKind,
    DocumentState,
    Inquiry,
    MessageSetPurpose,
    MessageSetState,
    OperationState,
    ProblemReason,
    PullPhase,
    SessionEnd,
    SessionState,
)

__all__ = [
    "ABOUT_OUTCOMES",
    "IS_BACKED_OFF",
    "IS_UNFINISHED",
    "IS_UNSETTLED",
    "Attempt",
    "AuditEntry",
    "Base",
    "Connection",
    "ConnectionMode",
    "ConnectionStatus",
    "Cursor",
    "Database",
    "Deployment",
    "Document",
    "DocumentKind",
    "DocumentState",
    "Inquiry",
    "Install",
    "Link",
    "MessageSet",
    "MessageSetPurpose",
    "MessageSetState",
    "Operation",
    "OperationDependency",
    "OperationState",
    "Problem",
    "ProblemReason",
    "ProblemRecord",
    "PullId",
    "PullPhase",
    "PullSet",
    "RuleSet",
    "SessionEnd",
    "SessionState",
    "SyncState",
    "UpdateSession",
    "allocate_ids",
    "is_disk_full",
    "lock_dependencies",
    "mirror_lists",
    "mirror_transactions",
    "mirror_views",
    "open_database",
    "table_of",
]
