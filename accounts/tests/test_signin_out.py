"""The way out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Account
from accounts.tests.door import location, post, type_password, with_password
from operations.caller import Caller


@pytest.mark.parametrize("path", ["/signout/", "/signout/everywhere/"])
def test_a_link_signs_nobody_out(carol: Caller, browse: Callable[[Caller], Browser], path: str) -> None:
    browser = browse(carol)

    assert browser.get(path).status_code == 405
    assert browser.get("/iam/confirm/").status_code == 200


@pytest.mark.parametrize("path", ["/signout/", "/signout/everywhere/"])
def test_another_site_signs_nobody_out(carol: Caller, browse: Callable[[Caller], Browser], path: str) -> None:
    browser = browse(carol)
    browser.handler.enforce_csrf_checks = True

    assert browser.post(path).status_code == 403
    assert browser.get("/iam/confirm/").status_code == 200


def test_signing_out_ends_the_session(carol: Caller, browse: Callable[[Caller], Browser]) -> None:
    browser = browse(carol)
    stolen = Browser()
    stolen.cookies["sessionid"] = browser.cookies["sessionid"].value
    page = browser.post("/signout/", follow=True)

    assert "You are signed out." in page.content.decode()
    assert location(stolen.get("/iam/")).startswith("/signin/")


def test_the_account_is_still_known_after_signing_out(root: Caller, carol: Caller) -> None:
    with_password(root, "carol")
    browser = Browser()
    type_password(browser, carol, remember="on")

    assert f'value="{carol.account_id}"' in browser.post("/signout/", follow=True).content.decode()


def test_signing_out_everywhere_ends_every_session_of_the_caller_alone(
    carol: Caller, bob: Caller, browse: Callable[[Caller], Browser]
) -> None:
    here, there, others = browse(carol), browse(carol), browse(bob)
    post(here, "/signout/everywhere/", {})

    assert location(there.get("/iam/confirm/")).startswith("/signin/")
    assert others.get("/iam/confirm/").status_code == 200


def test_signing_out_without_a_session_does_no_harm(account: Account) -> None:
    assert location(post(Browser(), "/signout/", {})) == "/signin/"
    assert location(post(Browser(), "/signout/everywhere/", {})) == "/signin/"
