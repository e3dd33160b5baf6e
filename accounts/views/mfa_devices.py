"""What one does with an MFA device that is there: remove it, or resynchronise its clock."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.forms.credentials import TwoCodesForm
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.credential_owners import Owner
from accounts.views.proof import freshly_proved
from iamconsole.cli import TYPED, Command, command
from iamconsole.forms import ConfirmationForm
from iamconsole.pages import flash, page, refused
from operations.errors import ServiceError


@require_http_methods(PAGE_METHODS)
@freshly_proved
def remove(request: ConsoleRequest, owner: Owner) -> HttpResponse:
    """Remove a device after its name was typed. A user's sessions end with it."""
    serial_number, name = _named(request)
    form = ConfirmationForm(request.POST if request.method == "POST" else None, word=name)
    context = {
        "form": form,
        "owner": owner,
        "name": name,
        "action": request.get_full_path(),
        "consequences": _consequences(owner),
        "crumbs": owner.crumbs("Remove MFA device"),
        "cli": [
            command(
                "Take it away", "iam:DeactivateMFADevice", user_name=owner.named, serial_number=serial_number
            ),
            command("Delete it", "iam:DeleteVirtualMFADevice", serial_number=serial_number),
        ],
    }
    if not form.is_valid():
        return page(request, "accounts/mfa_remove.html", context, status=form_status(form))
    try:
        owner.remove(serial_number)
    except ServiceError as error:
        return refused(request, error, template="accounts/mfa_remove.html", context=context, form=form)
    flash(request, "ok", f"`{name}` of `{owner.label}` is removed.")
    return see_other(owner.back)


@require_http_methods(PAGE_METHODS)
def resync(request: ConsoleRequest, owner: Owner) -> HttpResponse:
    """Two codes in a row tell how far off the device's clock is."""
    serial_number, name = _named(request)
    form = TwoCodesForm(request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "owner": owner,
        "name": name,
        "crumbs": owner.crumbs("Resync MFA device"),
        "cli": [_resyncing(owner, serial_number)],
    }
    if not form.is_valid():
        return page(request, "accounts/mfa_resync.html", context, status=form_status(form))
    try:
        owner.resync(serial_number, *form.cleaned_data.values())
    except ServiceError as error:
        return refused(request, error, template="accounts/mfa_resync.html", context=context, form=form)
    flash(request, "ok", f"`{name}` is in step again.")
    return see_other(owner.back)


def _resyncing(owner: Owner, serial_number: str) -> Command:
    given = {"user_name": owner.named or TYPED, "serial_number": serial_number}
    codes = {"authentication_code1": TYPED, "authentication_code2": TYPED}
    return command("Resynchronise it", "iam:ResyncMFADevice", **given, **codes)


def _named(request: ConsoleRequest) -> tuple[str, str]:
    """The serial number that the address carries, and the name at its end."""
    serial_number = request.GET.get("serial", "")
    return serial_number, serial_number.rpartition("/")[2]


def _consequences(owner: Owner) -> list[str]:
    if not owner.user_name:
        return ["The device opens nothing any more."]
    return [
        "The device opens nothing any more.",
        f"Every session of `{owner.label}` ends{', this one too' if owner.is_caller else ''}.",
        f"Without another device, `{owner.label}` enrols a new one at the next sign-in.",
    ]
