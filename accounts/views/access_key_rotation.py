"""Rotate an access key: a second one, everything switched over, the old one off, the old one gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.models.access_key import KeyStatus
from accounts.signin.flow import see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.access_keys import ACTIONS, KeyRow, deleting, row_of, rows_of, switching
from accounts.views.credential_owners import Owner
from iamconsole.cli import Command, command
from iamconsole.pages import flash, page


@dataclass(frozen=True, slots=True)
class Rotation:
    """Where a rotation stands; the keys themselves say so, and nothing else is kept."""

    old: KeyRow
    new: KeyRow | None

    @classmethod
    def of(cls, rows: Sequence[KeyRow], access_key_id: str) -> Rotation:
        """Raises NoSuchEntity. Where no key is named, the oldest is the one to go."""
        old = row_of(rows, access_key_id) if access_key_id else rows[0]
        return cls(old, next((row for row in rows if row is not old), None))

    @property
    def is_old_off(self) -> bool:
        return not self.old.key.is_active

    @property
    def is_new_used(self) -> bool:
        return bool(self.new and self.new.use and self.new.use.last_used_date)

    @property
    def is_old_still_used(self) -> bool:
        """Used since there is another key: something has not been switched over when that was noted."""
        last_used = self.old.use.last_used_date if self.old.use else None
        return bool(self.new and last_used and last_used > self.new.key.create_date)


@require_safe
def rotate(request: ConsoleRequest, owner: Owner) -> HttpResponse:
    """One page for the whole way: it shows how far it has come, and can be left and opened again."""
    rows = rows_of(owner)
    if not rows:
        flash(request, "info", f"{owner.label} has no access key to rotate.")
        return see_other(owner.back)
    rotation = Rotation.of(rows, request.GET.get("key", ""))
    old_id = rotation.old.key.access_key_id
    context = {
        "owner": owner,
        "rotation": rotation,
        "off": owner.off(**ACTIONS),
        "create_url": owner.url("create", "access-key", rotate=old_id),
        "switch_url": owner.url("switch", "access-key"),
        "delete_url": owner.url("delete", "access-key", key=old_id),
        "again_url": owner.url("rotate", "access-key", key=old_id),
        "crumbs": owner.crumbs("Rotate access key"),
        "cli": _commands(owner, old_id),
    }
    return page(request, "accounts/access_key_rotate.html", context)


def _commands(owner: Owner, old_id: str) -> list[Command]:
    return [
        command("Create the second key", "iam:CreateAccessKey", user_name=owner.named),
        command("See whether the old key is still used", "iam:GetAccessKeyLastUsed", access_key_id=old_id),
        switching(owner, old_id, KeyStatus.INACTIVE),
        deleting(owner, old_id),
    ]
