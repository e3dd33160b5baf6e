"""The code page: each code opens one session, and guessing is slowed on the device."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from accounts.tests.door import (
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
from tests.cast import MovableClock

SPELLINGS = {
    "the same": "{}",
    "spaces around": "  {} ",
    "a space between": "{:.3} {:.3}",
    "a line's end": "{}\n",
}


@pytest.fixture
def seed(root: Caller, carol: Caller, clock: MovableClock) -> str:
    """Carol has a password and a device, and a fresh code is on its screen."""
    with_password(root, "carol")
    browser = Browser()
    type_password(browser, carol)
    seed = enrol(browser)
    clock.travel(seconds=30)
    return seed


@pytest.fixture
def waiting(carol: Caller, seed: str) -> Browser:
    return at_the_code_page(carol)


def at_the_code_page(carol: Caller) -> Browser:
    browser = Browser()
    assert location(type_password(browser, carol)) == "/signin/mfa/"
    return browser


def spelt(text: str, spelling: str) -> str:
    if spelling == "a space between":
        return f"{text[:3]} {text[3:]}"
    return SPELLINGS[spelling].format(text)


def test_the_code_makes_the_session_whole(waiting: Browser, seed: str) -> None:
    assert location(type_code(waiting, code(seed))) == "/iam/"
    assert waiting.get("/iam/confirm/").status_code == 200


def test_the_session_id_changes_at_the_code(waiting: Browser, seed: str) -> None:
    before = session_key(waiting)
    type_code(waiting, code(seed))

    assert session_key(waiting) != before


def test_the_id_of_the_half_session_opens_nothing_afterwards(waiting: Browser, seed: str) -> None:
    before = session_key(waiting)
    type_code(waiting, code(seed))
    other = Browser()
    other.cookies["sessionid"] = before

    assert location(other.get("/iam/")).startswith("/signin/?next=")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_code_opens_one_session_only_however_it_is_spelt(
    waiting: Browser, carol: Caller, seed: str, spelling: str
) -> None:
    other = at_the_code_page(carol)
    assert location(type_code(waiting, code(seed))) == "/iam/"

    assert type_code(other, spelt(code(seed), spelling)).status_code == 422
    assert location(other.get("/iam/")) == "/signin/mfa/"


def test_a_code_may_be_pasted_with_a_space(waiting: Browser, seed: str) -> None:
    assert location(type_code(waiting, spelt(code(seed), "a space between"))) == "/iam/"


@pytest.mark.parametrize("digits", ["０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩"], ids=["full width", "Arabic"])
def test_other_digits_are_no_code(waiting: Browser, seed: str, digits: str) -> None:
    foreign = code(seed).translate({48 + value: digit for value, digit in enumerate(digits)})

    assert type_code(waiting, foreign).status_code == 422


def test_a_code_of_the_future_is_refused(waiting: Browser, seed: str) -> None:
    assert type_code(waiting, code(seed, ago=-1)).status_code == 422


def test_wrong_codes_block_the_device_across_sessions(
    waiting: Browser, carol: Caller, seed: str, clock: MovableClock
) -> None:
    for _ in range(5):
        type_code(waiting, wrong(seed))
    other = at_the_code_page(carol)
    refused = type_code(other, code(seed))

    assert "Too many wrong codes" in refused.content.decode()
    assert location(other.get("/iam/")) == "/signin/mfa/"
    clock.travel(seconds=31)
    assert location(type_code(other, code(seed))) == "/iam/"


def test_a_right_password_does_not_refill_the_tries(waiting: Browser, carol: Caller, seed: str) -> None:
    for _ in range(5):
        type_code(at_the_code_page(carol), wrong(seed))

    assert "Too many wrong codes" in type_code(waiting, code(seed)).content.decode()


def wrong(seed: str) -> str:
    return f"{(int(code(seed)) + 1) % 10**6:06}"


def test_the_code_field_suits_a_phone(waiting: Browser) -> None:
    page = waiting.get("/signin/mfa/").content.decode()

    assert "Additional verification required" in page
    for attribute in ('autocomplete="one-time-code"', 'inputmode="numeric"', 'pattern="[0-9]{6}"'):
        assert attribute in page


def test_cancelling_leaves_no_session(waiting: Browser) -> None:
    assert location(post(waiting, "/signout/", {})) == "/signin/"
    assert location(waiting.get("/signin/mfa/")) == "/signin/"


def test_the_code_needs_the_token_of_the_form(waiting: Browser, seed: str) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies["sessionid"] = session_key(waiting)

    assert type_code(strict, code(seed)).status_code == 403
