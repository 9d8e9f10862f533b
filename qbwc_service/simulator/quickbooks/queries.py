"""Answer the queries: look up, filter, page, and show what was asked for."""

from collections.abc import Callable, Sequence

from qbwc_service.qbxml.grammar import Element
from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.answer import Answer
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.deletes import recent_deletions
from qbwc_service.simulator.quickbooks.deposits import undeposited
from qbwc_service.simulator.quickbooks.document import Node
from qbwc_service.simulator.quickbooks.entities import LISTS, MIXED_QUERIES, TRANSACTIONS
from qbwc_service.simulator.quickbooks.entry_views import view_entry
from qbwc_service.simulator.quickbooks.filters import filter_entries, filter_transactions, moments
from qbwc_service.simulator.quickbooks.iterators import Iterators, Page
from qbwc_service.simulator.quickbooks.records import Deletion, Entry, Ref, Transaction, Values
from qbwc_service.simulator.quickbooks.render import Slot, Tree, make_plan, write_tree
from qbwc_service.simulator.quickbooks.sale_lines import view_extensions
from qbwc_service.simulator.quickbooks.statuses import NO_MATCH_MESSAGE
from qbwc_service.simulator.quickbooks.transaction_views import View, view_transaction

_LOOKUPS = ("ListID", "TxnID", "FullName", "RefNumber", "RefNumberCaseSensitive")


