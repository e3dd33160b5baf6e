"""What is measured: the users list, its last pages, its search; and what the pages weigh."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from secrets import token_urlsafe

from django.conf import settings
from django.contrib.auth.models import User as Staff
from django.contrib.sessions.backends.db import SessionStore as AdminSessions
from django.core.management import call_command
from django.test import Client as Browser
from django.test import override_settings

from accounts.models import Account
from accounts.signin.session import write
from bench.settings import ADMIN_MIDDLEWARE
from iamconsole.clock import now
from operations.caller import Caller, Credential, CredentialKind, system_caller
from operations.installation import create_account, seed_users

Timer = Callable[[Callable[[], object], Callable[[], object]], tuple[float, float]]


def prepare(database: Path, size: int) -> None:
    """Migrate and fill the database unless an earlier run has done so."""
    call_command("migrate", verbosity=0)
    if not Account.objects.exists():
        made = create_account(
            system_caller(None),
            account_name="Bench",
            email_address="bench@bench.example",
            password=token_urlsafe(16) + "-Aa1",
        )
        seed_users(system_caller(made.account), users=size)
        Staff.objects.create_superuser("admin", "admin@bench.example", "unused")
    print(f"{size} users in {database.name}, {database.stat().st_size / 1e6:.0f} MB", flush=True)


def compare(size: int, timed: Timer) -> Iterator[str]:
    console, admin = console_browser(), admin_browser()
    pages = {
        "users list": ("/iam/users/", "/admin/accounts/user/"),
        "search for one name": ("/iam/users/?text=bench-001234", "/admin/accounts/user/?q=bench-001234"),
    }
    for name, (ours, theirs) in pages.items():
        spent = timed(lambda url=ours: fetch(console, url), lambda url=theirs: fetch_admin(admin, url))  # type: ignore[misc]
        yield f"{name:22}{spent[0]:8.1f} ms  admin {spent[1]:8.1f} ms  ratio {spent[0] / spent[1]:.2f}"
    # As one types, only the table is asked for.
    part = timed(
        lambda: console.get("/iam/users/?text=bench-001234", headers={"HX-Request": "true"}),
        lambda: fetch_admin(admin, "/admin/accounts/user/?q=bench-001234"),
    )
    yield f"{'search as one types':22}{part[0]:8.1f} ms  admin {part[1]:8.1f} ms  ratio {part[0] / part[1]:.2f}"
    content = fetch(console, "/iam/users/")
    yield f"weight of 50 rows: {len(content) / 1000:.1f} kB, {len(gzip.compress(content)) / 1000:.1f} kB compressed"


def console_browser() -> Browser:
    """A browser signed in as the root user of the bench account."""
    account = Account.objects.get()
    at = now()
    credential = Credential(
        CredentialKind.CONSOLE, at, account.root.session_epoch, mfa_time=at, proof_time=at
    )
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    write(session, Caller(account.root, credential, account))
    session.save()
    browser = Browser(SERVER_NAME="127.0.0.1")
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return browser


def admin_browser() -> Browser:
    browser = Browser(SERVER_NAME="127.0.0.1")
    with override_settings(SESSION_ENGINE=AdminSessions.__module__, MIDDLEWARE=ADMIN_MIDDLEWARE):
        browser.force_login(Staff.objects.get())
    return browser


def fetch(browser: Browser, url: str) -> bytes:
    response = browser.get(url)
    if response.status_code != 200:
        raise RuntimeError(f"{url} answered {response.status_code}")
    return response.content


def fetch_admin(browser: Browser, url: str) -> bytes:
    """Admin runs with the middleware of a stock project."""
    with override_settings(SESSION_ENGINE=AdminSessions.__module__, MIDDLEWARE=ADMIN_MIDDLEWARE):
        return fetch(browser, url)
