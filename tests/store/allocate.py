"""A process of its own that takes row numbers: ``allocate.py URL ROUNDS``; it prints them as JSON, round by round."""

import json
import sys

from qbwc_service.store import Database, allocate_ids, open_database

COUNTS = (1, 20, 3)


def take_numbers(database: Database, rounds: int) -> list[list[int]]:
    """Take numbers in many transactions, each committed."""
    taken = []
    for number in range(rounds):
        with database.writing() as db:
            taken.append(allocate_ids(db, "operations", count=COUNTS[number % len(COUNTS)]))
    return taken


def main() -> None:
    url, rounds = sys.argv[1:]
    database = open_database(url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps(take_numbers(database, int(rounds))) + "\n")
    database.close()


if __name__ == "__main__":
    main()
