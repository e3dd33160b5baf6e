"""A change of the password that is due comes last, and nothing opens before it."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from accounts.sealing import unseal
from accounts.tests.door import (
    NEW_PASSWORD,
    PASSWORD,
    Answer,
    code,
    enrol,
    location,
    post,
    session_key,
    type_code,
    type_password,
    with_password,
)
from operations.caller import Caller
from operations.login_profiles import update_login_profile
from operations.password_policy import update_account_password_policy
from tests.cast import MovableClock


@pytest.fixture
def changing(root: Caller, carol: Caller) -> Browser:
    """Carol's first sign-in, with a password that an administrator made."""
    with_password(root, "carol", reset_required=True)
    browser = Browser()
    type_password(browser, carol)
    enrol(browser)
    return browser


def change(browser: Browser, *, old: str = PASSWORD, new: str = NEW_PASSWORD, again: str = "") -> Answer:
    told = {"old_password": old, "new_password": new, "confirm_password": again or new}
    return post(browser, "/signin/password/", told)


def test_without_a_device_enrolment_comes_before_the_change(root: Caller, carol: Caller) -> None:
    with_password(root, "carol", reset_required=True)
    browser = Browser()

    assert location(type_password(browser, carol)) == "/signin/mfa/enrol/"
    assert location(browser.get("/signin/password/")) == "/signin/mfa/enrol/"
    enrol(browser)
    assert location(browser.get("/iam/")) == "/signin/password/"
    assert location(change(browser)) == "/iam/"


def test_with_a_device_the_code_comes_before_the_change(
    root: Caller, carol: Caller, clock: MovableClock
) -> None:
    with_password(root, "carol")
    first, browser = Browser(), Browser()
    type_password(first, carol)
    seed = enrol(first)
    update_login_profile(root, user_name="carol", password_reset_required=True)
    clock.travel(seconds=30)

    assert location(type_password(browser, carol)) == "/signin/mfa/"
    assert location(type_code(browser, code(seed))) == "/signin/password/"
    assert location(change(browser)) == "/iam/"


def test_the_session_id_changes_with_the_password(changing: Browser) -> None:
    before = session_key(changing)
    change(changing)

    assert session_key(changing) != before
    assert changing.get("/iam/confirm/").status_code == 200


def test_the_new_password_is_the_one_that_counts(changing: Browser, carol: Caller) -> None:
    change(changing)

    assert type_password(Browser(), carol).status_code == 422
    assert type_password(Browser(), carol, NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"old": "Wrong-one-9"}, "The password is not right."),
        ({"new": "short"}, "It must have 8 to 128 characters"),
        ({"new": PASSWORD}, "must differ from the old one"),
        ({"again": "Another-one-7"}, "The two passwords differ"),
    ],
    ids=["wrong old one", "weak", "unchanged", "typed differently"],
)
def test_a_refused_change_says_why_and_opens_nothing(
    changing: Browser, typed: dict[str, str], complaint: str
) -> None:
    response = change(changing, **typed)

    assert response.status_code == 422
    assert complaint in response.content.decode()
    assert location(changing.get("/iam/")) == "/signin/password/"


def test_the_page_says_that_the_password_is_new_or_has_expired(
    root: Caller, carol: Caller, changing: Browser, clock: MovableClock
) -> None:
    assert "An administrator set the password" in changing.get("/signin/password/").content.decode()
    change(changing)
    update_account_password_policy(root, max_password_age=90)
    clock.travel(days=91)

    assert "has expired" in expired(carol).get("/signin/password/").content.decode()


def test_after_a_hard_expiry_only_an_administrator_helps(
    root: Caller, carol: Caller, changing: Browser, clock: MovableClock
) -> None:
    change(changing)
    update_account_password_policy(root, max_password_age=90, hard_expiry=True)
    clock.travel(days=91)
    browser = expired(carol)
    response = change(browser, old=NEW_PASSWORD, new="Grinder-coarse-4")

    assert response.status_code == 403
    assert "only an administrator" in response.content.decode()
    assert location(browser.get("/iam/")) == "/signin/password/"


def expired(carol: Caller) -> Browser:
    """Carol with the password and the code, after the password's time."""
    device = carol.account.mfa_devices.get()  # type: ignore[union-attr]
    browser = Browser()
    type_password(browser, carol, NEW_PASSWORD)
    type_code(browser, code(unseal(device.seed, context=device.seal_context)))
    return browser
