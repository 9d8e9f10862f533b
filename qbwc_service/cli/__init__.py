"""The command line, ``qbwc-service``: everything an admin does without the API."""

from qbwc_service.cli.main import main

__all__ = ["main"]
