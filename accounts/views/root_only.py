"""What only the root user may do, told to everybody else; and the proof of identity that root gives first."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.signin.flow import see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.clock import now
from iamconsole.pages import page

View = Callable[[ConsoleRequest], HttpResponse]


def root_only(title: str) -> Callable[[View], View]:
    """The view is root's alone. The operations behind it refuse everybody else once more."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ConsoleRequest) -> HttpResponse:
            if request.caller.is_root:
                return view(request)
            return page(request, "accounts/root_only.html", {"title": title}, status=HTTPStatus.FORBIDDEN)

        return guarded

    return decorate


def freshly_proved(view: View) -> View:
    """Ask for the proof of identity before the form is shown, so that nothing typed is lost to it later."""

    @wraps(view)
    def guarded(request: ConsoleRequest) -> HttpResponse:
        if request.caller.credential.is_fresh(now()):
            return view(request)
        return see_other(f"{reverse('confirm-identity')}?{urlencode({'next': request.path})}")

    return guarded
