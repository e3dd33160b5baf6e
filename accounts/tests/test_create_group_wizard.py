"""The Create group wizard: three parts on one page, kept through searches and refusals, made in one act."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client as Browser

from accounts.models import Account
from accounts.views import wizard as runs
from audit.models import Event
from operations.caller import Caller
from operations.groups import create_group
from operations.users import create_user

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

Browse = Callable[[Caller], Browser]
URL = "/iam/groups-create/?run=0123456789abcdef"
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


@pytest.fixture
def browser(root: Caller, browse: Browse) -> Browser:
    return browse(root)


def posted(browser: Browser, **data: Any) -> Answer:
    return browser.post(URL, data)


def test_who_may_create_no_group_keeps_the_answers(account: Account, carol: Caller, browse: Browse) -> None:
    response = posted(browse(carol), go="create", group_name="Cashiers")

    assert response.status_code == 403
    assert b"iam:CreateGroup" in response.content
    assert b'value="Cashiers"' in response.content
    assert not account.groups.exists()


def test_a_group_is_made_with_its_users_and_policies(
    root: Caller, account: Account, browser: Browser
) -> None:
    create_user(root, user_name="ana")

    response = posted(browser, go="create", group_name="Cashiers", users=["ana"], policies=[READ_ONLY])

    group = account.groups.get()
    assert response["Location"] == "/iam/groups/"
    assert [user.user_name for user in group.users.all()] == ["ana"]
    assert [one.policy.arn for one in group.attachments.all()] == [READ_ONLY]


def test_the_message_leads_to_the_new_group(browser: Browser) -> None:
    response = browser.post(URL, {"go": "create", "group_name": "Cashiers"}, follow=True)

    assert 'href="/iam/groups/Cashiers/">View group' in response.content.decode()


def test_a_search_keeps_the_name_and_the_ticks(root: Caller, browser: Browser) -> None:
    create_user(root, user_name="ana")

    response = posted(browser, go="filter", group_name="Cashiers", users=["ana"], users_text="zzz")
    html = browser.get(response["Location"]).content.decode()

    assert response["Location"] == f"{URL}&users_text=zzz"
    assert 'value="Cashiers"' in html
    assert 'name="users" value="ana" checked' in html


def test_the_answers_are_there_after_a_reload(browser: Browser) -> None:
    posted(browser, go="filter", group_name="Cashiers", policies=[READ_ONLY])

    html = browser.get(URL).content.decode()

    assert 'value="Cashiers"' in html
    assert f'value="{READ_ONLY}" checked' in html


@pytest.mark.parametrize("name", ["", "two words", "x" * 129])
def test_a_name_that_iam_would_refuse_is_refused_at_the_field(browser: Browser, name: str) -> None:
    response = posted(browser, go="create", group_name=name)

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()


def test_a_taken_name_is_refused_and_the_ticks_stay(root: Caller, browser: Browser) -> None:
    create_group(root, group_name="Cashiers")

    response = posted(browser, go="create", group_name="CASHIERS", policies=[READ_ONLY])

    assert response.status_code == 422
    assert "Group with name CASHIERS already exists." in response.content.decode()
    assert f'value="{READ_ONLY}" checked' in response.content.decode()


def test_no_group_is_left_half_made(account: Account, browser: Browser) -> None:
    response = posted(browser, go="create", group_name="Cashiers", users=["missing"])

    assert response.status_code == 422
    assert not account.groups.exists()


def test_all_of_it_is_one_act(root: Caller, browser: Browser) -> None:
    create_user(root, user_name="ana")

    posted(browser, go="create", group_name="Cashiers", users=["ana"])

    events = Event.objects.order_by("-sequence")[:2]
    assert {one.event_name for one in events} == {"CreateGroup", "AddUserToGroup"}
    assert {one.additional_event_data["act"] for one in events} == {"CreateGroupWizard"}


def test_a_second_submit_leads_to_the_group_that_was_made(account: Account, browser: Browser) -> None:
    posted(browser, go="create", group_name="Cashiers")

    second = posted(browser, go="create", group_name="Cashiers")

    assert second["Location"] == "/iam/groups/Cashiers/"
    assert account.groups.count() == 1


def test_two_submits_at_once_make_one_group(
    account: Account, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one had read the session before the first one consumed the run."""
    posted(browser, go="create", group_name="Cashiers")
    monkeypatch.setattr(runs, "run_to_begin", lambda _: runs.Run("0123456789abcdef", {}))

    second = posted(browser, go="create", group_name="Cashiers")

    assert second["Location"] == "/iam/groups/Cashiers/"
    assert account.groups.count() == 1


def test_cancel_discards_the_answers(account: Account, browser: Browser) -> None:
    posted(browser, go="filter", group_name="Cashiers")

    browser.post("/iam/groups-create/cancel/?run=0123456789abcdef")

    assert not re.search('value="Cashiers"', browser.get(URL).content.decode())
    assert not account.groups.exists()
