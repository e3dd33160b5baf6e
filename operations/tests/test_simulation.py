"""The simulator: other policies, the same engine."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operations.attachments import attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.errors import AccessDenied, MalformedPolicyDocument, NoSuchEntity, ValidationError
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_role_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.roles import create_role
from operations.simulation import MOST_ACTIONS, Simulation, simulate_policies
from operations.users import create_user
from policies.engine import Layer
from tests.cast import READ_ONLY, new_user

GET, PUT = "s3:GetObject", "s3:PutObject"


def text(effect: str = "Allow", action: object = GET, resource: object = "*", **more: object) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def shop(root: Caller) -> Caller:
    """ana reads by a policy of her own; her group denies writing."""
    create_user(root, user_name="ana", tags=[{"Key": "job", "Value": "cashier"}])
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="ana")
    put_user_policy(root, user_name="ana", policy_name="read", policy_document=text())
    put_group_policy(root, group_name="Cashiers", policy_name="strict", policy_document=text("Deny", PUT))
    return root


def outcomes(simulation: Simulation) -> list[str]:
    return [str(result.decision.outcome) for result in simulation.results]


def keys_of(simulation: Simulation) -> dict[str, str]:
    return {policy.source.name: policy.key for policy in simulation.policies}


def entry(name: str, *values: str) -> dict[str, Any]:
    return {"ContextKeyName": name, "ContextKeyValues": values}


def test_each_action_has_a_result_of_its_own(shop: Caller) -> None:
    simulation = simulate_policies(shop, user_name="ana", action_names=[GET, PUT, "s3:ListBucket"])

    assert outcomes(simulation) == ["allowed", "explicitDeny", "implicitDeny"]


def test_a_policy_that_is_left_out_does_not_count(shop: Caller) -> None:
    keys = keys_of(simulate_policies(shop, user_name="ana"))

    simulation = simulate_policies(
        shop, user_name="ana", excluded_policies=[keys["read"]], action_names=[GET]
    )

    assert outcomes(simulation) == ["implicitDeny"]
    assert [policy.is_excluded for policy in simulation.policies if policy.source.name == "read"] == [True]


def test_a_reworded_policy_counts_as_reworded(shop: Caller) -> None:
    key = keys_of(simulate_policies(shop, user_name="ana"))["strict (group Cashiers)"]
    edit = {"PolicyKey": key, "PolicyDocument": text("Allow", PUT)}

    simulation = simulate_policies(shop, user_name="ana", edited_policies=[edit], action_names=[PUT])

    assert outcomes(simulation) == ["allowed"]


def test_a_draft_equal_to_the_stored_text_is_none(shop: Caller) -> None:
    key = keys_of(simulate_policies(shop, user_name="ana"))["read"]
    edit = {"PolicyKey": key, "PolicyDocument": text()}

    simulation = simulate_policies(shop, user_name="ana", edited_policies=[edit])

    assert not any(policy.draft for policy in simulation.policies)


def test_a_new_policy_comes_on_top_of_the_present_ones(shop: Caller) -> None:
    simulation = simulate_policies(
        shop, user_name="ana", policy_document=text(action="s3:List*"), action_names=[GET, "s3:ListBucket"]
    )

    assert outcomes(simulation) == ["allowed", "allowed"]


def test_a_new_boundary_takes_the_place_of_the_old_one(shop: Caller) -> None:
    put_user_permissions_boundary(shop, user_name="ana", permissions_boundary=READ_ONLY)

    before = simulate_policies(shop, user_name="ana", action_names=[GET])
    after = simulate_policies(shop, user_name="ana", boundary_document=text(), action_names=[GET])

    assert before.results[0].decision.denied_by is Layer.PERMISSIONS_BOUNDARY
    assert outcomes(after) == ["allowed"]


def test_a_resource_policy_that_names_the_user_is_enough(shop: Caller) -> None:
    user = f"arn:aws:iam::{shop.account_id}:user/ana"
    policy = text(action="s3:ListBucket", Principal={"AWS": user})

    simulation = simulate_policies(
        shop, user_name="ana", resource_policy_document=policy, action_names=["s3:ListBucket"]
    )

    assert outcomes(simulation) == ["allowed"]


def test_texts_can_be_tried_for_nobody_in_particular(shop: Caller) -> None:
    assert outcomes(simulate_policies(shop, policy_document=text(), action_names=[GET])) == ["allowed"]


def test_a_group_is_asked_about_for_somebody_who_has_nothing_else(shop: Caller) -> None:
    simulation = simulate_policies(shop, group_name="Cashiers", action_names=[GET, PUT])

    assert outcomes(simulation) == ["implicitDeny", "explicitDeny"]


def test_a_role_is_asked_about_for_whoever_has_assumed_it(shop: Caller) -> None:
    trust = text(action="sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"}).replace(
        ', "Resource": "*"', ""
    )
    create_role(shop, role_name="Till", assume_role_policy_document=trust)
    guarded = text(Condition={"StringEquals": {"aws:PrincipalType": "AssumedRole"}})
    put_role_policy(shop, role_name="Till", policy_name="read", policy_document=guarded)

    today = simulate_policies(shop, role_name="Till", action_names=[GET, PUT])
    edit = {"PolicyKey": keys_of(today)["read"], "PolicyDocument": text(action=PUT)}
    edited = simulate_policies(shop, role_name="Till", action_names=[GET, PUT], edited_policies=[edit])

    assert outcomes(today) == ["allowed", "implicitDeny"]
    assert [policy.text for policy in today.policies] == [guarded]
    assert outcomes(edited) == ["implicitDeny", "allowed"]


def test_keys_that_the_user_answers_are_not_asked_for(shop: Caller) -> None:
    condition = {
        "StringEquals": {"aws:PrincipalTag/job": "cashier", "aws:username": "ana"},
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
    }
    policy = text(resource="arn:aws:s3:::shop/${aws:SourceIp}/*", Condition=condition)

    simulation = simulate_policies(shop, user_name="ana", policy_document=policy)

    asked = {key.name: (key.operators, bool(key.assumed)) for key in simulation.keys}
    assert asked == {
        "aws:MultiFactorAuthPresent": ({"bool"}, False),
        "aws:SourceIp": (frozenset(), True),
    }


def test_a_key_without_a_value_is_named_until_it_has_one(shop: Caller) -> None:
    policy = text(action=PUT, Condition={"StringEquals": {"s3:x-amz-acl": "private"}})
    asked: dict[str, Any] = {"policy_document": policy, "action_names": [PUT]}

    without = simulate_policies(shop, **asked)
    given = simulate_policies(shop, **asked, context_entries=[entry("S3:x-amz-ACL", "private")])

    assert (outcomes(without), without.results[0].missing_keys) == (["implicitDeny"], ("s3:x-amz-acl",))
    assert (outcomes(given), given.results[0].missing_keys) == (["allowed"], ())


def test_a_resource_in_another_account_wants_its_own_policy(shop: Caller) -> None:
    queue = "arn:aws:sqs:eu-west-1:999988887777:orders"

    simulation = simulate_policies(
        shop,
        policy_document=text(action="sqs:SendMessage"),
        action_names=["sqs:SendMessage"],
        resource_arn=queue,
    )

    assert simulation.results[0].decision.denied_by is Layer.RESOURCE


@pytest.mark.parametrize("field", ["policy_document", "boundary_document", "resource_policy_document"])
def test_what_is_no_policy_is_refused_with_its_place(shop: Caller, field: str) -> None:
    texts: dict[str, Any] = {field: '{\n  "Statement": [}'}

    with pytest.raises(MalformedPolicyDocument, match="Line 2, column 17") as refused:
        simulate_policies(shop, **texts)

    assert refused.value.parameter == field


def test_a_reworded_policy_has_to_be_one(shop: Caller) -> None:
    key = keys_of(simulate_policies(shop, user_name="ana"))["read"]

    with pytest.raises(MalformedPolicyDocument, match="Line 1, column 1"):
        simulate_policies(
            shop, user_name="ana", edited_policies=[{"PolicyKey": key, "PolicyDocument": "nothing"}]
        )


def test_too_many_actions_and_two_holders_are_refused(shop: Caller) -> None:
    with pytest.raises(ValidationError, match="at most 200 actions"):
        simulate_policies(shop, action_names=[GET] * (MOST_ACTIONS + 1))
    with pytest.raises(ValidationError, match="one role"):
        simulate_policies(shop, user_name="ana", group_name="Cashiers")


@pytest.mark.parametrize(
    ("asked", "action"),
    [
        ({"user_name": "ana"}, "iam:SimulatePrincipalPolicy"),
        ({"group_name": "Cashiers"}, "iam:SimulatePrincipalPolicy"),
        ({"role_name": "Till"}, "iam:SimulatePrincipalPolicy"),
        ({"user_name": "nobody-here"}, "iam:SimulatePrincipalPolicy"),
        ({"policy_document": text()}, "iam:SimulateCustomPolicy"),
    ],
    ids=["user", "group", "role", "unknown", "text"],
)
def test_a_stranger_may_not_simulate(shop: Caller, carol: Caller, asked: dict[str, Any], action: str) -> None:
    with pytest.raises(AccessDenied, match=action):
        simulate_policies(carol, **asked)


def test_a_user_that_is_not_there_is_told_to_who_may_ask(shop: Caller) -> None:
    with pytest.raises(NoSuchEntity):
        simulate_policies(shop, user_name="nobody-here")


def test_texts_are_withheld_from_who_may_only_simulate(shop: Caller) -> None:
    attach_user_policy(shop, user_name="ana", policy_arn=READ_ONLY)
    dave = new_user(shop, "dave")
    allowed = text(action=["iam:SimulatePrincipalPolicy", "iam:GetUserPolicy"])
    put_user_policy(shop, user_name="dave", policy_name="ask", policy_document=allowed)

    simulation = simulate_policies(dave, user_name="ana", action_names=[PUT])

    known = {policy.source.name: policy.text is not None for policy in simulation.policies}
    assert known == {"read": True, "strict (group Cashiers)": False, "IAMReadOnlyAccess": False}
    assert outcomes(simulation) == ["explicitDeny"]


def test_a_text_that_may_not_be_read_cannot_be_reworded(shop: Caller) -> None:
    dave = new_user(shop, "dave")
    put_user_policy(
        shop, user_name="dave", policy_name="ask", policy_document=text(action="iam:SimulatePrincipalPolicy")
    )
    key = keys_of(simulate_policies(shop, user_name="ana"))["strict (group Cashiers)"]
    edit = {"PolicyKey": key, "PolicyDocument": text()}

    simulation = simulate_policies(dave, user_name="ana", edited_policies=[edit], action_names=[PUT])

    assert outcomes(simulation) == ["explicitDeny"]
