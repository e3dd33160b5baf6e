"""The first page: name and password. Every failure looks the same, and nothing leads off the site."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Account, Session
from accounts.tests.door import (
    PASSWORD,
    Answer,
    code,
    enrol,
    location,
    said,
    session_key,
    type_code,
    type_password,
    type_root_password,
    with_password,
)
from audit.models import Event
from operations.account import create_account_alias, update_sign_in_settings
from operations.caller import Caller
from operations.signin import FAILED
from tests.cast import MovableClock

ELSEWHERE = {
    "a word": "signup",
    "another host": "https://evil.example/",
    "no scheme": "//evil.example/",
    "three slashes": "///evil.example/",
    "backslashes": "\\\\evil.example/",
    "slash and backslash": "/\\evil.example/",
    "scheme without slashes": "https:evil.example",
    "a script": "javascript:alert(1)",
    "a tab in front": "\thttps://evil.example/",
    "a tab between": "/\t/evil.example/",
    "a control character": "\x01//evil.example/",
    "credentials": "http://127.0.0.1@evil.example/",
    "our own name in front": "http://testserver.evil.example/",
    "without end": "/iam/" + "a" * 5000,
    "nothing": "",
}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"')


def without_token(response: Answer) -> str:
    return TOKEN.sub("", response.content.decode())


def test_all_failing_sign_ins_answer_alike(root: Caller, carol: Caller, bob: Caller) -> None:
    with_password(root, "carol")
    answers = [
        type_password(Browser(), carol, "wrong"),
        type_password(Browser(), carol, user_name="dora"),
        type_password(Browser(), carol, account="123456789012"),
        type_password(Browser(), carol, account="no such account!"),
        type_password(Browser(), bob),
        type_root_password(Browser(), "wrong"),
        type_root_password(Browser(), email_address="olga@nowhere.example"),
        type_root_password(Browser(), email_address="no address"),
    ]

    assert {(answer.status_code, *said(answer)) for answer in answers} == {(422, FAILED)}


def test_a_refused_form_keeps_the_names_but_not_the_password(carol: Caller) -> None:
    page = type_password(Browser(), carol, "Wrong-one-9").content.decode()

    assert 'value="carol"' in page
    assert f'value="{carol.account_id}"' in page
    assert "Wrong-one-9" not in page


@pytest.mark.parametrize(
    ("missing", "complaint"),
    [("account", "Type the account ID or its alias."), ("user_name", "Type your user name.")],
)
def test_what_is_missing_is_asked_for(carol: Caller, missing: str, complaint: str) -> None:
    response = type_password(Browser(), carol, **{missing: ""})

    assert response.status_code == 422
    assert complaint in response.content.decode()
    assert "Type the e-mail address" not in response.content.decode()


def test_a_way_in_that_does_not_exist_is_refused(carol: Caller) -> None:
    assert type_password(Browser(), carol, kind="administrator").status_code == 422


def test_the_address_of_an_unknown_account_looks_like_a_real_one(root: Caller) -> None:
    create_account_alias(root, account_alias="coffee-shop")
    known = without_token(Browser().get("/signin/coffee-shop/"))
    unknown = without_token(Browser().get("/signin/coffee-spot/"))

    assert known.replace("coffee-shop", "coffee-spot") == unknown


def test_the_account_of_the_address_holds_whatever_is_posted(root: Caller, carol: Caller) -> None:
    with_password(root, "carol")
    told = {"kind": "user", "account": carol.account_id, "user_name": "carol", "password": PASSWORD}

    assert Browser().post("/signin/another-shop/", told).status_code == 422
    assert Browser().post(f"/signin/{carol.account_id}/", told).status_code == 303


@pytest.mark.parametrize("spelling", ["plain", "grouped", "alias", "alias in capitals"])
def test_an_account_is_known_by_id_and_alias(root: Caller, carol: Caller, spelling: str) -> None:
    with_password(root, "carol")
    create_account_alias(root, account_alias="coffee-shop")
    assert carol.account
    spelt = {
        "plain": carol.account_id,
        "grouped": carol.account.grouped_id,
        "alias": "coffee-shop",
        "alias in capitals": "Coffee-Shop",
    }

    assert location(type_password(Browser(), carol, account=spelt[spelling])) == "/signin/mfa/enrol/"


def test_the_session_id_changes_at_the_password(root: Caller, carol: Caller) -> None:
    with_password(root, "carol")
    browser = Browser()
    type_root_password(browser)
    before = session_key(browser)
    type_password(browser, carol)

    assert session_key(browser) != before


def test_passwords_are_blocked_after_failures_even_the_right_one(
    root: Caller, carol: Caller, clock: MovableClock
) -> None:
    with_password(root, "carol")
    for _ in range(6):
        type_password(Browser(), carol, "wrong")

    assert said(type_password(Browser(), carol)) == [FAILED]
    clock.travel(minutes=6)
    assert type_password(Browser(), carol).status_code == 303


def test_in_the_days_of_grace_the_password_is_enough(root: Caller, carol: Caller) -> None:
    with_password(root, "carol")
    update_sign_in_settings(root, mfa_grace_days=7)

    assert location(type_password(Browser(), carol, next="/iam/users/")) == "/iam/users/"


def test_root_has_no_days_of_grace(root: Caller) -> None:
    update_sign_in_settings(root, mfa_grace_days=7)

    assert location(type_root_password(Browser())) == "/signin/mfa/enrol/"


@pytest.mark.parametrize("path", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_next_never_leads_off_the_site(root: Caller, carol: Caller, path: str) -> None:
    with_password(root, "carol")
    update_sign_in_settings(root, mfa_grace_days=7)

    assert location(type_password(Browser(), carol, next=path)) == "/iam/"


@pytest.mark.parametrize("path", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_next_leads_nobody_off_the_site_who_is_signed_in(
    root: Caller, browse: Callable[[Caller], Browser], path: str
) -> None:
    assert location(browse(root).get("/signin/", {"next": path})) == "/iam/"


def test_the_page_asked_for_first_is_reached_in_the_end(
    root: Caller, carol: Caller, clock: MovableClock
) -> None:
    with_password(root, "carol")
    first = Browser()
    type_password(first, carol)
    seed = enrol(first)
    clock.travel(seconds=30)
    browser = Browser()
    form = browser.get("/iam/groups/?text=c", follow=True).context["form"]
    type_password(browser, carol, next=form["next"].value())

    assert location(type_code(browser, code(seed))) == "/iam/groups/?text=c"


def test_the_account_is_remembered_when_asked(root: Caller, carol: Caller) -> None:
    with_password(root, "carol")
    browser = Browser()
    type_password(browser, carol, remember="on")
    cookie = browser.cookies["account"]

    assert cookie.value == carol.account_id
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert f'value="{carol.account_id}"' in browser.get("/signin/").content.decode()


def test_the_account_is_forgotten_when_not_asked(root: Caller, carol: Caller) -> None:
    with_password(root, "carol")
    browser = Browser()
    type_password(browser, carol, remember="on")
    type_password(browser, carol)

    assert browser.cookies["account"].value == ""


def test_a_cookie_that_names_no_account_is_not_shown(account: Account) -> None:
    browser = Browser()
    browser.cookies["account"] = "call 555 now"

    assert "call 555" not in browser.get("/signin/").content.decode()


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(account: Account) -> None:
    browser = Browser()
    type_root_password(browser)
    cookie = browser.cookies["sessionid"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_signing_in_needs_the_token_of_the_form(account: Account) -> None:
    assert type_root_password(Browser(enforce_csrf_checks=True)).status_code == 403


def test_the_token_changes_with_the_session(account: Account) -> None:
    browser = Browser()
    browser.get("/signin/")
    before = browser.cookies["csrftoken"].value
    type_root_password(browser)

    assert browser.cookies["csrftoken"].value != before


@pytest.mark.parametrize(
    "path",
    [
        "/signin/",
        "/signin/coffee-shop/",
        "/signup/",
        "/signin/mfa/",
        "/signin/mfa/enrol/",
        "/password-reset/",
    ],
)
def test_looking_at_the_door_changes_nothing(account: Account, path: str) -> None:
    events = Event.objects.count()
    browser = Browser()
    browser.get(path)

    assert Event.objects.count() == events
    assert not Session.objects.exists()
    assert "sessionid" not in browser.cookies


def test_an_address_that_can_be_no_account_is_not_found(account: Account) -> None:
    assert Browser().get("/signin/not_an_alias/").status_code == 404


def test_whoever_is_signed_in_goes_on_to_the_dashboard(
    root: Caller, browse: Callable[[Caller], Browser]
) -> None:
    assert location(browse(root).get("/signin/")) == "/iam/"
    assert location(browse(root).get("/signup/")) == "/iam/"
