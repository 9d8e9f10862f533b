"""Every reason of the registry has a journey that makes it."""

import re
from pathlib import Path

from qbwc_service.store import ProblemReason

HERE = Path(__file__).parent


def journeys() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(HERE.glob("test_journey_problems_*.py")))


def test_every_reason_has_a_journey() -> None:
    made = set(re.findall(r'(?:problem|act)\("(\w+)"|\("(\w+)", (?:"0x|\d)|== \["(\w+)"\]', journeys()))
    named = {word for found in made for word in found if word}

    assert [reason.value for reason in ProblemReason if reason.value not in named] == []
