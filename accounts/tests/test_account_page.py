from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core import mail
from django.test import Client as Browser
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Account, RootUser
from iamconsole import clock as time_source
from operations.caller import Caller
from tests.cast import ROOT_EMAIL, ROOT_PASSWORD, MovableClock

Browse = Callable[[Caller], Browser]
TASKS = ("", "name/", "email/", "email/confirm/", "password/", "support-plan/")
NEW_PASSWORD = "Beans-and-cream-10"


def root_user() -> RootUser:
    return RootUser.objects.get()


@pytest.fixture
def ask_for_a_code(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[[Browser], str]:
    """Asks for the change of address in this browser, and reads the code in the letter."""

    def ask(browser: Browser) -> str:
        asked = {"email_address": "ana@coffee.example", "password": ROOT_PASSWORD}
        with django_capture_on_commit_callbacks(execute=True):
            browser.post("/iam/account/email/", asked)
        return mail.outbox[-1].body.partition("minutes: ")[2][:6]

    return ask


@pytest.mark.parametrize("task", TASKS)
def test_not_even_an_administrator_enters_what_is_root_s(alice: Caller, browse: Browse, task: str) -> None:
    answer = browse(alice).get(f"/iam/account/{task}")

    assert answer.status_code == 403
    assert "is a root-only task" in answer.text


def test_an_administrator_cannot_send_a_root_task_either(
    alice: Caller, account: Account, browse: Browse
) -> None:
    browse(alice).post("/iam/account/name/", {"account_name": "Mine now"})

    account.refresh_from_db()
    assert account.name == "Coffee shop"


def test_root_sees_the_account_and_the_ways_to_change_it(root: Caller, browse: Browse) -> None:
    text = browse(root).get("/iam/account/").text

    assert ROOT_EMAIL in text
    assert 'href="/iam/account/support-plan/"' in text


def test_root_renames_the_account(root: Caller, account: Account, browse: Browse) -> None:
    browse(root).post("/iam/account/name/", {"account_name": "Tea shop"})

    account.refresh_from_db()
    assert account.name == "Tea shop"


def test_root_changes_the_support_plan(root: Caller, account: Account, browse: Browse) -> None:
    browse(root).post("/iam/account/support-plan/", {"support_plan": "business"})

    account.refresh_from_db()
    assert account.support_plan == "business"


def test_the_new_address_holds_only_when_its_code_came_back(
    root: Caller, browse: Browse, ask_for_a_code: Callable[[Browser], str]
) -> None:
    browser = browse(root)
    code = ask_for_a_code(browser)
    assert root_user().email == ROOT_EMAIL

    answer = browser.post("/iam/account/email/confirm/", {"code": code})

    assert answer.status_code == 303
    assert root_user().email == "ana@coffee.example"


def test_a_waiting_code_is_told_on_the_account_page(
    root: Caller, browse: Browse, ask_for_a_code: Callable[[Browser], str]
) -> None:
    browser = browse(root)
    ask_for_a_code(browser)

    assert "/iam/account/email/confirm/" in browser.get("/iam/account/").text


def test_a_wrong_code_changes_nothing_and_says_so_at_the_field(
    root: Caller, browse: Browse, ask_for_a_code: Callable[[Browser], str]
) -> None:
    browser = browse(root)
    wrong = "000000" if ask_for_a_code(browser) != "000000" else "111111"

    answer = browser.post("/iam/account/email/confirm/", {"code": wrong})

    assert answer.status_code == 422
    assert 'id="id_code_error"' in answer.text
    assert root_user().email == ROOT_EMAIL


def test_a_change_of_address_needs_the_password(root: Caller, browse: Browse) -> None:
    answer = browse(root).post(
        "/iam/account/email/", {"email_address": "ana@coffee.example", "password": "wrong"}
    )

    assert answer.status_code == 422
    assert mail.outbox == []


def test_without_a_change_under_way_there_is_no_code_to_type(root: Caller, browse: Browse) -> None:
    answer = browse(root).get("/iam/account/email/confirm/")

    assert answer.headers["Location"] == "/iam/account/email/"


def test_a_new_root_password_ends_the_session(root: Caller, browse: Browse) -> None:
    browser, before = browse(root), root_user().password

    answer = browser.post(
        "/iam/account/password/",
        {"old_password": ROOT_PASSWORD, "new_password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD},
    )

    assert answer.headers["Location"] == "/signin/?kind=root"
    assert root_user().password != before
    assert browser.get("/iam/").status_code == 302


def test_a_weak_root_password_is_refused(root: Caller, browse: Browse) -> None:
    answer = browse(root).post(
        "/iam/account/password/",
        {"old_password": ROOT_PASSWORD, "new_password": "short", "confirm_password": "short"},
    )

    assert answer.status_code == 422
    assert "8 to 128 characters" in answer.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_new_root_password_wants_a_fresh_proof(
    root: Caller, browse: Browse, clock: MovableClock, method: str
) -> None:
    clock.travel(minutes=11)
    browser = browse(replace(root, credential=replace(root.credential, issued=time_source.now())))

    answer = getattr(browser, method)(
        "/iam/account/password/",
        {"old_password": ROOT_PASSWORD, "new_password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD},
    )

    assert answer.headers["Location"].startswith("/iam/confirm/")
