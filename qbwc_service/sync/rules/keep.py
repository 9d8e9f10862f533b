"""Keep the rules of a connection: every version stays, the highest one holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import BindParameter, ScalarSelect, insert, select
from sqlalchemy.orm import Session

from qbwc_service.connections import check_connection
from qbwc_service.errors import FieldError, InvalidDocumentError, NotFoundError
from qbwc_service.store import RuleSet
from qbwc_service.sync.rules.model import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInfo:
    """One version of the rules; version 0 are the defaults, which nobody made."""

    version: int
    rules: Rules
    made_by: str | None = None
    made_at: datetime | None = None


def load_rules(db: Session, connection_id: int) -> Rules:
    """Give the rules that hold now; one statement."""
    return get_rules(db, connection_id).rules


def get_rules(db: Session, connection_id: int, *, version: int | None = None) -> RulesInfo:
    """Give one version of the rules, or the one that holds; NotFoundError where there is no such version."""
    query = select(RuleSet).where(RuleSet.connection_id == connection_id).order_by(RuleSet.version.desc()).limit(1)
    if version is not None:
        query = query.where(RuleSet.version == version)
    found = db.scalars(query).one_or_none()
    if found is None and version:
        raise NotFoundError(f"the rules of connection {connection_id} have no version {version}", field="version")
    return RulesInfo(version=0, rules=Rules()) if found is None else _info(found)


def present_rules(connection_id: int | BindParameter[int]) -> ScalarSelect[dict[str, object]]:
    """Select the rules that hold, as one column of another statement; NULL where there are none."""
    newest = (
        select(RuleSet.body).where(RuleSet.connection_id == connection_id).order_by(RuleSet.version.desc()).limit(1)
    )
    return newest.scalar_subquery()


def read_rules(body: Mapping[str, object] | None) -> Rules:
    """Read rules as they are stored; the defaults where there are none.

    A later release may know more words than this one: what is stored was checked when it was stored.
    """
    return Rules() if body is None else Rules.model_validate(body, extra="ignore")


def list_rules(db: Session, connection_id: int, *, limit: int = 100) -> list[RulesInfo]:
    """Give the versions of the rules, newest first."""
    query = select(RuleSet).where(RuleSet.connection_id == connection_id).order_by(RuleSet.version.desc())
    return [_info(found) for found in db.scalars(query.limit(limit))]


def save_rules(db: Session, connection_id: int, body: Mapping[str, object], *, by: str, now: datetime) -> RulesInfo:
    """Keep new rules as the next version; the same again makes none.

    What is left out has its default. Raises InvalidDocumentError naming every field that is wrong.
    """
    check_connection(db, connection_id)
    rules = _check(body)
    present = get_rules(db, connection_id)
    if present.version and present.rules == rules:
        return present
    row = {
        "connection_id": connection_id,
        "version": present.version + 1,
        "body": dump_rules(rules),
        "made_by": by,
        "made_at": now,
    }
    db.execute(insert(RuleSet), [row])
    return RulesInfo(version=present.version + 1, rules=rules, made_by=by, made_at=now)


def dump_rules(rules: Rules) -> dict[str, object]:
    """Give rules as JSON, every value of them."""
    return rules.model_dump(mode="json", by_alias=True)


def _check(body: Mapping[str, object]) -> Rules:
    try:
        return Rules.model_validate(body)
    except ValidationError as refused:
        errors = [
            FieldError(
                path=".".join(str(part) for part in problem["loc"]),
                rule=problem["type"],
                message=problem["msg"].removeprefix("Value error, "),
            )
            for problem in refused.errors(include_url=False, include_input=False, include_context=False)
        ]
        remedy = "see docs/rules.md, or start from what `rules export` writes"
        raise InvalidDocumentError("the rules are not acceptable", errors, remedy=remedy) from None


def _info(found: RuleSet) -> RulesInfo:
    return RulesInfo(
        version=found.version,
        rules=read_rules(found.body),
        made_by=found.made_by,
        made_at=found.made_at,
    )
