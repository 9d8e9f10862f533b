"""Execute the requests of one message set, one after the other, each a transaction of its own.

continueOnError goes on; under stopOnError everything after an Error (a Warn does not stop) is answered 3231. Nothing is
rolled back across requests; rollbackOnError is treated like stopOnError, since QuickBooks Desktop has no rollback.
"""

from collections.abc import Callable, Sequence

from qbwc_service.qbxml.grammar import Element, is_write
from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.answer import Answer
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.data_extensions import DataExtensions
from qbwc_service.simulator.quickbooks.deletes import delete_transaction, void_transaction
from qbwc_service.simulator.quickbooks.deposits import add_deposit, modify_deposit
from qbwc_service.simulator.quickbooks.document import MessageSet, Node
from qbwc_service.simulator.quickbooks.entities import ADDABLE, SALES, TRANSACTIONS
from qbwc_service.simulator.quickbooks.lexical import check_values
from qbwc_service.simulator.quickbooks.lists import add_entry, delete_entry, modify_entry
from qbwc_service.simulator.quickbooks.payments import add_payment, modify_payment
from qbwc_service.simulator.quickbooks.queries import Querist, wanted_element
from qbwc_service.simulator.quickbooks.records import Entry, Transaction, Write
from qbwc_service.simulator.quickbooks.render import Tree, make_plan
from qbwc_service.simulator.quickbooks.sales import add_sale, modify_sale
from qbwc_service.simulator.quickbooks.statuses import StatusError
from qbwc_service.simulator.quickbooks.transaction_views import View

Handler = Callable[[Node, Answer], None]
FIELD_DROPPED = 530
_RECOVERY_SINCE = (11, 0)


