"""Writers of a SQLite database take turns before they begin, instead of trying again and again while another writes.

SQLite lets a writer that finds the database locked sleep for longer and longer, and whoever happens to wake up first
is next. Threads of one process queue here for a lock, processes for a lock on a file; PostgreSQL needs neither.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Final

from django.db import OperationalError, connection, transaction

# As long as SQLite itself waits for a lock.
PATIENCE: Final = 5.0
# At most one thread of each process looks again this often, in seconds.
_INTERVAL: Final = 0.0003
_turn: Final = Lock()


@contextmanager
def write_turn() -> Iterator[None]:
    """Wait for one's turn; raises OperationalError, as the database would, when it does not come."""
    file = None if connection.in_atomic_block else _queue_file()
    if file is None:
        yield
        return
    until = time.monotonic() + PATIENCE
    if not _turn.acquire(timeout=PATIENCE):
        raise OperationalError("database is locked")
    try:
        _wait_for(file, until)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
    finally:
        _turn.release()


@contextmanager
def write_transaction() -> Iterator[None]:
    """A transaction that begins when its turn has come."""
    with write_turn(), transaction.atomic():
        yield


def _wait_for(file: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise OperationalError("database is locked") from error
            time.sleep(_INTERVAL)
        else:
            return


def _queue_file() -> int | None:
    """The file to queue at, beside the database; None where there is no such file."""
    name = str(connection.settings_dict["NAME"])
    is_file = connection.vendor == "sqlite" and os.path.isabs(name)
    return _opened(f"{name}-turn", os.getpid()) if is_file else None


@cache
def _opened(path: str, _: int) -> int:
    """Opened once by each process: a lock belongs to the open file, which a forked process would share."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
