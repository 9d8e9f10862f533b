"""The rules of a connection: what goes to QuickBooks, and what happens where both sides disagree. See docs/rules.md."""

from qbwc_service.sync.rules.keep import RulesInfo, dump_rules, get_rules, list_rules, load_rules, save_rules
from qbwc_service.sync.rules.model import ConflictPolicy, CustomerMatch, ItemMatch, NumberPolicy, Push, Rules

__all__ = [
    "ConflictPolicy",
    "CustomerMatch",
    "ItemMatch",
    "NumberPolicy",
    "Push",
    "Rules",
    "RulesInfo",
    "dump_rules",
    "get_rules",
    "list_rules",
    "load_rules",
    "save_rules",
]
