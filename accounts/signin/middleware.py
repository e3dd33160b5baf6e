"""Every request gets its caller; nothing below `/iam/` is reached without a whole session."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.signin.session import caller_of
from iamconsole.clock import now
from operations.caller import Caller, CredentialKind
from operations.errors import FreshProofRequired, InvalidClientTokenId
from operations.request_scope import request_scope
from operations.signin import Step, step_of
from operations.trail import write_down

Handler = Callable[[HttpRequest], HttpResponseBase]
# What answers without a session. Everything else is closed until somebody opens it here on purpose.
OPEN = (
    "/signup/",
    "/signin/",
    "/password-reset/",
    "/signout/",
    "/help/",
    "/healthz",
    "/preferences/",
    "/static/",
)
STEPS = {Step.CODE: "signin-mfa", Step.ENROL: "signin-enrol", Step.CHANGE_PASSWORD: "signin-password"}


class ConsoleRequest(HttpRequest):
    """What views get: a request that knows who is asking."""

    caller: Caller


class CallerMiddleware:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: ConsoleRequest) -> HttpResponseBase:
        if request.path.startswith(("/static/", "/healthz")):
            return self.get_response(request)
        request.caller = caller_of(request)
        if request.path != "/" and not request.path.startswith(OPEN):
            closed = self._closed(request)
            if closed is not None:
                return closed
        with request_scope() as uses:
            response = self.get_response(request)
        # Django calls these once the answer is sent: nobody waits for a note.
        response._resource_closers.append(partial(write_down, uses))  # type: ignore[attr-defined]  # not in the stubs
        return response

    def process_exception(self, request: ConsoleRequest, exception: Exception) -> HttpResponse | None:
        """A session that ended meanwhile goes back to the door; a stale proof is asked for anew."""
        if isinstance(exception, InvalidClientTokenId):
            request.session.flush()
            return to(request, _with_next("signin", request))
        if isinstance(exception, FreshProofRequired):
            return to(request, _with_next("confirm-identity", request))
        return None

    def _closed(self, request: ConsoleRequest) -> HttpResponse | None:
        kind = request.caller.credential.kind
        if kind == CredentialKind.CONSOLE:
            return None
        if kind == CredentialKind.HALF:
            return to(request, reverse(next_step(request.caller)))
        return to(request, _with_next("signin", request))


def next_step(caller: Caller) -> str:
    """The name of the page where a half session goes on."""
    return STEPS.get(step_of(caller, now()), "signin")


def to(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect that HTMX follows as a whole page."""
    return HttpResponseClientRedirect(url) if request.headers.get("HX-Request") else redirect(url)


def _with_next(name: str, request: HttpRequest) -> str:
    """The page to come back to: the one asked for, or for a part or a form the page it stands on."""
    here = request.headers.get("HX-Current-URL") or request.META.get("HTTP_REFERER", "")
    wanted = (
        request.get_full_path()
        if request.method == "GET" and not request.headers.get("HX-Request")
        else _path(here)
    )
    # What was typed did not arrive, and the page says so.
    unsent = {"unsent": "yes"} if request.method == "POST" else {}
    return f"{reverse(name)}?{urlencode({'next': wanted, **unsent})}"


def _path(url: str) -> str:
    """The path of a URL of ours, whatever stands before it."""
    _, _, rest = url.partition("://")
    return "/" + rest.partition("/")[2] if rest else "/iam/"
