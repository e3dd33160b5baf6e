"""Assigning an MFA device: a name, the secret shown once, two codes in a row."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import totp
from accounts.forms.credentials import NewDeviceForm, TwoCodesForm
from accounts.sealing import seal, unseal
from accounts.signin.enrolment import grouped, qr_code
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.credential_owners import Owner
from accounts.views.proof import freshly_proved
from iamconsole.cli import TYPED, Command, command
from iamconsole.clock import now
from iamconsole.pages import flash, page, refused
from operations.errors import NoSuchEntity, ServiceError
from operations.mfa_devices import create_virtual_mfa_device, delete_virtual_mfa_device

PENDING = "new-device"
CONTEXT = "new-device"


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device that waits in the session for its two codes; its seed lies there sealed."""

    owner: str
    name: str
    serial_number: str
    sealed_seed: str

    @property
    def seed(self) -> str:
        return unseal(self.sealed_seed, context=CONTEXT)


def pending(request: ConsoleRequest, owner: Owner) -> NewDevice | None:
    kept = request.session.get(PENDING)
    device = NewDevice(**kept) if kept else None
    return device if device and device.owner == owner.label else None


def label_of(owner: Owner) -> str:
    """What the app shows beneath the code."""
    account = owner.caller.account
    return f"{owner.label}@{account.sign_in_name if account else ''}"


@require_http_methods(PAGE_METHODS)
@freshly_proved
def assign(request: ConsoleRequest, owner: Owner) -> HttpResponse:
    """Name the device; it exists from here on, and is nobody's until two of its codes were typed."""
    if pending(request, owner):
        return see_other(owner.url("enable"))
    form = NewDeviceForm(request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "owner": owner,
        "crumbs": owner.crumbs("Assign MFA device"),
        "cli": [
            command("Create the device", "iam:CreateVirtualMFADevice", virtual_mfa_device_name=TYPED),
            *_enabling(owner, TYPED),
        ],
    }
    if not form.is_valid():
        return page(request, "accounts/mfa_assign.html", context, status=form_status(form))
    try:
        made = create_virtual_mfa_device(request.caller, **form.cleaned_data)
    except ServiceError as error:
        return refused(request, error, template="accounts/mfa_assign.html", context=context, form=form)
    request.session[PENDING] = {
        "owner": owner.label,
        "name": made.device.device_name,
        "serial_number": made.device.serial_number,
        "sealed_seed": seal(made.seed, context=CONTEXT),
    }
    return see_other(owner.url("enable"))


@require_http_methods(PAGE_METHODS)
def enable(request: ConsoleRequest, owner: Owner) -> HttpResponse:
    """Scan, and type two codes."""
    device = pending(request, owner)
    if device is None:
        return see_other(owner.url("assign"))
    form = TwoCodesForm(request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "owner": owner,
        "device": device,
        "key": grouped(device.seed),
        "label": label_of(owner),
        "qr_url": owner.url("qr"),
        "discard_url": owner.url("discard"),
        "step": totp.STEP,
        "seconds": totp.STEP - int(now().timestamp()) % totp.STEP,
        "crumbs": owner.crumbs("Assign MFA device"),
        "cli": _enabling(owner, device.serial_number) or None,
    }
    if not form.is_valid():
        return page(request, "accounts/mfa_enable.html", context, status=form_status(form))
    try:
        owner.enable(device.serial_number, *form.cleaned_data.values())
    except ServiceError as error:
        return refused(request, error, template="accounts/mfa_enable.html", context=context, form=form)
    del request.session[PENDING]
    flash(request, "ok", f"`{device.name}` is assigned to `{owner.label}`.")
    return see_other(owner.back)


def _enabling(owner: Owner, serial_number: object) -> list[Command]:
    """Nothing for root: through the API a device is assigned to a user alone."""
    if owner.named is None:
        return []
    given = {"user_name": owner.named, "serial_number": serial_number}
    codes = {"authentication_code1": TYPED, "authentication_code2": TYPED}
    return [command("Assign it", "iam:EnableMFADevice", **given, **codes)]


@require_safe
def picture(request: ConsoleRequest, owner: Owner) -> HttpResponse:
    """The QR code as an image of its own, since the policy for content allows no data: address."""
    device = pending(request, owner)
    if device is None:
        raise Http404
    uri = totp.provisioning_uri(device.seed, label_of(owner))
    return HttpResponse(qr_code(uri), content_type="image/svg+xml")


@require_POST
def discard(request: ConsoleRequest, owner: Owner) -> HttpResponse:
    """Leave before the codes: the device that was made goes again."""
    device = pending(request, owner)
    if device is not None:
        del request.session[PENDING]
        try:
            delete_virtual_mfa_device(request.caller, serial_number=device.serial_number)
        except NoSuchEntity:
            flash(request, "info", f"`{device.name}` was gone already.")
    return see_other(owner.back)
