"""Every page of the console in a browser: no violation of WCAG 2.2 AA in light and dark, no sideways scroll."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import get_resolver
from playwright.sync_api import Page, ViewportSize

from operations.caller import Caller
from tests.cast import ADMINISTRATOR, ROOT_EMAIL, browser_of, new_account, new_user, signed_in
from tests.console_pages import console_pages, furnish, routes

STANDARD = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
NARROW: ViewportSize = {"width": 320, "height": 640}
# The suggestions are a part of a page.
PARTIALS = {"action-suggestions"}
PAGES = sorted({name for name, route in routes(get_resolver()) if route.startswith("iam/")} - PARTIALS)
PARTS = 6
OUTSIDE = (
    "/signup/",
    "/signin/",
    "/signin/coffee-shop/",
    "/password-reset/",
    "/help/",
    "/help/evaluation/",
    "/help/access-keys/",
    "/help/cli/",
    "/help/checks/",
    "/nowhere/",
)


@pytest.fixture
def owner(console: str) -> Caller:
    account = new_account(ROOT_EMAIL, "Coffee shop")
    root = signed_in(account.root, account)
    furnish(root)
    return root


def enter(page: Page, console: str, caller: Caller) -> None:
    """The session of this caller in the browser, without the sign-in pages."""
    cookie = browser_of(caller).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": console}])


@pytest.mark.parametrize("part", range(PARTS))
def test_the_pages_of_an_administrator_are_for_everybody(
    console: str, page: Page, owner: Caller, part: int
) -> None:
    alice = new_user(owner, "alice", ADMINISTRATOR)
    enter(page, console, alice)
    urls = {known.name: known.url for known in console_pages(owner.account_id)}
    shown = [urls[name] for name in PAGES[part::PARTS] if is_page(alice, urls[name])]

    assert faults_of(page, shown) == []


def test_roots_page_and_the_refusals_are_for_everybody(console: str, page: Page, owner: Caller) -> None:
    enter(page, console, owner)
    faults = faults_of(page, ["/iam/", "/iam/account/", "/iam/security-credentials/"])
    enter(page, console, new_user(owner, "carol"))

    assert faults + faults_of(page, ["/iam/", "/iam/users/", "/iam/search/?q=a"]) == []


def test_a_new_access_key_and_its_commands_are_for_everybody(console: str, page: Page, owner: Caller) -> None:
    enter(page, console, owner)
    page.goto("/iam/security-credentials/access-keys/create/")
    page.get_by_text("Local code").click()
    page.get_by_label("I understand the recommendation").check()
    form = violations(page)
    page.get_by_role("button", name="Create access key").click()
    page.get_by_text("Show", exact=True).click()
    page.get_by_text("Do this with the CLI").click()
    page.set_viewport_size(NARROW)

    assert page.get_by_text("Hide", exact=True).is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert form + violations(page) == []


def test_the_pages_outside_the_console_are_for_everybody(console: str, page: Page, owner: Caller) -> None:
    assert faults_of(page, list(OUTSIDE)) == []


def is_page(caller: Caller, url: str) -> bool:
    """Whether a visit shows something: other addresses take forms only, or lead on."""
    answer = browser_of(caller).get(url)
    return answer.status_code == HTTPStatus.OK and answer.headers["Content-Type"].startswith("text/html")


def faults_of(page: Page, urls: list[str]) -> list[str]:
    """What axe finds on the pages in light and dark, and which of them scroll sideways at 320 px."""
    found = []
    for url in urls:
        page.set_viewport_size({"width": 1280, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(url)
            found += [f"{url} {scheme}: {fault}" for fault in violations(page)]
        page.set_viewport_size(NARROW)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{url} scrolls sideways at 320 px")
    return found


def violations(page: Page) -> list[str]:
    answer = Axe().run(page, options=STANDARD).response
    return [
        f"{fault['id']} at {fault['nodes'][0]['target']}: {fault['nodes'][0]['html'][:120]}"
        for fault in answer["violations"]
    ]
