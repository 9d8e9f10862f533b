"""What becomes of an answer on its way: nothing an XML parser could use, a part of it, or odd characters in it."""

import re
from random import Random

_GARBAGE = (
    "",
    "OK",
    "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
    '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs',
    '<?xml version="1.0" ?><QBXML></QBXML>',
)
_ENDS_OF_TEXT = re.compile(r"(?<=[^<>])</(?:Name|FullName|RefNumber|Memo|Desc)>")
_CONTROL_CHARACTERS = "\x01\x02\x0b\x1f"
_MOST_PLACES = 3


def make_garbage(random: Random) -> str:
    """Give something that is no answer."""
    return random.choice(_GARBAGE)


def truncate(answer: str, random: Random) -> str:
    """Give the beginning of an answer: less than the whole, more than nothing."""
    return answer[: random.randint(1, max(len(answer) * 95 // 100, 1))]


def put_control_characters(answer: str, random: Random) -> str:
    """Put characters into names, numbers and memos that XML does not allow; unchanged where there are none."""
    places = [match.start() for match in _ENDS_OF_TEXT.finditer(answer)]
    for place in sorted(random.sample(places, min(len(places), _MOST_PLACES)), reverse=True):
        answer = answer[:place] + random.choice(_CONTROL_CHARACTERS) + answer[place:]
    return answer