class Executor:
    """Executes one message set over a company."""

    def __init__(
        self, company: CompanyFile, querist: Querist, message_set: MessageSet, *, own: dict[str, Handler], country: str
    ) -> None:
        self.company = company
        self.querist = querist
        self.message_set = message_set
        self.own = own
        self.country = country
        self.extensions = DataExtensions(company)
        self.macros: dict[str, str] = {}

    def execute(self, checked: Sequence[tuple[Node, Element]]) -> list[Answer]:
        """Execute all requests and give their answers in order."""
        answers: list[Answer] = []
        stops = self.message_set.on_error != "continueOnError"
        for request, grammar in checked:
            answer = Answer(name=f"{request.name.removesuffix('Rq')}Rs", request_id=request.attributes.get("requestID"))
            if stops and any(one.is_error for one in answers):
                answer.fail(statuses.not_processed())
            else:
                self.execute_one(request, grammar, answer)
            answers.append(answer)
        return answers

    def execute_one(self, request: Node, grammar: Element, answer: Answer) -> None:
        """Execute one request; a refusal becomes its answer's status."""
        try:
            self._use_macros(request)
            dropped = check_values(request, grammar, country=self.country)
            handler = self._find_handler(request.name)
            if handler is not None:
                handler(request, answer)
            else:
                self._write(request, grammar, answer)
        except StatusError as error:
            answer.fail(error)
            return
        if dropped and not answer.code:
            answer.code = FIELD_DROPPED
            answer.message = "A field is not supported by this edition of QuickBooks and was left out."

    def _find_handler(self, name: str) -> Handler | None:
        if not is_write(name):
            found = self.own.get(name) or self.querist.find_handler(name) or self.extensions.find_handler(name)
            if found is None:
                raise statuses.unsupported_request(name)
            return found
        deletes = {"ListDelRq": self._delete_entry, "TxnDelRq": self._delete, "TxnVoidRq": self._void}
        return deletes.get(name) or self.extensions.find_handler(name)

    def _write(self, request: Node, grammar: Element, answer: Answer) -> None:
        action = "Add" if request.name.endswith("AddRq") else "Mod"
        kind = request.name.removesuffix(f"{action}Rq")
        body = request.children[0]
        written = self._add_or_modify(kind, action, body, wanted_element(grammar, body.name))
        if "defMacro" in body.attributes:
            self.macros[body.attributes["defMacro"]] = written.object_id
        self._log(request, written)
        if isinstance(written, Entry):
            tree = self.querist.show_entry(written, request)
        else:
            tree = self.querist.show_transaction(written, request, view=View(lines=True))
        answer.tree = [(f"{kind}Ret", tree)]
        self._add_recovery(answer, written)

    def _add_or_modify(self, kind: str, action: str, body: Node, element: Element) -> Entry | Transaction:
        adds = action == "Add"
        if kind in SALES:
            sale = add_sale if adds else modify_sale
            return sale(self.company, body, element, kind=kind)
        if kind == "ReceivePayment":
            return (add_payment if adds else modify_payment)(self.company, body, element)
        if kind == "Deposit":
            return (add_deposit if adds else modify_deposit)(self.company, body, element)
        if kind in ADDABLE:
            return (add_entry if adds else modify_entry)(self.company, body, element, kind=kind)
        raise statuses.unsupported_request(f"{kind}{action}Rq")

    def _delete_entry(self, request: Node, answer: Answer) -> None:
        kind, list_id = request.value("ListDelType"), request.value("ListID")
        name = self.company.tables.full_name(self.company.get_entry(kind, list_id))
        entry = delete_entry(self.company, kind, list_id)
        self._log(request, entry)
        answer.tree = [("ListDelType", kind), ("ListID", list_id), ("TimeDeleted", self._moment()), ("FullName", name)]

    def _delete(self, request: Node, answer: Answer) -> None:
        kind = self._transaction_kind(request, "TxnDelType")
        txn = delete_transaction(self.company, kind, request.value("TxnID"))
        self._log(request, txn)
        answer.tree = [("TxnDelType", kind), ("TxnID", txn.txn_id), ("TimeDeleted", self._moment())]
        answer.tree += [("RefNumber", txn.ref_number)] if txn.ref_number else []
        self._add_recovery(answer, txn)

    def _void(self, request: Node, answer: Answer) -> None:
        kind = self._transaction_kind(request, "TxnVoidType")
        txn = void_transaction(self.company, kind, request.value("TxnID"))
        self._log(request, txn)
        created, modified = (self.company.wall.show(moment) for moment in (txn.created, txn.modified))
        answer.tree = [
            ("TxnVoidType", kind),
            ("TxnID", txn.txn_id),
            ("TimeCreated", created),
            ("TimeModified", modified),
        ]
        answer.tree += [("RefNumber", txn.ref_number)] if txn.ref_number else []
        self._add_recovery(answer, txn)

    def _transaction_kind(self, request: Node, field: str) -> str:
        kind = request.value(field)
        if kind not in TRANSACTIONS:
            raise statuses.not_found(request.value("TxnID"))
        return kind

    def _add_recovery(self, answer: Answer, written: Entry | Transaction) -> None:
        """Add ErrorRecovery, which answers carry since 11.0 where the set has an id."""
        version = self.message_set.version
        if self.message_set.new_id is None or version < _RECOVERY_SINCE:
            return
        if not make_plan(answer.name, "ErrorRecovery", version, country=self.country):
            return
        content: Tree = []
        if isinstance(written, Entry):
            content = [("ListID", written.list_id), ("EditSequence", str(written.modified))]
        else:
            content = [
                ("TxnID", written.txn_id),
                ("TxnNumber", str(written.number)),
                ("EditSequence", str(written.modified)),
            ]
        if written.external_guid:
            content.append(("ExternalGUID", written.external_guid))
        answer.recovery = [("ErrorRecovery", content)]
        answer.tree = [*answer.tree, *answer.recovery]

    def _log(self, request: Node, written: Entry | Transaction) -> None:
        self.company.tables.writes.append(
            Write(
                request=request.name,
                object_id=written.object_id,
                external_guid=written.external_guid,
                ref_number=written.ref_number if isinstance(written, Transaction) else written.name,
                message_set_id=self.message_set.new_id,
                at=self.company.now(),
            )
        )

    def _use_macros(self, request: Node) -> None:
        for node in request.walk():
            name = node.attributes.get("useMacro")
            if name is not None:
                if name not in self.macros:
                    raise statuses.unknown_macro(name)
                node.text = self.macros[name]

    def _moment(self) -> str:
        return self.company.wall.show(self.company.now())
