"""What simulations may be asked, by whom, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from operations import policy_simulation
from operations.attachments import attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.errors import AccessDenied, InvalidInput, NoSuchEntity, ServiceError, ValidationError
from operations.inline_policies import put_user_policy
from operations.policy_simulation import simulate_custom_policy
from operations.simulation_scenario import FEW_STATEMENTS
from operations.tests.simulating import (
    GET,
    JUNE,
    MAY,
    PUT,
    arn_of_ana,
    custom,
    decisions,
    furnished,
    principal,
    text,
)
from tests.cast import READ_ONLY, new_account, new_user, signed_in


@pytest.fixture
def shop(root: Caller) -> Caller:
    return furnished(root)


@pytest.fixture
def ana(shop: Caller) -> str:
    return arn_of_ana(shop)


def test_one_resource_is_named_in_the_answer_and_in_its_own_result(shop: Caller) -> None:
    (result,) = custom(shop, text(resource=MAY), resource_arns=[MAY])

    assert (result.eval_resource_name, result.eval_decision_details) == (MAY, {})
    assert result.resource_specific_results is not None
    assert [one.eval_resource_name for one in result.resource_specific_results] == [MAY]


def test_the_account_of_the_resource_is_known(shop: Caller) -> None:
    document = text(Condition={"StringEquals": {"aws:ResourceAccount": shop.account_id}})

    assert decisions(custom(shop, document, resource_arns=[MAY])) == ["allowed"]


@pytest.mark.parametrize(
    "identifier",
    [
        {"PolicyType": "inline"},
        {
            "InlinePolicyIdentifier": {
                "PolicyName": "strict",
                "AttachmentType": "group",
                "AttachmentName": "Cashiers",
            }
        },
    ],
    ids=["type", "name"],
)
def test_inline_policies_can_be_left_out(shop: Caller, ana: str, identifier: dict[str, Any]) -> None:
    assert decisions(principal(shop, ana, actions=[PUT], policy_exclusion_list=[identifier])) == [
        "implicitDeny"
    ]


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ({"PolicyType": "aws-managed"}, "implicitDeny"),
        ({"PolicyType": "user-managed"}, "allowed"),
        ({"PolicyType": "scp"}, "allowed"),
        ({"PolicyArn": READ_ONLY}, "implicitDeny"),
        ({"PolicyArn": "arn:aws:iam::aws:policy/IAM*"}, "implicitDeny"),
        ({"PolicyArn": "arn:aws:iam::aws:policy/S3*"}, "allowed"),
    ],
)
def test_managed_policies_can_be_left_out(
    shop: Caller, ana: str, identifier: dict[str, Any], expected: str
) -> None:
    attach_user_policy(shop, user_name="ana", policy_arn=READ_ONLY)

    results = principal(shop, ana, actions=["iam:GetUser"], policy_exclusion_list=[identifier])

    assert decisions(results) == [expected]


def test_a_boundary_is_left_out_by_its_type_alone(shop: Caller, ana: str) -> None:
    put_user_permissions_boundary(shop, user_name="ana", permissions_boundary=READ_ONLY)

    (by_arn,) = principal(shop, ana, policy_exclusion_list=[{"PolicyArn": READ_ONLY}])
    (by_type,) = principal(shop, ana, policy_exclusion_list=[{"PolicyType": "permission-boundary"}])

    assert decisions([by_arn, by_type]) == ["implicitDeny", "allowed"]


@pytest.mark.parametrize(
    "identifier",
    [
        {},
        {"PolicyType": "inline", "PolicyArn": READ_ONLY},
        {"PolicyArn": "arn:aws:iam::aws:policy/*a*"},
        {"PolicyArn": "arn:aws:iam::*:policy/IAM"},
        {"PolicyArn": "arn:aws:iam::aws:user/anastasia"},
        {"PolicyArn": "this-is-not-an-arn-at-all"},
    ],
)
def test_what_names_no_policy_is_refused(shop: Caller, ana: str, identifier: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        principal(shop, ana, policy_exclusion_list=[identifier])


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("policy_input_list", "PolicyInputList.1"),
        ("permissions_boundary_policy_input_list", "PermissionsBoundaryPolicyInputList.1"),
        ("resource_policy", "ResourcePolicy"),
    ],
)
def test_what_is_no_policy_is_refused_with_its_place(shop: Caller, ana: str, field: str, name: str) -> None:
    broken = '{\n  "Statement": [}'
    texts: dict[str, Any] = {field: broken if field == "resource_policy" else [broken]}

    with pytest.raises(InvalidInput, match=rf"{name}\. Line 2, column 17"):
        principal(shop, ana, **texts)


@pytest.mark.parametrize("action", ["s3:*", "GetObject", "s3:Get?bject"])
def test_an_action_is_named_whole(shop: Caller, action: str) -> None:
    with pytest.raises(InvalidInput, match="Invalid Input Actions"):
        custom(shop, actions=[action])


INSTANCE_STORE = [
    f"arn:aws:ec2:eu-west-1:123456789012:{kind}/x-1"
    for kind in ("instance", "security-group", "network-interface")
] + ["arn:aws:ec2:eu-west-1::image/ami-1"]


def test_a_scenario_of_ec2_wants_all_its_resources(shop: Caller) -> None:
    run: dict[str, Any] = {
        "actions": ["ec2:RunInstances"],
        "resource_handling_option": "EC2-VPC-InstanceStore",
    }

    (result,) = custom(shop, text(action="ec2:*"), resource_arns=INSTANCE_STORE, **run)

    assert len(result.resource_specific_results or ()) == 4
    with pytest.raises(InvalidInput, match="of the types: image"):
        custom(shop, resource_arns=INSTANCE_STORE[:3], **run)
    with pytest.raises(InvalidInput, match="Invalid ResourceHandlingOption"):
        custom(shop, resource_handling_option="EC2-Moon")


def test_answers_come_in_pages(shop: Caller) -> None:
    asked: dict[str, Any] = {"policy_input_list": [text()], "action_names": [GET, PUT, "s3:ListBucket"]}

    first = simulate_custom_policy(shop, max_items=2, **asked)
    last = simulate_custom_policy(shop, max_items=2, marker=first.marker, **asked)

    assert [one.eval_action_name for one in first.items] == [GET, PUT]
    assert ([one.eval_action_name for one in last.items], last.is_truncated) == (["s3:ListBucket"], False)


@pytest.mark.parametrize("marker", ["made-up", "YWJj", "OTk5OTk5OTk5OTk5"])
def test_a_made_up_marker_is_refused(shop: Caller, marker: str) -> None:
    with pytest.raises(ValidationError, match="Invalid Marker"):
        simulate_custom_policy(shop, policy_input_list=[text()], action_names=[GET], marker=marker)


def test_many_resources_make_pages_shorter(shop: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_simulation, "MOST_QUESTIONS", 3 * FEW_STATEMENTS)
    asked: dict[str, Any] = {"policy_input_list": [text()], "action_names": [GET, PUT]}

    page = simulate_custom_policy(shop, resource_arns=[MAY, JUNE], **asked)

    assert (len(page.items), page.is_truncated) == (1, True)
    with pytest.raises(InvalidInput, match="too large"):
        simulate_custom_policy(shop, resource_arns=[MAY, JUNE, f"{MAY}.1", f"{MAY}.2"], **asked)


@pytest.mark.parametrize(
    ("arn", "error"),
    [
        ("arn:aws:iam::{account}:user/ana", NoSuchEntity),
        ("arn:aws:iam::{account}:user/nobody-here", NoSuchEntity),
        ("arn:aws:iam::{account}:role/nobody-here", NoSuchEntity),
        ("arn:aws:iam::999988887777:user/shop/ana", NoSuchEntity),
        ("arn:aws:iam::aws:policy/IAMReadOnlyAccess", InvalidInput),
        ("arn:aws:iam::{account}:policy/Read", NoSuchEntity),
        ("arn:aws:iam::{account}:root", InvalidInput),
        ("arn:aws:sts::{account}:assumed-role/Baker/ana", InvalidInput),
        ("not-an-arn-but-long-enough", InvalidInput),
    ],
)
def test_the_source_is_a_user_a_group_or_a_role_of_the_account(
    shop: Caller, arn: str, error: type[ServiceError]
) -> None:
    with pytest.raises(error):
        principal(shop, arn.format(account=shop.account_id))


def test_whoever_may_not_simulate_learns_nothing(shop: Caller, ana: str, carol: Caller) -> None:
    for arn in (ana, ana.replace("ana", "nobody-here")):
        with pytest.raises(
            AccessDenied, match=f"SimulatePrincipalPolicy on resource: {arn} because no identity"
        ):
            principal(carol, arn)
    with pytest.raises(AccessDenied, match=r"SimulateCustomPolicy on resource: \*"):
        custom(carol)


def test_the_right_may_be_given_for_one_user_alone(shop: Caller, ana: str) -> None:
    dave = new_user(shop, "dave")
    put_user_policy(
        shop,
        user_name="dave",
        policy_name="ask",
        policy_document=text(action="iam:SimulatePrincipalPolicy", resource=ana),
    )

    assert decisions(principal(dave, ana)) == ["allowed"]
    with pytest.raises(AccessDenied):
        principal(dave, f"arn:aws:iam::{shop.account_id}:user/dave")


def test_other_accounts_are_not_reached(shop: Caller, ana: str) -> None:
    other = new_account("other@shop.example", "Tea shop")

    with pytest.raises(NoSuchEntity):
        principal(signed_in(other.root, other), ana)
