"""The rules of a connection: what goes to QuickBooks, and what happens where both sides disagree. See docs/rules.md."""

from qbwc_service.sync.rules.fill import fill_in
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
from qbwc_service.sync.rules.model import Accounts, ConflictPolicy, CustomerMatch, ItemMatch, NumberPolicy, Push, Rules

__all__ = [
    "Accounts",
    "ConflictPolicy",
    "CustomerMatch",
    "ItemMatch",
    "NumberPolicy",
    "Push",
    "Rules",
    "RulesInfo",
    "dump_rules",
    "fill_in",
    "get_rules",
    "list_rules",
    "load_rules",
    "present_rules",
    "read_rules",
    "save_rules",
]
