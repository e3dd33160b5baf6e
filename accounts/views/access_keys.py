"""Access keys on the pages of their owner: the list, switching one on or off, deleting one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import AccessKey
from accounts.models.access_key import KeyStatus
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.credential_owners import Owner
from iamconsole.cli import Command, command
from iamconsole.forms import ConfirmationForm
from iamconsole.pages import flash, page, refused
from iamconsole.reading import attempt
from operations.access_keys import (
    KeyUse,
    delete_access_key,
    get_access_key_last_used,
    list_access_keys,
    update_access_key,
)
from operations.errors import AccessDenied, NoSuchEntity, ServiceError
from operations.quotas import quota

ACTIONS = {
    "create": "iam:CreateAccessKey",
    "update": "iam:UpdateAccessKey",
    "delete": "iam:DeleteAccessKey",
    "use": "iam:GetAccessKeyLastUsed",
}
FULL = "There can be {} access keys at most. Delete one to make room for another."
DELETE_TEMPLATE = "accounts/access_key_delete.html"
# Where one may have come from to switch a key on or off.
WAYS_BACK = ("delete", "rotate")
SWITCHED = {
    KeyStatus.ACTIVE.value: "`{}` is active: requests signed with it are taken again.",
    KeyStatus.INACTIVE.value: "`{}` is inactive: requests signed with it are refused from now on. It can be "
    "activated again.",
}


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as the pages show it; `use` is None where the caller may not know of it."""

    key: AccessKey
    use: KeyUse | None


def rows_of(owner: Owner) -> list[KeyRow]:
    """The keys, oldest first. Raises AccessDenied."""
    keys = list_access_keys(owner.caller, user_name=owner.named).items
    may_see_use = not owner.off(use=ACTIONS["use"])
    rows = [KeyRow(key, _use_of(owner, key) if may_see_use else None) for key in keys]
    return sorted(rows, key=lambda row: row.key.create_date)


def _use_of(owner: Owner, key: AccessKey) -> KeyUse:
    found = get_access_key_last_used(owner.caller, access_key_id=key.access_key_id)
    return found.access_key_last_used


def row_of(rows: Sequence[KeyRow], access_key_id: str) -> KeyRow:
    """Raises NoSuchEntity."""
    for row in rows:
        if row.key.access_key_id == access_key_id:
            return row
    raise NoSuchEntity(f"The Access Key with id {access_key_id} cannot be found.")


@dataclass(frozen=True, slots=True)
class Panel:
    """The keys for accounts/_access_keys.html, or why they are not shown."""

    rows: Sequence[KeyRow]
    withheld: Sequence[AccessDenied]
    shown: Mapping[str, object]


def panel_of(owner: Owner) -> Panel:
    rows, refusal = attempt(lambda: rows_of(owner))
    withheld = [refusal] if refusal else []
    return Panel(rows or [], withheld, {} if rows is None else _shown(owner, rows))


def _shown(owner: Owner, rows: Sequence[KeyRow]) -> dict[str, object]:
    most = quota("ACCESS_KEYS_PER_USER")
    full = {"create": FULL.format(most)} if len(rows) >= most else {}
    return {
        "key_rows": rows,
        "keys_off": {**full, **owner.off(**ACTIONS)},
        "keys_of": owner,
        "create_key_url": owner.url("create", "access-key"),
        "switch_key_url": owner.url("switch", "access-key"),
        "delete_key_url": owner.url("delete", "access-key"),
        "rotate_key_url": owner.url("rotate", "access-key"),
    }


def commands_for_keys(owner: Owner, rows: Sequence[KeyRow]) -> list[Command]:
    """What shows the keys, and when each was used."""
    listing = command("List the access keys", "iam:ListAccessKeys", user_name=owner.named)
    ids = [row.key.access_key_id for row in rows]
    asking = [
        command(f"See when {one} was last used", "iam:GetAccessKeyLastUsed", access_key_id=one) for one in ids
    ]
    return [listing, *asking]


def switching(owner: Owner, access_key_id: str, status: str) -> Command:
    title = "Activate the key" if status == KeyStatus.ACTIVE else "Deactivate the key"
    given = {"user_name": owner.named, "access_key_id": access_key_id, "status": status}
    return command(title, "iam:UpdateAccessKey", **given)


def deleting(owner: Owner, access_key_id: str) -> Command:
    return command(
        "Delete the key", "iam:DeleteAccessKey", user_name=owner.named, access_key_id=access_key_id
    )


@require_POST
def switch(request: ConsoleRequest, owner: Owner) -> HttpResponse:
    """On or off, and back to the page that the button stands on. The other button takes it back."""
    access_key_id, status = request.POST.get("access_key_id", ""), request.POST.get("status", "")
    update_access_key(request.caller, user_name=owner.named, access_key_id=access_key_id, status=status)
    flash(request, "ok", SWITCHED[status].format(access_key_id))
    way_back = request.POST.get("then", "")
    if way_back in WAYS_BACK:
        return see_other(owner.url(way_back, "access-key", key=access_key_id))
    return see_other(owner.back)


@require_http_methods(PAGE_METHODS)
def delete(request: ConsoleRequest, owner: Owner) -> HttpResponse:
    """An active key is deactivated first, as in AWS's console: whatever still needs it is found out in time."""
    row = row_of(rows_of(owner), request.GET.get("key", ""))
    access_key_id = row.key.access_key_id
    form = ConfirmationForm(request.POST if request.method == "POST" else None, word=access_key_id)
    context = {
        "form": form,
        "owner": owner,
        "row": row,
        "off": owner.off(update=ACTIONS["update"]),
        "action": request.get_full_path(),
        "switch_url": owner.url("switch", "access-key"),
        "crumbs": owner.crumbs("Delete access key"),
        "cli": [switching(owner, access_key_id, KeyStatus.INACTIVE), deleting(owner, access_key_id)],
    }
    if row.key.is_active and form.is_bound:
        return page(request, DELETE_TEMPLATE, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if not form.is_valid():
        return page(request, DELETE_TEMPLATE, context, status=form_status(form))
    try:
        delete_access_key(request.caller, user_name=owner.named, access_key_id=access_key_id)
    except ServiceError as error:
        return refused(request, error, template=DELETE_TEMPLATE, context=context, form=form)
    flash(request, "ok", f"The access key `{access_key_id}` of {owner.label} is deleted.")
    return see_other(owner.back)
