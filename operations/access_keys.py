"""Access keys: made here, and their secret seen here only."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import AccessKey, User
from accounts.names import ID_ALPHABET
from accounts.sealing import seal
from operations.call import Call
from operations.errors import NoSuchEntity
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import ensure_room
from operations.users import name_or_own

KEY_ID_CHARACTERS = 16
SECRET_CHARACTERS = 40
SECRET_ALPHABET = string.ascii_letters + string.digits + "+/"


@dataclass(frozen=True, slots=True)
class NewAccessKey:
    access_key: AccessKey
    secret_access_key: str


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
    return page_of(keys, "access_key_id", marker=marker, max_items=max_items)


@operation("iam:DeleteAccessKey")
def delete_access_key(call: Call, *, user_name: str | None = None, access_key_id: str) -> None:
    """Delete a key of that very owner; a key of somebody else is not found."""
    _, keys = _owner_and_keys(call, user_name)
    gone, _ = keys.filter(access_key_id=access_key_id).delete()
    if not gone:
        raise NoSuchEntity(f"The Access Key with id {access_key_id} cannot be found.")


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
        access_key_id="AKIA" + "".join(secrets.choice(ID_ALPHABET) for _ in range(KEY_ID_CHARACTERS)),
        account=call.account,
        user=owner,
        for_root=owner is None,
        create_date=call.now,
    )
    secret = "".join(secrets.choice(SECRET_ALPHABET) for _ in range(SECRET_CHARACTERS))
    key.secret = seal(secret, context=key.seal_context)
    key.save()
    call.respond(accessKeyId=key.access_key_id)
    return NewAccessKey(key, secret)
