"""What pages show of groups and of permissions: whole where it may be read, a gap where it may not."""

from __future__ import annotations

import json

import pytest

from operations.attachments import attach_group_policy, attach_user_policy
from operations.caller import Caller
from operations.errors import AccessDenied, NoSuchEntity
from operations.group_details import (
    get_group_details,
    list_permissions_of_groups,
    list_permissions_of_users,
    read_policies,
    search_group_users,
)
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.users import create_user

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
RECEIPTS = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'


@pytest.fixture(autouse=True)
def _cashiers(root: Caller) -> None:
    create_group(root, group_name="Cashiers")
    for name in ("ana", "ben"):
        create_user(root, user_name=name)
        add_user_to_group(root, group_name="Cashiers", user_name=name)
    attach_group_policy(root, group_name="Cashiers", policy_arn=READ_ONLY)
    put_group_policy(root, group_name="Cashiers", policy_name="Receipts", policy_document=RECEIPTS)


def give(root: Caller, name: str, *actions: str) -> None:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    policy = create_policy(root, policy_name=f"{name}-may", policy_document=text)
    attach_user_policy(root, user_name=name, policy_arn=policy.arn)


def test_a_group_knows_how_much_is_in_it(root: Caller) -> None:
    details = get_group_details(root, group_name="cashiers")

    assert (details.user_count, details.attached_count, details.inline_count) == (2, 1, 1)


def test_an_empty_group_counts_nothing(root: Caller) -> None:
    create_group(root, group_name="Newcomers")

    assert get_group_details(root, group_name="Newcomers").policy_count == 0


def test_users_of_a_group_are_found_by_a_part_of_their_name(root: Caller) -> None:
    found = search_group_users(root, group_name="Cashiers", text="AN")

    assert [user.user_name for user in found.items] == ["ana"]


def test_the_policies_of_a_group_come_with_their_texts(root: Caller) -> None:
    granted = list_permissions_of_groups(root, group_names=["cashiers", "Missing"])

    assert list(granted) == ["Cashiers"]
    assert [one.policy_name for one in granted["Cashiers"]] == ["IAMReadOnlyAccess", "Receipts"]
    assert all(one.document for one in granted["Cashiers"])


def test_texts_that_may_not_be_read_are_left_out(root: Caller, carol: Caller) -> None:
    give(root, "carol", "iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies")

    granted = list_permissions_of_groups(carol, group_names=["Cashiers"])["Cashiers"]

    assert [(one.policy_name, one.document) for one in granted] == [
        ("IAMReadOnlyAccess", None),
        ("Receipts", None),
    ]


def test_inline_policies_that_may_not_be_listed_are_not_named(root: Caller, carol: Caller) -> None:
    give(root, "carol", "iam:ListAttachedGroupPolicies")

    granted = list_permissions_of_groups(carol, group_names=["Cashiers"])["Cashiers"]

    assert [one.policy_name for one in granted] == ["IAMReadOnlyAccess"]


def test_a_user_has_its_own_policies_here_and_not_those_of_groups(root: Caller) -> None:
    put_user_policy(root, user_name="ana", policy_name="Till", policy_document=RECEIPTS)

    granted = list_permissions_of_users(root, user_names=["ana", "ben"])

    assert [one.policy_name for one in granted["ana"]] == ["Till"]
    assert granted["ana"][0].is_inline
    assert granted["ben"] == []


def test_policies_are_read_by_arn_and_unknown_ones_left_out(root: Caller) -> None:
    missing = "arn:aws:iam::aws:policy/NoSuchPolicy"

    assert list(read_policies(root, policy_arns=[READ_ONLY, missing])) == [READ_ONLY]


def test_one_policy_that_may_not_be_read_refuses_all(root: Caller, carol: Caller) -> None:
    with pytest.raises(AccessDenied):
        read_policies(carol, policy_arns=[READ_ONLY])


def test_a_missing_group_is_refused_before_it_is_missed(root: Caller, carol: Caller) -> None:
    with pytest.raises(NoSuchEntity):
        get_group_details(root, group_name="Missing")
    with pytest.raises(AccessDenied):
        get_group_details(carol, group_name="Missing")
    with pytest.raises(AccessDenied):
        list_permissions_of_groups(carol, group_names=["Missing"])
