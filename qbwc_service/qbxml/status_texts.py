"""What the text of a status says beyond its code: the reason behind 3170 and 3180, and the names that it quotes.

The texts are those of live QuickBooks in English, as users showed them; another text gives None, and the code's own
meaning stands.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qbwc_service.qbxml.status_facts import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRule:
    """A reason that stands behind some codes. ``pattern`` is looked for in the text, its groups are what it names."""

    reason: str
    codes: tuple[int, ...]
    pattern: "re.Pattern[str]"
    action: Action
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReason:
    """Why, in one word (``locked``, ``name_in_use`` …), what to do, what to say, and what the text names."""

    reason: str
    action: Action
    advice: str
    named: Mapping[str, str]


_LOCK = re.compile(
    r"modified by another user|could not be locked|cannot be locked|acquire the lock|in use by another user"
    r"|being used by another|is currently in use|locked by",
    re.IGNORECASE,
)


def _rule(reason: str, codes: tuple[int, ...], pattern: str, action: Action, advice: str) -> TextRule:
    return TextRule(
        reason=reason, codes=codes, pattern=re.compile(pattern, re.IGNORECASE), action=action, advice=advice
    )


_CHANGES = (3170, 3171, 3180)

TEXT_RULES: tuple[TextRule, ...] = (
    TextRule(
        reason="locked",
        codes=(3170, 3175, 3176, 3177, 3180),
        pattern=_LOCK,
        action=Action.RETRY,
        advice="Somebody has the record or its list open in QuickBooks; it is tried again.",
    ),
    _rule(
        "account_number_in_use",
        _CHANGES,
        r"account number[^.]*\b(?:in use|been used|used)\b",
        Action.FIX_DATA,
        "Choose another account number.",
    ),
    _rule(
        "value_exists",
        _CHANGES,
        r"already has a value",
        Action.REPORT_BUG,
        "The custom field has a value already; it must be changed (DataExtMod), not added.",
    ),
    _rule(
        "missing_account",
        _CHANGES,
        r"\b(?:asset|income|expense|cogs|posting) account\b",
        Action.FIX_DATA,
        "Give the item the account that the message names.",
    ),
    _rule(
        "closed_period",
        _CHANGES,
        r"closing date|closed (?:accounting )?period|books are closed",
        Action.ASK_PERSON,
        "The date lies before the closing date of the company file. Change the date, or open the period.",
    ),
    _rule(
        "name_in_use",
        (3100,),
        r'the name "(?P<name>.*?)" of the list element is already in use',
        Action.QUERY,
        'Somebody or something is named "{name}" already: link that record, or choose another name.',
    ),
    _rule(
        "no_such_entry",
        (3140,),
        r'invalid reference to QuickBooks (?P<list>.*?) "(?P<name>.*?)" in the (?P<where>[\w ]+)',
        Action.FIX_DATA,
        'Create "{name}" in the list {list} of QuickBooks, or choose another; it may be inactive or renamed.',
    ),
    _rule(
        "no_such_record",
        (3120,),
        r'object "(?P<id>.*?)" specified in the request cannot be found',
        Action.FIX_DATA,
        "The record {id} was deleted in QuickBooks, or it is paid already.",
    ),
    _rule(
        "more_than_due",
        (3210,),
        r"pay more than the amount due",
        Action.FIX_DATA,
        "The payment is greater than what is due: less is open in QuickBooks than you think.",
    ),
    _rule(
        "bad_value",
        (3090, 3210),
        r'the "(?P<field>.*?)" field has an invalid value "(?P<value>.*?)"',
        Action.FIX_DATA,
        'QuickBooks does not accept "{value}" as {field}.',
    ),
)
"""Every rule, the first that fits decides."""


_OWN_WORDS = re.compile(r"QuickBooks error message:\s*(?=\S)(.*)", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r'"(?:[^"]|"(?=\w))*"(?!\w)')


def find_reason(code: int, message: str) -> StatusReason | None:
    """Give the reason that a status's text tells; None where the code says all that is known."""
    own_words = _find_own_words(message)
    for rule in TEXT_RULES:
        # What names something is quoted; a reason is told in QuickBooks' own words, not in those of a record's name.
        text = message if rule.pattern.groupindex else own_words
        match = rule.pattern.search(text) if code in rule.codes else None
        if match is not None:
            named = match.groupdict()
            advice = rule.advice.format_map(named)
            return StatusReason(reason=rule.reason, action=rule.action, advice=advice, named=named)
    return None


def is_lock(message: str) -> bool:
    """Tell whether a message says that somebody else holds the record, so that waiting helps."""
    return _LOCK.search(_find_own_words(message)) is not None


def _find_own_words(message: str) -> str:
    """Give a message without what users wrote: the names in quotes, and what stands before QuickBooks' own message."""
    match = _OWN_WORDS.search(message)
    return _QUOTED.sub('""', message if match is None else match[1])
