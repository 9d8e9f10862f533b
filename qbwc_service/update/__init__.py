"""One update session of the Web Connector, from authenticate to closeConnection."""

from qbwc_service.update.policy import UpdatePolicy
from qbwc_service.update.replay import Replayed, list_replayable, replay_set
from qbwc_service.update.service import UpdateService
from qbwc_service.update.show import MessageSetDetails, MessageSetInfo, Recovery, get_message_set, list_message_sets

__all__ = [
    "MessageSetDetails",
    "MessageSetInfo",
    "Recovery",
    "Replayed",
    "UpdatePolicy",
    "UpdateService",
    "get_message_set",
    "list_message_sets",
    "list_replayable",
    "replay_set",
]
