"""The door itself: name and password, and the way out."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts import passwords
from accounts.arns import grouped_account_id
from accounts.signin.flow import PAGE_METHODS, go_on, is_whole, safe_path, see_other
from accounts.signin.forms import ROOT, USER, SignInForm, account_named
from accounts.signin.middleware import ConsoleRequest
from iamconsole.clock import now
from iamconsole.pages import flash, page, refused
from iamconsole.preferences import ONE_YEAR
from operations.caller import Caller, CredentialKind
from operations.errors import ServiceError
from operations.signin import Step, console_login, step_of, verify_password
from operations.signin import sign_out as end_session
from operations.signin import sign_out_everywhere as end_all_sessions
from operations.signup import is_fresh_installation, is_open

ACCOUNT_COOKIE = f"{settings.COOKIE_PREFIX}account"
ACCOUNT_ID_LENGTH = 12
TEMPLATE = "signin/sign_in.html"


@require_http_methods(PAGE_METHODS)
def sign_in(request: ConsoleRequest) -> HttpResponse:
    """Whoever comes to an installation without accounts is led to making the first one."""
    if is_open() and is_fresh_installation():
        return redirect("signup")
    return _door(request)


@require_http_methods(PAGE_METHODS)
def sign_in_to_account(request: ConsoleRequest, account: str) -> HttpResponse:
    """The account's own address. It looks the same for an account that does not exist."""
    named = account_named(account)
    if not named:
        raise Http404
    return _door(request, named)


def _door(request: ConsoleRequest, account: str = "") -> HttpResponse:
    if request.method == "POST":
        return _enter(request, account)
    if is_whole(request.caller):
        return redirect(safe_path(request.GET.get("next", "")))
    _warm_up()
    form = SignInForm(
        account=account or account_named(request.COOKIES.get(ACCOUNT_COOKIE, "")),
        is_fixed=bool(account),
        kind=ROOT if request.GET.get("kind") == ROOT else USER,
        next=request.GET.get("next", ""),
    )
    context = _context(form, account) | {"is_unsent": request.GET.get("unsent") == "yes"}
    return page(request, TEMPLATE, context)


def _enter(request: ConsoleRequest, account: str) -> HttpResponse:
    form = SignInForm(request.POST, account=account, is_fixed=bool(account))
    context = _context(form, account)
    if not form.is_valid():
        return page(request, TEMPLATE, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        half = verify_password(request.caller.client, form.who, form.cleaned_data["password"])
        caller = _whole_if_nothing_is_due(half)
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=context, form=form)
    response = go_on(request, caller, wanted=form.cleaned_data["next"])
    _remember_account(response, form)
    return response


def _whole_if_nothing_is_due(half: Caller) -> Caller:
    """In the days of grace a user without a device has nothing left to prove."""
    return console_login(half) if step_of(half, now()) is Step.DONE else half


def _remember_account(response: HttpResponse, form: SignInForm) -> None:
    if form.cleaned_data["kind"] != USER:
        return
    if not form.cleaned_data["remember"]:
        response.delete_cookie(ACCOUNT_COOKIE)
        return
    response.set_cookie(
        ACCOUNT_COOKIE,
        form.cleaned_data["account"],
        max_age=ONE_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _context(form: SignInForm, account: str) -> dict[str, object]:
    is_id = account.isdigit() and len(account) == ACCOUNT_ID_LENGTH
    path = reverse("signin-account", args=[account]) if account else ""
    return {
        "form": form,
        "account": account,
        "account_id": grouped_account_id(account) if is_id else "",
        "address": f"{settings.SITE_URL}{path}",
        "is_open": is_open(),
    }


@cache
def _warm_up() -> None:
    """The hash that unknown names are compared with is made once; the first of them must not be told by the delay."""
    passwords.is_right("", "")


@require_POST
def sign_out(request: ConsoleRequest) -> HttpResponse:
    if request.caller.credential.kind in (CredentialKind.CONSOLE, CredentialKind.HALF):
        end_session(request.caller)
    return _left(request, "You are signed out.")


@require_POST
def sign_out_everywhere(request: ConsoleRequest) -> HttpResponse:
    if is_whole(request.caller):
        end_all_sessions(request.caller)
    return _left(request, "You are signed out here and everywhere else.")


def _left(request: ConsoleRequest, farewell: str) -> HttpResponse:
    request.session.flush()
    flash(request, "ok", farewell)
    return see_other(reverse("signin"))
