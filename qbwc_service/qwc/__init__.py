"""The .qwc file: what the Web Connector reads when a person adds our service to it. Pure: no database, no settings.

``check_qwc`` refuses everything that the Web Connector would refuse, with its own code, before anybody downloads it;
``render_qwc`` checks and writes the file from ``qwc_templates/connection.qwc``.
"""

from qbwc_service.qwc.check import check_qwc, list_qwc_mistakes
from qbwc_service.qwc.file import InstallSetup, QwcFile
from qbwc_service.qwc.file_name import qwc_file_name
from qbwc_service.qwc.render import render_qwc

__all__ = ["InstallSetup", "QwcFile", "check_qwc", "list_qwc_mistakes", "qwc_file_name", "render_qwc"]
