"""A person who works in the books while a server does: edits and open forms, never a deletion.

What is deleted or voided by a person cannot be told from what a server lost, so that belongs into tests of its own.
"""

from itertools import islice
from random import Random

from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.person import Person
from qbwc_service.simulator.quickbooks.statuses import StatusError

RECENT = 50
"""A person works on what is new: one of the last so many."""
LONGEST_LOCK = 3
LOCK_CODE = 3175
_MARK = " *"
_LONGEST_BASE = 30


def edit_something(person: Person, random: Random) -> bool:
    """Rename a customer, or change a memo or a note; say whether there was anything to change."""
    edits = [_rename_customer, _note_customer, _change_memo]
    random.shuffle(edits)
    try:
        return any(edit(person, random) for edit in edits)
    except StatusError:
        # QuickBooks does not let the person do it either: the name is taken, somebody has the form open.
        return False


def lock_something(company: CompanyFile, random: Random) -> bool:
    """Have a recent invoice open for the next few changes; say whether there was one."""
    txn_id = _recent(company.tables.ids_by_kind["Invoice"], random)
    if txn_id is None:
        return False
    company.lock(txn_id, code=LOCK_CODE, times=random.randint(1, LONGEST_LOCK))
    return True


def _rename_customer(person: Person, random: Random) -> bool:
    list_id = _recent(person.company.tables.ids_by_kind["Customer"], random)
    if list_id is None:
        return False
    base = person.company.tables.entries[list_id].name.partition(_MARK)[0][:_LONGEST_BASE]
    person.rename(list_id, f"{base}{_MARK}{random.randrange(10_000)}")
    return True


def _note_customer(person: Person, random: Random) -> bool:
    list_id = _recent(person.company.tables.ids_by_kind["Customer"], random)
    if list_id is None:
        return False
    person.change(list_id, {"Phone": f"555-{random.randrange(10_000):04}"})
    return True


def _change_memo(person: Person, random: Random) -> bool:
    kind = random.choice(("Invoice", "CreditMemo", "ReceivePayment"))
    txn_id = _recent(person.company.tables.ids_by_kind[kind], random)
    if txn_id is None:
        return False
    person.change(txn_id, {"Memo": f"called, {random.randrange(10_000)}"})
    return True


def _recent(known: dict[str, None], random: Random) -> str | None:
    recent = list(islice(reversed(known), RECENT))
    return random.choice(recent) if recent else None
