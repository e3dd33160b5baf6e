"""Writers of a SQLite database take turns before they begin, instead of trying again and again while another writes.

SQLite lets a writer that finds the database locked sleep for longer and longer, and whoever happens to wake up first
is next. The server's threads queue for a lock of their process, and its processes for a lock on a file, which wakes
the next one at once and is let go even by a process that dies. A command that may write for long takes no turn: the
database alone holds the others off, and tells them so in time. PostgreSQL needs no queue.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from django.db import OperationalError, connection, transaction

# As long as SQLite itself waits for a lock.
PATIENCE: Final = 5.0
_turn: Final = Lock()
# The open file of this process; a lock belongs to it, and a forked process would share it.
_queue: list[int] = []


def queue_up() -> None:
    """From now on this process, one of the server's, takes turns with the others."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and os.path.isabs(name):
        queue_at(f"{name}-turn")


def queue_at(path: str) -> None:
    """Take turns at this file, beside the database."""
    _queue[:] = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)]


def leave_queue() -> None:
    """As a process that has never queued."""
    while _queue:
        os.close(_queue.pop())


@contextmanager
def write_turn() -> Iterator[None]:
    """Wait for one's turn; raises OperationalError, as the database would, when it does not come."""
    if connection.in_atomic_block or not _queue:
        yield
        return
    if not _turn.acquire(timeout=PATIENCE):
        raise OperationalError("database is locked")
    try:
        # The one before us waits for the database itself no longer than its patience.
        fcntl.flock(_queue[0], fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(_queue[0], fcntl.LOCK_UN)
    finally:
        _turn.release()


@contextmanager
def write_transaction() -> Iterator[None]:
    """A transaction that begins when its turn has come."""
    with write_turn(), transaction.atomic():
        yield
