from __future__ import annotations

import json

import pytest

from operations.attachments import attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.context_keys import (
    get_context_keys_for_custom_policy,
    get_context_keys_for_principal_policy,
)
from operations.errors import AccessDenied, InvalidInput, NoSuchEntity
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.users import create_user


def text(resource: object = "*", *, version: str = "2012-10-17", **condition: object) -> str:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": resource, "Condition": condition}
    return json.dumps({"Version": version, "Statement": [statement]})


@pytest.fixture
def shop(root: Caller) -> Caller:
    create_user(root, user_name="ana")
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="ana")
    own = text(StringEquals={"aws:PrincipalTag/Job": "cashier"})
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=own)
    shared = text("arn:aws:s3:::${aws:username}")
    put_group_policy(root, group_name="Cashiers", policy_name="shared", policy_document=shared)
    return root


def test_conditions_and_variables_name_keys_as_they_are_written(shop: Caller) -> None:
    document = text(
        ["arn:aws:s3:::${aws:UserName}/*", "arn:aws:s3:::${aws:PrincipalTag/Team, 'none'}/${*}"],
        StringLike={"s3:Prefix": "${ aws:userid }/*"},
        NumericLessThan={"s3:max-keys": "${aws:EpochTime}"},
    )

    keys = get_context_keys_for_custom_policy(shop, policy_input_list=[document])

    assert keys == ["s3:Prefix", "s3:max-keys", "aws:UserName", "aws:PrincipalTag/Team", "aws:userid"]


def test_each_key_is_named_once_whatever_its_case(shop: Caller) -> None:
    first, second = text(Bool={"aws:SecureTransport": "true"}), text(Bool={"AWS:securetransport": "true"})

    assert get_context_keys_for_custom_policy(shop, policy_input_list=[first, second]) == [
        "aws:SecureTransport"
    ]


def test_there_are_no_variables_before_2012(shop: Caller) -> None:
    document = text("arn:aws:s3:::${aws:username}", version="2008-10-17")

    assert get_context_keys_for_custom_policy(shop, policy_input_list=[document]) == []


def test_what_is_excluded_names_keys_too(shop: Caller) -> None:
    statement = {"Effect": "Deny", "NotAction": "s3:*", "NotResource": "arn:aws:s3:::${aws:userid}"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})

    assert get_context_keys_for_custom_policy(shop, policy_input_list=[document]) == ["aws:userid"]


def test_a_user_has_the_keys_of_all_its_policies(shop: Caller) -> None:
    arn = f"arn:aws:iam::{shop.account_id}:user/ana"
    more = text(IpAddress={"aws:SourceIp": "10.0.0.0/8"})
    policy = create_policy(shop, policy_name="Home", policy_document=more)
    limit = create_policy(
        shop, policy_name="Limit", policy_document=text(Null={"aws:TokenIssueTime": "true"})
    )
    attach_user_policy(shop, user_name="ana", policy_arn=policy.arn)
    put_user_permissions_boundary(shop, user_name="ana", permissions_boundary=limit.arn)

    keys = get_context_keys_for_principal_policy(
        shop, policy_source_arn=arn, policy_input_list=[text(Bool={"aws:ViaAWSService": "true"})]
    )

    assert set(keys) == {
        "aws:TokenIssueTime",
        "aws:PrincipalTag/Job",
        "aws:SourceIp",
        "aws:username",
        "aws:ViaAWSService",
    }


def test_a_group_has_its_own(shop: Caller) -> None:
    arn = f"arn:aws:iam::{shop.account_id}:group/Cashiers"

    assert get_context_keys_for_principal_policy(shop, policy_source_arn=arn) == ["aws:username"]


def test_what_is_no_policy_is_refused(shop: Caller) -> None:
    with pytest.raises(InvalidInput, match=r"PolicyInputList\.2"):
        get_context_keys_for_custom_policy(shop, policy_input_list=[text(), "nothing"])


def test_the_source_has_to_be_there_and_to_hold_policies(shop: Caller) -> None:
    with pytest.raises(NoSuchEntity, match="The user with name bo cannot be found"):
        get_context_keys_for_principal_policy(
            shop, policy_source_arn=f"arn:aws:iam::{shop.account_id}:user/bo"
        )
    with pytest.raises(InvalidInput, match="does not clearly define"):
        get_context_keys_for_principal_policy(
            shop, policy_source_arn="arn:aws:iam::aws:policy/ReadOnlyAccess"
        )


@pytest.mark.parametrize("name", ["ana", "nobody-here"])
def test_a_stranger_learns_nothing(shop: Caller, carol: Caller, name: str) -> None:
    with pytest.raises(AccessDenied, match="iam:GetContextKeysForPrincipalPolicy"):
        get_context_keys_for_principal_policy(
            carol, policy_source_arn=f"arn:aws:iam::{shop.account_id}:user/{name}"
        )
    with pytest.raises(AccessDenied, match="iam:GetContextKeysForCustomPolicy"):
        get_context_keys_for_custom_policy(carol, policy_input_list=[text()])
