"""A fresh proof of identity, before something that deserves one."""

from __future__ import annotations

from django.forms import Form
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS, form_status, safe_path, see_other
from accounts.signin.forms import CodeForm, ProofForm
from accounts.signin.middleware import ConsoleRequest
from accounts.signin.session import refresh
from iamconsole.pages import flash, page, refused
from operations.errors import ServiceError
from operations.mfa_devices import devices_of
from operations.signin import confirm_identity


@require_http_methods(PAGE_METHODS)
def confirm(request: ConsoleRequest) -> HttpResponse:
    """What was refused for want of a proof is not repeated here: the page it stood on says to do it again."""
    form = _proof(request)
    path = safe_path(request.GET.get("next", ""))
    template, context = "signin/confirm.html", {"form": form, "path": path}
    if not form.is_valid():
        return page(request, template, context, status=form_status(form))
    try:
        caller = confirm_identity(request.caller, **form.cleaned_data)
    except ServiceError as error:
        return refused(request, error, template=template, context=context, form=form)
    refresh(request, caller)
    flash(request, "ok", "Confirmed: it is you. Now do again what you were about to do.")
    return see_other(path)


def _proof(request: ConsoleRequest) -> Form:
    kind = CodeForm if devices_of(request.caller).exists() else ProofForm
    return kind(request.POST if request.method == "POST" else None)
