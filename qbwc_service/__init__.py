"""Connect any application to QuickBooks Desktop through the QuickBooks Web Connector."""

__version__ = "0.1.0"
