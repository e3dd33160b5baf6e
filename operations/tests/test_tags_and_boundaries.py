from __future__ import annotations

import pytest

from audit.models import Event
from operations.boundaries import (
    delete_role_permissions_boundary,
    delete_user_permissions_boundary,
    put_role_permissions_boundary,
    put_user_permissions_boundary,
)
from operations.caller import Caller
from operations.errors import AccessDenied, InvalidInput, LimitExceeded, NoSuchEntity, PolicyNotAttachable
from operations.inline_policies import put_user_policy
from operations.mfa_devices import create_virtual_mfa_device
from operations.roles import create_role, get_role
from operations.tags import (
    list_mfa_device_tags,
    list_user_tags,
    tag_mfa_device,
    tag_policy,
    tag_user,
    untag_mfa_device,
    untag_policy,
    untag_user,
)
from operations.users import create_user, list_users
from tests.cast import ADMINISTRATOR, READ_ONLY

TRUST = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}}'
)
JOB = {"Key": "job", "Value": "cashier"}


@pytest.fixture
def ana(root: Caller) -> str:
    return create_user(root, user_name="ana").user_name


def test_an_equal_key_takes_the_new_value_whatever_its_case(root: Caller, ana: str) -> None:
    tag_user(root, user_name=ana, tags=[JOB])
    tag_user(root, user_name=ana, tags=[{"Key": "JOB", "Value": "cook"}])

    assert list_user_tags(root, user_name=ana).items == [{"Key": "JOB", "Value": "cook"}]


def test_equal_keys_in_one_request_are_refused(root: Caller, ana: str) -> None:
    with pytest.raises(InvalidInput, match="Duplicate tag keys found"):
        tag_user(root, user_name=ana, tags=[JOB, {"Key": "Job", "Value": "cook"}])


def test_a_fifty_first_tag_is_refused(root: Caller, ana: str) -> None:
    tag_user(root, user_name=ana, tags=[{"Key": f"k{n}", "Value": ""} for n in range(50)])

    with pytest.raises(LimitExceeded, match="TagsPerResource: 50"):
        tag_user(root, user_name=ana, tags=[JOB])


def test_untagging_ignores_case_and_what_is_not_there(root: Caller, ana: str) -> None:
    tag_user(root, user_name=ana, tags=[JOB])

    untag_user(root, user_name=ana, tag_keys=["JOB", "none"])

    assert list_user_tags(root, user_name=ana).items == []


def test_devices_have_tags_too(root: Caller) -> None:
    serial = create_virtual_mfa_device(root, virtual_mfa_device_name="phone", tags=[JOB]).device.serial_number
    tag_mfa_device(root, serial_number=serial, tags=[{"Key": "shelf", "Value": "2"}])
    untag_mfa_device(root, serial_number=serial, tag_keys=["job"])

    assert list_mfa_device_tags(root, serial_number=serial).items == [{"Key": "shelf", "Value": "2"}]


def test_a_policy_may_ask_for_the_tags_of_a_request(root: Caller, carol: Caller) -> None:
    document = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:CreateUser","iam:TagUser"],'
        '"Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/job":"cashier"}}}}'
    )
    put_user_policy(root, user_name="carol", policy_name="hire", policy_document=document)

    create_user(carol, user_name="ana", tags=[JOB])
    with pytest.raises(AccessDenied):
        create_user(carol, user_name="ben", tags=[{"Key": "job", "Value": "owner"}])


def test_a_boundary_limits_what_an_administrator_may(root: Caller, alice: Caller) -> None:
    list_users(alice)
    put_user_permissions_boundary(root, user_name="alice", permissions_boundary=READ_ONLY)

    with pytest.raises(AccessDenied, match="no permissions boundary allows"):
        create_user(alice, user_name="ana")


def test_lifting_the_boundary_gives_it_back(root: Caller, alice: Caller) -> None:
    put_user_permissions_boundary(root, user_name="alice", permissions_boundary=READ_ONLY)
    delete_user_permissions_boundary(root, user_name="alice")

    create_user(alice, user_name="ana")


def test_there_must_be_a_boundary_to_lift(root: Caller, ana: str) -> None:
    with pytest.raises(NoSuchEntity):
        delete_user_permissions_boundary(root, user_name=ana)


def test_only_a_policy_that_exists_and_may_be_attached_is_a_boundary(root: Caller, ana: str) -> None:
    with pytest.raises(NoSuchEntity):
        put_user_permissions_boundary(
            root, user_name=ana, permissions_boundary="arn:aws:iam::aws:policy/Nothing"
        )
    with pytest.raises(PolicyNotAttachable):
        put_user_permissions_boundary(
            root,
            user_name=ana,
            permissions_boundary="arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy",
        )


def test_a_role_has_a_boundary_too(root: Caller) -> None:
    create_role(root, role_name="Cook", assume_role_policy_document=TRUST, permissions_boundary=READ_ONLY)
    put_role_permissions_boundary(root, role_name="Cook", permissions_boundary=ADMINISTRATOR)
    inverse = Event.objects.latest("sequence").additional_event_data["inverse"]
    assert inverse["parameters"] == {"role_name": "Cook", "permissions_boundary": READ_ONLY}

    delete_role_permissions_boundary(root, role_name="Cook")

    assert get_role(root, role_name="Cook").permissions_boundary is None
    with pytest.raises(NoSuchEntity, match="Role Cook does not have a permission boundary attached"):
        delete_role_permissions_boundary(root, role_name="Cook")


def test_who_may_lift_a_boundary_may_be_held_to_some(root: Caller, carol: Caller) -> None:
    document = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*PermissionsBoundary","Resource":"*",'
        f'"Condition":{{"StringEquals":{{"iam:PermissionsBoundary":"{READ_ONLY}"}}}}}}}}'
    )
    put_user_policy(root, user_name="carol", policy_name="bound", policy_document=document)
    create_role(root, role_name="Cook", assume_role_policy_document=TRUST)

    with pytest.raises(AccessDenied):
        put_role_permissions_boundary(carol, role_name="Cook", permissions_boundary=ADMINISTRATOR)
    put_role_permissions_boundary(carol, role_name="Cook", permissions_boundary=READ_ONLY)
    delete_role_permissions_boundary(carol, role_name="Cook")
    with pytest.raises(AccessDenied):
        delete_role_permissions_boundary(carol, role_name="Cook")


def test_the_policy_of_a_service_linked_role_bounds_no_role(root: Caller) -> None:
    create_role(root, role_name="Cook", assume_role_policy_document=TRUST)

    with pytest.raises(PolicyNotAttachable, match="Cannot attach a Service Role Policy to a Role"):
        put_role_permissions_boundary(
            root,
            role_name="Cook",
            permissions_boundary="arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy",
        )


def test_a_user_may_be_born_with_a_boundary(root: Caller) -> None:
    user = create_user(root, user_name="ana", permissions_boundary=READ_ONLY, tags=[JOB])

    assert user.permissions_boundary is not None
    assert user.tags == [JOB]


def test_nobody_tags_a_policy_of_aws(root: Caller) -> None:
    with pytest.raises(AccessDenied, match="not an account's to do"):
        tag_policy(root, policy_arn=READ_ONLY, tags=[JOB])
    with pytest.raises(AccessDenied, match="not an account's to do"):
        untag_policy(root, policy_arn=READ_ONLY, tag_keys=["job"])
