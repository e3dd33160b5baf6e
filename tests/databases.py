"""Databases for tests: migrated once, then copied, since the migrations carry AWS's managed policies."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorWrapper

from scripts.setup import BASE_DIR

FOLDER = BASE_DIR / "var" / "tests"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
MEMORY = "file:tests?mode=memory&cache=shared"


@contextmanager
def shared_database() -> Iterator[None]:
    """The database of all tests of this process; each of them rolls back what it did."""
    template = migrated_template()
    if connection.vendor == "sqlite":
        with pointed_at(MEMORY):
            load_into_memory(template)
            yield
    else:
        with postgres_copy(template, f"tests_{WORKER}"):
            yield


@contextmanager
def own_database(folder: Path) -> Iterator[None]:
    """A database for one test alone, with real commits and a connection for each thread."""
    template = migrated_template()
    if connection.vendor == "sqlite":
        path = shutil.copy(template, folder / "database.sqlite3")
        with pointed_at(str(path)):
            yield
    else:
        with postgres_copy(template, f"own_{WORKER}"):
            yield


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Every connection opened inside, in any thread, goes to the database `name`."""
    configuration = connections.settings[DEFAULT_DB_ALIAS]
    previous_name, previous = configuration["NAME"], connections[DEFAULT_DB_ALIAS]
    configuration["NAME"] = name
    connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        configuration["NAME"] = previous_name
        connections[DEFAULT_DB_ALIAS] = previous


def migrated_template() -> str:
    """A migrated SQLite file's path, or a migrated PostgreSQL database's name; made when missing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return sqlite_template() if connection.vendor == "sqlite" else postgres_template()


def sqlite_template() -> str:
    path = FOLDER / f"{digest()}.sqlite3"
    if not path.exists():
        for outdated in FOLDER.glob("*.sqlite3*"):
            outdated.unlink()
        migrate_into(str(path.with_suffix(".sqlite3.part")))
        path.with_suffix(".sqlite3.part").rename(path)
    return str(path)


def postgres_template() -> str:
    name = f"template_{digest()}"
    with maintenance() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            return name
        cursor.execute(f'CREATE DATABASE "{name}_part"')
    migrate_into(f"{name}_part")
    with maintenance() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}_part" RENAME TO "{name}"')
    return name


def digest() -> str:
    """Of everything that migrations read, so that a change makes a new template."""
    patterns = ("*/migrations/*.py", "policies/managed.py", "var/catalog/*")
    found = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in BASE_DIR.glob(pattern)):
        found.update(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    return found.hexdigest()[:16]


def migrate_into(name: str) -> None:
    with pointed_at(name):
        call_command("migrate", interactive=False, verbosity=0)
        if connection.vendor == "sqlite":
            # A file in WAL mode is three files, and cannot be loaded into memory.
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA journal_mode=DELETE")


def load_into_memory(template: str) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(template)) as source:
        source.backup(connection.connection)


@contextmanager
def postgres_copy(template: str, name: str) -> Iterator[None]:
    with maintenance() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    with pointed_at(name):
        yield
    with maintenance() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def maintenance() -> Iterator[CursorWrapper]:
    """A cursor outside the database of the tests, in the one that every server has."""
    with pointed_at("postgres"), connection.cursor() as cursor:
        yield cursor
