"""What QuickBooks says of itself, of the company file and of its preferences.

The Web Connector puts these three answers into the first call of every session.
"""

from collections.abc import Sequence
from decimal import Decimal

from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.document import VERSIONS, version_number
from qbwc_service.simulator.quickbooks.records import Values
from qbwc_service.simulator.quickbooks.sale_lines import view_extensions


def view_host(*, product: str, release: tuple[str, str], newest: str, country: str, multi_user: bool) -> Values:
    """Give HostRet: every version up to the newest is listed [live HostRet of QuickBooks Pro 2014]."""
    spoken = [version for version in VERSIONS if version_number(version) <= version_number(newest)]
    return {
        "ProductName": product,
        "MajorVersion": release[0],
        "MinorVersion": release[1],
        "Country": country,
        "SupportedQBXMLVersion": list(spoken),
        "IsAutomaticLogin": False,
        "QBFileMode": "MultiUser" if multi_user else "SingleUser",
    }


def view_company(company: CompanyFile, owners: Sequence[str]) -> Values:
    """Give CompanyRet, with the custom fields of the owners asked for (FileID and AppLock stand there)."""
    address: Values = {"Addr1": company.name, "Addr2": "1 Depot Road", "City": "Albany", "State": "NY"}
    address["PostalCode"] = "12207"
    return {
        "IsSampleCompany": company.is_sample,
        "CompanyName": company.name,
        "LegalCompanyName": company.name,
        "Address": address,
        "FirstMonthFiscalYear": "January",
        "FirstMonthIncomeTaxYear": "January",
        "CompanyType": "Trucking",
        "DataExtRet": view_extensions(company.tables.extensions, tuple(owners)),
    }


def view_preferences(company: CompanyFile, *, unattended: bool, personal_data: bool) -> Values:
    """Give PreferencesRet. There is no request that changes preferences in any version."""
    accounting: Values = {
        "IsUsingAccountNumbers": False,
        "IsRequiringAccounts": True,
        "IsUsingClassTracking": True,
        "IsUsingAuditTrail": True,
        "IsAssigningJournalEntryNumbers": True,
    }
    if company.switches.closing_date:
        accounting["ClosingDate"] = company.switches.closing_date
    return {
        "AccountingPreferences": accounting,
        "FinanceChargePreferences": {
            "AnnualInterestRate": Decimal(0),
            "MinFinanceCharge": Decimal(0),
            "GracePeriod": 0,
            "IsAssessingForOverdueCharges": False,
            "CalculateChargesFrom": "DueDate",
            "IsMarkedToBePrinted": False,
        },
        "JobsAndEstimatesPreferences": {
            "IsUsingEstimates": True,
            "IsUsingProgressInvoicing": False,
            "IsPrintingItemsWithZeroAmounts": False,
        },
        "MultiCurrencyPreferences": {"IsMultiCurrencyOn": False},
        "PurchasesAndVendorsPreferences": {
            "IsUsingInventory": True,
            "DaysBillsAreDue": 10,
            "IsAutomaticallyUsingDiscounts": False,
        },
        "ReportsPreferences": {"AgingReportBasis": "AgeFromDueDate", "SummaryReportBasis": "Accrual"},
        "SalesAndCustomersPreferences": {
            "IsTrackingReimbursedExpensesAsIncome": False,
            "IsAutoApplyingPayments": True,
        },
        "CurrentAppAccessRights": {
            "IsAutomaticLoginAllowed": unattended,
            "IsPersonalDataAccessAllowed": personal_data,
        },
    }
