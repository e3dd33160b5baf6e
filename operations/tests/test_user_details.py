from __future__ import annotations

import json

import pytest
from pytest_django import DjangoAssertNumQueries

from operations.attachments import attach_group_policy, attach_user_policy
from operations.caller import Caller
from operations.errors import AccessDenied, NoSuchEntity
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.user_details import get_user_details, get_user_permissions, list_user_contents

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
DOCUMENT = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
)
ONLY_GET_USER = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}}
)


@pytest.fixture
def cashiers(root: Caller, bob: Caller) -> None:
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="bob")
    attach_group_policy(root, group_name="Cashiers", policy_arn=READ_ONLY)
    put_group_policy(root, group_name="Cashiers", policy_name="Tills", policy_document=DOCUMENT)
    put_user_policy(root, user_name="bob", policy_name="Receipts", policy_document=DOCUMENT)


def test_details_hold_groups_and_devices(root: Caller, cashiers: None) -> None:
    details = get_user_details(root, user_name="bob")

    assert [group.group_name for group in details.groups] == ["Cashiers"]
    assert details.devices == []
    assert details.withheld == ()


def test_permissions_hold_every_policy_and_the_way_it_came(root: Caller, cashiers: None) -> None:
    found = get_user_permissions(root, user_name="bob")

    assert [(held.policy_name, held.type, held.group_name) for held in found.holdings] == [
        ("IAMReadOnlyAccess", "AWS managed", ""),
        ("IAMReadOnlyAccess", "AWS managed", "Cashiers"),
        ("Receipts", "Customer inline", ""),
        ("Tills", "Customer inline", "Cashiers"),
    ]
    assert len({held.key for held in found.holdings}) == 4


def test_what_the_caller_may_not_list_is_withheld_and_named(
    root: Caller, carol: Caller, cashiers: None
) -> None:
    put_user_policy(root, user_name="carol", policy_name="Look", policy_document=ONLY_GET_USER)

    found = get_user_permissions(carol, user_name="bob")

    refused = [*found.details.withheld, *found.withheld]
    assert [error.explanation.action for error in refused if error.explanation] == [
        "iam:ListGroupsForUser",
        "iam:ListMFADevices",
        "iam:ListAttachedUserPolicies",
        "iam:ListUserPolicies",
    ]
    assert found.holdings == []


def test_a_policy_that_may_be_listed_but_not_read_has_no_document(
    root: Caller, carol: Caller, cashiers: None
) -> None:
    listing = ONLY_GET_USER.replace('"iam:GetUser"', '["iam:GetUser", "iam:ListAttachedUserPolicies"]')
    put_user_policy(root, user_name="carol", policy_name="Look", policy_document=listing)

    held = get_user_permissions(carol, user_name="bob").holdings

    assert [(one.policy_name, one.document) for one in held] == [("IAMReadOnlyAccess", None)]


def test_contents_of_several_users_take_the_same_number_of_queries_as_of_one(
    root: Caller, alice: Caller, bob: Caller, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    attach_user_policy(root, user_name="bob", policy_arn="arn:aws:iam::aws:policy/IAMUserChangePassword")
    list_user_contents(root, user_names=["alice"])

    with django_assert_max_num_queries(7):
        users = list_user_contents(root, user_names=["alice", "bob"])
        assert [len(user.attachments.all()) for user in users] == [1, 2]


def test_contents_of_a_user_that_does_not_exist_are_refused(root: Caller, bob: Caller) -> None:
    with pytest.raises(NoSuchEntity, match="The user with name nobody cannot be found"):
        list_user_contents(root, user_names=["bob", "nobody"])


def test_whoever_may_not_see_a_user_learns_nothing_of_its_contents(carol: Caller, bob: Caller) -> None:
    with pytest.raises(AccessDenied):
        list_user_contents(carol, user_names=["bob"])
