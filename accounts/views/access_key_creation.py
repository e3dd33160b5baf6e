"""Create access key: what would be better, then the key with its secret, shown once, and the file that holds both."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.access_keys import UseCaseForm
from accounts.sealing import SealBroken, seal, unseal
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views import wizard
from accounts.views.credential_owners import Owner
from accounts.views.proof import freshly_proved
from accounts.views.shown_once import csv_file, sealed_for, unsealed_for
from iamconsole.cli import command
from iamconsole.pages import flash, page, refused
from operations.access_keys import NewAccessKey, create_access_key
from operations.errors import ServiceError
from operations.operation import act

TEMPLATE = "accounts/access_key_create.html"
FILE: Final = "access-key"
OVER: Final = "The secret of an access key is shown once, on the page that follows its creation."
HEADINGS: Final = ("Access key ID", "Secret access key")


@require_http_methods(PAGE_METHODS)
@freshly_proved
def create(request: ConsoleRequest, owner: Owner) -> HttpResponse:
    """The address of the form names a run, so that of two submits the second makes no second key."""
    run = wizard.run_to_begin(request)
    finished = see_other(_address(request, owner, run, "created"))
    form = UseCaseForm(request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "owner": owner,
        "action": _address(request, owner, run, "create"),
        "crumbs": owner.crumbs("Create access key"),
        "cli": [command("Create an access key", "iam:CreateAccessKey", user_name=owner.named)],
    }
    if not form.is_valid():
        return page(request, TEMPLATE, context, status=form_status(form))
    try:
        with act(request.caller, "CreateAccessKey"):
            wizard.ensure_unfinished(request, run)
            made = create_access_key(request.caller, user_name=owner.named)
            wizard.finish(request, run, _result(owner, made))
    except wizard.AlreadyFinished:
        return finished
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=context, form=form)
    return finished


def _address(request: ConsoleRequest, owner: Owner, run: wizard.Run, step: str) -> str:
    """Within a rotation the address names the key that is to go."""
    return owner.url(step, "access-key", run=run.id, rotate=request.GET.get("rotate", ""))


def _result(owner: Owner, made: NewAccessKey) -> dict[str, object]:
    """What the run holds until somebody has looked."""
    access_key_id = made.access_key_id
    secret = seal(made.secret_access_key, context=_context(access_key_id))
    return {"owner": owner.label, "access_key_id": access_key_id, "sealed": secret}


def _context(access_key_id: str) -> str:
    return f"new-access-key:{access_key_id}"


@require_safe
def created(request: ConsoleRequest, owner: Owner) -> HttpResponse:
    """The first look takes the secret out of the session; from then on only the browser has it."""
    run = wizard.run_of(request)
    result = run.answers.get(wizard.FINISHED) if run else None
    if run is None or result is None or result["owner"] != owner.label:
        flash(request, "warn", OVER)
        return see_other(owner.back)
    access_key_id, sealed = result["access_key_id"], result["sealed"]
    context = {
        "owner": owner,
        "access_key_id": access_key_id,
        "rotate_url": owner.url("rotate", "access-key", key=request.GET.get("rotate", "")),
        "is_rotating": "rotate" in request.GET,
        "crumbs": owner.crumbs("Retrieve access key"),
        "cli": [command("See whose key awscli uses", "sts:GetCallerIdentity")],
    }
    if sealed and request.method == "GET":
        wizard.finish(request, run, {**result, "sealed": ""})
        secret = unseal(sealed, context=_context(access_key_id))
        context |= {"secret": secret, "sealed": _for_file(request, owner, access_key_id, secret)}
    return page(request, "accounts/access_key_created.html", context)


def _for_file(request: ConsoleRequest, owner: Owner, access_key_id: str, secret: str) -> str:
    return sealed_for(request.caller, FILE, [owner.label, access_key_id, secret])


@require_POST
def download(request: ConsoleRequest) -> HttpResponse:
    """The two values as they are: nobody chose them, and a sign before a secret would make it another one."""
    try:
        name, *values = unsealed_for(request.caller, FILE, request.POST.get("sealed", ""))
    except SealBroken:
        flash(request, "warn", "The file can only be made from the page that shows the secret access key.")
        return see_other(reverse("security-credentials"))
    return csv_file(f"{name}_accessKeys.csv", HEADINGS, values)
