"""Two people change the tags of one user."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from operations.caller import Caller
from operations.tags import tag_user
from operations.users import get_user
from tests.cast import browser_of

URL = "/iam/users/carol/tags/manage/"
ROWS = {"tags-TOTAL_FORMS": "1", "tags-INITIAL_FORMS": "0", "tags-0-key": "shop", "tags-0-value": "centre"}


@pytest.fixture
def overtaken(root: Caller, alice: Caller, carol: Caller) -> tuple[Browser, str]:
    """A form that was opened before somebody else set a tag, and what it says it was begun on."""
    browser = browser_of(alice)
    seen = browser.get(URL).context["seen"]
    tag_user(root, user_name="carol", tags=[{"Key": "job", "Value": "cashier"}])
    return browser, seen


def test_tags_that_came_between_are_not_undone(root: Caller, overtaken: tuple[Browser, str]) -> None:
    browser, seen = overtaken
    response = browser.post(URL, {**ROWS, "seen": seen})

    assert "Somebody changed the tags" in response.text
    assert 'value="centre"' in response.text
    assert get_user(root, user_name="carol").tags == [{"Key": "job", "Value": "cashier"}]


def test_saving_again_after_a_look_puts_the_rows_in_place(
    root: Caller, overtaken: tuple[Browser, str]
) -> None:
    browser, seen = overtaken
    again = browser.post(URL, {**ROWS, "seen": seen}).context["seen"]
    browser.post(URL, {**ROWS, "seen": again})

    assert get_user(root, user_name="carol").tags == [{"Key": "shop", "Value": "centre"}]
