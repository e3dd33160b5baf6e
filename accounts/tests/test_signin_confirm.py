"""A fresh proof before something sensitive: the code, or the password of whoever has no device."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.tests.door import code, enrol, location, post, session_key, type_root_password
from operations.account import update_sign_in_settings
from operations.caller import Caller
from tests.cast import ROOT_PASSWORD, MovableClock

USERS = "/iam/confirm/?next=/iam/users/"


@pytest.fixture
def seed(root: Caller, visitor: Browser, clock: MovableClock) -> str:
    type_root_password(visitor)
    seed = enrol(visitor)
    clock.travel(minutes=11)
    return seed


@pytest.fixture
def visitor() -> Browser:
    return Browser()


def test_a_code_makes_the_proof_fresh_under_a_new_session_id(visitor: Browser, seed: str) -> None:
    before = visitor.session["proof_time"], session_key(visitor)
    response = post(visitor, USERS, {"authentication_code": code(seed)})

    assert location(response) == "/iam/users/"
    assert visitor.session["proof_time"] > before[0]
    assert session_key(visitor) != before[1]


def test_a_wrong_code_proves_nothing(visitor: Browser, seed: str) -> None:
    before = visitor.session["proof_time"]
    response = post(visitor, USERS, {"authentication_code": "000000", "password": ROOT_PASSWORD})

    assert response.status_code == 422
    assert visitor.session["proof_time"] == before


def test_a_code_proves_once(visitor: Browser, seed: str) -> None:
    post(visitor, USERS, {"authentication_code": code(seed)})

    assert post(visitor, USERS, {"authentication_code": code(seed)}).status_code == 422


def test_the_proof_leads_to_no_other_site(visitor: Browser, seed: str) -> None:
    response = post(visitor, "/iam/confirm/?next=//evil.example/", {"authentication_code": code(seed)})

    assert location(response) == "/iam/"


def test_without_a_device_the_password_is_the_proof(
    root: Caller, browse: Callable[[Caller], Browser], clock: MovableClock
) -> None:
    browser = browse(root)
    clock.travel(minutes=11)

    assert post(browser, USERS, {"password": "wrong"}).status_code == 422
    assert location(post(browser, USERS, {"password": ROOT_PASSWORD})) == "/iam/users/"


def test_the_page_asks_for_what_the_caller_has(
    root: Caller, visitor: Browser, seed: str, browse: Callable[[Caller], Browser], carol: Caller
) -> None:
    update_sign_in_settings(root, mfa_grace_days=7)

    assert 'name="authentication_code"' in visitor.get(USERS).content.decode()
    assert 'name="password"' in browse(carol).get(USERS).content.decode()
