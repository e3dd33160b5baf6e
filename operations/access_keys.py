"""Access keys: made here, and their secret seen here only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import AccessKey, User
from accounts.models.access_key import KeyStatus
from accounts.names import KeyPrefix, new_access_key_id, new_secret_key
from accounts.sealing import seal
from operations.call import Call
from operations.errors import AccessDenied, NoSuchEntity, ValidationError
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import ensure_room
from operations.users import name_or_own


@dataclass(frozen=True, slots=True)
class NewAccessKey:
    """A key together with its secret, which is shown this once."""

    access_key: AccessKey
    secret_access_key: str

    @property
    def user_name(self) -> str | None:
        return self.access_key.user_name

    @property
    def access_key_id(self) -> str:
        return self.access_key.access_key_id

    @property
    def status(self) -> str:
        return self.access_key.status

    @property
    def create_date(self) -> datetime:
        return self.access_key.create_date


@dataclass(frozen=True, slots=True)
class KeyUse:
    """When and for what a key was last used; in AWS's words `N/A` where it never was."""

    last_used_date: datetime | None
    service_name: str
    region: str


@dataclass(frozen=True, slots=True)
class AccessKeyLastUsed:
    user_name: str | None
    access_key_last_used: KeyUse


@operation("iam:CreateAccessKey")
def create_access_key(call: Call, *, user_name: str | None = None) -> NewAccessKey:
    """A key for a user; for the root user when it asks and names nobody. At most two each.

    In the console it takes a fresh proof of identity.
    """
    owner, present = _owner_and_keys(call, user_name)
    call.require_fresh_proof()
    ensure_room(present, "ACCESS_KEYS_PER_USER", "AccessKeysPerUser")
    return new_access_key(call, owner)


@operation("iam:ListAccessKeys", reads=True)
def list_access_keys(
    call: Call, *, user_name: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[AccessKey]:
    """The keys of a user, without their secrets; the root user's own when it asks and names nobody."""
    _, keys = _owner_and_keys(call, user_name)
    return page_of(keys.select_related("user"), "access_key_id", marker=marker, max_items=max_items)


@operation("iam:GetAccessKeyLastUsed", reads=True)
def get_access_key_last_used(call: Call, *, access_key_id: str) -> AccessKeyLastUsed:
    """When a key was last used, with which service and from which region; recorded every few minutes.

    A key that is not of this account is refused as AWS refuses it: AccessDenied.
    """
    key = call.account.access_keys.filter(access_key_id=access_key_id).select_related("user").first()
    call.authorize(key.user.arn if key and key.user else User.arn_of(call.account.id, "*"))
    if key is None:
        raise AccessDenied(f"The Access Key with id {access_key_id} cannot be found in this account.")
    use = KeyUse(key.last_used_date, key.last_used_service or "N/A", key.last_used_region or "N/A")
    return AccessKeyLastUsed(key.user_name, use)


@operation("iam:UpdateAccessKey")
def update_access_key(call: Call, *, user_name: str | None = None, access_key_id: str, status: str) -> None:
    """Switch a key on or off. One that is off signs nothing from this moment on, and keeps its place."""
    _, keys = _owner_and_keys(call, user_name)
    if status not in (KeyStatus.ACTIVE, KeyStatus.INACTIVE):
        raise ValidationError("The status of an access key is Active or Inactive.", parameter="status")
    key = keys.filter(access_key_id=access_key_id).first()
    if key is None:
        raise _missing(access_key_id)
    call.undo_by("iam:UpdateAccessKey", user_name=user_name, access_key_id=access_key_id, status=key.status)
    key.is_active = status == KeyStatus.ACTIVE
    key.save(update_fields=["is_active"])


@operation("iam:DeleteAccessKey")
def delete_access_key(call: Call, *, user_name: str | None = None, access_key_id: str) -> None:
    """Delete a key of that very owner; a key of somebody else is not found."""
    _, keys = _owner_and_keys(call, user_name)
    gone, _ = keys.filter(access_key_id=access_key_id).delete()
    if not gone:
        raise _missing(access_key_id)


def _missing(access_key_id: str) -> NoSuchEntity:
    return NoSuchEntity(f"The Access Key with id {access_key_id} cannot be found.")


def _owner_and_keys(call: Call, user_name: str | None) -> tuple[User | None, QuerySet[AccessKey]]:
    """Whose keys are meant, decided on; None stands for the root user."""
    if user_name is None and call.caller.is_root:
        call.authorize(call.caller.principal.arn)
        return None, call.account.access_keys.filter(for_root=True)
    owner = call.access(User, name_or_own(call, user_name))
    return owner, call.account.access_keys.filter(user=owner)


def new_access_key(call: Call, owner: User | None) -> NewAccessKey:
    """The row of a new key; without an owner it is the root user's."""
    key = AccessKey(
        access_key_id=new_access_key_id(KeyPrefix.LASTING, call.account.id),
        account=call.account,
        user=owner,
        for_root=owner is None,
        create_date=call.now,
    )
    secret = new_secret_key()
    key.secret = seal(secret, context=key.seal_context)
    key.save()
    call.respond(accessKeyId=key.access_key_id)
    return NewAccessKey(key, secret)
