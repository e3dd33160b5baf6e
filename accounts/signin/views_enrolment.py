"""The first device of an identity that has none, in the middle of its sign-in."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import totp
from accounts.signin.enrolment import free_device_name, grouped, label_of, pending_seed, qr_code
from accounts.signin.flow import PAGE_METHODS, at_step, form_status, go_on
from accounts.signin.forms import EnrolmentForm
from accounts.signin.middleware import ConsoleRequest
from iamconsole.clock import now
from iamconsole.pages import page, refused
from operations.errors import ServiceError
from operations.signin import Step, enrol_mfa_device

TEMPLATE = "signin/enrol.html"


@require_http_methods(PAGE_METHODS)
@at_step(Step.ENROL)
def enrol(request: ConsoleRequest) -> HttpResponse:
    seed = pending_seed(request.session)
    name = free_device_name(request.caller)
    form = EnrolmentForm(
        request.POST if request.method == "POST" else None, initial={"virtual_mfa_device_name": name}
    )
    context = {
        "form": form,
        "seed": seed,
        "key": grouped(seed),
        "label": label_of(request.caller),
        "step": totp.STEP,
        "seconds": totp.STEP - int(now().timestamp()) % totp.STEP,
    }
    if not form.is_valid():
        return page(request, TEMPLATE, context, status=form_status(form))
    try:
        caller = enrol_mfa_device(request.caller, base32_string_seed=seed, **form.cleaned_data)
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=context, form=form)
    return go_on(request, caller)


@require_safe
@at_step(Step.ENROL)
def picture(request: ConsoleRequest) -> HttpResponse:
    """The QR code as an image of its own, since the policy for content allows no data: address."""
    uri = totp.provisioning_uri(pending_seed(request.session), label_of(request.caller))
    return HttpResponse(qr_code(uri), content_type="image/svg+xml")
