"""Sensitive pages ask for a fresh proof of identity before anything is filled in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.signin.flow import see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.clock import now

P = ParamSpec("P")
View = Callable[Concatenate[ConsoleRequest, P], HttpResponse]


def needs_proof(request: ConsoleRequest) -> bool:
    return not request.caller.credential.is_fresh(now())


def to_proof(request: ConsoleRequest, path: str) -> HttpResponse:
    """The page that asks for a code or the password, and from there to `path`."""
    return see_other(f"{reverse('confirm-identity')}?{urlencode({'next': path})}")


def freshly_proved(view: View[P]) -> View[P]:
    """Nothing typed is lost: the proof is asked for when the page is opened. The operation asks once more."""

    @wraps(view)
    def guarded(request: ConsoleRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method != "POST" and needs_proof(request):
            return to_proof(request, request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded
