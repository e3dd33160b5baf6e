"""Effective access: what all policies add up to, where not everything about a request is known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operations.attachments import attach_group_policy, attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.effective_access import get_effective_access
from operations.errors import AccessDenied, NoSuchEntity, ValidationError
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.users import create_user
from policies.engine import Verdict
from tests.cast import ADMINISTRATOR, READ_ONLY

ALLOWED, CONDITIONAL, DENIED = Verdict.ALLOWED, Verdict.CONDITIONAL, Verdict.DENIED
BUCKET = "arn:aws:s3:::receipts"


def document(action: str, resource: str = "*", effect: str = "Allow", **condition: Any) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": {**statement, **condition}})


@pytest.fixture
def shop(root: Caller) -> Caller:
    """ana is a cashier and in the group of cashiers; nobody has anything yet."""
    create_user(root, user_name="ana", tags=[{"Key": "job", "Value": "cashier"}])
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="ana")
    return root


def verdict(caller: Caller, action: str, **subject: str) -> Verdict:
    return get_effective_access(caller, **(subject or {"user_name": "ana"})).effective.verdict(action)


def test_without_policies_only_what_needs_no_permission_is_left(shop: Caller) -> None:
    found = get_effective_access(shop, user_name="ana")

    assert found.sources == ()
    assert list(found.effective.universe.names_in(found.effective.reach.possible)) == [
        "sts:getcalleridentity",
        "sts:getsessiontoken",
    ]


def test_an_administrator_may_do_everything(shop: Caller) -> None:
    attach_user_policy(shop, user_name="ana", policy_arn=ADMINISTRATOR)

    found = get_effective_access(shop, user_name="ana")

    assert found.effective.allowed == found.asked == found.effective.universe.everything


def test_what_a_group_gives_counts_for_its_users(shop: Caller) -> None:
    attach_group_policy(shop, group_name="Cashiers", policy_arn=READ_ONLY)

    assert verdict(shop, "iam:GetUser") is ALLOWED
    assert verdict(shop, "iam:CreateUser") is DENIED


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
    ],
    ids=["MFA", "address", "time"],
)
def test_what_the_request_decides_stays_open(shop: Caller, condition: dict[str, Any]) -> None:
    put_user_policy(
        shop, user_name="ana", policy_name="own", policy_document=document("s3:*", Condition=condition)
    )

    assert verdict(shop, "s3:GetObject") is CONDITIONAL


@pytest.mark.parametrize(("job", "expected"), [("cashier", ALLOWED), ("manager", DENIED)])
def test_tags_of_the_user_are_known(shop: Caller, job: str, expected: Verdict) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/job": job, "aws:username": "ana"}}
    put_user_policy(
        shop, user_name="ana", policy_name="own", policy_document=document("s3:*", Condition=condition)
    )

    assert verdict(shop, "s3:GetObject") is expected


def test_a_conditional_deny_makes_an_allow_conditional(shop: Caller) -> None:
    attach_user_policy(shop, user_name="ana", policy_arn=ADMINISTRATOR)
    unless = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    deny = document("iam:*", effect="Deny", Condition=unless)
    put_user_policy(shop, user_name="ana", policy_name="guard", policy_document=deny)

    assert verdict(shop, "iam:CreateUser") is CONDITIONAL
    assert verdict(shop, "s3:GetObject") is ALLOWED


def test_a_boundary_limits_what_policies_grant(shop: Caller) -> None:
    attach_user_policy(shop, user_name="ana", policy_arn=ADMINISTRATOR)
    put_user_permissions_boundary(shop, user_name="ana", permissions_boundary=READ_ONLY)

    assert verdict(shop, "iam:GetUser") is ALLOWED
    assert verdict(shop, "iam:CreateUser") is DENIED


def test_a_named_resource_settles_what_any_resource_leaves_open(shop: Caller) -> None:
    own = document("s3:ListBucket", BUCKET)
    put_user_policy(shop, user_name="ana", policy_name="own", policy_document=own)

    assert verdict(shop, "s3:ListBucket") is CONDITIONAL
    assert verdict(shop, "s3:ListBucket", user_name="ana", resource=BUCKET) is ALLOWED
    assert verdict(shop, "s3:ListBucket", user_name="ana", resource=f"{BUCKET}-2") is DENIED


def test_with_a_resource_only_what_works_on_it_is_asked_about(shop: Caller) -> None:
    found = get_effective_access(shop, user_name="ana", resource=BUCKET)
    asked = set(found.effective.universe.names_in(found.asked))

    assert "s3:listbucket" in asked
    assert not {"s3:getobject", "ec2:runinstances"} & asked


def test_who_is_in_a_group_stays_open(shop: Caller) -> None:
    own = f"arn:aws:iam::{shop.account_id}:user/${{aws:username}}"
    for name, text in {
        "own": document("iam:ChangePassword", own),
        "jobs": document("s3:*", Condition={"StringEquals": {"aws:PrincipalTag/job": "cashier"}}),
        "ours": document("sqs:*", Condition={"StringEquals": {"aws:PrincipalAccount": shop.account_id}}),
    }.items():
        put_group_policy(shop, group_name="Cashiers", policy_name=name, policy_document=text)
    ana = f"arn:aws:iam::{shop.account_id}:user/ana"

    assert verdict(shop, "iam:ChangePassword", group_name="Cashiers", resource=ana) is CONDITIONAL
    assert verdict(shop, "s3:GetObject", group_name="Cashiers") is CONDITIONAL
    assert verdict(shop, "sqs:SendMessage", group_name="Cashiers") is ALLOWED


def test_a_group_is_asked_about_its_own_policies_alone(shop: Caller) -> None:
    attach_user_policy(shop, user_name="ana", policy_arn=ADMINISTRATOR)

    assert verdict(shop, "s3:GetObject", group_name="Cashiers") is DENIED


@pytest.mark.parametrize("subject", [{}, {"user_name": "ana", "group_name": "Cashiers"}], ids=["none", "two"])
def test_one_subject_is_asked_about(shop: Caller, subject: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="Name one user or one group"):
        get_effective_access(shop, **subject)


def test_a_resource_is_named_by_its_arn(shop: Caller) -> None:
    with pytest.raises(ValidationError, match="by its ARN"):
        get_effective_access(shop, user_name="ana", resource="receipts")


@pytest.mark.parametrize("subject", [{"user_name": "nobody"}, {"group_name": "Nobodies"}])
def test_who_does_not_exist_is_not_found(shop: Caller, subject: dict[str, str]) -> None:
    with pytest.raises(NoSuchEntity):
        get_effective_access(shop, **subject)


def test_it_takes_the_right_to_simulate(shop: Caller, bob: Caller) -> None:
    put_user_policy(
        shop,
        user_name="bob",
        policy_name="none",
        policy_document=document("iam:SimulatePrincipalPolicy", effect="Deny"),
    )

    with pytest.raises(AccessDenied, match="iam:SimulatePrincipalPolicy"):
        get_effective_access(bob, group_name="Cashiers")
