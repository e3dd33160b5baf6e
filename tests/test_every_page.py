"""What holds on every page of the console, found by walking the URLconf: nobody is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import get_resolver

from iamconsole.middleware import QueryTimer
from operations.caller import Caller
from operations.users import create_user
from tests.console_pages import ConsolePage, console_pages, furnish, routes

Browse = Callable[[Caller], Browser]

# What everybody signed in may open: it shows only what its operations allow, or is about the visitor alone.
OPEN_TO_ALL = {
    "account-alias": "a form: whether it is allowed is decided on what it says",
    "account-settings": "says part by part what may not be read",
    "action-suggestions": "names of the public catalog",
    "change-password": "a form: whether it is allowed is decided on what it says",
    "check-access": "a form: whether it is allowed is decided on what it says",
    "check-document": "checks what is typed, or says why not",
    "confirm-identity": "a proof of one's own identity",
    "create-group": "a form: whether it is allowed is decided on what it says",
    "create-user-details": "a form: whether it is allowed is decided on what it says",
    "dashboard": "says part by part what may not be read",
    "assign-own-mfa": "the visitor's own",
    "create-own-access-key": "a form: whether it is allowed is decided on what it says",
    "policy-choices": "the public catalog",
    "policy-choices-of": "the public catalog, and a form that writes a text",
    "policy-template": "a text of the console's own library",
    "policy-templates": "the console's own library",
    "remove-own-mfa": "the visitor's own",
    "resync-own-mfa": "the visitor's own",
    "search": "finds only what may be listed",
    "security-credentials": "the visitor's own",
    "who-can": "a form: whether it is allowed is decided on what it says",
    "simulator": "a form: whether it is allowed is decided on what it says",
    "users-preferences": "columns, kept in the visitor's browser",
}
# A page that looks ahead at a change reads, beside what it shows, the holdings of everybody concerned.
MOST_QUERIES = 12
NAMES = sorted({name for name, route in routes(get_resolver()) if route.startswith("iam/")})


@pytest.fixture
def pages(root: Caller) -> dict[str, ConsolePage]:
    furnish(root)
    return {page.name: page for page in console_pages(root.account_id)}


@pytest.mark.parametrize("name", NAMES)
def test_somebody_without_permissions_gets_no_page(
    pages: dict[str, ConsolePage], carol: Caller, browse: Browse, name: str
) -> None:
    answer = browse(carol).get(pages[name].url)

    is_open = answer.status_code == HTTPStatus.OK
    assert is_open == (name in OPEN_TO_ALL), f"{pages[name].url} answered {answer.status_code}"


@pytest.mark.parametrize("name", NAMES)
def test_an_administrators_pages_take_few_queries(
    pages: dict[str, ConsolePage], root: Caller, alice: Caller, browse: Browse, name: str
) -> None:
    for number in range(60):
        create_user(root, user_name=f"user-{number:02}")
    browser, counter = browse(alice), QueryTimer()
    browser.get(pages[name].url)

    with connection.execute_wrapper(counter):
        answer = browser.get(pages[name].url)

    assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    assert counter.count <= MOST_QUERIES, f"{pages[name].url} took {counter.count} queries"
    assert b"{#" not in answer.getvalue(), "a template comment that spans lines is none, and is shown"
