"""Merging two entries of a list, as a person may do it on the screen.

The losing ListID is gone and everything that pointed to it points to the other. No query reports a merge in any
version; whether it shows in ListDeletedQuery is not known, so it does not here.
"""

from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.records import ZERO, Line, Ref, Value, Values


def merge_entries(company: CompanyFile, loser_id: str, winner_id: str) -> None:
    """Merge. KeyError for an unknown id, ValueError when the two are not of one list."""
    tables = company.tables
    loser, winner = tables.entries[loser_id], tables.entries[winner_id]
    if loser.kind != winner.kind or loser is winner:
        raise ValueError(f"{loser.kind} {loser.name} cannot be merged into {winner.kind} {winner.name}")
    before, after = Ref(loser_id), Ref(winner_id)
    for child_id in list(tables.children_of.get(loser_id, ())):
        child = tables.entries[child_id]
        tables.forget_names(child)
        child.parent = winner_id
        tables.put_entry(child)
    for entry in tables.entries.values():
        entry.values = _replace_all(entry.values, before, after)
    for txn in tables.transactions.values():
        txn.values = _replace_all(txn.values, before, after)
        for line in txn.lines:
            _replace_in_line(line, before, after)
    for txn_id in list(tables.ids_by_customer.get(loser_id, ())):
        txn = tables.transactions[txn_id]
        tables.forget_transaction(txn)
        txn.customer = winner_id
        tables.put_transaction(txn)
    tables.booked[winner_id] += tables.booked.pop(loser_id, ZERO)
    tables.remove_entry(loser)
    company.touch(winner)


def _replace_in_line(line: Line, before: Ref, after: Ref) -> None:
    line.values = _replace_all(line.values, before, after)
    for member in line.members or ():
        _replace_in_line(member, before, after)


def _replace_all(values: Values, before: Ref, after: Ref) -> Values:
    return {name: _replace(value, before, after) for name, value in values.items()}


def _replace(value: Value, before: Ref, after: Ref) -> Value:
    if isinstance(value, dict):
        return _replace_all(value, before, after)
    if isinstance(value, list):
        return [_replace(one, before, after) for one in value]
    return after if value == before else value
