"""The way through the sign-in: which page comes next, who may be on which, and where it ends."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.signin.enrolment import pending_seed
from accounts.signin.middleware import STEPS, ConsoleRequest, next_step
from accounts.signin.session import remember
from iamconsole.clock import now
from iamconsole.navigation import DASHBOARD
from operations.caller import Caller, CredentialKind
from operations.signin import Step, step_of

PAGE_METHODS = ("GET", "HEAD", "POST")
WANTED = "wanted"
LONGEST_PATH = 2000

View = Callable[[ConsoleRequest], HttpResponse]


def is_whole(caller: Caller) -> bool:
    return caller.credential.kind == CredentialKind.CONSOLE


def see_other(url: str) -> HttpResponse:
    return HttpResponseRedirect(url, status=HTTPStatus.SEE_OTHER)


def form_status(form: BaseForm) -> int:
    """A form that came back with faults, in contrast to one that nobody has filled in yet."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK


def safe_path(path: str) -> str:
    """The path when it leads to a page of ours, else the dashboard."""
    # Without its slash a path is relative to whatever page leads on, or taken for the name of a view.
    is_path = path.startswith("/") and len(path) <= LONGEST_PATH
    return path if is_path and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else DASHBOARD


def go_on(request: ConsoleRequest, caller: Caller, *, wanted: str | None = None) -> HttpResponse:
    """Under new keys to what comes next: a step of the sign-in, or the page asked for at its beginning."""
    path = safe_path(request.session.get(WANTED, "") if wanted is None else wanted)
    remember(request, caller)
    rotate_token(request)
    if is_whole(caller):
        return see_other(path)
    request.session[WANTED] = path
    step = next_step(caller)
    if step == STEPS[Step.ENROL]:
        # Made here, because the page that shows it is read by GET, which changes nothing.
        pending_seed(request.session)
    return see_other(reverse(step))


def at_step(step: Step) -> Callable[[View], View]:
    """The view is for half sessions that have come to `step`; everybody else is led to where they belong."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ConsoleRequest) -> HttpResponse:
            caller = request.caller
            if is_whole(caller):
                return redirect(DASHBOARD)
            if caller.credential.kind != CredentialKind.HALF:
                return redirect("signin")
            if step_of(caller, now()) is not step:
                return redirect(next_step(caller))
            return view(request)

        return guarded

    return decorate
