"""Deleting one user or several: what goes with them is listed, and a word is typed, before anything happens."""

from __future__ import annotations

from collections.abc import Sequence, Sized

from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.deletion_commands import commands_for_deleting
from accounts.views.proof import needs_proof, to_proof
from iamconsole.forms import ConfirmationForm
from iamconsole.pages import flash, page, refused
from operations.acts import delete_user_with_everything
from operations.errors import ServiceError
from operations.operation import act
from operations.user_details import list_user_contents

TEMPLATE = "accounts/delete_users.html"
CREDENTIALS = ("access_keys", "ssh_public_keys", "signing_certificates", "service_specific_credentials")


@require_http_methods(PAGE_METHODS)
def delete_user(request: ConsoleRequest, user_name: str) -> HttpResponse:
    return _delete(request, [user_name], reverse("user", args=[user_name]))


@require_POST
def delete_users(request: ConsoleRequest) -> HttpResponse:
    """The selection of the list; without the typed word it only asks."""
    user_names = list(dict.fromkeys(request.POST.getlist("user_name")))
    if not user_names:
        flash(request, "warn", "Select the users to delete first.")
        return see_other(reverse("users"))
    return _delete(request, user_names, reverse("users"))


def _delete(request: ConsoleRequest, user_names: Sequence[str], back: str) -> HttpResponse:
    users = list_user_contents(request.caller, user_names=user_names)
    prefetch_related_objects(users, *CREDENTIALS)
    if any(user.mfa_devices.all() for user in users) and needs_proof(request):
        return to_proof(request, back)
    word = users[0].user_name if len(users) == 1 else f"delete {len(users)} users"
    form = ConfirmationForm(request.POST if "confirmation" in request.POST else None, word=word)
    context = {
        "form": form,
        "contents": [(user, consequences(user)) for user in users],
        "title": f"Delete {word}?" if len(users) == 1 else f"Delete {len(users)} users?",
        "back": back,
        "action": request.path,
        "cli": [one for user in users for one in commands_for_deleting(user)],
    }
    if not form.is_valid():
        return page(request, TEMPLATE, context, status=form_status(form))
    try:
        with act(request.caller, "DeleteUsers"):
            for user in users:
                delete_user_with_everything(request.caller, user.user_name)
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=context, form=form)
    names = ", ".join(f"`{user.user_name}`" for user in users)
    flash(request, "ok", f"Deleted {names}.")
    return see_other(reverse("users"))


def consequences(user: User) -> list[str]:
    """What goes with a user, as the page lists it."""
    devices, groups = user.mfa_devices.all(), [group.group_name for group in user.groups.all()]
    inline = [policy.policy_name for policy in user.inline_policies.all()]
    attached = [attachment.policy.policy_name for attachment in user.attachments.all()]
    parts = [
        ("The console password, and every session", user.has_console_access),
        (f"{len(devices)} MFA device{pluralize(len(devices))}", devices),
        *((f"{len(rows)} {kind}{pluralize(len(rows))}", rows) for kind, rows in _credentials(user).items()),
        (f"The membership in {_named(groups)}", groups),
        (f"The inline {_kind(inline)} {_named(inline)}", inline),
        (
            f"The attachment of {_named(attached)}; the {_kind(attached)} stay{pluralize(len(attached), 's,')}",
            attached,
        ),
    ]
    return [text for text, is_there in parts if is_there]


def _credentials(user: User) -> dict[str, Sized]:
    """What programs use, by what people call it."""
    return {
        "access key": user.access_keys.all(),
        "SSH public key": user.ssh_public_keys.all(),
        "signing certificate": user.signing_certificates.all(),
        "service-specific credential": user.service_specific_credentials.all(),
    }


def _named(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _kind(names: Sequence[str]) -> str:
    return "policy" if len(names) == 1 else "policies"
