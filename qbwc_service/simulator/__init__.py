"""A QuickBooks company and a Web Connector that speak only over the wire.

The far side of every conversation this service has, for the tests of whoever builds on it: nothing here knows the
service's own code, except for the grammar of qbXML. See docs/simulator.md.
"""

from qbwc_service.simulator.faults.hooks import FaultHooks
from qbwc_service.simulator.faults.kinds import FaultKind, Phase
from qbwc_service.simulator.faults.lost import LostAnswer
from qbwc_service.simulator.faults.plan import Fault, FaultPlan
from qbwc_service.simulator.faults.strike import Instant, Strike
from qbwc_service.simulator.quickbooks.company import Company
from qbwc_service.simulator.quickbooks.company_file import Switches
from qbwc_service.simulator.quickbooks.hresult import HresultError, RegistrationConflictError
from qbwc_service.simulator.quickbooks.keep import find_kept_company, keep_company
from qbwc_service.simulator.quickbooks.person import Person
from qbwc_service.simulator.quickbooks.program import QuickBooks
from qbwc_service.simulator.quickbooks.sdk_client import SdkClient
from qbwc_service.simulator.quickbooks.stepping_clock import SteppingClock
from qbwc_service.simulator.web_connector.connector import Application, WebConnector
from qbwc_service.simulator.web_connector.errors import QbwcError
from qbwc_service.simulator.web_connector.hooks import NoHooks, UpdateCutError, UpdateHooks
from qbwc_service.simulator.web_connector.options import WebConnectorOptions
from qbwc_service.simulator.web_connector.progress import (
    ProgressEvent,
    ProgressKind,
    ProgressWatcher,
    TextProgress,
    draw_bar,
)
from qbwc_service.simulator.web_connector.qwc_import import QwcContents, read_qwc
from qbwc_service.simulator.web_connector.report import CallRecord, UpdateOutcome, UpdateReport
from qbwc_service.simulator.web_connector.seam import CompanyProgram

__all__ = [
    "Application",
    "CallRecord",
    "Company",
    "CompanyProgram",
    "Fault",
    "FaultHooks",
    "FaultKind",
    "FaultPlan",
    "HresultError",
    "Instant",
    "LostAnswer",
    "NoHooks",
    "Person",
    "Phase",
    "ProgressEvent",
    "ProgressKind",
    "ProgressWatcher",
    "QbwcError",
    "QuickBooks",
    "QwcContents",
    "RegistrationConflictError",
    "SdkClient",
    "SteppingClock",
    "Strike",
    "Switches",
    "TextProgress",
    "UpdateCutError",
    "UpdateHooks",
    "UpdateOutcome",
    "UpdateReport",
    "WebConnector",
    "WebConnectorOptions",
    "draw_bar",
    "find_kept_company",
    "keep_company",
    "read_qwc",
]
