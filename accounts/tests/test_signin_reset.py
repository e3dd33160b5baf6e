"""A forgotten root password: the link works once, ends sessions, and goes round no second factor."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client as Browser

from accounts.models import Account
from accounts.tests.door import location, post, type_root_password
from operations.caller import Caller
from tests.cast import ROOT_EMAIL, ROOT_PASSWORD, MovableClock

NEW = "Roast-and-grind-6"
TWICE = {"new_password": NEW, "confirm_password": NEW}


@pytest.fixture
def link(account: Account, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Any) -> str:
    """The path of the link in the letter to root."""
    with django_capture_on_commit_callbacks(execute=True):
        Browser().post("/password-reset/", {"email_address": ROOT_EMAIL})
    found = re.search(r"https?://[^/]+(/password-reset/\S+)", str(mailoutbox[0].body))
    assert found
    return found[1]


def test_the_answer_is_the_same_for_an_address_that_nobody_has(
    account: Account, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Any
) -> None:
    answers = []
    with django_capture_on_commit_callbacks(execute=True):
        for address in (ROOT_EMAIL, "nobody@coffee.example"):
            page = Browser().post("/password-reset/", {"email_address": address}, follow=True)
            answers.append(re.findall(r"If this address[^<]*", page.content.decode()))

    assert answers[0] == answers[1] != []
    assert [letter.to for letter in mailoutbox] == [[ROOT_EMAIL]]


def test_the_link_sets_a_password_and_opens_no_session(link: str) -> None:
    browser = Browser()

    assert location(post(browser, link, TWICE)) == "/signin/?kind=root"
    assert location(browser.get("/iam/")).startswith("/signin/")
    assert type_root_password(Browser(), ROOT_PASSWORD).status_code == 422
    assert location(type_root_password(Browser(), NEW)) == "/signin/mfa/enrol/"


def test_looking_at_the_link_changes_nothing(link: str) -> None:
    assert Browser().get(link).status_code == 200
    assert Browser().get(link).status_code == 200
    assert type_root_password(Browser()).status_code == 303


def test_the_link_works_once(link: str) -> None:
    post(Browser(), link, TWICE)

    assert Browser().get(link).status_code == 410
    assert (
        post(Browser(), link, {"new_password": "Other-one-8", "confirm_password": "Other-one-8"}).status_code
        == 410
    )
    assert type_root_password(Browser(), NEW).status_code == 303


def test_the_link_ends_the_sessions_of_root(
    root: Caller, link: str, browse: Callable[[Caller], Browser]
) -> None:
    before = browse(root)
    post(Browser(), link, TWICE)

    assert location(before.get("/iam/confirm/")).startswith("/signin/")


def test_the_link_runs_out_after_an_hour(link: str, clock: MovableClock) -> None:
    clock.travel(minutes=61)

    assert post(Browser(), link, TWICE).status_code == 410
    assert type_root_password(Browser()).status_code == 303


@pytest.mark.parametrize("token", ["x", "1.0.99999999999~bad", "~", "..~", "%00"])
def test_an_invented_link_does_nothing(account: Account, token: str) -> None:
    response = post(Browser(), f"/password-reset/{token}/", TWICE)

    assert response.status_code == 410
    assert "no longer works" in response.content.decode()


def test_a_weak_password_is_refused_and_the_link_stays_good(link: str) -> None:
    weak = post(Browser(), link, {"new_password": "short", "confirm_password": "short"})

    assert weak.status_code == 422
    assert "It must have 8 to 128 characters" in weak.content.decode()
    assert post(Browser(), link, TWICE).status_code == 303


def test_the_link_leads_to_our_own_name_whatever_the_request_says(
    account: Account, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        Browser().post(
            "/password-reset/", {"email_address": ROOT_EMAIL}, headers={"X-Forwarded-Host": "evil.example"}
        )

    assert "evil.example" not in str(mailoutbox[0].body)
