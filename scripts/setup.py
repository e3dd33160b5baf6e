"""Prepare everything the console needs: `python3 -m scripts.setup [--dev]`, on a bare Python, no packages.

Each step leaves a stamp made of what it depends on, so that a second run does no work twice.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = BASE_DIR / "var" / "stamps"
CATALOG_SOURCES = ("requirements.txt", "policies/local_catalog.json", "policies/management/**/*.py")
STATIC_SOURCES = ("requirements.txt", "static/**/*")


def main(arguments: list[str]) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 -- this is where an older one is told
        sys.exit(f"The console needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    create_venv()
    install("requirements.txt")
    if "--dev" in arguments:
        install("requirements.txt", "requirements-dev.txt")
    write_env(BASE_DIR / ".env")
    once("catalog", CATALOG_SOURCES, lambda: manage("compile_catalog"))
    once("static", STATIC_SOURCES, lambda: manage("collectstatic", "--no-input", "--verbosity", "0"))
    migrate()


def create_venv() -> None:
    if PYTHON.exists():
        return
    print("Creating the virtual environment in .venv", flush=True)
    if uv := shutil.which("uv"):
        run(uv, "venv", "--quiet", "--seed", "--clear", "--python", sys.executable, str(VENV))
    elif importlib.util.find_spec("ensurepip"):
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
    else:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            f"Python's venv is not complete on this machine. Install it: apt install python{version}-venv"
        )


def install(*names: str) -> None:
    """What is installed is byte for byte what was locked, and the lock is whole: nothing is left to resolve.

    Resolving would let an older pip ask for a newer release of what is named with an extra, unhashed.
    """
    stamp, current = VENV / f"{'-'.join(names)}.stamp", digest(names)
    if matches(stamp, current):
        return
    print(f"Installing {' and '.join(names)}", flush=True)
    files = [part for name in names for part in ("-r", name)]
    pip = (str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "--no-deps", *files)
    write(stamp, current)


def write_env(path: Path) -> None:
    """Secrets of this installation alone, for its owner alone to read. An existing file is never touched."""
    if path.exists():
        return
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode=0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(fresh_env())
    print("Wrote .env with fresh secrets; .env.example says what else it may hold", flush=True)


def fresh_env() -> str:
    fernet_key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    lines = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CONSOLE_KEYS": f"k1:{fernet_key}",
        "AUDIT_KEY": secrets.token_urlsafe(48),
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def migrate() -> None:
    """A database that somebody named is asked at every start; our own only when it is behind."""
    if names_a_database() or not is_migrated(BASE_DIR / "var" / "iamconsole.sqlite3"):
        print("Preparing the database", flush=True)
        manage("migrate", "--no-input", "--verbosity", "0")


def names_a_database() -> bool:
    in_file = (BASE_DIR / ".env").read_text(encoding="utf-8").splitlines()
    named = [line.partition("=")[2].strip() for line in in_file if line.startswith("DATABASE_URL=")]
    return bool(os.environ.get("DATABASE_URL", "".join(named)))


def is_migrated(database: Path) -> bool:
    """Asked without Django, whose start would double the time to the first page."""
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            applied = set(connection.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.OperationalError:
        # There is no such file, or nothing in it yet.
        return False
    return {(path.parent.parent.name, path.stem) for path in BASE_DIR.glob("*/migrations/0*.py")} <= applied


def manage(*arguments: str) -> None:
    run(str(PYTHON), "manage.py", *arguments)


def once(name: str, sources: Iterable[str], work: Callable[[], None]) -> None:
    stamp, current = STAMPS / f"{name}.stamp", digest(sources)
    if not matches(stamp, current):
        work()
        write(stamp, current)


def digest(patterns: Iterable[str]) -> str:
    """Of the files' contents: a checkout changes times, and an edit may keep the size."""
    found = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in BASE_DIR.glob(pattern) if path.is_file()):
        found.update(str(path.relative_to(BASE_DIR)).encode() + path.read_bytes())
    return found.hexdigest()


def matches(stamp: Path, current: str) -> bool:
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == current


def write(stamp: Path, current: str) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(current, encoding="utf-8")


def run(*command: str) -> None:
    """A failing step has said why; nothing after it could work."""
    result = subprocess.run(command, cwd=BASE_DIR, check=False)
    if result.returncode:
        sys.exit(result.returncode)


if __name__ == "__main__":
    main(sys.argv[1:])
