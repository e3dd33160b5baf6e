"""Simulations in which more speaks than the policies of an identity: boundaries, resources, roles, organizations."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Role
from accounts.names import IdPrefix, name_key, new_unique_id
from iamconsole.clock import now
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.errors import InvalidInput
from operations.tests.simulating import (
    ELSEWHERE,
    GET,
    MAY,
    arn_of_ana,
    custom,
    decisions,
    entry,
    furnished,
    principal,
    shown,
    text,
    trust,
)
from policies.models import PolicyText
from tests.cast import READ_ONLY


@pytest.fixture
def shop(root: Caller) -> Caller:
    return furnished(root)


@pytest.fixture
def ana(shop: Caller) -> str:
    return arn_of_ana(shop)


@pytest.fixture
def role(root: Caller) -> Role:
    assert root.account is not None
    return root.account.roles.create(
        role_id=new_unique_id(IdPrefix.ROLE),
        role_name="Baker",
        name_key=name_key("Baker"),
        create_date=now(),
        trust_policy=PolicyText.of(trust()),
        tags=[{"Key": "job", "Value": "baker"}],
    )


def test_a_boundary_is_told_apart(shop: Caller, ana: str) -> None:
    put_user_permissions_boundary(shop, user_name="ana", permissions_boundary=READ_ONLY)

    (own,) = principal(shop, ana)
    (another,) = principal(shop, ana, permissions_boundary_policy_input_list=[text()])
    (none,) = custom(shop)

    assert (own.eval_decision, own.permissions_boundary_decision_detail) == (
        "implicitDeny",
        {"AllowedByPermissionsBoundary": False},
    )
    assert (another.eval_decision, another.permissions_boundary_decision_detail) == (
        "allowed",
        {"AllowedByPermissionsBoundary": True},
    )
    assert shown(another) == [("user_ana_read", "user")]
    assert none.permissions_boundary_decision_detail is None


def test_a_denial_in_the_boundary_is_shown(shop: Caller) -> None:
    (result,) = custom(shop, permissions_boundary_policy_input_list=[text("Deny")], resource_arns=[MAY])

    specific = result.resource_specific_results or []
    assert (result.eval_decision, shown(result)) == (
        "explicitDeny",
        [("PermissionsBoundaryPolicyInputList.1", "none")],
    )
    assert specific[0].permissions_boundary_decision_detail == {"AllowedByPermissionsBoundary": False}


def test_there_is_only_one_boundary(shop: Caller) -> None:
    with pytest.raises(InvalidInput, match="Only one permissions boundary"):
        custom(shop, permissions_boundary_policy_input_list=[text(), text()])


def test_a_resource_policy_that_names_the_user_is_enough_in_one_account(shop: Caller, ana: str) -> None:
    policy = text(action="s3:ListBucket", Principal={"AWS": ana})

    (result,) = principal(shop, ana, actions=["s3:ListBucket"], resource_policy=policy)

    assert (result.eval_decision, shown(result)) == ("allowed", [("ResourcePolicy", "resource")])


def test_between_accounts_each_kind_of_policy_is_told(shop: Caller, ana: str) -> None:
    """AWS's own example of a simulation between accounts, in its documentation of SimulatePrincipalPolicy."""
    policy = text(action="s3:Put*", resource="arn:aws:s3:::mary/*", Principal={"AWS": ana})

    (result,) = principal(
        shop,
        ana,
        actions=["s3:PutObjectAcl"],
        resource_arns=["arn:aws:s3:::mary/Test"],
        resource_owner=f"arn:aws:iam::{ELSEWHERE}:root",
        permissions_boundary_policy_input_list=[text(action="iam:*")],
        resource_policy=policy,
    )

    told = {
        "IAM Policy": "implicitDeny",
        "Resource Policy": "allowed",
        "Permissions Boundary Policy": "implicitDeny",
    }
    assert (result.eval_decision, result.eval_decision_details) == ("implicitDeny", told)
    assert result.resource_specific_results is not None
    assert result.resource_specific_results[0].eval_decision_details == told


