"""Users, groups, policies and roles as boto3 sees them, from the first call to the last."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from operations.tests.federation import allowing
from tests.api_server import Key, Shop
from tests.cast import READ_ONLY

JOB = [{"Key": "job", "Value": "cashier"}]
ONCE = {"Delay": 1, "MaxAttempts": 1}


def trusting(**principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def iam(shop: Shop) -> Any:
    return shop.client("iam")


# Users and groups


def test_a_user_keeps_its_id_under_a_new_name(shop: Shop, iam: Any) -> None:
    made = iam.create_user(UserName="ana", Path="/shop/", Tags=JOB)["User"]
    iam.update_user(UserName="ANA", NewUserName="Anna", NewPath="/office/")

    found = iam.get_user(UserName="anna")["User"]
    assert made["Arn"] == shop.arn("user/shop/ana")
    assert (found["Arn"], found["UserId"]) == (shop.arn("user/office/Anna"), made["UserId"])
    assert (len(found["UserId"]), found["UserId"][:4], found["Tags"]) == (21, "AIDA", JOB)


def test_whoever_names_nobody_asks_about_itself(shop: Shop, iam: Any) -> None:
    assert iam.get_user()["User"]["UserName"] == "alice"

    root = shop.client("iam", shop.root).get_user()["User"]

    assert (root["Arn"], root["UserId"]) == (f"arn:aws:iam::{shop.account_id}:root", shop.account_id)
    assert "CreateDate" in root
    assert not {"UserName", "Path", "Tags"} & root.keys()


def test_a_deleted_user_is_no_more(iam: Any) -> None:
    iam.create_user(UserName="ana")
    iam.delete_user(UserName="ana")

    with pytest.raises(iam.exceptions.NoSuchEntityException) as refused:
        iam.get_user(UserName="ana")

    assert refused.value.response["Error"] == {
        "Type": "Sender",
        "Code": "NoSuchEntity",
        "Message": "The user with name ana cannot be found.",
    }
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_paginator_finds_everybody_below_a_path_in_order(iam: Any) -> None:
    for name in ("zoe", "Ana", "ben", "cleo"):
        iam.create_user(UserName=name, Path="/shop/")

    pages = list(
        iam.get_paginator("list_users").paginate(PathPrefix="/shop/", PaginationConfig={"PageSize": 3})
    )

    assert [[user["UserName"] for user in page["Users"]] for page in pages] == [
        ["Ana", "ben", "cleo"],
        ["zoe"],
    ]
    assert [page["IsTruncated"] for page in pages] == [True, False]


def test_a_group_with_members_cannot_be_deleted(iam: Any) -> None:
    iam.create_user(UserName="ana")
    iam.create_group(GroupName="Cashiers", Path="/shop/")
    iam.add_user_to_group(GroupName="Cashiers", UserName="ana")

    assert [user["UserName"] for user in iam.get_group(GroupName="Cashiers")["Users"]] == ["ana"]
    assert [group["Path"] for group in iam.list_groups_for_user(UserName="ana")["Groups"]] == ["/shop/"]
    with pytest.raises(iam.exceptions.DeleteConflictException, match="must remove users from group first"):
        iam.delete_group(GroupName="Cashiers")

    iam.remove_user_from_group(GroupName="Cashiers", UserName="ana")
    iam.update_group(GroupName="Cashiers", NewGroupName="Till")
    iam.delete_group(GroupName="Till")
    assert iam.list_groups()["Groups"] == []


def test_tags_come_and_go(iam: Any) -> None:
    iam.create_user(UserName="ana", Tags=JOB)
    iam.tag_user(UserName="ana", Tags=[{"Key": "Job", "Value": "baker"}, {"Key": "shift", "Value": ""}])
    assert iam.list_user_tags(UserName="ana")["Tags"] == [
        {"Key": "Job", "Value": "baker"},
        {"Key": "shift", "Value": ""},
    ]

    iam.untag_user(UserName="ana", TagKeys=["JOB", "shift"])
    assert iam.list_user_tags(UserName="ana")["Tags"] == []


# Policies


def test_a_policy_has_five_versions_and_one_in_force(iam: Any) -> None:
    arn = iam.create_policy(PolicyName="Receipts", PolicyDocument=allowing("s3:Get1"))["Policy"]["Arn"]
    for number in range(2, 6):
        iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=allowing(f"s3:Get{number}"), SetAsDefault=number == 3
        )

    with pytest.raises(iam.exceptions.LimitExceededException):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=allowing("s3:Get6"))
    with pytest.raises(iam.exceptions.DeleteConflictException, match="default version"):
        iam.delete_policy_version(PolicyArn=arn, VersionId="v3")
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v5")
    iam.delete_policy_version(PolicyArn=arn, VersionId="v3")

    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(one["VersionId"], one["IsDefaultVersion"]) for one in versions] == [
        ("v5", True),
        ("v4", False),
        ("v2", False),
        ("v1", False),
    ]
    found = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]
    assert found["Document"] == json.loads(allowing("s3:Get2"))


def test_an_attached_policy_is_counted_and_kept(shop: Shop, iam: Any) -> None:
    arn = iam.create_policy(PolicyName="Receipts", PolicyDocument=allowing("s3:GetObject"))["Policy"]["Arn"]
    iam.create_group(GroupName="Cashiers")
    iam.attach_group_policy(GroupName="Cashiers", PolicyArn=arn)
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)

    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 2
    holders = iam.list_entities_for_policy(PolicyArn=arn)
    assert [one["GroupName"] for one in holders["PolicyGroups"]] == ["Cashiers"]
    assert [one["UserName"] for one in holders["PolicyUsers"]] == ["alice"]
    with pytest.raises(
        iam.exceptions.DeleteConflictException, match="Cannot delete a policy attached to ent"
    ):
        iam.delete_policy(PolicyArn=arn)

    iam.detach_group_policy(GroupName="Cashiers", PolicyArn=arn)
    iam.detach_user_policy(UserName="alice", PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_the_policies_of_aws_are_listed_page_by_page(iam: Any) -> None:
    pages = iam.get_paginator("list_policies").paginate(Scope="AWS", PaginationConfig={"PageSize": 500})
    arns = [policy["Arn"] for page in pages for policy in page["Policies"]]

    assert READ_ONLY in arns
    assert len(set(arns)) == len(arns) > 1000


def test_inline_policies_are_read_as_they_were_written(iam: Any) -> None:
    iam.create_group(GroupName="Cashiers")
    document = allowing("s3:GetObject", "arn:aws:s3:::till/é & <ü>+%20")
    iam.put_group_policy(GroupName="Cashiers", PolicyName="till", PolicyDocument=document)

    found = iam.get_group_policy(GroupName="Cashiers", PolicyName="till")
    assert (found["GroupName"], found["PolicyDocument"]) == ("Cashiers", json.loads(document))
    assert iam.list_group_policies(GroupName="Cashiers")["PolicyNames"] == ["till"]
    iam.delete_group_policy(GroupName="Cashiers", PolicyName="till")
    with pytest.raises(iam.exceptions.NoSuchEntityException, match="till"):
        iam.get_group_policy(GroupName="Cashiers", PolicyName="till")


@pytest.mark.parametrize("document", ["{", "[]", allowing("s3"), '{"Version":"2012-10-17","Statement":[]}'])
def test_what_is_no_policy_is_malformed(iam: Any, document: str) -> None:
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException):
        iam.create_policy(PolicyName="Broken", PolicyDocument=document)


def test_a_boundary_limits_its_user_at_once(shop: Shop, iam: Any) -> None:
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=READ_ONLY)
    with pytest.raises(ClientError) as refused:
        iam.create_user(UserName="ana")
    shop.client("iam", shop.root).delete_user_permissions_boundary(UserName="alice")
    iam.create_user(UserName="ana", PermissionsBoundary=READ_ONLY)

    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    assert refused.value.response["Error"]["Message"] == (
        f"User: {shop.arn('user/alice')} is not authorized to perform: iam:CreateUser on resource: "
        f"{shop.arn('user/ana')} because no permissions boundary allows the iam:CreateUser action"
    )
    boundary = iam.get_user(UserName="ana")["User"]["PermissionsBoundary"]
    assert boundary == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": READ_ONLY}


# Roles


def test_a_role_is_assumed_by_whom_it_trusts(shop: Shop, iam: Any) -> None:
    trust = trusting(AWS=shop.account_id)
    made = iam.create_role(
        RoleName="Cashier", AssumeRolePolicyDocument=trust, MaxSessionDuration=7200, Tags=JOB
    )
    iam.put_role_policy(RoleName="Cashier", PolicyName="users", PolicyDocument=allowing("iam:ListUsers"))
    answer = shop.client("sts").assume_role(RoleArn=made["Role"]["Arn"], RoleSessionName="morning")

    session = Key.of(answer["Credentials"])
    identity = shop.client("sts", session).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{shop.account_id}:assumed-role/Cashier/morning"
    assert (
        identity["UserId"]
        == answer["AssumedRoleUser"]["AssumedRoleId"]
        == f"{made['Role']['RoleId']}:morning"
    )
    assert len(shop.client("iam", session).list_users()["Users"]) == 1
    with pytest.raises(ClientError, match="AccessDenied"):
        shop.client("iam", session).list_groups()
    assert made["Role"]["AssumeRolePolicyDocument"] == json.loads(trust)


def test_a_role_is_changed_and_deleted_once_it_is_empty(iam: Any) -> None:
    iam.create_role(RoleName="Cashier", AssumeRolePolicyDocument=trusting(Service="ec2.amazonaws.com"))
    iam.attach_role_policy(RoleName="Cashier", PolicyArn=READ_ONLY)
    iam.update_role(RoleName="Cashier", Description="At the till", MaxSessionDuration=3600)
    trust = trusting(Service="lambda.amazonaws.com")
    iam.update_assume_role_policy(RoleName="Cashier", PolicyDocument=trust)

    role = iam.get_role(RoleName="Cashier")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("At the till", 3600)
    assert role["AssumeRolePolicyDocument"] == json.loads(trust)
    with pytest.raises(iam.exceptions.DeleteConflictException, match="must detach all policies first"):
        iam.delete_role(RoleName="Cashier")
    iam.detach_role_policy(RoleName="Cashier", PolicyArn=READ_ONLY)
    iam.delete_role(RoleName="Cashier")
    assert iam.list_roles()["Roles"] == []


def test_an_instance_profile_carries_one_role(iam: Any) -> None:
    for name in ("Till", "Oven"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(Service="ec2.amazonaws.com"))
    iam.create_instance_profile(InstanceProfileName="shop")
    iam.add_role_to_instance_profile(InstanceProfileName="shop", RoleName="Till")

    with pytest.raises(iam.exceptions.LimitExceededException):
        iam.add_role_to_instance_profile(InstanceProfileName="shop", RoleName="Oven")
    profile = iam.get_instance_profile(InstanceProfileName="shop")["InstanceProfile"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["Till"]
    assert iam.list_instance_profiles_for_role(RoleName="Oven")["InstanceProfiles"] == []
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_role(RoleName="Till")
    iam.remove_role_from_instance_profile(InstanceProfileName="shop", RoleName="Till")
    iam.delete_instance_profile(InstanceProfileName="shop")
    assert iam.list_instance_profiles()["InstanceProfiles"] == []


def test_a_service_linked_role_belongs_to_its_service(shop: Shop, iam: Any) -> None:
    role = iam.create_service_linked_role(AWSServiceName="elasticbeanstalk.amazonaws.com")["Role"]
    service = "aws-service-role/elasticbeanstalk.amazonaws.com"
    assert role["Arn"] == shop.arn(f"role/{service}/AWSServiceRoleForElasticBeanstalk")
    with pytest.raises(iam.exceptions.UnmodifiableEntityException):
        iam.delete_role(RoleName=role["RoleName"])

    task = iam.delete_service_linked_role(RoleName=role["RoleName"])["DeletionTaskId"]

    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"


# Waiters and refusals


def test_waiters_find_what_is_there_and_give_up_on_what_is_not(shop: Shop, iam: Any) -> None:
    iam.create_role(RoleName="Till", AssumeRolePolicyDocument=trusting(AWS=shop.account_id))
    iam.create_instance_profile(InstanceProfileName="shop")
    there: dict[str, dict[str, str]] = {
        "user_exists": {"UserName": "alice"},
        "role_exists": {"RoleName": "Till"},
        "policy_exists": {"PolicyArn": READ_ONLY},
        "instance_profile_exists": {"InstanceProfileName": "shop"},
    }

    for waiter, arguments in there.items():
        iam.get_waiter(waiter).wait(**arguments, WaiterConfig=ONCE)
        absent = {name: f"{value}-of-nobody" for name, value in arguments.items()}
        with pytest.raises(WaiterError):
            iam.get_waiter(waiter).wait(**absent, WaiterConfig=ONCE)


def test_a_name_is_taken_once(iam: Any) -> None:
    iam.create_user(UserName="ana")

    with pytest.raises(iam.exceptions.EntityAlreadyExistsException) as refused:
        iam.create_user(UserName="ANA")

    assert refused.value.response["Error"]["Message"] == "User with name ANA already exists."
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_all_that_is_wrong_is_told_at_once(iam: Any) -> None:
    with pytest.raises(ClientError) as refused:
        iam.create_user(UserName="a b", Path="shop")

    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"].split(";")[0]) == (
        "ValidationError",
        "2 validation errors detected: Value 'shop' at 'path' failed to satisfy constraint: Member must satisfy "
        r"regular expression pattern: (\u002F)|(\u002F[\u0021-\u007E]+\u002F)",
    )


def test_a_stranger_learns_nothing_of_who_is_there(shop: Shop, iam: Any) -> None:
    iam.create_user(UserName="carol")
    carol = shop.client("iam", Key.of(iam.create_access_key(UserName="carol")["AccessKey"]))

    said = []
    for name in ("alice", "nobody"):
        with pytest.raises(ClientError) as refused:
            carol.get_user(UserName=name)
        said.append(refused.value.response["Error"]["Message"].replace(name, "NAME"))

    assert (
        said[0]
        == said[1]
        == (
            f"User: {shop.arn('user/carol')} is not authorized to perform: iam:GetUser on resource: "
            f"{shop.arn('user/NAME')} because no identity-based policy allows the iam:GetUser action"
        )
    )
