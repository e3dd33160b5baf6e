"""Whose credentials a page is about: a user's, or one's own, root's too. The pages are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.signin.middleware import ConsoleRequest
from accounts.views.user_detail import crumbs
from iamconsole.abilities import Abilities
from operations.caller import Caller
from operations.mfa_devices import (
    deactivate_mfa_device,
    delete_virtual_mfa_device,
    enable_mfa_device,
    enable_root_mfa_device,
    resync_mfa_device,
)
from operations.operation import act
from operations.principals import Principal
from operations.users import get_user


@dataclass(frozen=True, slots=True)
class Owner:
    """`user_name` is empty for root. `is_caller` when the pages were reached from one's own credentials."""

    caller: Caller
    identity: Principal
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

    @property
    def named(self) -> str | None:
        """The user name as operations take it; root's own credentials are asked for by naming nobody."""
        return self.user_name or None

    def url(self, step: str, what: str = "mfa", **query: str) -> str:
        """The page of a step, `assign` or `create`, with an `mfa` device or an `access-key`, on this owner's side."""
        if self.is_caller:
            path = reverse(f"{step}-own-{what}")
        else:
            path = reverse(f"user-{step}-{what}", args=[self.user_name])
        given = {key: value for key, value in query.items() if value}
        return f"{path}?{urlencode(given)}" if given else path

    def off(self, **actions: str) -> dict[str, str]:
        """The reasons why the caller may not do this with the owner's credentials."""
        return Abilities(self.caller, self.identity.arn, self.identity.tags).off(**actions)

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
            deactivate_mfa_device(self.caller, user_name=self.named, serial_number=serial_number)
            delete_virtual_mfa_device(self.caller, serial_number=serial_number)


def own(caller: Caller) -> Owner:
    """Whoever asks, about themselves."""
    user_name = caller.user.user_name if caller.user else ""
    return Owner(caller, caller.principal, user_name, is_caller=True)


Step = Callable[[ConsoleRequest, Owner], HttpResponse]


def for_user(step: Step) -> Callable[[ConsoleRequest, str], HttpResponse]:
    """The page of a step about the user that the address names."""

    @wraps(step)
    def view(request: ConsoleRequest, user_name: str) -> HttpResponse:
        # Whoever may not see the user gets no page about its credentials either.
        user = get_user(request.caller, user_name=user_name)
        return step(request, Owner(request.caller, user, user.user_name, is_caller=False))

    return view


def for_oneself(step: Step) -> Callable[[ConsoleRequest], HttpResponse]:
    """The same page among one's own credentials."""

    @wraps(step)
    def view(request: ConsoleRequest) -> HttpResponse:
        return step(request, own(request.caller))

    return view
