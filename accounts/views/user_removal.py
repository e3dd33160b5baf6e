"""Taking permissions away: leaving a group, detaching a policy, deleting an inline one; the effect is shown first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.user_detail import crumbs
from iamconsole.pages import flash, page, refused
from iamconsole.previews import effect_of
from operations.attachments import detach_user_policy
from operations.caller import Caller
from operations.errors import ServiceError
from operations.inline_policies import delete_user_policy
from operations.memberships import remove_user_from_group
from operations.operation import act

TEMPLATE = "accounts/user_removal.html"


@dataclass(frozen=True, slots=True)
class Removal:
    """One thing to take away: `group/Cashiers`, `policy/arn:…` or `inline/till-label-printer`."""

    kind: str
    name: str

    @classmethod
    def of(cls, key: str) -> Removal:
        kind, _, name = key.partition("/")
        return cls(kind, name)

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.name}"

    def sentence(self, user_name: str) -> str:
        """What happens, as the page lists it."""
        if self.kind == "group":
            return f"{user_name} leaves the group `{self.name}`, and loses every policy that came through it."
        if self.kind == "policy":
            return f"`{self.name.rpartition('/')[2]}` is detached; the policy itself stays."
        return f"The inline policy `{self.name}` is deleted. It exists nowhere else."

    def perform(self, caller: Caller, user_name: str) -> None:
        if self.kind == "group":
            remove_user_from_group(caller, group_name=self.name, user_name=user_name)
        elif self.kind == "policy":
            detach_user_policy(caller, user_name=user_name, policy_arn=self.name)
        else:
            delete_user_policy(caller, user_name=user_name, policy_name=self.name)


@require_http_methods(PAGE_METHODS)
def remove_permissions(request: ConsoleRequest, user_name: str) -> HttpResponse:
    """The page that asks, and with its own button the act: all of it or nothing."""
    keys = request.POST.getlist("key") or request.GET.getlist("key")
    removals = [Removal.of(key) for key in dict.fromkeys(keys)]
    back = reverse("user", args=[user_name])
    if not removals:
        flash(request, "warn", "Select the policies to remove first.")
        return see_other(back)
    if not request.POST.get("confirmed"):
        return page(request, TEMPLATE, _context(request, user_name, removals))
    try:
        with act(request.caller, "RemovePermissions"):
            for removal in removals:
                removal.perform(request.caller, user_name)
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=_context(request, user_name, removals))
    flash(
        request, "ok", f"Removed from `{user_name}`: {', '.join(_short(removals))}.", back, "View permissions"
    )
    return see_other(back)


def _context(request: ConsoleRequest, user_name: str, removals: Sequence[Removal]) -> dict[str, object]:
    user = {"UserName": user_name}
    effect = effect_of(
        request.caller,
        what=user_name,
        leaves=[{**user, "GroupName": one.name} for one in removals if one.kind == "group"],
        detaches=[{**user, "PolicyArn": one.name} for one in removals if one.kind == "policy"],
        inline_policies=[{**user, "PolicyName": one.name} for one in removals if one.kind == "inline"],
    )
    return {
        "crumbs": crumbs(user_name, "Remove permissions"),
        "user_name": user_name,
        "removals": [(removal.key, removal.sentence(user_name)) for removal in removals],
        "back": reverse("user", args=[user_name]),
        **effect,
    }


def _short(removals: Sequence[Removal]) -> list[str]:
    return [f"`{removal.name.rpartition('/')[2]}`" for removal in removals]
