"""What the Move page is told: the groups there are, the effects, and what stands in the way."""

from __future__ import annotations

import json

import pytest

from operations.attachments import attach_user_policy
from operations.caller import Caller
from operations.errors import AccessDenied, NoSuchEntity
from operations.groups import create_group
from operations.inline_policies import put_group_policy
from operations.memberships import add_user_to_group
from operations.moves import get_move
from operations.policies import create_policy
from operations.users import create_user


def document(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture(autouse=True)
def _ben_is_a_cashier(root: Caller) -> None:
    for name, action in (("Cashiers", "s3:GetObject"), ("Roasters", "sqs:SendMessage")):
        create_group(root, group_name=name)
        put_group_policy(root, group_name=name, policy_name="Job", policy_document=document(action))
    create_user(root, user_name="ben")
    add_user_to_group(root, group_name="Cashiers", user_name="ben")


def give(root: Caller, name: str, *actions: str) -> None:
    policy = create_policy(root, policy_name=f"{name}-may", policy_document=document(*actions))
    attach_user_policy(root, user_name=name, policy_arn=policy.arn)


def test_a_move_knows_the_groups_to_leave_and_those_to_join(root: Caller) -> None:
    move = get_move(root, user_name="ben")

    assert [group.group_name for group in move.own] == ["Cashiers"]
    assert [group.group_name for group in move.others] == ["Roasters"]
    assert move.effects is None


def test_the_effects_are_those_of_leaving_and_joining_together(root: Caller) -> None:
    effects = get_move(root, user_name="ben", from_group_name="cashiers", to_group_name="Roasters").effects

    assert effects is not None
    assert [change.action for change in effects.lost] == ["s3:GetObject"]
    assert [change.action for change in effects.gained] == ["sqs:SendMessage"]


def test_a_user_who_is_not_in_the_first_group_makes_the_move_stale(root: Caller) -> None:
    move = get_move(root, user_name="ben", from_group_name="Roasters", to_group_name="Cashiers")

    assert move.is_stale
    assert move.is_member
    assert move.effects is None


def test_what_the_caller_could_not_do_is_named(root: Caller, carol: Caller) -> None:
    give(root, "carol", "iam:Get*", "iam:List*", "iam:RemoveUserFromGroup")

    move = get_move(carol, user_name="ben", from_group_name="Cashiers", to_group_name="Roasters")

    assert move.blocked is not None
    assert "iam:AddUserToGroup" in move.blocked.message


def test_groups_that_may_not_be_read_have_no_effects_and_no_policies(root: Caller, carol: Caller) -> None:
    give(root, "carol", "iam:GetUser", "iam:List*")

    move = get_move(carol, user_name="ben", from_group_name="Cashiers", to_group_name="Roasters")

    assert move.effects is None
    assert move.source is not None
    assert move.source.sources == ()
    assert len(move.withheld) == 2


def test_groups_that_may_not_be_listed_are_not_told(root: Caller, carol: Caller) -> None:
    give(root, "carol", "iam:GetUser", "iam:ListGroupsForUser")

    move = get_move(carol, user_name="ben")

    assert move.others == []
    assert [group.group_name for group in move.own] == ["Cashiers"]


@pytest.mark.parametrize("name", ["Roasters", "Missing"])
def test_a_group_that_was_not_listed_is_refused_whether_there_or_not(
    root: Caller, carol: Caller, name: str
) -> None:
    give(root, "carol", "iam:GetUser", "iam:ListGroupsForUser")

    with pytest.raises(AccessDenied):
        get_move(carol, user_name="ben", from_group_name="Cashiers", to_group_name=name)


def test_a_group_that_is_gone_is_said_to_be_gone(root: Caller) -> None:
    with pytest.raises(NoSuchEntity):
        get_move(root, user_name="ben", from_group_name="Cashiers", to_group_name="Missing")


def test_a_group_that_may_be_read_though_not_listed_can_be_named(root: Caller, carol: Caller) -> None:
    give(root, "carol", "iam:GetUser", "iam:ListGroupsForUser", "iam:GetGroup")

    move = get_move(carol, user_name="ben", from_group_name="Cashiers", to_group_name="Roasters")

    assert move.effects is not None