def test_the_owner_counts_where_the_arn_names_none(shop: Caller, ana: str) -> None:
    own = f"arn:aws:sqs:eu-west-1:{shop.account_id}:orders"
    allowed: dict[str, Any] = {"policy_input_list": [text(action="*")], "resource_owner": ELSEWHERE}

    (bucket,) = principal(shop, ana, resource_arns=[MAY], **allowed)
    (queue,) = principal(shop, ana, actions=["sqs:SendMessage"], resource_arns=[own], **allowed)
    (aws,) = principal(shop, ana, actions=["iam:GetPolicy"], resource_arns=[READ_ONLY], **allowed)

    assert decisions([bucket, queue, aws]) == ["implicitDeny", "allowed", "allowed"]


@pytest.mark.parametrize("owner", ["nobody", "arn:aws:iam::123456789012:user/ana", "arn:aws:iam::x:root"])
def test_an_owner_is_an_account(shop: Caller, owner: str) -> None:
    with pytest.raises(InvalidInput, match="Invalid resource owner"):
        custom(shop, resource_owner=owner)


def test_a_trust_policy_counts_for_who_assumes_the_role(shop: Caller) -> None:
    asked: dict[str, Any] = {
        "actions": ["sts:AssumeRole"],
        "caller_arn": f"arn:aws:iam::{ELSEWHERE}:user/bo",
        "resource_arns": [f"arn:aws:iam::{ELSEWHERE}:role/Baker"],
    }
    may_assume = text(action="sts:AssumeRole")

    assert decisions(custom(shop, may_assume, resource_policy=trust(), **asked)) == ["allowed"]
    assert decisions(custom(shop, may_assume, resource_policy=trust("Deny"), **asked)) == ["explicitDeny"]


def test_a_trust_policy_counts_where_no_role_is_named(shop: Caller) -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    asked: dict[str, Any] = {
        "actions": ["sts:AssumeRole"],
        "caller_arn": f"arn:aws:iam::{ELSEWHERE}:user/bo",
        "resource_policy": trust(Condition=mfa),
    }

    (without,) = custom(shop, text(action="sts:*"), **asked)
    given = [entry("aws:MultiFactorAuthPresent", "true", kind="boolean")]
    (with_mfa,) = custom(shop, text(action="sts:*"), context_entries=given, **asked)

    assert without.missing_context_values == ["aws:MultiFactorAuthPresent"]
    assert decisions([without, with_mfa]) == ["implicitDeny", "allowed"]


def test_a_provider_may_be_the_one_whom_a_trust_policy_lets_in(shop: Caller) -> None:
    provider = f"arn:aws:iam::{shop.account_id}:oidc-provider/tokens.example"
    action = "sts:AssumeRoleWithWebIdentity"

    (result,) = custom(
        shop,
        actions=[action],
        caller_arn=provider,
        resource_arns=[f"arn:aws:iam::{shop.account_id}:role/Baker"],
        resource_policy=trust(action=action, Principal={"Federated": provider}),
    )

    assert result.eval_decision == "allowed"


def test_another_caller_asks_with_the_policies_of_the_source(shop: Caller, ana: str) -> None:
    bo = f"arn:aws:iam::{shop.account_id}:user/bo"
    document = text(action="s3:ListBucket", Condition={"StringEquals": {"aws:username": "bo"}})

    (as_bo,) = principal(shop, ana, actions=["s3:ListBucket"], policy_input_list=[document], caller_arn=bo)
    (as_ana,) = principal(shop, ana, actions=["s3:ListBucket"], policy_input_list=[document], caller_arn=ana)

    assert decisions([as_bo, as_ana]) == ["allowed", "implicitDeny"]


