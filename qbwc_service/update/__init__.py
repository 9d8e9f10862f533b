"""One update session of the Web Connector, from authenticate to closeConnection."""

from qbwc_service.update.policy import UpdatePolicy
from qbwc_service.update.service import UpdateService
from qbwc_service.update.show import MessageSetDetails, MessageSetInfo, get_message_set, list_message_sets

__all__ = [
    "MessageSetDetails",
    "MessageSetInfo",
    "UpdatePolicy",
    "UpdateService",
    "get_message_set",
    "list_message_sets",
]
