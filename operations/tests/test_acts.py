"""What the console does in one step that is several operations."""

from __future__ import annotations

import pytest

from accounts import totp
from accounts.models import Group, MFADevice, User
from audit.models import Event
from iamconsole import clock as time_source
from operations.acts import (
    copy_permissions,
    delete_group_with_everything,
    delete_policy_everywhere,
    delete_user_with_everything,
)
from operations.attachments import (
    attach_group_policy,
    attach_role_policy,
    attach_user_policy,
    list_attached_role_policies,
    list_attached_user_policies,
)
from operations.caller import Caller
from operations.errors import AccessDenied, DeleteConflict
from operations.groups import create_group, get_group, list_groups_for_user
from operations.inline_policies import list_user_policies, put_group_policy, put_user_policy
from operations.login_profiles import create_login_profile
from operations.memberships import add_user_to_group
from operations.mfa_devices import create_virtual_mfa_device, enable_mfa_device
from operations.policies import create_policy
from operations.policy_versions import create_policy_version
from operations.roles import create_role
from operations.users import create_user, get_user
from policies.models import Policy
from tests.cast import ADMINISTRATOR, READ_ONLY

DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'


@pytest.fixture
def policy(root: Caller) -> Policy:
    return create_policy(root, policy_name="ReceiptsRead", policy_document=DOCUMENT)


@pytest.fixture
def shop(root: Caller, policy: Policy) -> Caller:
    """ana has one of everything; ben has nothing; ana and ben are cashiers."""
    create_group(root, group_name="Cashiers")
    attach_group_policy(root, group_name="Cashiers", policy_arn=policy.arn)
    put_group_policy(root, group_name="Cashiers", policy_name="extra", policy_document=DOCUMENT)
    for name in ("ana", "ben"):
        create_user(root, user_name=name)
    add_user_to_group(root, group_name="Cashiers", user_name="ana")
    attach_user_policy(root, user_name="ana", policy_arn=policy.arn)
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=DOCUMENT)
    create_login_profile(root, user_name="ana", password="Cinnamon-buns-4")
    return root


def give_device(root: Caller) -> None:
    new = create_virtual_mfa_device(root, virtual_mfa_device_name="phone")
    step = totp.step_at(time_source.now())
    enable_mfa_device(
        root,
        user_name="ana",
        serial_number=new.device.serial_number,
        authentication_code1=totp.code_at(new.seed, step - 1),
        authentication_code2=totp.code_at(new.seed, step),
    )


def test_a_user_goes_with_everything(shop: Caller) -> None:
    give_device(shop)

    delete_user_with_everything(shop, "ana")

    assert not User.objects.filter(user_name="ana").exists()
    assert not MFADevice.objects.filter(device_name="phone").exists()
    assert {event.additional_event_data["act"] for event in Event.objects.all()[:7]} == {
        "DeleteUserWithEverything"
    }


def test_a_user_who_has_nothing_goes_too(shop: Caller) -> None:
    delete_user_with_everything(shop, "ben")

    assert not User.objects.filter(user_name="ben").exists()


def test_a_user_stays_whole_when_one_step_is_refused(shop: Caller, carol: Caller) -> None:
    attach_user_policy(shop, user_name="carol", policy_arn=ADMINISTRATOR)
    document = DOCUMENT.replace("Allow", "Deny").replace("s3:GetObject", "iam:DetachUserPolicy")
    put_user_policy(shop, user_name="carol", policy_name="almost", policy_document=document)
    events = Event.objects.count()

    with pytest.raises(AccessDenied, match="iam:DetachUserPolicy"):
        delete_user_with_everything(carol, "ana")

    assert get_user(shop, user_name="ana").has_console_access
    assert len(list_groups_for_user(shop, user_name="ana").items) == 1
    assert Event.objects.count() == events + 1


def test_a_group_goes_and_its_users_stay(shop: Caller) -> None:
    delete_group_with_everything(shop, "Cashiers")

    assert not Group.objects.exists()
    assert get_user(shop, user_name="ana").user_name == "ana"


def test_a_group_of_many_users_is_emptied(shop: Caller) -> None:
    create_group(shop, group_name="Crowd")
    for number in range(101):
        create_user(shop, user_name=f"guest{number}")
        add_user_to_group(shop, group_name="Crowd", user_name=f"guest{number}")

    delete_group_with_everything(shop, "Crowd")

    assert not Group.objects.filter(group_name="Crowd").exists()


def test_a_policy_goes_from_everybody(shop: Caller, policy: Policy) -> None:
    create_policy_version(shop, policy_arn=policy.arn, policy_document=DOCUMENT.replace("Get", "Put"))

    delete_policy_everywhere(shop, policy.arn)

    assert not Policy.objects.filter(policy_name="ReceiptsRead").exists()
    assert list(list_attached_user_policies(shop, user_name="ana").items) == []
    assert get_group(shop, group_name="Cashiers").group.attachments.count() == 0


def test_a_policy_is_taken_from_roles_as_well(shop: Caller, policy: Policy) -> None:
    trust = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}'
    create_role(shop, role_name="Cook", assume_role_policy_document=trust)
    attach_role_policy(shop, role_name="Cook", policy_arn=policy.arn)

    delete_policy_everywhere(shop, policy.arn)

    assert list(list_attached_role_policies(shop, role_name="Cook").items) == []


def test_a_boundary_is_not_lifted_by_deleting_its_policy(shop: Caller, policy: Policy) -> None:
    create_user(shop, user_name="cleo", permissions_boundary=policy.arn)

    with pytest.raises(DeleteConflict, match="permissions boundary"):
        delete_policy_everywhere(shop, policy.arn)

    assert len(list_attached_user_policies(shop, user_name="ana").items) == 1


def test_permissions_are_copied_and_what_was_there_stays(shop: Caller) -> None:
    attach_user_policy(shop, user_name="ben", policy_arn=READ_ONLY)

    copy_permissions(shop, "ana", "ben")

    attached = list_attached_user_policies(shop, user_name="ben").items
    assert [one.policy_name for one in attached] == ["IAMReadOnlyAccess", "ReceiptsRead"]
    assert [one.group_name for one in list_groups_for_user(shop, user_name="ben").items] == ["Cashiers"]
    assert [one.policy_name for one in list_user_policies(shop, user_name="ben").items] == ["own"]
    assert get_user(shop, user_name="ben").permissions_boundary is None


def test_a_copied_user_is_bounded_alike(shop: Caller, policy: Policy) -> None:
    create_user(shop, user_name="cleo", permissions_boundary=policy.arn)

    copy_permissions(shop, "cleo", "ben")

    assert get_user(shop, user_name="ben").permissions_boundary == policy
