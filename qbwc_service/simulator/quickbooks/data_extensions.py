"""Custom fields: definitions, and values on entries, transactions, lines and the company itself.

A value needs a definition; adding one that is there already is 3180, changing or deleting a missing one 3120 [live
reports of 3180; the codes of the others are not certain].
"""

from collections.abc import Callable

from qbwc_service.simulator.quickbooks import statuses
from qbwc_service.simulator.quickbooks.answer import Answer
from qbwc_service.simulator.quickbooks.company_file import CompanyFile
from qbwc_service.simulator.quickbooks.document import Node
from qbwc_service.simulator.quickbooks.entities import ITEMS
from qbwc_service.simulator.quickbooks.intake import keep_text
from qbwc_service.simulator.quickbooks.records import DataExtension, Entry, Transaction
from qbwc_service.simulator.quickbooks.render import Tree
from qbwc_service.simulator.quickbooks.statuses import NO_MATCH_MESSAGE
from qbwc_service.simulator.quickbooks.tables import ExtensionDefinition


class DataExtensions:
    """Answers the DataExt requests of a company."""

    def __init__(self, company: CompanyFile) -> None:
        self.company = company

    def find_handler(self, name: str) -> Callable[[Node, Answer], None] | None:
        """Give what answers a request of that name, or None."""
        handlers = {
            "DataExtDefAddRq": self.define,
            "DataExtDefQueryRq": self.list_definitions,
            "DataExtAddRq": self.add,
            "DataExtModRq": self.change,
            "DataExtDelRq": self.delete,
        }
        return handlers.get(name)

    def define(self, request: Node, answer: Answer) -> None:
        """Define a custom field. StatusError 3180 when it is defined already."""
        body = request.children[0]
        owner, name = body.value("OwnerID"), body.value("DataExtName")
        if (owner.casefold(), name.casefold()) in self.company.tables.definitions:
            raise statuses.already_there(name)
        assigned = tuple(child.text for child in body.find_all("AssignToObject"))
        definition = ExtensionDefinition(
            owner_id=owner, name=name, type=body.value("DataExtType"), assigned_to=assigned
        )
        self.company.tables.definitions[owner.casefold(), name.casefold()] = definition
        answer.tree = [("DataExtDefRet", _show_definition(definition))]

    def list_definitions(self, request: Node, answer: Answer) -> None:
        """List definitions by OwnerID or object; unfiltered nothing is found, as in QuickBooks."""
        owners = {child.text.casefold() for child in request.find_all("OwnerID")}
        objects = {child.text for child in request.find_all("AssignToObject")}
        found = [
            one
            for one in self.company.tables.definitions.values()
            if one.owner_id.casefold() in owners or objects & set(one.assigned_to)
        ]
        answer.tree = [("DataExtDefRet", _show_definition(one)) for one in found]
        if not found:
            answer.code, answer.message = 1, NO_MATCH_MESSAGE

    def add(self, request: Node, answer: Answer) -> None:
        """Add a value. StatusError 3120, 3180."""
        body = request.children[0]
        definition = self._definition(body)
        holder, record = self._holder(body)
        if _find(holder, body) is not None:
            raise statuses.already_there(definition.name)
        value = keep_text(self.company, body.value("DataExtValue"))
        extension = DataExtension(owner_id=definition.owner_id, name=definition.name, type=definition.type, value=value)
        holder.append(extension)
        self._finish(answer, extension, record)

    def change(self, request: Node, answer: Answer) -> None:
        """Change a value. StatusError 3120."""
        body = request.children[0]
        self._definition(body)
        holder, record = self._holder(body)
        extension = _find(holder, body)
        if extension is None:
            raise statuses.not_found(body.value("DataExtName"))
        extension.value = keep_text(self.company, body.value("DataExtValue"))
        self._finish(answer, extension, record)

    def delete(self, request: Node, answer: Answer) -> None:
        """Delete a value. StatusError 3120."""
        body = request.children[0]
        holder, record = self._holder(body)
        extension = _find(holder, body)
        if extension is None:
            raise statuses.not_found(body.value("DataExtName"))
        holder.remove(extension)
        if record is not None:
            self.company.touch(record)
        shown = [("OwnerID", extension.owner_id), ("DataExtName", extension.name)]
        answer.tree = [("DataExtDelRet", [*shown, ("TimeDeleted", self.company.wall.show(self.company.now()))])]

    def _finish(self, answer: Answer, extension: DataExtension, record: Entry | Transaction | None) -> None:
        if record is not None:
            self.company.touch(record)
        answer.tree = [("DataExtRet", show_extension(extension))]

    def _definition(self, body: Node) -> ExtensionDefinition:
        key = body.value("OwnerID").casefold(), body.value("DataExtName").casefold()
        definition = self.company.tables.definitions.get(key)
        if definition is None:
            raise statuses.not_found(body.value("DataExtName"))
        return definition

    def _holder(self, body: Node) -> tuple[list[DataExtension], Entry | Transaction | None]:
        if body.has("OtherDataExtType"):
            return self.company.tables.extensions, None
        if body.has("ListDataExtType"):
            entry = self._entry(body)
            return entry.extensions, entry
        txn = self.company.get_transaction(body.value("TxnDataExtType"), body.value("TxnID"))
        line_id = body.value("TxnLineID")
        if not line_id:
            return txn.extensions, txn
        lines = [inner for line in txn.lines for inner in (line, *(line.members or ()))]
        found = next((line for line in lines if line.line_id == line_id), None)
        if found is None:
            raise statuses.not_found(line_id)
        return found.extensions, txn

    def _entry(self, body: Node) -> Entry:
        kind, ref = body.value("ListDataExtType"), body.find("ListObjRef") or Node("ListObjRef")
        kinds = ITEMS if kind == "Item" else (kind,)
        entry = self.company.find_entry(kinds, list_id=ref.value("ListID"), name=ref.value("FullName"))
        if entry is None:
            raise statuses.not_found(ref.value("ListID") or ref.value("FullName"))
        return entry


def show_extension(extension: DataExtension) -> Tree:
    """Give the content of a DataExtRet."""
    return [
        ("OwnerID", extension.owner_id),
        ("DataExtName", extension.name),
        ("DataExtType", extension.type),
        ("DataExtValue", extension.value),
    ]


def _find(holder: list[DataExtension], body: Node) -> DataExtension | None:
    owner, name = body.value("OwnerID").casefold(), body.value("DataExtName").casefold()
    return next((one for one in holder if (one.owner_id.casefold(), one.name.casefold()) == (owner, name)), None)


def _show_definition(definition: ExtensionDefinition) -> Tree:
    return [
        ("OwnerID", definition.owner_id),
        ("DataExtID", "0"),
        ("DataExtName", definition.name),
        ("DataExtType", definition.type),
        *(("AssignToObject", one) for one in definition.assigned_to),
        ("DataExtListRequire", "false"),
        ("DataExtTxnRequire", "false"),
        ("DataExtFormatString", ""),
    ]
