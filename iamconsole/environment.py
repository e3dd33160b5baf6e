"""Reading the environment: `.env` below the variables that are set, each value checked where it is read."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import dj_database_url
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
MAIL_SCHEMES = ("console", "smtp")
# What Django's own check of SECRET_KEY asks for.
LEAST_LENGTH, LEAST_VARIETY = 50, 5
LARGEST_PORT = 65_535
YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
# Writes ask for the lock at once. Reads stay outside transactions, so they go on while the disk is full.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 5,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
}


def parse_env(text: str) -> dict[str, str]:
    """`NAME=value` lines; `#` starts a comment line, and a pair of quotes around the value is dropped."""
    lines = [line.strip() for line in text.splitlines()]
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return {name.strip(): unquoted(value.strip()) for name, _, value in pairs}


def unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value


def read_environment(path: Path) -> Mapping[str, str]:
    written = parse_env(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {**written, **os.environ}


ENVIRONMENT = read_environment(Path(__file__).resolve().parent.parent / ".env")


def text(name: str, default: str = "") -> str:
    return ENVIRONMENT.get(name, "").strip() or default


def words(name: str) -> list[str]:
    return [word.strip() for word in text(name).split(",") if word.strip()]


def number(name: str, default: int, *, largest: int = sys.maxsize) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdecimal() or not 0 < int(value) <= largest:
        limits = "above zero" if largest == sys.maxsize else f"from 1 to {largest}"
        raise ImproperlyConfigured(f"{name} must be a whole number {limits}, not {value!r}.")
    return int(value)


def flag(name: str) -> bool:
    value = text(name).lower()
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in YES


def choice(name: str, options: tuple[str, ...], default: str) -> str:
    value = text(name, default)
    if value not in options:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(options)}, not {value!r}.")
    return value


def strong(name: str, value: str) -> str:
    """The value is never part of the message: it may be a real secret with a typing error."""
    is_strong = len(value) >= LEAST_LENGTH and len(set(value)) >= LEAST_VARIETY
    if not is_strong or value.startswith("django-insecure"):
        raise ImproperlyConfigured(
            f"{name} is missing or weak: it takes {LEAST_LENGTH} random characters. Run `make setup`."
        )
    return value


def fernet_keys(value: str) -> dict[str, str]:
    """`id:key,id:key`: the first key encrypts, all of them decrypt."""
    pairs = [part.strip().partition(":") for part in value.split(",") if part.strip()]
    if not pairs or len({key_id for key_id, _, _ in pairs}) < len(pairs):
        raise ImproperlyConfigured("CONSOLE_KEYS needs at least one `id:key`, and each id once.")
    return {key_id.strip(): fernet_key(key_id.strip(), key.strip()) for key_id, _, key in pairs}


def fernet_key(key_id: str, key: str) -> str:
    try:
        Fernet(key)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"The key {key_id!r} of CONSOLE_KEYS is not 32 bytes in URL-safe Base64."
        ) from error
    return key


def distinct(secrets: Mapping[str, str]) -> None:
    """One stolen secret must not open what another one guards."""
    if len(set(secrets.values())) < len(secrets):
        raise ImproperlyConfigured(f"{', '.join(secrets)} must all differ from each other.")


def address(name: str, url: str) -> SplitResult:
    """The parts of a URL; a port that is none would show itself only where it is used."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is no address: {error}.") from error
    return parts


def site(url: str) -> SplitResult:
    parts = address("SITE_URL", url)
    if not parts.hostname or parts.path.strip("/") or parts.scheme not in {"http", "https"}:
        raise ImproperlyConfigured(f"SITE_URL must be http(s)://host[:port], not {url!r}.")
    if parts.scheme == "http" and parts.netloc.removesuffix(f":{parts.port}") not in LOOPBACK_HOSTS:
        raise ImproperlyConfigured("SITE_URL must be https, except on this machine's own loopback address.")
    return parts


def database(url: str) -> dict[str, object]:
    config = dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    is_sqlite = config["ENGINE"] == "django.db.backends.sqlite3"
    return {**config, "OPTIONS": dict(SQLITE_OPTIONS)} if is_sqlite else dict(config)


def mail_server(url: str) -> SplitResult:
    parts = address("EMAIL_URL", url)
    if parts.scheme not in MAIL_SCHEMES or (parts.scheme == "smtp" and not parts.hostname):
        raise ImproperlyConfigured("EMAIL_URL must be console:// or smtp://user:password@host:port?tls.")
    return parts
