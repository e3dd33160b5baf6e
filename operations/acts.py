"""Acts of the console: several operations that stand or fall together, each authorized for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from accounts.models import Role, User
from operations.access_keys import delete_access_key, list_access_keys
from operations.attachments import (
    attach_user_policy,
    detach_group_policy,
    detach_role_policy,
    detach_user_policy,
    list_attached_group_policies,
    list_attached_user_policies,
)
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.groups import delete_group, get_group, list_groups_for_user
from operations.holdings import Holder
from operations.inline_policies import (
    delete_group_policy,
    delete_user_policy,
    list_group_policies,
    list_user_policies,
    put_user_policy,
)
from operations.login_profiles import delete_login_profile
from operations.memberships import add_user_to_group, remove_user_from_group
from operations.mfa_devices import deactivate_mfa_device, delete_virtual_mfa_device, list_mfa_devices
from operations.operation import act
from operations.paging import Page
from operations.paper import Items
from operations.policies import delete_policy, list_entities_for_policy
from operations.policy_versions import delete_policy_version, list_policy_versions
from operations.service_specific_credentials import (
    delete_service_specific_credential,
    list_service_specific_credentials,
)
from operations.signing_certificates import delete_signing_certificate, list_signing_certificates
from operations.ssh_public_keys import delete_ssh_public_key, list_ssh_public_keys
from operations.users import delete_user, get_user

T = TypeVar("T")


def delete_user_with_everything(caller: Caller, user_name: str) -> None:
    """Delete a user after all that IAM wants gone first; raises FreshProofRequired where a device goes."""
    with act(caller, "DeleteUserWithEverything"):
        user = get_user(caller, user_name=user_name)
        _strip_credentials(caller, user)
        for group in _all(lambda marker: list_groups_for_user(caller, user_name=user_name, marker=marker)):
            remove_user_from_group(caller, group_name=group.group_name, user_name=user_name)
        for policy in list_attached_user_policies(caller, user_name=user_name, max_items=1000).items:
            detach_user_policy(caller, user_name=user_name, policy_arn=policy.arn)
        for inline in _all(lambda marker: list_user_policies(caller, user_name=user_name, marker=marker)):
            delete_user_policy(caller, user_name=user_name, policy_name=inline.policy_name)
        delete_user(caller, user_name=user_name)


def _strip_credentials(caller: Caller, user: User) -> None:
    for key in list_access_keys(caller, user_name=user.user_name).items:
        delete_access_key(caller, user_name=user.user_name, access_key_id=key.access_key_id)
    if user.has_console_access:
        delete_login_profile(caller, user_name=user.user_name)
    for device in list_mfa_devices(caller, user_name=user.user_name).items:
        serial_number = device.serial_number
        deactivate_mfa_device(caller, user_name=user.user_name, serial_number=serial_number)
        delete_virtual_mfa_device(caller, serial_number=serial_number)
    _strip_service_credentials(caller, user.user_name)


def _strip_service_credentials(caller: Caller, user_name: str) -> None:
    for certificate in list_signing_certificates(caller, user_name=user_name).items:
        delete_signing_certificate(caller, user_name=user_name, certificate_id=certificate.certificate_id)
    for key in list_ssh_public_keys(caller, user_name=user_name).items:
        delete_ssh_public_key(caller, user_name=user_name, ssh_public_key_id=key.ssh_public_key_id)
    for one in list_service_specific_credentials(caller, user_name=user_name).items:
        delete_service_specific_credential(
            caller,
            user_name=user_name,
            service_specific_credential_id=one.service_specific_credential_id,
        )


def delete_group_with_everything(caller: Caller, group_name: str) -> None:
    """Delete a group after its users left it and its policies went; the users themselves stay."""
    with act(caller, "DeleteGroupWithEverything"):
        for user in _all(lambda marker: get_group(caller, group_name=group_name, marker=marker).users):
            remove_user_from_group(caller, group_name=group_name, user_name=user.user_name)
        for policy in list_attached_group_policies(caller, group_name=group_name, max_items=1000).items:
            detach_group_policy(caller, group_name=group_name, policy_arn=policy.arn)
        for inline in _all(lambda marker: list_group_policies(caller, group_name=group_name, marker=marker)):
            delete_group_policy(caller, group_name=group_name, policy_name=inline.policy_name)
        delete_group(caller, group_name=group_name)


def delete_policy_everywhere(caller: Caller, policy_arn: str) -> None:
    """Detach a policy from everybody and delete it with its versions.

    A boundary is not lifted: that would give access instead of taking it. DeleteConflict says so.
    """
    with act(caller, "DeletePolicyEverywhere"):
        for holder in _holders(caller, policy_arn):
            if isinstance(holder, User):
                detach_user_policy(caller, user_name=holder.user_name, policy_arn=policy_arn)
            elif isinstance(holder, Role):
                detach_role_policy(caller, role_name=holder.role_name, policy_arn=policy_arn)
            else:
                detach_group_policy(caller, group_name=holder.group_name, policy_arn=policy_arn)
        for version in list_policy_versions(caller, policy_arn=policy_arn).items:
            if not version.is_default:
                delete_policy_version(caller, policy_arn=policy_arn, version_id=version.version_id)
        delete_policy(caller, policy_arn=policy_arn)


def _holders(caller: Caller, policy_arn: str) -> Iterator[Holder]:
    return _all(
        lambda marker: list_entities_for_policy(
            caller, policy_arn=policy_arn, policy_usage_filter="PermissionsPolicy", marker=marker
        )
    )


def copy_permissions(caller: Caller, from_user_name: str, to_user_name: str) -> None:
    """Give a user the groups, policies and boundary of another one; what the user has already stays."""
    with act(caller, "CopyPermissions"):
        give_permissions_of(caller, from_user_name, to_user_name)


def give_permissions_of(caller: Caller, from_user_name: str, to_user_name: str) -> None:
    """`copy_permissions` as a part of a greater act, which the caller of this function has begun."""
    model = get_user(caller, user_name=from_user_name)
    for group in _all(lambda marker: list_groups_for_user(caller, user_name=from_user_name, marker=marker)):
        add_user_to_group(caller, group_name=group.group_name, user_name=to_user_name)
    for policy in list_attached_user_policies(caller, user_name=from_user_name, max_items=1000).items:
        attach_user_policy(caller, user_name=to_user_name, policy_arn=policy.arn)
    for inline in _all(lambda marker: list_user_policies(caller, user_name=from_user_name, marker=marker)):
        put_user_policy(
            caller,
            user_name=to_user_name,
            policy_name=inline.policy_name,
            policy_document=inline.text.document,
        )
    if model.permissions_boundary:
        put_user_permissions_boundary(
            caller, user_name=to_user_name, permissions_boundary=model.permissions_boundary.arn
        )


def changes_of_copying(caller: Caller, from_user_name: str, to_user_name: str) -> dict[str, Items]:
    """What `copy_permissions` would change, for a preview. Raises AccessDenied where the model may not be read."""
    model, to = get_user(caller, user_name=from_user_name), {"UserName": to_user_name}
    groups = _all(lambda marker: list_groups_for_user(caller, user_name=from_user_name, marker=marker))
    inline = _all(lambda marker: list_user_policies(caller, user_name=from_user_name, marker=marker))
    attached = list_attached_user_policies(caller, user_name=from_user_name, max_items=1000).items
    boundary = model.permissions_boundary
    return {
        "joins": [{**to, "GroupName": group.group_name} for group in groups],
        "attaches": [{**to, "PolicyArn": policy.arn} for policy in attached],
        "inline_policies": [
            {**to, "PolicyName": policy.policy_name, "PolicyDocument": policy.text.document}
            for policy in inline
        ],
        "boundaries": [{**to, "PolicyArn": boundary.arn}] if boundary else [],
    }


def _all(page: Callable[[str | None], Page[T]]) -> Iterator[T]:
    """The items of every page; a page begins after the last item of the one before, gone or not."""
    marker: str | None = None
    while True:
        found = page(marker)
        yield from found.items
        marker = found.marker
        if marker is None:
            return
