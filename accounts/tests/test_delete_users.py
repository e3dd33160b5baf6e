"""Deleting users: what goes is listed, a word is typed, and all of it happens or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.tests.devices import assign_device
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_user_policy
from operations.login_profiles import create_login_profile
from operations.memberships import add_user_to_group
from operations.users import count_users, create_user
from tests.cast import MovableClock

Browse = Callable[[Caller], Browser]


@pytest.fixture
def ana(root: Caller) -> None:
    create_user(root, user_name="ana")
    create_login_profile(root, user_name="ana", password="Beans-and-water-9")
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="ana")


def test_the_page_lists_what_goes(root: Caller, ana: None, browse: Browse) -> None:
    html = browse(root).get("/iam/users/ana/delete/").content.decode()

    assert "The console password, and every session" in html
    assert "The membership in <code>Cashiers</code>" in html
    assert "To confirm, type ana" in html


def test_the_right_word_deletes_the_user_with_everything(root: Caller, ana: None, browse: Browse) -> None:
    response = browse(root).post("/iam/users/ana/delete/", {"confirmation": "ana"}, follow=True)

    assert b"Deleted <code>ana</code>" in response.content
    assert count_users(root) == 0


def test_another_word_deletes_nobody(root: Caller, ana: None, browse: Browse) -> None:
    response = browse(root).post("/iam/users/ana/delete/", {"confirmation": "Ana"})

    assert response.status_code == 422
    assert count_users(root) == 1


def test_a_selection_is_asked_about_and_deleted_together(root: Caller, ana: None, browse: Browse) -> None:
    create_user(root, user_name="ben")
    browser, chosen = browse(root), {"user_name": ["ana", "ben"]}

    asked = browser.post("/iam/users-delete/", chosen)
    browser.post("/iam/users-delete/", {**chosen, "confirmation": "delete 2 users"})

    assert b"To confirm, type delete 2 users" in asked.content
    assert count_users(root) == 0


def test_of_a_selection_that_is_refused_in_part_nobody_goes(
    root: Caller, ana: None, carol: Caller, browse: Browse
) -> None:
    create_user(root, user_name="ben", path="/safe/")
    statements = [
        {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:DeleteUser", "Resource": "arn:aws:iam::*:user/safe/*"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    put_user_policy(root, user_name="carol", policy_name="Half", policy_document=document)

    told = {"user_name": ["ana", "ben"], "confirmation": "delete 2 users"}
    response = browse(carol).post("/iam/users-delete/", told)

    assert response.status_code == 403
    assert count_users(root) == 3


def test_an_empty_selection_goes_back_with_a_word(root: Caller, ana: None, browse: Browse) -> None:
    response = browse(root).post("/iam/users-delete/", {}, follow=True)

    assert b"Select the users to delete first." in response.content


def test_looking_at_the_page_deletes_nobody_and_a_get_of_the_selection_is_refused(
    root: Caller, ana: None, browse: Browse
) -> None:
    browser = browse(root)
    browser.get("/iam/users/ana/delete/?confirmation=ana")

    assert browser.get("/iam/users-delete/?user_name=ana").status_code == 405
    assert count_users(root) == 1


def test_a_denied_deletion_keeps_the_user_and_is_explained(
    bob: Caller, carol: Caller, browse: Browse
) -> None:
    response = browse(bob).post("/iam/users/carol/delete/", {"confirmation": "carol"})

    assert response.status_code == 403
    assert b"iam:DeleteUser" in response.content
    assert count_users(bob) == 2


def test_a_user_with_a_device_goes_only_after_a_fresh_proof(
    root: Caller, ana: None, browse: Browse, clock: MovableClock
) -> None:
    browser = browse(root)
    assign_device(root, "ana")
    clock.travel(minutes=11)

    response = browser.get("/iam/users/ana/delete/")

    assert response.status_code == 303
    assert response.headers["Location"] == "/iam/confirm/?next=%2Fiam%2Fusers%2Fana%2F"
