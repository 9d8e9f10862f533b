"""Parse JSON the strict way, with the positions of what it holds, so that a message can name the line.

Numbers with decimals stay text (a float loses cents); a key that stands twice, ``NaN`` and whatever stands behind the
end are refused, where Python's parser would guess in silence.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NoReturn

from qbwc_service.errors import InputError

_SPACE = re.compile(r"[ \t\r\n]*")


def parse_json(text: str, *, name: str | None = None) -> object:
    """Parse text that holds exactly one value.

    Raises InputError with line and column; ``name`` is how it calls the file (None: the text is one line of it).
    """
    start = skip_space(text, 0)
    try:
        value, end = _DECODER.raw_decode(text, start)
        if (rest := skip_space(text, end)) < len(text):
            _refuse_rest(text, rest)
    except json.JSONDecodeError as error:
        where = f"column {error.colno}" if name is None else f"{name}:{error.lineno}:{error.colno}"
        raise InputError(f"{where}: this is not JSON: {error.msg}", field="file") from None
    except (ValueError, RecursionError) as error:
        message = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        where = "" if name is None else f"{name}: "
        raise InputError(f"{where}this JSON is not acceptable: {message}", field="file") from None
    return value


def walk_list(text: str, start: int) -> Iterator[tuple[int, object]]:
    """Give the elements of a list that was parsed before and begins at ``start``, with their positions."""
    position = skip_space(text, start + 1)
    while text[position] != "]":
        value, end = _DECODER.raw_decode(text, position)
        yield position, value
        position = _skip_comma(text, end)


def walk_lists(text: str, start: int) -> Iterator[tuple[str, int, object]]:
    """Give the elements of all lists in an object that was parsed before, with the list's key and their positions."""
    position = skip_space(text, start + 1)
    while text[position] != "}":
        key, after_key = _DECODER.raw_decode(text, position)
        opening = skip_space(text, skip_space(text, after_key) + 1)
        for element, value in walk_list(text, opening):
            yield str(key), element, value
        _, end = _DECODER.raw_decode(text, opening)
        position = _skip_comma(text, end)


def skip_space(text: str, position: int) -> int:
    """Give the position of what comes next."""
    space = _SPACE.match(text, position)
    return space.end() if space else position


class LineFinder:
    """Tells the line of a position, from 1, without counting from the start each time."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def line_of(self, position: int) -> int:
        """Give the line."""
        return bisect_right(self._starts, position)


def _skip_comma(text: str, position: int) -> int:
    position = skip_space(text, position)
    return skip_space(text, position + 1) if text[position] == "," else position


def _refuse_rest(text: str, position: int) -> NoReturn:
    raise json.JSONDecodeError("something stands behind its end", text, position)


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _refuse_repeated_keys(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """Refuse ``{"amount": 1, "amount": 2}``: which one is meant is a guess."""
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{repeated!r} stands twice in one object")
    return value


_DECODER = json.JSONDecoder(parse_float=str, parse_constant=_refuse_constant, object_pairs_hook=_refuse_repeated_keys)