class Querist:
    """Answers the queries of one session over one company."""

    def __init__(self, company: CompanyFile, iterators: Iterators, *, version: tuple[int, int], country: str) -> None:
        self.company = company
        self.iterators = iterators
        self.version = version
        self.country = country

    def find_handler(self, name: str) -> Callable[[Node, Answer], None] | None:
        """Give what answers a query of that name (``InvoiceQueryRq``), or None."""
        subject = name.removesuffix("QueryRq")
        if subject in LISTS or subject in MIXED_QUERIES:
            return self.answer_list
        if subject in TRANSACTIONS:
            return self.answer_transactions
        special = {
            "TxnDeleted": self.answer_deleted,
            "ListDeleted": self.answer_deleted,
            "ReceivePaymentToDeposit": self.answer_to_deposit,
        }
        return special.get(subject)

    def answer_list(self, request: Node, answer: Answer) -> None:
        """Answer a query of one list, or of several kinds of one list. StatusError 3030, 3391."""
        subject = request.name.removesuffix("QueryRq")
        kinds = MIXED_QUERIES.get(subject, (subject,))
        owners = _owners(request)

        def show(object_id: str) -> tuple[str, Tree] | None:
            entry = self.company.tables.entries.get(object_id)
            return None if entry is None else (f"{entry.kind}Ret", self.show_entry(entry, request, owners=owners))

        lookup = _lookup_node(request)
        if lookup:
            ids = [self._find_entry_id(kinds, node) for node in lookup]
            self._finish_lookup(answer, lookup, ids, show)
            return
        self._finish_page(
            request, answer, lambda: [entry.list_id for entry in filter_entries(self.company, request, kinds)], show
        )

    def answer_transactions(self, request: Node, answer: Answer) -> None:
        """Answer a query of one kind of transaction. StatusError 3030, 3391."""
        kind = request.name.removesuffix("QueryRq")
        view = View(
            lines=_is_true(request.value("IncludeLineItems")),
            links=_is_true(request.value("IncludeLinkedTxns")),
            owners=_owners(request),
        )

        def show(object_id: str) -> tuple[str, Tree] | None:
            txn = self.company.tables.transactions.get(object_id)
            return None if txn is None else (f"{kind}Ret", self.show_transaction(txn, request, view=view))

        lookup = _lookup_node(request)
        if lookup:
            found = [self._find_txn_ids(kind, node) for node in lookup]
            self._finish_lookup(answer, lookup, found, show)
            return
        self._finish_page(
            request,
            answer,
            lambda: [txn.txn_id for txn in filter_transactions(self.company, request, kind)],
            show,
        )

    def answer_deleted(self, request: Node, answer: Answer) -> None:
        """Answer TxnDeletedQuery and ListDeletedQuery: the types named, the last 90 days, grouped by type."""
        prefix = "Txn" if request.name.startswith("Txn") else "List"
        ranges = request.find("DeletedDateRangeFilter")
        since, until = (None, None) if ranges is None else moments(self.company, ranges, "DeletedDate")
        kinds = [child.text for child in request.find_all(f"{prefix}DelType")]
        found = recent_deletions(self.company, kinds, since=since, until=until)
        plan = self._plan(f"{prefix}DeletedQueryRs", f"{prefix}DeletedRet", request)
        rows = [(f"{prefix}DeletedRet", self._write(plan, self._view_deletion(one, prefix))) for one in found]
        self._finish_rows(request, answer, rows)

    def answer_to_deposit(self, request: Node, answer: Answer) -> None:
        """Answer ReceivePaymentToDepositQuery: what waits in Undeposited Funds."""
        plan = self._plan("ReceivePaymentToDepositQueryRs", "ReceivePaymentToDepositRet", request)
        rows: list[tuple[str, Tree]] = []
        for txn in undeposited(self.company):
            values: Values = {"TxnID": txn.txn_id, "TxnType": txn.kind, "TxnDate": txn.date, "Amount": txn.total}
            if txn.customer is not None:
                values["CustomerRef"] = Ref(txn.customer)
            if txn.ref_number:
                values["RefNumber"] = txn.ref_number
            rows.append(("ReceivePaymentToDepositRet", self._write(plan, values)))
        self._finish_rows(request, answer, rows)

    def show_entry(self, entry: Entry, request: Node, *, owners: tuple[str, ...] = ()) -> Tree:
        """Give the content of an entry's Ret."""
        values = view_entry(self.company, entry)
        if owners and entry.extensions:
            values["DataExtRet"] = view_extensions(entry.extensions, owners)
        return self._write(self._plan(f"{entry.kind}QueryRs", f"{entry.kind}Ret", request), values)

    def show_transaction(self, txn: Transaction, request: Node, *, view: View) -> Tree:
        """Give the content of a transaction's Ret."""
        plan = self._plan(f"{txn.kind}QueryRs", f"{txn.kind}Ret", request)
        return self._write(plan, view_transaction(self.company, txn, view))

    def _finish_lookup(
        self,
        answer: Answer,
        asked: Sequence[Node],
        found: Sequence[Sequence[str]],
        show: Callable[[str], tuple[str, Tree] | None],
    ) -> None:
        for ids in found:
            answer.tree += [row for object_id in ids if (row := show(object_id)) is not None]
        missing = next((node for node, ids in zip(asked, found, strict=True) if not ids), None)
        if missing is not None:
            answer.code = 500
            answer.message = (
                "The query request has not been fully completed. There was a required element "
                f'("{missing.text}") that could not be found in QuickBooks.'
            )

    def _finish_page(
        self,
        request: Node,
        answer: Answer,
        select: Callable[[], list[str]],
        show: Callable[[str], tuple[str, Tree] | None],
    ) -> None:
        meta_data, mode = request.attributes.get("metaData", "NoMetaData"), request.attributes.get("iterator")
        maximum = request.value("MaxReturned")
        size = int(maximum) if maximum else None
        if mode == "Stop":
            self.iterators.stop(request)
            return
        if mode == "Continue":
            page = self.iterators.proceed(request, size)
            total = len(page.ids) + (page.remaining or 0)
        else:
            ids = select()
            total = len(ids)
            page = self.iterators.start(request, ids, size) if mode == "Start" else Page(ids=tuple(ids[:size]))
        answer.iterator_id, answer.remaining = page.iterator_id, page.remaining
        if meta_data != "NoMetaData":
            answer.ret_count = total
        if not total:
            answer.code, answer.message = 1, NO_MATCH_MESSAGE
        if meta_data != "MetaDataOnly":
            answer.tree = [row for object_id in page.ids if (row := show(object_id)) is not None]

    def _finish_rows(self, request: Node, answer: Answer, rows: Sequence[tuple[str, Tree]]) -> None:
        meta_data = request.attributes.get("metaData", "NoMetaData")
        if meta_data != "NoMetaData":
            answer.ret_count = len(rows)
        if meta_data != "MetaDataOnly":
            answer.tree = list(rows)
        if not rows:
            answer.code, answer.message = 1, NO_MATCH_MESSAGE

    def _find_entry_id(self, kinds: tuple[str, ...], node: Node) -> list[str]:
        by_id = node.name == "ListID"
        entry = self.company.find_entry(kinds, list_id=node.text if by_id else "", name="" if by_id else node.text)
        return [] if entry is None else [entry.list_id]

    def _find_txn_ids(self, kind: str, node: Node) -> list[str]:
        tables = self.company.tables
        if node.name == "TxnID":
            txn = tables.transactions.get(node.text)
            return [txn.txn_id] if txn is not None and txn.kind == kind else []
        ids = tables.ids_by_ref_number.get((kind, node.text.casefold()), {})
        if node.name == "RefNumber":
            return list(ids)
        return [txn_id for txn_id in ids if tables.transactions[txn_id].ref_number == node.text]

    def _view_deletion(self, deletion: Deletion, prefix: str) -> Values:
        values: Values = {
            f"{prefix}DelType": deletion.kind,
            f"{prefix}ID": deletion.object_id,
            "TimeCreated": self.company.wall.show(deletion.created),
            "TimeDeleted": self.company.wall.show(deletion.deleted),
        }
        if deletion.name:
            values["RefNumber" if prefix == "Txn" else "FullName"] = deletion.name
        return values

    def _plan(self, response: str, ret: str, request: Node) -> tuple[Slot, ...]:
        plan = make_plan(response, ret, self.version, country=self.country)
        wanted = {child.text for child in request.find_all("IncludeRetElement")}
        return plan if not wanted else only(plan, wanted)

    def _write(self, plan: Sequence[Slot], values: Values) -> Tree:
        return write_tree(plan, values, self.company.full_name)


def only(plan: Sequence[Slot], wanted: set[str]) -> tuple[Slot, ...]:
    """Trim a plan to the elements that IncludeRetElement names, lines by the name of their element."""
    trimmed = []
    for slot in plan:
        if slot.name:
            trimmed += [slot] if slot.name in wanted else []
        else:
            inner = tuple(one for one in slot.plan if one.name in wanted)
            trimmed += [Slot(name="", type=None, plan=inner)] if inner else []
    return tuple(trimmed)


def wanted_element(grammar: Element, name: str) -> Element:
    """Give the aggregate of a write request (``InvoiceAdd`` of InvoiceAddRq). StatusError 1030."""
    for part in grammar.content:
        if isinstance(part, Element) and part.name == name:
            return part
    raise statuses.unsupported_request(grammar.name)


def _lookup_node(request: Node) -> list[Node]:
    return [child for child in request.children if child.name in _LOOKUPS]


def _owners(request: Node) -> tuple[str, ...]:
    return tuple(child.text.casefold() for child in request.find_all("OwnerID"))


def _is_true(text: str) -> bool:
    return text in {"true", "1"}
