"""Deleting a user through the API: first, one by one, everything that hangs on it."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import User
from iamconsole.cli import Command, command


def commands_for_deleting(user: User) -> list[Command]:
    """IAM refuses to delete a user who still has anything: the console deletes it along, and so do these."""
    last = command(f"Delete {user.user_name}", "iam:DeleteUser", user_name=user.user_name)
    return [*_credentials(user), *_sign_in(user), *_permissions(user), last]


def _credentials(user: User) -> Iterator[Command]:
    """What programs use."""
    name = user.user_name
    for key in user.access_keys.all():
        given = {"user_name": name, "access_key_id": key.access_key_id}
        yield command(f"Delete an access key of {name}", "iam:DeleteAccessKey", **given)
    for public_key in user.ssh_public_keys.all():
        given = {"user_name": name, "ssh_public_key_id": public_key.ssh_public_key_id}
        yield command(f"Delete an SSH public key of {name}", "iam:DeleteSSHPublicKey", **given)
    for certificate in user.signing_certificates.all():
        given = {"user_name": name, "certificate_id": certificate.certificate_id}
        yield command(f"Delete a signing certificate of {name}", "iam:DeleteSigningCertificate", **given)
    for one in user.service_specific_credentials.all():
        given = {"user_name": name, "service_specific_credential_id": one.service_specific_credential_id}
        yield command(
            f"Delete a service-specific credential of {name}", "iam:DeleteServiceSpecificCredential", **given
        )


def _sign_in(user: User) -> Iterator[Command]:
    """What opens the console."""
    name = user.user_name
    if user.has_console_access:
        yield command(f"Delete the password of {name}", "iam:DeleteLoginProfile", user_name=name)
    for device in user.mfa_devices.all():
        given = {"serial_number": device.serial_number}
        yield command(f"Take {device.device_name} away", "iam:DeactivateMFADevice", user_name=name, **given)
        yield command(f"Delete {device.device_name}", "iam:DeleteVirtualMFADevice", **given)


def _permissions(user: User) -> Iterator[Command]:
    name = user.user_name
    for group in user.groups.all():
        given = {"user_name": name, "group_name": group.group_name}
        yield command(f"Remove {name} from {group.group_name}", "iam:RemoveUserFromGroup", **given)
    for policy in (attachment.policy for attachment in user.attachments.all()):
        given = {"user_name": name, "policy_arn": policy.arn}
        yield command(f"Detach {policy.policy_name} from {name}", "iam:DetachUserPolicy", **given)
    for inline in user.inline_policies.all():
        given = {"user_name": name, "policy_name": inline.policy_name}
        yield command(f"Delete {inline.policy_name} of {name}", "iam:DeleteUserPolicy", **given)
