"""The page on how far a user can get, and its three answers: everything, something, nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client as Browser

from operations.attachments import attach_user_policy
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.users import create_user
from tests.cast import ADMINISTRATOR

Browse = Callable[[Caller], Browser]
PAGE = "/iam/users/ben/escalation/"


def document(action: str | list[str], resource: str = "*", **elements: object) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **elements}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def words(browser: Browser) -> str:
    """The page as it is read."""
    html = browser.get(PAGE).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture
def ben(root: Caller) -> None:
    create_user(root, user_name="ben")
    create_user(root, user_name="kim")
    create_group(root, group_name="Stock")
    put_group_policy(root, group_name="Stock", policy_name="work", policy_document=document("s3:PutObject"))


def give(root: Caller, text: str) -> None:
    put_user_policy(root, user_name="ben", policy_name="own", policy_document=text)


def test_nothing_to_reach(root: Caller, ben: None, browse: Browse) -> None:
    assert "No permission of this user leads to actions it may not perform already." in words(browse(root))


def test_an_administrator_is_told_so(root: Caller, ben: None, browse: Browse) -> None:
    attach_user_policy(root, user_name="ben", policy_arn=ADMINISTRATOR)

    assert "may do everything already" in words(browse(root))


def test_the_path_to_everything_is_drawn(root: Caller, ben: None, browse: Browse) -> None:
    give(root, document("iam:AttachUserPolicy", "arn:aws:iam::*:user/ben"))

    said = words(browse(root))

    assert "ben can come to everything in 1 step." in said
    assert "ben with more Everything ben iam:AttachUserPolicy user/ben ben" in said


def test_conditions_on_the_way_are_told(root: Caller, ben: None, browse: Browse) -> None:
    with_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    give(root, document("iam:PutUserPolicy", Condition=with_mfa))

    assert "ben can come to everything in 1 step, under conditions." in words(browse(root))


def test_a_little_more_is_counted(root: Caller, ben: None, browse: Browse) -> None:
    give(root, document("iam:AddUserToGroup", "arn:aws:iam::*:group/Stock"))

    said = words(browse(root))

    assert "Some permissions lead to others, but not to everything." in said
    assert "ben with more 1 more action ben iam:AddUserToGroup group/Stock ben" in said


def test_others_without_more_are_named(root: Caller, ben: None, browse: Browse) -> None:
    give(root, document("iam:CreateAccessKey", "arn:aws:iam::*:user/kim"))

    said = words(browse(root))

    assert "Others ben can act as" in said
    assert "kim ben iam:CreateAccessKey user/kim kim" in said


def test_somebody_who_would_be_made_has_no_page(root: Caller, ben: None, browse: Browse) -> None:
    give(root, document(["iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey"]))

    html = browse(root).get(PAGE).content.decode()

    assert "a new user" in html
    assert "new-identity/" not in html
