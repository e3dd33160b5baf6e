"""Whom a change of a policy touches: each user once, counted by the database."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from operations.attachments import attach_group_policy, attach_role_policy, attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.errors import AccessDenied
from operations.groups import create_group
from operations.inline_policies import put_user_policy
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.roles import create_role
from operations.touched import count_group_members, count_policy_holders
from operations.users import create_user
from tests.cast import READ_ONLY, new_account, signed_in

DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}'
TRUST = (
    '{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}'
)
LISTING = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListEntitiesForPolicy","Resource":"*"}}'


@pytest.fixture
def arn(root: Caller) -> str:
    """ana has the policy twice, ben and cem as cashiers, and a role; dora is bounded by it."""
    policy = create_policy(root, policy_name="ReceiptsRead", policy_document=DOCUMENT)
    create_group(root, group_name="Cashiers")
    for name in ("ana", "ben", "cem", "dora"):
        create_user(root, user_name=name)
    for name in ("ana", "ben", "cem"):
        add_user_to_group(root, group_name="Cashiers", user_name=name)
    attach_group_policy(root, group_name="Cashiers", policy_arn=policy.arn)
    attach_user_policy(root, user_name="ana", policy_arn=policy.arn)
    create_role(root, role_name="Till", assume_role_policy_document=TRUST)
    attach_role_policy(root, role_name="Till", policy_arn=policy.arn)
    put_user_permissions_boundary(root, user_name="dora", permissions_boundary=policy.arn)
    return policy.arn


def test_whoever_has_a_policy_twice_counts_once(alice: Caller, arn: str) -> None:
    touched = count_policy_holders(alice, policy_arn=arn)

    assert touched.user_count == 3
    assert touched.group_names == ["Cashiers"]
    assert (touched.role_count, touched.bounded_count, touched.unread_group_count) == (1, 1, 0)


def test_the_members_of_a_group_count_only_for_whoever_may_see_them(
    root: Caller, carol: Caller, arn: str
) -> None:
    put_user_policy(root, user_name="carol", policy_name="listing", policy_document=LISTING)

    touched = count_policy_holders(carol, policy_arn=arn)

    assert touched.user_count == 1
    assert touched.unread_group_count == 1


def test_without_permission_nothing_is_counted(carol: Caller, arn: str) -> None:
    with pytest.raises(AccessDenied):
        count_policy_holders(carol, policy_arn=arn)
    with pytest.raises(AccessDenied):
        count_group_members(carol, group_name="Cashiers")


def test_a_policy_that_nobody_has_touches_nobody(root: Caller) -> None:
    policy = create_policy(root, policy_name="New", policy_document=DOCUMENT)

    assert count_policy_holders(root, policy_arn=policy.arn).is_nobody


def test_those_whom_a_policy_of_aws_bounds_elsewhere_do_not_count(root: Caller) -> None:
    other = new_account("omar@tea.example", "Tea shop")
    stranger = signed_in(other.root, other)
    create_user(stranger, user_name="eve")
    put_user_permissions_boundary(stranger, user_name="eve", permissions_boundary=READ_ONLY)

    assert count_policy_holders(root, policy_arn=READ_ONLY).bounded_count == 0
    assert count_policy_holders(stranger, policy_arn=READ_ONLY).bounded_count == 1


def test_the_queries_do_not_grow_with_the_members(root: Caller, arn: str) -> None:
    count_policy_holders(root, policy_arn=arn)
    with CaptureQueriesContext(connection) as few:
        count_policy_holders(root, policy_arn=arn)
    for number in range(20):
        create_user(root, user_name=f"more-{number}")
        add_user_to_group(root, group_name="Cashiers", user_name=f"more-{number}")

    with CaptureQueriesContext(connection) as many:
        touched = count_policy_holders(root, policy_arn=arn)

    assert touched.user_count == 23
    assert len(many) == len(few) <= 7
    assert not any("user_name" in query["sql"] for query in many), "users are counted, not loaded"


def test_the_members_of_one_group_are_counted(root: Caller, arn: str) -> None:
    touched = count_group_members(root, group_name="Cashiers")

    assert (touched.user_count, touched.group_names) == (3, ["Cashiers"])
