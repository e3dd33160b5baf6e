"""Whose MFA devices a page is about: a user's, or the root user's own. The pages are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.http import HttpResponse
from django.urls import reverse

from accounts.signin.middleware import ConsoleRequest
from accounts.views.user_detail import crumbs
from operations.caller import Caller
from operations.mfa_devices import (
    deactivate_mfa_device,
    delete_virtual_mfa_device,
    enable_mfa_device,
    enable_root_mfa_device,
    resync_mfa_device,
)
from operations.operation import act
from operations.users import get_user


@dataclass(frozen=True, slots=True)
class Owner:
    """`user_name` is empty for root. `is_caller` when the pages were reached from one's own credentials."""

    caller: Caller
    user_name: str
    is_caller: bool

    @property
    def label(self) -> str:
        return self.user_name or "root"

    @property
    def back(self) -> str:
        if self.is_caller:
            return reverse("security-credentials")
        return reverse("user-credentials", args=[self.user_name])

    def url(self, step: str) -> str:
        """The page of a step, `assign`, `enable`, `qr`, `discard`, on this owner's side."""
        if self.is_caller:
            return reverse(f"{step}-own-mfa")
        return reverse(f"user-{step}-mfa", args=[self.user_name])

    def crumbs(self, last: str) -> list[tuple[str, str]]:
        if self.is_caller:
            return [("IAM", reverse("dashboard")), ("My security credentials", self.back), (last, "")]
        return crumbs(self.user_name, last)

    def enable(self, serial_number: str, first: str, second: str) -> None:
        codes = {"authentication_code1": first, "authentication_code2": second}
        if self.user_name:
            enable_mfa_device(self.caller, user_name=self.user_name, serial_number=serial_number, **codes)
        else:
            enable_root_mfa_device(self.caller, serial_number=serial_number, **codes)

    def resync(self, serial_number: str, first: str, second: str) -> None:
        resync_mfa_device(
            self.caller,
            user_name=self.user_name,
            serial_number=serial_number,
            authentication_code1=first,
            authentication_code2=second,
        )

    def remove(self, serial_number: str) -> None:
        """Take the device away and delete it: nobody can use its seed again."""
        with act(self.caller, "RemoveMFADevice"):
            deactivate_mfa_device(self.caller, user_name=self.user_name or None, serial_number=serial_number)
            delete_virtual_mfa_device(self.caller, serial_number=serial_number)


Step = Callable[[ConsoleRequest, Owner], HttpResponse]


def for_user(step: Step) -> Callable[[ConsoleRequest, str], HttpResponse]:
    """The page of a step about the user that the address names."""

    @wraps(step)
    def view(request: ConsoleRequest, user_name: str) -> HttpResponse:
        # Whoever may not see the user gets no page about its devices either.
        get_user(request.caller, user_name=user_name)
        return step(request, Owner(request.caller, user_name, is_caller=False))

    return view


def for_oneself(step: Step) -> Callable[[ConsoleRequest], HttpResponse]:
    """The same page among one's own credentials."""

    @wraps(step)
    def view(request: ConsoleRequest) -> HttpResponse:
        user = request.caller.user
        return step(request, Owner(request.caller, user.user_name if user else "", is_caller=True))

    return view
