from __future__ import annotations

import json

import pytest

from audit.models import Event
from operations.attachments import list_attached_role_policies
from operations.caller import Caller
from operations.errors import AccessDenied, InvalidInput, NoSuchEntity
from operations.inline_policies import put_user_policy
from operations.linked_services import role_name_of
from operations.roles import create_role, get_role, list_roles
from operations.service_linked_roles import (
    create_service_linked_role,
    delete_service_linked_role,
    get_service_linked_role_deletion_status,
)
from operations.tags import tag_role
from tests.cast import new_account, signed_in

BEANSTALK = "elasticbeanstalk.amazonaws.com"
NAME = "AWSServiceRoleForElasticBeanstalk"
AUTO_SCALING = "autoscaling.amazonaws.com"


def allow(root: Caller, action: str, resource: str = "*", condition: str = "{}") -> None:
    document = (
        f'{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"{resource}",'
        f'"Condition":{condition}}}}}'
    )
    put_user_policy(root, user_name="carol", policy_name="delegate", policy_document=document)


def policies_of(root: Caller, name: str) -> list[str]:
    return [policy.policy_name for policy in list_attached_role_policies(root, role_name=name).items]


def test_the_role_of_a_service_trusts_that_service_alone(root: Caller) -> None:
    role = create_service_linked_role(root, aws_service_name=BEANSTALK, description="Scales")

    assert role.arn == f"arn:aws:iam::{root.account_id}:role/aws-service-role/{BEANSTALK}/{NAME}"
    assert role.is_service_linked
    assert role.description == "Scales"
    assert json.loads(role.assume_role_policy_document)["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": BEANSTALK}, "Action": "sts:AssumeRole"}
    ]


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("ecs.amazonaws.com", "AWSServiceRoleForECS"),
        ("ops.apigateway.amazonaws.com", "AWSServiceRoleForAPIGateway"),
        ("new-thing.amazonaws.com", "AWSServiceRoleForNewThing"),
    ],
)
def test_the_name_is_the_services(service: str, name: str) -> None:
    assert role_name_of(service, None) == name


@pytest.mark.parametrize(
    ("service", "names"),
    [
        ("ecs", ["AmazonECSServiceRolePolicy"]),
        ("notifications", ["AWSUserNotificationsServiceLinkedRolePolicy"]),
        ("pullthroughcache.ecr", ["AWSECRPullThroughCache_ServiceRolePolicy"]),
        ("es", ["AmazonElasticsearchServiceRolePolicy"]),
        ("eks-nodegroup", ["AWSServiceRoleForAmazonEKSNodegroup"]),
        ("monitron", []),
        ("new-thing", []),
    ],
    ids=str,
)
def test_the_policy_is_the_only_one_of_that_name(root: Caller, service: str, names: list[str]) -> None:
    role = create_service_linked_role(root, aws_service_name=f"{service}.amazonaws.com")

    assert policies_of(root, role.role_name) == names


def test_a_second_role_of_a_service_has_a_suffix(root: Caller) -> None:
    create_service_linked_role(root, aws_service_name=AUTO_SCALING)

    role = create_service_linked_role(root, aws_service_name=AUTO_SCALING, custom_suffix="night")

    assert role.role_name == "AWSServiceRoleForAutoScaling_night"
    assert policies_of(root, role.role_name) == ["AutoScalingServiceRolePolicy"]


def test_most_services_take_no_suffix(root: Caller) -> None:
    with pytest.raises(InvalidInput, match=f"Custom suffix is not allowed for {BEANSTALK}"):
        create_service_linked_role(root, aws_service_name=BEANSTALK, custom_suffix="night")


def test_a_name_that_is_taken_is_refused(root: Caller) -> None:
    create_role(
        root,
        role_name=NAME,
        assume_role_policy_document='{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}',
    )

    with pytest.raises(
        InvalidInput,
        match=f"Service role name {NAME} has been taken in this account, please try a different suffix",
    ):
        create_service_linked_role(root, aws_service_name=BEANSTALK)


