"""Tags of users, roles, policies and whatever else has them: up to fifty, unique without regard to case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from accounts.models import InstanceProfile, MFADevice, Role, User
from operations.authorization import Context, tag_context
from operations.call import Call
from operations.errors import InvalidInput, LimitExceeded
from operations.operation import operation
from operations.paging import Page
from operations.quotas import quota
from policies.models import Policy

Tag = Mapping[str, str]
Tagged = TypeVar("Tagged", User, Role, Policy, MFADevice, InstanceProfile)


def tag_conditions(tags: Sequence[Tag]) -> Context:
    """`aws:RequestTag/…` and `aws:TagKeys` of a request that carries tags."""
    if not tags:
        return {}
    return {**tag_context("aws:RequestTag", tags), "aws:TagKeys": [tag["Key"] for tag in tags]}


def checked(tags: Sequence[Tag]) -> list[dict[str, str]]:
    """Tags for a new object; raises InvalidInput for equal keys and LimitExceeded for too many."""
    return merged([], tags)


def merged(present: Sequence[Tag], added: Sequence[Tag]) -> list[dict[str, str]]:
    """`added` laid over `present`: an equal key, whatever its case, takes the new value and spelling."""
    fresh = {tag["Key"].lower(): {"Key": tag["Key"], "Value": tag["Value"]} for tag in added}
    if len(fresh) < len(added):
        raise InvalidInput(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.", parameter="tags"
        )
    kept = [dict(tag) for tag in present if tag["Key"].lower() not in fresh]
    result = sorted([*kept, *fresh.values()], key=lambda tag: tag["Key"])
    if len(result) > quota("TAGS"):
        raise LimitExceeded(f"Cannot exceed quota for TagsPerResource: {quota('TAGS')}", parameter="tags")
    return result


def without(present: Sequence[Tag], keys: Sequence[str]) -> list[dict[str, str]]:
    gone = {key.lower() for key in keys}
    return [dict(tag) for tag in present if tag["Key"].lower() not in gone]


def _tag(call: Call, kind: type[Tagged], identifier: str, tags: Sequence[Tag]) -> None:
    tagged = call.access(kind, identifier, tag_conditions(tags))
    tagged.tags = merged(tagged.tags, tags)
    tagged.save(update_fields=["tags"])


def _untag(call: Call, kind: type[Tagged], identifier: str, tag_keys: Sequence[str]) -> None:
    tagged = call.access(kind, identifier, {"aws:TagKeys": list(tag_keys)})
    tagged.tags = without(tagged.tags, tag_keys)
    tagged.save(update_fields=["tags"])


def _tags_of(call: Call, kind: type[Tagged], identifier: str) -> Page[dict[str, str]]:
    """Fifty tags always fit one page."""
    return Page(call.access(kind, identifier).tags)


@operation("iam:TagUser")
def tag_user(call: Call, *, user_name: str, tags: Sequence[Tag]) -> None:
    """Add tags to a user; a key that is there already gets the new value. Raises LimitExceeded."""
    _tag(call, User, user_name, tags)


@operation("iam:UntagUser")
def untag_user(call: Call, *, user_name: str, tag_keys: Sequence[str]) -> None:
    """Take tags from a user; keys that are not there do not matter."""
    _untag(call, User, user_name, tag_keys)


@operation("iam:ListUserTags", reads=True)
def list_user_tags(
    call: Call, *, user_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[dict[str, str]]:
    """All tags of a user."""
    return _tags_of(call, User, user_name)


@operation("iam:TagRole")
def tag_role(call: Call, *, role_name: str, tags: Sequence[Tag]) -> None:
    """Add tags to a role, also to a service-linked one; raises as `tag_user` does."""
    _tag(call, Role, role_name, tags)


@operation("iam:UntagRole")
def untag_role(call: Call, *, role_name: str, tag_keys: Sequence[str]) -> None:
    """Take tags from a role."""
    _untag(call, Role, role_name, tag_keys)


@operation("iam:ListRoleTags", reads=True)
def list_role_tags(
    call: Call, *, role_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[dict[str, str]]:
    """All tags of a role."""
    return _tags_of(call, Role, role_name)


@operation("iam:TagPolicy")
def tag_policy(call: Call, *, policy_arn: str, tags: Sequence[Tag]) -> None:
    """Add tags to a policy of the account; raises as `tag_user` does."""
    policy = call.access(Policy, policy_arn, tag_conditions(tags))
    policy.tags = merged(policy.tags, tags)
    policy.save(update_fields=["tags"])


@operation("iam:UntagPolicy")
def untag_policy(call: Call, *, policy_arn: str, tag_keys: Sequence[str]) -> None:
    """Take tags from a policy of the account."""
    policy = call.access(Policy, policy_arn, {"aws:TagKeys": list(tag_keys)})
    policy.tags = without(policy.tags, tag_keys)
    policy.save(update_fields=["tags"])


@operation("iam:ListPolicyTags", reads=True)
def list_policy_tags(
    call: Call, *, policy_arn: str, marker: str | None = None, max_items: int | None = None
) -> Page[dict[str, str]]:
    """All tags of a policy."""
    return _tags_of(call, Policy, policy_arn)


@operation("iam:TagMFADevice")
def tag_mfa_device(call: Call, *, serial_number: str, tags: Sequence[Tag]) -> None:
    """Add tags to a virtual MFA device; raises as `tag_user` does."""
    _tag(call, MFADevice, serial_number, tags)


@operation("iam:UntagMFADevice")
def untag_mfa_device(call: Call, *, serial_number: str, tag_keys: Sequence[str]) -> None:
    """Take tags from a virtual MFA device."""
    _untag(call, MFADevice, serial_number, tag_keys)


@operation("iam:ListMFADeviceTags", reads=True)
def list_mfa_device_tags(
    call: Call, *, serial_number: str, marker: str | None = None, max_items: int | None = None
) -> Page[dict[str, str]]:
    """All tags of a virtual MFA device."""
    return _tags_of(call, MFADevice, serial_number)


@operation("iam:TagInstanceProfile")
def tag_instance_profile(call: Call, *, instance_profile_name: str, tags: Sequence[Tag]) -> None:
    """Add tags to an instance profile; raises as `tag_user` does."""
    _tag(call, InstanceProfile, instance_profile_name, tags)


@operation("iam:UntagInstanceProfile")
def untag_instance_profile(call: Call, *, instance_profile_name: str, tag_keys: Sequence[str]) -> None:
    """Take tags from an instance profile."""
    _untag(call, InstanceProfile, instance_profile_name, tag_keys)


@operation("iam:ListInstanceProfileTags", reads=True)
def list_instance_profile_tags(
    call: Call, *, instance_profile_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[dict[str, str]]:
    """All tags of an instance profile."""
    return _tags_of(call, InstanceProfile, instance_profile_name)
