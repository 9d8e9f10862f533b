"""How many rows the next page asks for: as many as QuickBooks gives in five seconds and four megabytes."""

SMALLEST, LARGEST, FIRST = 25, 1000, 100
TARGET_SECONDS, TARGET_CHARACTERS = 5.0, 4_000_000


def adapt_page_size(size: int, *, rows: int, seconds: float, characters: int) -> int:
    """Give the next size from how the last page went; it changes by half or double at most, and not for a small one.

    A page that was not nearly full says little: opening the query costs its time whatever comes of it.
    """
    if rows < SMALLEST or rows * 2 < size:
        return size
    by_time = rows * TARGET_SECONDS / seconds if seconds > 0 else LARGEST
    by_length = rows * TARGET_CHARACTERS / characters if characters > 0 else LARGEST
    wanted = int(min(by_time, by_length))
    return max(SMALLEST, min(LARGEST, size * 2, max(wanted, size // 2)))