@pytest.mark.parametrize("service", ["elasticbeanstalk", "shop.example", "a@b.amazonaws.com"])
def test_what_is_no_service_is_refused(root: Caller, service: str) -> None:
    with pytest.raises(InvalidInput, match="is not a valid service principal"):
        create_service_linked_role(root, aws_service_name=service)


def test_the_whole_name_has_64_characters_at_most(root: Caller) -> None:
    with pytest.raises(InvalidInput, match="more than 64 characters"):
        create_service_linked_role(root, aws_service_name=AUTO_SCALING, custom_suffix="n" * 40)


def test_a_delegate_may_be_held_to_one_service(root: Caller, carol: Caller) -> None:
    condition = f'{{"StringEquals":{{"iam:AWSServiceName":"{BEANSTALK}"}}}}'
    allow(root, "iam:CreateServiceLinkedRole", condition=condition)

    with pytest.raises(AccessDenied):
        create_service_linked_role(carol, aws_service_name=AUTO_SCALING)
    create_service_linked_role(carol, aws_service_name=BEANSTALK)


def test_it_may_be_tagged(root: Caller) -> None:
    create_service_linked_role(root, aws_service_name=BEANSTALK)

    tag_role(root, role_name=NAME, tags=[{"Key": "job", "Value": "night"}])

    assert get_role(root, role_name=NAME).tags == [{"Key": "job", "Value": "night"}]


def test_a_deletion_is_a_task_that_can_be_asked_about(root: Caller) -> None:
    create_service_linked_role(root, aws_service_name=BEANSTALK)

    task_id = delete_service_linked_role(root, role_name=NAME.lower())

    assert task_id.startswith(f"task/aws-service-role/{BEANSTALK}/{NAME}/")
    status = get_service_linked_role_deletion_status(root, deletion_task_id=task_id)
    assert (status.status, status.reason) == ("SUCCEEDED", None)
    assert list_roles(root).items == []
    assert Event.objects.latest("sequence").additional_event_data["deleted"]["RoleName"] == NAME


def test_other_roles_are_not_deleted_that_way(root: Caller) -> None:
    trust = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}'
    create_role(root, role_name="Cashier", assume_role_policy_document=trust)

    with pytest.raises(NoSuchEntity, match="The role with name Cashier cannot be found"):
        delete_service_linked_role(root, role_name="Cashier")


@pytest.mark.parametrize("task_id", ["1", f"task/aws-service-role/{BEANSTALK}/{NAME}/0"])
def test_an_unknown_task_is_not_found(root: Caller, task_id: str) -> None:
    with pytest.raises(NoSuchEntity, match=f"Deletion Task with id {task_id} cannot be found"):
        get_service_linked_role_deletion_status(root, deletion_task_id=task_id)


def test_a_task_is_told_to_whoever_may_ask_about_its_role(root: Caller, carol: Caller) -> None:
    create_service_linked_role(root, aws_service_name=BEANSTALK)
    task_id = delete_service_linked_role(root, role_name=NAME)
    action = "iam:GetServiceLinkedRoleDeletionStatus"
    allow(root, action, "arn:aws:iam::*:role/aws-service-role/ecs.amazonaws.com/*")
    with pytest.raises(AccessDenied):
        get_service_linked_role_deletion_status(carol, deletion_task_id=task_id)

    allow(root, action, f"arn:aws:iam::*:role/aws-service-role/{BEANSTALK}/*")

    assert get_service_linked_role_deletion_status(carol, deletion_task_id=task_id).status == "SUCCEEDED"


def test_the_tasks_of_another_account_are_unknown(root: Caller) -> None:
    create_service_linked_role(root, aws_service_name=BEANSTALK)
    task_id = delete_service_linked_role(root, role_name=NAME)
    other = new_account("otto@tea.example", "Tea shop")

    with pytest.raises(NoSuchEntity):
        get_service_linked_role_deletion_status(signed_in(other.root, other), deletion_task_id=task_id)
