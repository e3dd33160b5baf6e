"""Going through the door as a person does, page by page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from django.test import Client as Browser

from accounts.totp import code_at, step_at
from iamconsole.clock import now
from operations.caller import Caller
from operations.login_profiles import create_login_profile
from tests.cast import ROOT_EMAIL, ROOT_PASSWORD

PASSWORD = "Steam-wand-37"
NEW_PASSWORD = "Milk-jug-and-58"
SECRET_KEY = re.compile(r'data-copy="([A-Z2-7]{32})"')


class Answer(Protocol):
    """What the tests look at in an answer."""

    status_code: int

    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...


def with_password(root: Caller, user_name: str, *, reset_required: bool = False) -> None:
    create_login_profile(root, user_name=user_name, password=PASSWORD, password_reset_required=reset_required)


def type_password(browser: Browser, user: Caller, password: str = PASSWORD, **more: str) -> Answer:
    """The first page, filled in by an IAM user."""
    told = {"kind": "user", "account": user.account_id, "user_name": user.label, "password": password}
    return post(browser, "/signin/", {**told, **more})


def type_root_password(browser: Browser, password: str = ROOT_PASSWORD, **more: str) -> Answer:
    told = {"kind": "root", "email_address": ROOT_EMAIL, "password": password}
    return post(browser, "/signin/", {**told, **more})


def type_code(browser: Browser, code: str) -> Answer:
    return post(browser, "/signin/mfa/", {"authentication_code": code})


def shown_seed(browser: Browser) -> str:
    found = SECRET_KEY.search(browser.get("/signin/mfa/enrol/").content.decode())
    assert found, "The enrolment page shows no secret key."
    return found[1]


def code(seed: str, *, ago: int = 0) -> str:
    """What the app shows now, or showed so many steps ago."""
    return code_at(seed, step_at(now()) - ago)


def enrol(browser: Browser, name: str = "phone") -> str:
    """The seed of the device; the present code is spent by it."""
    seed = shown_seed(browser)
    type_pair(browser, code(seed, ago=1), code(seed), name)
    return seed


def type_pair(browser: Browser, first: str, second: str, name: str = "phone") -> Answer:
    told = {"virtual_mfa_device_name": name, "authentication_code1": first, "authentication_code2": second}
    return post(browser, "/signin/mfa/enrol/", told)


def post(browser: Browser, path: str, told: dict[str, str]) -> Answer:
    return browser.post(path, told)


def location(response: Answer) -> str:
    """Where the answer leads; empty when it leads nowhere."""
    return response.headers.get("Location", "")


def session_key(browser: Browser) -> str:
    return browser.cookies["sessionid"].value


def said(response: Answer) -> list[str]:
    """The alerts of the page, as words."""
    alerts = re.findall(r'class="flash bad".*?<div>(.*?)</div>', response.content.decode(), re.DOTALL)
    return [re.sub(r"<[^>]*>", "", alert).strip() for alert in alerts if "did not answer" not in alert]
