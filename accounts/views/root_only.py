"""What only the root user may do, told to everybody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.http import HttpResponse

from accounts.signin.middleware import ConsoleRequest
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
