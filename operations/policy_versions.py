"""Versions of a managed policy: at most five, one of them in force."""

from __future__ import annotations

from django.db.models import QuerySet

from operations.call import Call
from operations.documents import ensure_policy_size, stored
from operations.errors import (
    DeleteConflict,
    EntityAlreadyExists,
    LimitExceeded,
    NoSuchEntity,
    ValidationError,
)
from operations.operation import operation
from operations.paging import DEFAULT_MAX_ITEMS, Page, key_of, marker_of
from operations.quotas import quota
from policies.models import Policy, PolicyVersion


@operation("iam:CreatePolicyVersion")
def create_policy_version(
    call: Call, *, policy_arn: str, policy_document: str, set_as_default: bool | None = None
) -> PolicyVersion:
    """Add a text under the next number, which is never used twice; it counts only as the default."""
    policy = call.access(Policy, policy_arn)
    ensure_policy_size(policy_document)
    _ensure_version_room(policy)
    before = policy.default_version
    policy.last_version, policy.update_date = policy.last_version + 1, call.now
    policy.save(update_fields=["last_version", "update_date"])
    version = policy.versions.create(
        number=policy.last_version, text=stored(policy_document), create_date=call.now
    )
    if set_as_default:
        _put_in_force(policy, version)
        call.undo_by("iam:SetDefaultPolicyVersion", policy_arn=policy.arn, version_id=before.version_id)
    else:
        call.undo_by("iam:DeletePolicyVersion", policy_arn=policy.arn, version_id=version.version_id)
    call.respond(versionId=version.version_id, isDefaultVersion=version.is_default)
    return version


@operation("iamconsole:RecordVersionReason", action="iam:CreatePolicyVersion", keeps_revision=True)
def record_version_reason(call: Call, *, policy_arn: str, version_id: str, reason: str) -> None:
    """Say why a version was made, which AWS's operation has no word for: in the act that makes it, and once.

    Raises NoSuchEntity, and EntityAlreadyExists for a version that has its reason: nobody rewrites another's.
    """
    version = _version_of(call.access(Policy, policy_arn), version_id)
    if version.reason:
        raise EntityAlreadyExists(f"{version_id} has its reason already.", parameter="reason")
    version.reason = reason
    version.save(update_fields=["reason"])


@operation("iam:GetPolicyVersion", reads=True)
def get_policy_version(call: Call, *, policy_arn: str, version_id: str) -> PolicyVersion:
    """One version of a policy, with its text; raises NoSuchEntity."""
    return _version_of(call.access(Policy, policy_arn), version_id)


@operation("iam:ListPolicyVersions", reads=True)
def list_policy_versions(
    call: Call, *, policy_arn: str, marker: str | None = None, max_items: int | None = None
) -> Page[PolicyVersion]:
    """The versions, newest first; their documents are not read."""
    policy = call.access(Policy, policy_arn)
    versions = [
        version for version in policy.versions.all() if not marker or version.number < _number(marker)
    ]
    size = max_items or DEFAULT_MAX_ITEMS
    shown = versions[:size]
    return Page(shown, marker_of(str(shown[-1].number)) if len(versions) > size else None)


def _number(marker: str) -> int:
    key = key_of(marker)
    if not key.isdecimal():
        raise ValidationError("Invalid Marker.", parameter="marker")
    return int(key)


@operation("iam:SetDefaultPolicyVersion")
def set_default_policy_version(call: Call, *, policy_arn: str, version_id: str) -> None:
    """Put another version in force, at once and for everybody who has the policy."""
    policy = call.access(Policy, policy_arn)
    version, before = _version_of(policy, version_id), policy.default_version
    _put_in_force(policy, version)
    call.undo_by("iam:SetDefaultPolicyVersion", policy_arn=policy.arn, version_id=before.version_id)


@operation("iam:DeletePolicyVersion")
def delete_policy_version(call: Call, *, policy_arn: str, version_id: str) -> None:
    """Delete a version that is not in force. Its text stays in the history."""
    version = _version_of(call.access(Policy, policy_arn), version_id)
    if version.is_default:
        raise DeleteConflict("Cannot delete the default version of a policy.")
    call.deleted({"VersionId": version.version_id, "Document": version.text_id})
    version.delete()


def _version_of(policy: Policy, version_id: str) -> PolicyVersion:
    versions: QuerySet[PolicyVersion] = policy.versions.select_related("text")
    found = next((version for version in versions if version.version_id == version_id), None)
    if found is None:
        raise NoSuchEntity(f"Policy {policy.arn} version {version_id} does not exist or is not attachable.")
    return found


def _put_in_force(policy: Policy, version: PolicyVersion) -> None:
    """The old default first: the database allows one at any moment."""
    policy.versions.filter(is_default=True).update(is_default=False)
    version.is_default = True
    version.save(update_fields=["is_default"])


def _ensure_version_room(policy: Policy) -> None:
    limit = quota("VERSIONS_PER_POLICY")
    if policy.versions.count() >= limit:
        raise LimitExceeded(
            f"A managed policy can have up to {limit} versions. Before you create a new version, you must delete "
            "an existing version."
        )
