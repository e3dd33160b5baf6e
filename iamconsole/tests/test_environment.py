"""What the environment may say, and what refuses to start."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from iamconsole import environment

KEY = "dGVzdHMtb25seS1rZXktZ3VhcmRpbmctbm90aGluZyE="


def test_env_file_ignores_comments_and_drops_quotes() -> None:
    text = "# a comment\nPORT = 8001\nSITE_URL='https://iam.example'\nDATABASE_URL=a=b\n\n"

    parsed = environment.parse_env(text)

    assert parsed == {"PORT": "8001", "SITE_URL": "https://iam.example", "DATABASE_URL": "a=b"}


def test_a_set_variable_wins_over_the_file_even_when_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("SECRET_KEY=from-the-file\nSIGNUP=first\n")
    monkeypatch.setenv("SECRET_KEY", "")
    monkeypatch.delenv("SIGNUP", raising=False)

    read = environment.read_environment(tmp_path / ".env")

    assert (read["SECRET_KEY"], read["SIGNUP"]) == ("", "first")


@pytest.mark.parametrize(
    "value",
    ["", "short", "a" * 60, "django-insecure-" + "0123456789abcdef" * 4],
    ids=lambda value: value[:16],
)
def test_a_weak_secret_refuses_to_start_without_being_quoted(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is missing or weak") as refusal:
        environment.strong("SECRET_KEY", value)

    assert not value or value not in str(refusal.value)


def test_the_first_console_key_is_the_one_that_encrypts() -> None:
    keys = environment.fernet_keys(f"k2:{KEY}, k1:{KEY[::-1].strip('=')}=")

    assert list(keys) == ["k2", "k1"]


@pytest.mark.parametrize("value", ["", KEY, "k1:short", f"k1:{KEY},k1:{KEY}"])
def test_a_missing_or_broken_console_key_refuses_to_start(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CONSOLE_KEYS"):
        environment.fernet_keys(value)


def test_one_secret_may_not_serve_two_purposes() -> None:
    with pytest.raises(ImproperlyConfigured, match="must all differ"):
        environment.distinct({"SECRET_KEY": KEY, "k1": KEY})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000", "https://iam.example.com"]
)
def test_site_is_plain_on_loopback_or_https_anywhere(url: str) -> None:
    assert environment.site(url).geturl() == url


@pytest.mark.parametrize(
    "url",
    [
        "http://iam.example.com",
        "http://localhost.example.com",
        "https://a.example/path",
        "ftp://a.example",
        "http://127.0.0.1:70000",
        "https://[a.example",
    ],
)
def test_any_other_site_refuses_to_start(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SITE_URL"):
        environment.site(url)


def test_sqlite_is_durable_and_takes_the_write_lock_at_once() -> None:
    options = environment.database("sqlite:///console.sqlite3")["OPTIONS"]

    assert options == environment.SQLITE_OPTIONS
    assert environment.SQLITE_OPTIONS["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in str(environment.SQLITE_OPTIONS["init_command"])


@pytest.mark.parametrize("url", ["smtp://", "imap://mail.example.com", "mail.example.com", "smtp://a:x"])
def test_an_unusable_mail_server_refuses_to_start(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        environment.mail_server(url)


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_a_quota_is_a_whole_number_above_zero(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "ENVIRONMENT", {"QUOTA_USERS": value})

    with pytest.raises(ImproperlyConfigured, match="QUOTA_USERS"):
        environment.number("QUOTA_USERS", 5000)


def test_a_port_beyond_the_last_refuses_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "ENVIRONMENT", {"PORT": "65536"})

    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number from 1 to 65535"):
        environment.number("PORT", 8000, largest=environment.LARGEST_PORT)


def test_the_example_file_documents_every_setting() -> None:
    source = (settings.BASE_DIR / "iamconsole" / "settings.py").read_text()
    read = set(re.findall(r'(?:text|number|flag|choice|words)\("([A-Z_]+)"', source))
    quotas = {f"QUOTA_{name}" for name in settings.QUOTAS}

    documented = set(environment.parse_env((settings.BASE_DIR / ".env.example").read_text()))

    assert documented == read | quotas
