"""A company file with data in it: customers, items, invoices and payments, the same for the same seed."""

from qbwc_service.simulator.quickbooks.company_file import Clock, CompanyFile, Switches
from qbwc_service.simulator.quickbooks.export import export_company
from qbwc_service.simulator.quickbooks.seed import Sizes, fill_company


class Company(CompanyFile):
    """A company file that can be made full of data, and compared as a whole."""

    @classmethod
    def create(  # noqa: PLR0913 - a size for each table
        cls,
        *,
        name: str = "Acme Trucking",
        path: str = r"C:\Books\Acme Trucking.qbw",
        seed: int = 1,
        customers: int = 20,
        jobs: float = 0.2,
        items: int = 15,
        invoices: int = 0,
        payments: float = 0.6,
        credits_share: float = 0.03,
        years: float = 1.0,
        clock: Clock | None = None,
        zone: str = "America/New_York",
        switches: Switches | None = None,
    ) -> "Company":
        """Make a company with data, the same for the same arguments (and the same moment of the clock).

        ``payments`` and ``credits_share`` are shares of the invoices, ``jobs`` of the customers; the documents are
        spread over the last ``years``.
        """
        company = cls(name=name, path=path, clock=clock, zone=zone, switches=switches)
        sizes = Sizes(
            customers=customers,
            jobs=jobs,
            items=items,
            invoices=invoices,
            payments=payments,
            credits_share=credits_share,
            years=years,
        )
        fill_company(company, sizes, seed=seed)
        return company

    def export(self) -> dict[str, dict[str, dict[str, object]]]:
        """Give the whole file as comparable texts: kind → id → elements (see ``export``)."""
        return export_company(self)
