"""The validator's directory: what is there, who may know, and how much it asks of the database."""

from __future__ import annotations

import json

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account
from operations.call import Call
from operations.caller import Caller
from operations.findings import check_document
from operations.groups import create_group
from operations.inline_policies import put_user_policy
from operations.known_entities import KnownEntities
from operations.policies import create_policy
from operations.roles import create_role
from operations.users import create_user, delete_user

ALLOWING_ALL = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
)
VALIDATING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "access-analyzer:ValidatePolicy", "Resource": "*"},
    }
)
ACTIONS = {
    "user": "iam:GetUser",
    "group": "iam:GetGroup",
    "role": "sts:AssumeRole",
    "policy": "iam:GetPolicy",
}


def arn(caller: Caller, name: str, account_id: str = "") -> str:
    return f"arn:aws:iam::{account_id or caller.account_id}:{name}"


def about(caller: Caller, name: str) -> str:
    """A policy that names one entity."""
    action = ACTIONS[name.partition("/")[0]]
    statement = {"Effect": "Allow", "Action": action, "Resource": arn(caller, name)}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def codes(caller: Caller, text: str) -> list[str]:
    return [finding.issue_code for finding in check_document(caller, policy_document=text)]


@pytest.fixture
def shop(root: Caller) -> Caller:
    create_user(root, user_name="ana", path="/shop/")
    create_group(root, group_name="Cashiers")
    create_role(root, role_name="barista", assume_role_policy_document=TRUST)
    create_policy(root, policy_name="Menu", policy_document=ALLOWING_ALL)
    return root


@pytest.mark.parametrize("name", ["user/shop/ana", "group/Cashiers", "role/barista", "policy/Menu"])
def test_what_exists_is_no_finding(shop: Caller, name: str) -> None:
    assert codes(shop, about(shop, name)) == []


@pytest.mark.parametrize("name", ["user/eve", "group/Waiters", "role/waiter", "policy/Prices", "user/ana"])
def test_what_is_not_there_is_a_finding(shop: Caller, name: str) -> None:
    assert codes(shop, about(shop, name)) == ["CONSOLE_DELETED_ENTITY"]


def test_a_deleted_user_becomes_a_finding(shop: Caller) -> None:
    create_user(shop, user_name="eve")
    text = about(shop, "user/eve")
    assert codes(shop, text) == []

    delete_user(shop, user_name="eve")

    assert codes(shop, text) == ["CONSOLE_DELETED_ENTITY"]


def test_whoever_may_not_read_a_user_does_not_learn_that_there_is_none(shop: Caller, carol: Caller) -> None:
    put_user_policy(shop, user_name="carol", policy_name="checks", policy_document=VALIDATING)

    assert codes(carol, about(shop, "user/eve")) == []
    assert codes(carol, about(shop, "user/shop/ana")) == []


@pytest.mark.parametrize(
    "name", ["user/*", "user/ev?", "user/${aws:username}", "root", "user", "mfa/eve", "oidc-provider/eve"]
)
def test_what_names_no_single_entity_is_not_judged(shop: Caller, name: str) -> None:
    assert KnownEntities(Call(shop, "test:Test")).missing([arn(shop, name)]) == []


def test_other_accounts_and_other_services_are_not_judged(shop: Caller) -> None:
    others = [
        arn(shop, "user/eve", "999988887777"),
        "arn:aws:iam::aws:policy/Nothing",
        "arn:aws:s3:::menu",
        "menu",
    ]

    assert KnownEntities(Call(shop, "test:Test")).missing(others) == []


def test_many_entities_are_looked_up_by_one_query_a_kind(
    shop: Caller, account: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    named = [arn(shop, f"{kind}/{number}") for kind in ACTIONS for number in range(40)]
    call = Call(shop, "test:Test")
    call.policies  # noqa: B018 (read before the counting)

    with django_assert_max_num_queries(len(ACTIONS)):
        assert sorted(KnownEntities(call).missing(named)) == sorted(named)
