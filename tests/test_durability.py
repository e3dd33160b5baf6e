"""An acknowledged write survives a kill; a full database refuses writes and goes on answering reads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from django.db import OperationalError, connection

from accounts.models import User
from operations.caller import Caller
from operations.users import create_user, list_users
from scripts.setup import BASE_DIR
from tests.cast import ROOT_EMAIL, browser_of, new_account, signed_in

WRITE_AND_DIE = """
import os, signal, django
django.setup()
from accounts.models import Account
from operations.caller import system_caller
from operations.users import create_user
create_user(system_caller(Account.objects.get()), user_name="survivor")
print("acknowledged", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def owner(own_database: None) -> Caller:
    account = new_account(ROOT_EMAIL, "Coffee shop")
    return signed_in(account.root, account)


def database_url() -> str:
    """The database of this test, as another process would be told."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    password = f":{known['PASSWORD']}" if known["PASSWORD"] else ""
    host = f"{known['HOST']}:{known['PORT']}" if known["PORT"] else ""
    options = "" if host else f"?host={known['HOST']}"
    return f"postgres://{known['USER']}{password}@{host}/{known['NAME']}{options}"


def test_an_acknowledged_write_survives_a_kill(owner: Caller) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url(), "PYTHONPATH": str(BASE_DIR)}

    died = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", WRITE_AND_DIE], env=environment, capture_output=True, text=True, check=False
    )

    assert died.returncode == -signal.SIGKILL, died.stderr
    assert died.stdout.strip() == "acknowledged"
    assert User.objects.filter(user_name="survivor").exists()


@pytest.fixture
def full(owner: Caller) -> Caller:
    """A database that has no page left, as on a full disk."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA page_count")
            pages = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages}")
    return owner


def hire_many(caller: Caller) -> None:
    for number in range(500):
        create_user(caller, user_name=f"user-{number}", path=f"/{'x' * 400}/")


def test_a_full_database_refuses_writes_and_still_reads(full: Caller) -> None:
    if connection.vendor != "sqlite":
        assert list_users(full).items == []
        return
    with pytest.raises(OperationalError, match="full"):
        hire_many(full)

    assert list_users(full, max_items=1).items


def test_a_locked_database_answers_503_and_says_when_to_come_back(
    owner: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    browser = browser_of(owner)
    browser.raise_request_exception = False
    monkeypatch.setattr("accounts.signin.session.RootUser.objects.select_related", locked)

    answer = browser.get("/iam/users/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
