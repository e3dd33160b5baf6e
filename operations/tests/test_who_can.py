"""Everybody who may perform an action, and through which policies."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from iamconsole.middleware import QueryTimer
from operations.attachments import attach_group_policy, attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.errors import AccessDenied, ValidationError
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.users import create_user
from operations.who_can import AbleUsers, list_who_can
from tests.cast import READ_ONLY

OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}


def document(**elements: object) -> str:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **elements}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def names(able: AbleUsers) -> list[str]:
    return ["root" if row.is_root else row.identity.label for row in able.rows]


@pytest.fixture
def shop(root: Caller) -> Caller:
    for name in ("ana", "ben", "cleo"):
        create_user(root, user_name=name, tags=[{"Key": "job", "Value": name}])
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="ana")
    return root


def test_in_a_fresh_account_it_is_root_alone(shop: Caller) -> None:
    able = list_who_can(shop, action_name="s3:GetObject")

    assert (names(able), able.allowed, able.asked) == (["root"], 1, 4)
    assert able.rows[0].allows == []


def test_own_and_group_policies_are_named(shop: Caller) -> None:
    put_group_policy(shop, group_name="Cashiers", policy_name="till", policy_document=document())
    put_user_policy(shop, user_name="ben", policy_name="own", policy_document=document())

    able = list_who_can(shop, action_name="s3:GetObject")

    through = {row.identity.label: [match.source.name for match in row.allows] for row in able.rows[1:]}
    assert through == {"ana": ["till (group Cashiers)"], "ben": ["own"]}


def test_what_the_request_will_tell_comes_last_and_is_named(shop: Caller) -> None:
    put_user_policy(shop, user_name="ana", policy_name="own", policy_document=document(Condition=OFFICE))
    put_user_policy(shop, user_name="ben", policy_name="own", policy_document=document())

    able = list_who_can(shop, action_name="s3:GetObject")

    assert names(able) == ["root", "ben", "ana"]
    assert (able.allowed, able.conditional) == (2, 1)
    assert [match.source.name for match in able.rows[2].undecided] == ["own"]


def test_a_named_resource_decides_and_an_open_one_is_a_condition(shop: Caller) -> None:
    put_user_policy(
        shop, user_name="ana", policy_name="own", policy_document=document(Resource="arn:aws:s3:::till/*")
    )

    assert list_who_can(shop, action_name="s3:GetObject").rows[1].is_conditional
    assert names(list_who_can(shop, action_name="s3:GetObject", resource_arn="arn:aws:s3:::till/a")) == [
        "root",
        "ana",
    ]
    assert names(list_who_can(shop, action_name="s3:GetObject", resource_arn="arn:aws:s3:::x/a")) == ["root"]


def test_tags_of_the_user_are_known(shop: Caller) -> None:
    tagged = document(Condition={"StringEquals": {"aws:PrincipalTag/job": "cleo"}})
    for name in ("ana", "cleo"):
        put_user_policy(shop, user_name=name, policy_name="own", policy_document=tagged)

    assert names(list_who_can(shop, action_name="s3:GetObject")) == ["root", "cleo"]


def test_a_boundary_holds_back(shop: Caller) -> None:
    attach_user_policy(shop, user_name="ana", policy_arn=READ_ONLY)
    attach_user_policy(shop, user_name="ben", policy_arn=READ_ONLY)
    put_user_permissions_boundary(
        shop, user_name="ana", permissions_boundary="arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
    )

    assert names(list_who_can(shop, action_name="iam:ListUsers")) == ["root", "ben"]


def test_the_number_of_queries_does_not_grow(shop: Caller) -> None:
    attach_group_policy(shop, group_name="Cashiers", policy_arn=READ_ONLY)
    for number in range(20):
        create_user(shop, user_name=f"user-{number}")
        add_user_to_group(shop, group_name="Cashiers", user_name=f"user-{number}")
    counter = QueryTimer()

    with connection.execute_wrapper(counter):
        able = list_who_can(shop, action_name="iam:GetUser")

    assert able.allowed == 22
    assert counter.count <= 8


def test_pages_have_an_end(shop: Caller) -> None:
    with pytest.raises(ValidationError, match="There is no such page"):
        list_who_can(shop, action_name="iam:GetUser", page=2)


def test_whoever_may_not_read_the_account_is_refused(shop: Caller, carol: Caller) -> None:
    with pytest.raises(AccessDenied):
        list_who_can(carol, action_name="iam:GetUser")
