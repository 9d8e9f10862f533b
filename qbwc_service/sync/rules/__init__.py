"""The rules of a connection: what goes to QuickBooks, and what happens where both sides disagree. See docs/rules.md."""

from qbwc_service.sync.rules.fill import SALES, custom_values, fill_in, list_origins
from qbwc_service.sync.rules.keep import (
    RulesInfo,
    dump_rules,
    get_rules,
    list_rules,
    load_rules,
    present_rules,
    read_rules,
    save_rules,
)
from qbwc_service.sync.rules.model import (
    Accounts,
    ConflictPolicy,
    CustomerMatch,
    ItemMatch,
    LineTaxCode,
    NumberPolicy,
    Pull,
    Push,
    Rules,
    TaxSource,
)

__all__ = [
    "SALES",
    "Accounts",
    "ConflictPolicy",
    "CustomerMatch",
    "ItemMatch",
    "LineTaxCode",
    "NumberPolicy",
    "Pull",
    "Push",
    "Rules",
    "RulesInfo",
    "TaxSource",
    "custom_values",
    "dump_rules",
    "fill_in",
    "get_rules",
    "list_origins",
    "list_rules",
    "load_rules",
    "present_rules",
    "read_rules",
    "save_rules",
]
