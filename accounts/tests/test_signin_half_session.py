"""With the password alone nothing opens: every page below /iam/ leads back to what is due."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Account
from accounts.tests.door import (
    code,
    enrol,
    location,
    shown_seed,
    type_code,
    type_pair,
    type_password,
    type_root_password,
    with_password,
)
from operations.caller import Caller
from tests.cast import MovableClock

EXAMPLES = {"uuid": str(UUID(int=1)), "int": "1"}
PARAMETER = re.compile(r"<(?:(\w+):)?\w+>")


def paths(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    """Every address that the resolver knows, with an example in place of each parameter."""
    for pattern in resolver.url_patterns:
        route = PARAMETER.sub(lambda found: EXAMPLES.get(found[1], "example"), str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from paths(pattern, prefix + route)
        elif isinstance(pattern, URLPattern):
            yield prefix + route


CLOSED = sorted({path for path in paths(get_resolver()) if path.startswith("/iam/")})


@pytest.fixture
def half(account: Account) -> Browser:
    browser = Browser()
    type_root_password(browser)
    return browser


@pytest.mark.parametrize("path", CLOSED)
def test_no_page_opens_without_a_session(account: Account, path: str) -> None:
    assert location(Browser().get(path)).startswith("/signin/?next=")
    assert location(Browser().post(path)).startswith("/signin/?next=")


@pytest.mark.parametrize("path", CLOSED)
def test_the_password_alone_opens_no_page(half: Browser, path: str) -> None:
    assert location(half.get(path)) == "/signin/mfa/enrol/"
    assert location(half.post(path)) == "/signin/mfa/enrol/"


def test_a_part_of_a_page_is_closed_too(half: Browser) -> None:
    response = half.get("/iam/users/", headers={"HX-Request": "true"})

    assert response.headers["HX-Redirect"] == "/signin/mfa/enrol/"
    assert response.content == b""


def test_a_half_session_lasts_a_quarter_of_an_hour(half: Browser, clock: MovableClock) -> None:
    clock.travel(minutes=14)
    assert half.get("/signin/mfa/enrol/").status_code == 200

    clock.travel(minutes=2)
    assert location(half.get("/signin/mfa/enrol/")) == "/signin/"


def test_a_whole_session_lasts_twelve_hours(half: Browser, clock: MovableClock) -> None:
    enrol(half)
    clock.travel(hours=11, minutes=59)
    assert half.get("/iam/confirm/").status_code == 200

    clock.travel(minutes=2)
    assert location(half.get("/iam/confirm/")).startswith("/signin/")


@pytest.mark.parametrize(
    "path", ["/signin/mfa/", "/signin/mfa/enrol/", "/signin/mfa/enrol/qr/", "/signin/password/"]
)
def test_the_steps_are_for_those_who_have_typed_a_password(account: Account, path: str) -> None:
    assert location(Browser().get(path)) == "/signin/"


@pytest.mark.parametrize("path", ["/signin/mfa/", "/signin/password/"])
def test_no_step_comes_before_its_turn(half: Browser, path: str) -> None:
    assert location(half.get(path)) == "/signin/mfa/enrol/"
    assert location(half.post(path)) == "/signin/mfa/enrol/"


def test_a_half_session_adds_no_device_beside_another(
    root: Caller, carol: Caller, clock: MovableClock
) -> None:
    with_password(root, "carol")
    first, second = Browser(), Browser()
    type_password(second, carol)
    seed = shown_seed(second)
    type_password(first, carol)
    enrol(first)
    response = type_pair(second, code(seed, ago=1), code(seed), "intruder")

    assert location(response) == "/signin/mfa/"
    assert [device.device_name for device in carol.account.mfa_devices.all()] == ["phone"]  # type: ignore[union-attr]


def test_the_code_page_lets_nobody_pass_with_an_empty_code(root: Caller, carol: Caller) -> None:
    with_password(root, "carol")
    first, second = Browser(), Browser()
    type_password(first, carol)
    enrol(first)
    type_password(second, carol)

    assert type_code(second, "").status_code == 422
    assert location(second.get("/iam/")) == "/signin/mfa/"


def test_a_form_sent_after_the_session_ended_is_said_to_be_lost(alice: Caller) -> None:
    browser = Browser()
    sent = browser.post(
        "/iam/users-create/", {"user_name": "ana"}, headers={"Referer": "http://testserver/iam/"}
    )

    assert "nothing was changed" in browser.get(sent["Location"]).text
    assert "nothing was changed" not in browser.get(browser.get("/iam/users/")["Location"]).text
