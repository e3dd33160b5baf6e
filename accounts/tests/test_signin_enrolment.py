"""The first device: its seed waits sealed, and two codes in a row prove that the phone has it."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from accounts import totp
from accounts.models import Account
from accounts.signin.enrolment import qr_code
from accounts.tests.door import (
    code,
    enrol,
    location,
    session_key,
    shown_seed,
    type_code,
    type_pair,
    type_password,
    type_root_password,
    with_password,
)
from operations.account import create_account_alias
from operations.caller import Caller
from operations.mfa_devices import deactivate_mfa_device
from tests.cast import MovableClock


@pytest.fixture
def enrolling(root: Caller, carol: Caller) -> Browser:
    with_password(root, "carol")
    browser = Browser()
    type_password(browser, carol)
    return browser


def test_the_seed_stays_the_same_until_it_is_registered(enrolling: Browser) -> None:
    seed = shown_seed(enrolling)
    type_pair(enrolling, "000000", "000001")

    assert shown_seed(enrolling) == seed


def test_each_enrolment_has_a_seed_of_its_own(enrolling: Browser, carol: Caller) -> None:
    other = Browser()
    type_password(other, carol)

    assert shown_seed(other) != shown_seed(enrolling)


def test_the_session_holds_no_readable_seed(enrolling: Browser) -> None:
    seed = shown_seed(enrolling)

    assert enrolling.session["pending_seed"]
    assert seed not in str(dict(enrolling.session.items()))


def test_the_picture_is_the_seed_for_an_app(root: Caller, enrolling: Browser) -> None:
    create_account_alias(root, account_alias="coffee-shop")
    response = enrolling.get("/signin/mfa/enrol/qr/")

    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.content == qr_code(totp.provisioning_uri(shown_seed(enrolling), "carol@coffee-shop"))


def test_the_page_shows_the_picture_by_its_address(enrolling: Browser) -> None:
    page = enrolling.get("/signin/mfa/enrol/").content.decode()

    assert 'src="/signin/mfa/enrol/qr/"' in page
    assert "data:" not in page


def test_two_codes_in_a_row_make_the_session_whole(enrolling: Browser) -> None:
    before = session_key(enrolling)
    seed = shown_seed(enrolling)

    assert location(type_pair(enrolling, code(seed, ago=1), code(seed))) == "/iam/"
    assert session_key(enrolling) != before
    assert "pending_seed" not in enrolling.session


def test_the_same_code_twice_is_refused(enrolling: Browser) -> None:
    seed = shown_seed(enrolling)

    assert type_pair(enrolling, code(seed), code(seed)).status_code == 422
    assert location(enrolling.get("/iam/")) == "/signin/mfa/enrol/"


def test_a_clock_that_is_off_is_told(enrolling: Browser) -> None:
    seed = shown_seed(enrolling)
    page = type_pair(enrolling, code(seed, ago=11), code(seed, ago=10)).content.decode()

    assert "300 seconds behind" in page


def test_a_refused_enrolment_keeps_the_name(enrolling: Browser) -> None:
    assert 'value="pocket"' in type_pair(enrolling, "000000", "000001", "pocket").content.decode()


@pytest.mark.parametrize("name", ["", "my phone", "télé", "a/b"])
def test_a_name_that_iam_would_not_take_is_refused(enrolling: Browser, name: str) -> None:
    seed = shown_seed(enrolling)

    assert type_pair(enrolling, code(seed, ago=1), code(seed), name).status_code == 422


def test_the_codes_of_the_enrolment_are_spent(enrolling: Browser, carol: Caller) -> None:
    seed = enrol(enrolling)
    other = Browser()
    type_password(other, carol)

    assert type_code(other, code(seed)).status_code == 422


def test_the_device_is_named_after_its_owner(enrolling: Browser, account: Account) -> None:
    other = Browser()
    type_root_password(other)

    assert 'value="carol-phone"' in enrolling.get("/signin/mfa/enrol/").content.decode()
    assert 'value="root-phone"' in other.get("/signin/mfa/enrol/").content.decode()


def test_an_old_device_keeps_its_name(
    root: Caller, enrolling: Browser, carol: Caller, clock: MovableClock
) -> None:
    enrol(enrolling, "carol-phone")
    device = carol.account.mfa_devices.get()  # type: ignore[union-attr]
    deactivate_mfa_device(root, user_name="carol", serial_number=device.serial_number)
    browser = Browser()
    type_password(browser, carol)

    assert 'value="carol-phone-2"' in browser.get("/signin/mfa/enrol/").content.decode()
