from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.tasks import USER_TASKS, named_tasks, tasks_for
from audit.models import Event
from operations.caller import Caller
from operations.groups import create_group
from operations.users import create_user

Browse = Callable[[Caller], Browser]


@pytest.fixture
def shop(root: Caller) -> Caller:
    create_user(root, user_name="ana", path="/shop/")
    create_user(root, user_name="ben+night@shop")
    create_group(root, group_name="Cashiers")
    return root


def found(browser: Browser, text: str) -> str:
    return browser.get("/iam/search/", {"q": text}).text.partition('id="search-page"')[2]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("AN", "/iam/users/ana/"),
        ("night", "/iam/users/ben+night@shop/"),
        ("cash", "/iam/groups/Cashiers/"),
        (
            "AdministratorAccess",
            "/iam/policies/view/?arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FAdministratorAccess",
        ),
        ("delete ana", "/iam/users/ana/delete/"),
        ("Manage MFA for ana", "/iam/users/ana/credentials/"),
        ("move  ben", "/iam/users/ben+night@shop/move/"),
        ("delete cash", "/iam/groups/Cashiers/delete/"),
        ("create user", "/iam/users-create/"),
    ],
)
def test_what_is_asked_for_is_a_link(shop: Caller, browse: Browse, text: str, url: str) -> None:
    assert f'href="{url}"' in found(browse(shop), text)


def test_an_arn_finds_its_one_object(shop: Caller, browse: Browse) -> None:
    arn = f"arn:aws:iam::{shop.account_id}:user/shop/ana"

    assert 'href="/iam/users/ana/"' in found(browse(shop), arn)
    assert 'href="/iam/users/ana/"' not in found(browse(shop), arn.replace("/shop/", "/bar/"))


def test_a_unique_id_finds_its_object(shop: Caller, browse: Browse) -> None:
    user = create_user(shop, user_name="cleo")

    assert 'href="/iam/users/cleo/"' in found(browse(shop), user.user_id.lower())


def test_nobody_finds_what_they_may_not_list(shop: Caller, carol: Caller, browse: Browse) -> None:
    text = found(browse(carol), "ana")

    assert "/iam/users/ana/" not in text
    assert "iam:ListUsers" in text


def test_a_search_leaves_no_refusal(carol: Caller, browse: Browse) -> None:
    before = Event.objects.count()

    found(browse(carol), "delete ana")

    assert Event.objects.count() == before


def test_nothing_found_is_said(shop: Caller, browse: Browse) -> None:
    assert "Nothing matches" in found(browse(shop), "zebra")


def test_an_empty_search_asks_what_is_wanted(root: Caller, browse: Browse) -> None:
    assert "What are you looking for?" in found(browse(root), "  ")


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "an\0a", "arn:", "%_"], ids=["megabyte", "nul", "arn", "like"]
)
def test_an_odd_text_is_searched_like_any_other(root: Caller, browse: Browse, text: str) -> None:
    assert browse(root).get("/iam/search/", {"q": text}).status_code == 200


def test_markup_in_a_search_stays_text(root: Caller, browse: Browse) -> None:
    assert "<script>alert" not in browse(root).get("/iam/search/", {"q": "<script>alert(1)</script>"}).text


def test_a_task_answers_only_when_every_word_fits() -> None:
    assert [task.title for task in tasks_for("password policy")] == ["Change the password policy"]
    assert tasks_for("password zebra") == []
    assert tasks_for("") == []


def test_a_phrase_without_a_name_names_no_task() -> None:
    assert named_tasks("delete", USER_TASKS) == []
