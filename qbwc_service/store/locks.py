"""The one lock of ours: who changes what waits for what, in one connection, does it one after the other."""

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

NAMESPACE = 0x51425743 << 32
"""Keeps our advisory locks apart from those of a program that shares the transaction: "QBWC" in the upper half."""


def lock_dependencies(db: Session, connection_id: int) -> None:
    """Hold the connection's dependencies until the transaction ends; taking it twice is free.

    Without it a child that is put into the queue while its parent is superseded would wait for the superseded one for
    ever: neither transaction sees the other's rows. Calls of the Web Connector take it only where an answer makes
    something wait (a missing entry, a record that is made anew), after its operations; they are repeated where the
    database finds two that wait for each other. SQLite has one writer.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(cast(NAMESPACE | connection_id & 0xFFFFFFFF, BigInteger))))
