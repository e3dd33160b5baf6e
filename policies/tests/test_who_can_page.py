"""Who can do this?: the page."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from operations.attachments import attach_user_policy
from operations.caller import Caller
from operations.inline_policies import put_user_policy
from operations.users import create_user
from tests.cast import READ_ONLY

Browse = Callable[[Caller], Client]
URL = "/iam/who-can/"


@pytest.fixture
def browser(root: Caller, alice: Caller, browse: Browse) -> Client:
    create_user(root, user_name="ana")
    attach_user_policy(root, user_name="ana", policy_arn=READ_ONLY)
    return browse(alice)


def asked(browser: Client, **question: str) -> str:
    return browser.get(URL, question).content.decode()


def test_those_who_may_are_linked_with_their_policies(browser: Client) -> None:
    html = asked(browser, action_name="iam:GetUser")

    assert "3 of" in html
    assert '<a href="/iam/users/ana/">ana</a>' in html
    assert "statement=" in html
    assert "Being the root user" in html


def test_what_the_request_decides_is_told_in_words(browser: Client, root: Caller) -> None:
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::till/*"}
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:Via": "true"}}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [allow, deny]})
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=text)

    html = asked(browser, action_name="s3:GetObject")

    assert "on object <code>till/*</code>" in html
    assert "denied if <code>aws:Via</code> is <code>true</code>" in html


def test_the_part_is_what_htmx_gets(browser: Client) -> None:
    html = browser.get(URL, {"action_name": "iam:GetUser"}, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in html
    assert 'id="who-can-answer"' in html


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"action_name": ""}, "This field is required"),
        ({"action_name": "iam:*"}, "Name one action"),
        ({"action_name": "iam:GetUser", "page": "9"}, "There is no such page"),
        ({"action_name": "iam:GetUser", "page": "x"}, "whole number"),
    ],
)
def test_a_bad_question_is_told_and_kept(browser: Client, question: dict[str, str], words: str) -> None:
    html = asked(browser, **question)

    assert words in html
    assert f'value="{question["action_name"]}"' in html or not question["action_name"]


def test_without_the_right_it_is_refused_with_the_reason(carol: Caller, browse: Browse) -> None:
    response = browse(carol).get(URL, {"action_name": "iam:GetUser"})

    assert response.status_code == 403
    assert "iam:GetAccountAuthorizationDetails" in response.content.decode()
