"""My security credentials: everybody's own, and root's."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.passwords import is_right
from accounts.tests.devices import assign_device, codes
from operations.attachments import attach_user_policy
from operations.caller import Caller
from operations.login_profiles import create_login_profile
from operations.mfa_devices import list_mfa_devices
from operations.users import get_user
from tests.cast import ADMINISTRATOR, MovableClock, signed_in

Browse = Callable[[Caller], Browser]
PAGE = "/iam/security-credentials/"
CHANGE_PASSWORD = "arn:aws:iam::aws:policy/IAMUserChangePassword"
PASSWORD, NEW_PASSWORD = "Beans-and-water-9", "Milk-jug-and-58"
CHANGE = {"old_password": PASSWORD, "new_password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD}


@pytest.fixture
def changing(root: Caller, carol: Caller) -> Caller:
    """carol with a password, and the right to change it."""
    create_login_profile(root, user_name="carol", password=PASSWORD)
    attach_user_policy(root, user_name="carol", policy_arn=CHANGE_PASSWORD)
    assert root.account is not None
    return signed_in(get_user(root, user_name="carol"), root.account)


def test_whoever_may_nothing_still_sees_the_own_name_and_account(carol: Caller, browse: Browse) -> None:
    html = browse(carol).get(PAGE).content.decode()

    assert f"arn:aws:iam::{carol.account_id}:user/carol" in html
    assert "<code>iam:ListMFADevices</code>" in html


def test_root_is_warned(root: Caller, browse: Browse) -> None:
    html = browse(root).get(PAGE).content.decode()

    assert "These credentials open everything in this account" in html
    assert "/iam/account/password/" in html


def test_a_changed_password_keeps_this_session_and_ends_the_others(
    root: Caller, changing: Caller, browse: Browse
) -> None:
    browser, other = browse(changing), browse(changing)
    browser.post(f"{PAGE}password/", CHANGE)

    assert is_right(NEW_PASSWORD, get_user(root, user_name="carol").password)
    assert browser.get(PAGE).status_code == 200
    assert other.get(PAGE).headers["Location"].startswith("/signin/")


def test_a_wrong_old_password_changes_nothing(root: Caller, changing: Caller, browse: Browse) -> None:
    response = browse(changing).post(f"{PAGE}password/", {**CHANGE, "old_password": "Tea-only-12"})

    assert response.status_code == 422
    assert b"The old password was incorrect." in response.content
    assert is_right(PASSWORD, get_user(root, user_name="carol").password)


def test_passwords_that_differ_come_back(changing: Caller, browse: Browse) -> None:
    response = browse(changing).post(f"{PAGE}password/", {**CHANGE, "confirm_password": "Other-beans-1"})

    assert response.status_code == 422
    assert b"The two passwords differ." in response.content


def test_the_password_page_wants_a_fresh_proof(changing: Caller, browse: Browse, clock: MovableClock) -> None:
    browser = browse(changing)
    clock.travel(minutes=11)

    location = browser.get(f"{PAGE}password/").headers["Location"]

    assert location == "/iam/confirm/?next=%2Fiam%2Fsecurity-credentials%2Fpassword%2F"


def test_without_the_right_the_change_is_refused_and_explained(
    root: Caller, carol: Caller, browse: Browse
) -> None:
    create_login_profile(root, user_name="carol", password=PASSWORD)
    assert root.account is not None
    caller = signed_in(get_user(root, user_name="carol"), root.account)

    response = browse(caller).post(f"{PAGE}password/", CHANGE)

    assert response.status_code == 403
    assert b"iam:ChangePassword" in response.content


@pytest.mark.parametrize("who", ["root", "alice"])
def test_a_further_device_of_ones_own(root: Caller, alice: Caller, browse: Browse, who: str) -> None:
    caller = root if who == "root" else alice
    before = len(list_mfa_devices(caller).items)
    browser = browse(caller)
    browser.post(f"{PAGE}mfa/assign/", {"virtual_mfa_device_name": "tablet"})
    seed = re.search(r'data-copy="([A-Z2-7]{32})"', browser.get(f"{PAGE}mfa/enable/").content.decode())
    assert seed
    response = browser.post(f"{PAGE}mfa/enable/", codes(seed[1]))

    assert response.headers["Location"] == PAGE
    assert len(list_mfa_devices(caller).items) == before + 1


def test_removing_the_own_device_ends_the_own_session(root: Caller, bob: Caller, browse: Browse) -> None:
    attach_user_policy(root, user_name="bob", policy_arn=ADMINISTRATOR)
    serial = assign_device(root, "bob")
    browser = browse(bob)
    browser.post(f"{PAGE}mfa/remove/?serial={serial}", {"confirmation": "bob-phone"})

    assert list_mfa_devices(root, user_name="bob").items == []
    assert browser.get(PAGE).headers["Location"].startswith("/signin/")
