"""The list of users: who may see it, what it shows, filters, sorting, pages and preferences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from operations.caller import Caller
from operations.groups import create_group
from operations.login_profiles import create_login_profile
from operations.memberships import add_user_to_group
from operations.users import create_user

Browse = Callable[[Caller], Browser]
HTMX = {"HX-Request": "true"}


def test_who_may_not_list_users_sees_why(carol: Caller, browse: Browse) -> None:
    response = browse(carol).get("/iam/users/")

    assert response.status_code == 403
    assert b"iam:ListUsers" in response.content
    assert b"The missing statement" in response.content


def test_the_list_names_every_user_and_counts_them(bob: Caller, carol: Caller, browse: Browse) -> None:
    html = browse(bob).get("/iam/users/").content.decode()

    assert 'Users <span class="count">(2)</span>' in html
    assert 'href="/iam/users/carol/"' in html


def test_an_account_without_users_says_what_to_do(root: Caller, browse: Browse) -> None:
    html = browse(root).get("/iam/users/").content.decode()

    assert "No users yet" in html
    assert "users-filter" not in html


def test_a_filter_without_match_offers_to_clear_it(bob: Caller, browse: Browse) -> None:
    html = browse(bob).get("/iam/users/?text=nobody").content.decode()

    assert "No user fits" in html
    assert "Clear the filters" in html


@pytest.mark.parametrize(
    "query", ["text=CAR", "path=/shop/", "group_name=cashiers", "console_access=yes", "sort=-create_date"]
)
def test_each_filter_leaves_the_users_it_is_about(
    root: Caller, bob: Caller, browse: Browse, query: str
) -> None:
    create_user(root, user_name="carol-ann", path="/shop/")
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="carol-ann")
    create_login_profile(root, user_name="carol-ann", password="Beans-and-water-9")

    html = browse(root).get(f"/iam/users/?{query}").content.decode()

    assert 'href="/iam/users/carol-ann/"' in html
    assert ('href="/iam/users/bob/"' in html) == query.startswith("sort")


def test_the_filter_answers_htmx_with_the_table_alone(bob: Caller, browse: Browse) -> None:
    html = browse(bob).get("/iam/users/?text=bob", headers=HTMX).content.decode()

    assert html.startswith('<div id="users-table">') or '<div id="users-table">' in html
    assert "<html" not in html


def test_a_column_that_cannot_be_sorted_by_is_refused_in_words(bob: Caller, browse: Browse) -> None:
    response = browse(bob).get("/iam/users/?sort=password")

    assert response.status_code == 400
    assert b"Cannot sort by" in response.content


def test_pages_follow_the_size_of_the_preferences(root: Caller, browse: Browse) -> None:
    for number in range(12):
        create_user(root, user_name=f"till-{number:02}")
    browser = browse(root)
    response = browser.post("/iam/users-preferences/", {"page_size": "10", "columns": ["path"]})
    html = browser.get("/iam/users/").content.decode()

    assert response.status_code == 303
    assert html.count("data-select ") == 10
    assert 'rel="next"' in html
    assert "Password age" not in html


def test_a_strange_preference_is_refused_and_a_strange_cookie_ignored(bob: Caller, browse: Browse) -> None:
    browser = browse(bob)
    browser.cookies["users-list"] = "<script>"

    assert browser.get("/iam/users/").status_code == 200
    assert browser.post("/iam/users-preferences/", {"page_size": "7"}).status_code == 422


def test_only_two_groups_are_named_in_a_row(root: Caller, bob: Caller, browse: Browse) -> None:
    for name in ("A", "B", "C"):
        create_group(root, group_name=name)
        add_user_to_group(root, group_name=name, user_name="bob")

    html = browse(root).get("/iam/users/").content.decode()

    assert "+ 1 more" in html


def test_who_may_not_create_users_has_a_dead_button_with_the_reason(bob: Caller, browse: Browse) -> None:
    html = browse(bob).get("/iam/users/").content.decode()

    assert "No policy of yours allows iam:CreateUser." in html
    assert 'aria-describedby="create-user-why"' in html


def test_the_number_of_queries_does_not_grow_with_the_rows(
    root: Caller, alice: Caller, browse: Browse, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        create_user(root, user_name=f"till-{number:02}")
    browser = browse(alice)
    browser.get("/iam/users/")

    with django_assert_max_num_queries(10):
        browser.get("/iam/users/")