def test_a_group_asks_as_somebody_else_when_the_resource_has_a_policy(shop: Caller, ana: str) -> None:
    group = f"arn:aws:iam::{shop.account_id}:group/Cashiers"
    policy = text(action=GET, Principal={"AWS": ana})

    with pytest.raises(InvalidInput, match="Caller cannot be null or empty"):
        principal(shop, group, resource_policy=policy)
    assert decisions(principal(shop, group, resource_policy=policy, caller_arn=ana)) == ["allowed"]
    assert decisions(principal(shop, group, resource_policy=policy, caller_arn=group)) == ["implicitDeny"]


def test_a_custom_policy_with_a_resource_policy_needs_a_caller(shop: Caller) -> None:
    with pytest.raises(InvalidInput, match="Caller cannot be null or empty"):
        custom(shop, resource_policy=text(Principal="*"))


@pytest.mark.parametrize(
    "arn",
    [
        "ana",
        "arn:aws:sts::123456789012:assumed-role/Baker/session",
        "arn:aws:sts::123456789012:federated-user/ana",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::123456789012:policy/Read",
        "ec2.amazonaws.com",
    ],
)
def test_the_caller_is_a_user_a_group_or_a_role(shop: Caller, arn: str) -> None:
    with pytest.raises(InvalidInput, match="does not clearly define entity type and name"):
        custom(shop, caller_arn=arn)


@pytest.mark.parametrize("kind", ["group", "role"])
def test_what_a_caller_without_a_row_is_follows_from_its_arn(shop: Caller, kind: str) -> None:
    document = text(Condition={"StringEquals": {"aws:PrincipalAccount": ELSEWHERE}})

    (result,) = custom(shop, document, caller_arn=f"arn:aws:iam::{ELSEWHERE}:{kind}/Bakers")

    assert (result.eval_decision, result.missing_context_values) == ("allowed", [])


def test_a_role_is_asked_about_like_a_user(root: Caller, role: Role) -> None:
    assert root.account is not None
    root.account.inline_policies.create(
        role=role,
        policy_name="bake",
        name_key="bake",
        text=PolicyText.of(text(Condition={"StringEquals": {"aws:PrincipalTag/job": "baker"}})),
    )

    (result,) = principal(root, role.arn)

    assert (result.eval_decision, shown(result)) == ("allowed", [("role_Baker_bake", "role")])


def test_of_a_role_the_session_is_not_known(root: Caller, role: Role) -> None:
    condition = {"StringLike": {"aws:userid": "*:ana", "aws:username": "ana", "aws:PrincipalTag/shop": "1"}}

    (result,) = principal(root, role.arn, policy_input_list=[text(Condition=condition)])

    assert result.missing_context_values == ["aws:userid"]


def test_service_control_policies_guard_level_by_level(shop: Caller) -> None:
    everything = {"ServiceControlPolicyInputList": [text(action="*")]}
    nothing_but_iam = {"ServiceControlPolicyInputList": [text(action="iam:*"), text(action="sts:*")]}

    (allowed,) = custom(shop, ordered_organization_policy_input_list=[everything, everything])
    (denied,) = custom(
        shop, ordered_organization_policy_input_list=[everything, nothing_but_iam], resource_arns=[MAY]
    )
    (never,) = custom(
        shop, ordered_organization_policy_input_list=[{"ServiceControlPolicyInputList": [text("Deny")]}]
    )

    assert decisions([allowed, denied, never]) == ["allowed", "implicitDeny", "explicitDeny"]
    assert allowed.organizations_decision_detail == {"AllowedByOrganizations": True}
    assert denied.organizations_decision_detail == {"AllowedByOrganizations": False}
    assert (denied.eval_decision_details, never.matched_statements) == (None, [])


def test_a_level_without_policies_is_refused(shop: Caller) -> None:
    with pytest.raises(InvalidInput, match="would allow nothing"):
        custom(shop, ordered_organization_policy_input_list=[{}])
