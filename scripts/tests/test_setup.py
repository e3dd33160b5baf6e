"""Set-up on a bare machine: what it writes, what it leaves alone, and what it says when something is missing."""

from __future__ import annotations

import importlib.util
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from iamconsole import environment
from scripts import setup


def test_fresh_secrets_satisfy_the_settings() -> None:
    written = environment.parse_env(setup.fresh_env())

    keys = environment.fernet_keys(written["CONSOLE_KEYS"])
    environment.distinct(
        {name: environment.strong(name, written[name]) for name in ("SECRET_KEY", "AUDIT_KEY")} | keys
    )

    assert list(keys) == ["k1"]


def test_secrets_are_written_for_the_owner_alone(tmp_path: Path) -> None:
    setup.write_env(tmp_path / ".env")

    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_an_existing_env_file_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SECRET_KEY=mine\n")

    setup.write_env(tmp_path / ".env")

    assert (tmp_path / ".env").read_text() == "SECRET_KEY=mine\n"


def test_a_step_is_done_once_until_its_sources_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "BASE_DIR", tmp_path)
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    done: list[str] = []

    for content in ("one", "one", "two"):
        (tmp_path / "source.txt").write_text(content)
        setup.once("step", ["source.txt"], partial(done.append, content))

    assert done == ["one", "two"]


def test_a_database_is_behind_until_every_migration_is_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "BASE_DIR", tmp_path)
    (tmp_path / "audit" / "migrations").mkdir(parents=True)
    (tmp_path / "audit" / "migrations" / "0001_initial.py").touch()
    with closing(sqlite3.connect(tmp_path / "old.sqlite3")) as connection:
        connection.execute("CREATE TABLE django_migrations AS SELECT 'audit' AS app, '0001_initial' AS name")
        connection.commit()

    assert setup.is_migrated(tmp_path / "old.sqlite3")
    (tmp_path / "audit" / "migrations" / "0002_more.py").touch()
    assert not setup.is_migrated(tmp_path / "old.sqlite3")
    assert not setup.is_migrated(tmp_path / "missing.sqlite3")


def test_a_python_without_ensurepip_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(SystemExit, match=r"^[^\n]*apt install python3\.\d+-venv$"):
        setup.create_venv()
