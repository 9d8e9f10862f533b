"""One update session of the Web Connector, from authenticate to closeConnection."""

from qbwc_service.update.policy import UpdatePolicy
from qbwc_service.update.service import UpdateService

__all__ = ["UpdatePolicy", "UpdateService"]
