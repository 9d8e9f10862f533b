"""What QuickBooks' answers to the questions about one write hold that concerns it."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from qbwc_service import qbxml
from qbwc_service.store import Inquiry
from qbwc_service.sync.recovery.match import agrees, has_mark, resembles
from qbwc_service.sync.recovery.questions import full_name
from qbwc_service.sync.recovery.sent_write import SentWrite

NOT_FOUND = (1, 500)
"""A query that matched nothing, and one of whose ids or names does not exist [Intuit: status codes]."""


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
