"""What QuickBooks' answers to the questions about one write hold that concerns it."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from qbwc_service import qbxml
from qbwc_service.store import DocumentKind, Inquiry
from qbwc_service.sync.compare import agrees, is_marked, resembles
from qbwc_service.sync.look import concerns
from qbwc_service.sync.look.decided import Decided
from qbwc_service.sync.recovery.match import has_mark
from qbwc_service.sync.recovery.questions import full_name
from qbwc_service.sync.recovery.sent_write import SentWrite

NOT_FOUND = (1, 500)
"""A query that matched nothing, and one of whose ids or names does not exist [Intuit: status codes]."""

NAMED = (DocumentKind.CUSTOMER, DocumentKind.ITEM)
"""Of these a look may read a whole list."""


@dataclass(slots=True)
class Findings:
    """What the answers to one operation's questions held that concerns it; ``asked`` is how many there are."""

    write: SentWrite
    asked: int
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)
    marked: dict[str, qbxml.RetObject] = field(default_factory=dict)
    agreeing: dict[str, qbxml.RetObject] = field(default_factory=dict)
    named: dict[str, qbxml.RetObject] = field(default_factory=dict)
    deleted: list[Mapping[str, object]] = field(default_factory=list)
    looked: list[qbxml.RetObject] = field(default_factory=list)

    @property
    def is_answered(self) -> bool:
        """Whether every question was answered, by objects or by there being none."""
        return self.answered >= max(self.asked, 1) and not (self.failures or self.refusals)

    def begin(self, response: qbxml.Response) -> bool:
        """Take in the head of one answer; say whether its objects are worth a look."""
        code = response.status_code
        self.answered += 1
        if code == 0 or code in NOT_FOUND:
            return True
        text = response.status_message or f"QuickBooks answered with status {code}"
        if qbxml.judge(code, text, is_write=False) is qbxml.Outcome.FAILED:
            self.refusals.append((code, text))
        else:
            self.failures.append(text)
        return False

    def look_at(self, found: qbxml.RetObject) -> None:
        """Take in one object, if it has to do with the write."""
        if found.name in {"TxnDeletedRet", "ListDeletedRet"}:
            if self._is_deleted_one(found.values):
                self.deleted.append(found.values)
            return
        identity = str(found.values.get("ListID") or found.values.get("TxnID") or "")
        if not identity:
            return
        if self.write.is_named:
            self.named[identity] = found
        elif self.write.operation.inquiry is Inquiry.LOOK:
            self._keep_looked(identity, found)
        else:
            self._keep(identity, found)

    def _keep(self, identity: str, found: qbxml.RetObject) -> None:
        """Keep what may be the effect of the write, or what it is about."""
        mark = has_mark(self.write, found.values)
        if mark:
            self.marked[identity] = found
        if self.write.operation.inquiry is Inquiry.NAME:
            if self._has_the_name(found.values):
                self.named[identity] = found
        elif self.write.operation.inquiry is not Inquiry.OUTCOME or self.write.action != "Add":
            self.named[identity] = found
        elif mark is None and self._is_young(found.values) and self._may_be_it(found.values):
            self.agreeing[identity] = found

    def _keep_looked(self, identity: str, found: qbxml.RetObject) -> None:
        """Keep of whole lists only what may be the entry; there are too many of the others."""
        operation = self.write.operation
        if is_marked(operation.external_guid, found.values):
            self.marked[identity] = found
        kind, decided = operation.document_kind, operation.decided or {}
        is_whole_list = self.write.action == "Add" and Decided.ADOPT not in decided
        if not is_whole_list or kind is None or kind not in NAMED or concerns(kind, self.write.body, found):
            self.looked.append(found)

    def _has_the_name(self, values: Mapping[str, object]) -> bool:
        """Say whether a record has the very name, where the question was for all whose name only holds it."""
        if full_name(self.write) is not None:
            return True
        ours, theirs = self.write.body.get("ParentRef"), values.get("ParentRef")
        same_parent = isinstance(ours, Mapping) and isinstance(theirs, Mapping) and ours["ListID"] == theirs["ListID"]
        return same_parent and str(values.get("Name")).casefold() == str(self.write.text("Name")).casefold()

    def _may_be_it(self, values: Mapping[str, object]) -> bool:
        """Say whether a record without a mark may be the one: only half alike, where it could not carry a mark."""
        is_like = agrees if self.write.external_guid is not None else resembles
        return is_like(self.write.body, values)

    def _is_deleted_one(self, values: Mapping[str, object]) -> bool:
        """Say whether a deleted record may have been the one: the same number or name, made since."""
        ours = self.write.text("RefNumber") or self.write.text("Name") or ""
        theirs = str(values.get("RefNumber") or str(values.get("FullName") or "").rpartition(":")[2])
        return ours.casefold() == theirs.casefold() and self._is_young(values)

    def _is_young(self, values: Mapping[str, object]) -> bool:
        since, created = self.write.since, values.get("TimeCreated")
        return since is None or not isinstance(created, str) or created[:10] >= since.isoformat()


def find_disputed(findings: Collection[Findings]) -> set[str]:
    """Give the records that agree with several writes: at most one of them made it, and nobody can say which."""
    counts = Counter(identity for found in findings for identity in found.agreeing)
    return {identity for identity, count in counts.items() if count > 1}
