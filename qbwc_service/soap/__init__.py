"""The SOAP endpoint that the QuickBooks Web Connector calls.

``create_soap_application`` builds one WSGI application, to be mounted at ``/qbwc``; whoever implements
``WebConnectorCalls`` decides what is answered. Everything that can be wrong with an HTTP request ends here.
"""

from qbwc_service.soap.guard import create_soap_application
from qbwc_service.soap.seam import WebConnectorCalls

__all__ = ["WebConnectorCalls", "create_soap_application"]
