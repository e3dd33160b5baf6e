"""The page of one user: head, summary and tabs, the same around each of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from accounts.signin.middleware import ConsoleRequest
from iamconsole.abilities import Abilities
from iamconsole.cli import command
from operations.errors import AccessDenied
from operations.user_details import UserDetails

TABS = {
    "user": "Permissions",
    "user-groups": "Groups",
    "user-tags": "Tags",
    "user-credentials": "Security credentials",
    "user-effective-access": "Effective access",
    "user-check-access": "Check access",
    "user-history": "History",
}
ACTIONS = {
    "delete": "iam:DeleteUser",
    "attach": "iam:AttachUserPolicy",
    "inline": "iam:PutUserPolicy",
    "set_boundary": "iam:PutUserPermissionsBoundary",
    "remove_boundary": "iam:DeleteUserPermissionsBoundary",
    "tag": "iam:TagUser",
    "enable_console": "iam:CreateLoginProfile",
    "update_console": "iam:UpdateLoginProfile",
    "assign_device": "iam:EnableMFADevice",
    "remove_device": "iam:DeactivateMFADevice",
    "resync_device": "iam:ResyncMFADevice",
}
# What shows through the API what a tab shows.
COMMANDS = {
    "user": {
        "See the user": "iam:GetUser",
        "List the groups of the user": "iam:ListGroupsForUser",
        "List the attached policies": "iam:ListAttachedUserPolicies",
        "List the inline policies": "iam:ListUserPolicies",
    },
    "user-groups": {"List the groups of the user": "iam:ListGroupsForUser"},
    "user-tags": {"List the tags": "iam:ListUserTags"},
}


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    url: str
    is_current: bool
    count: int | None = None


def frame(
    request: ConsoleRequest, details: UserDetails, current: str, withheld: Sequence[AccessDenied] = ()
) -> dict[str, object]:
    """The names that templates/accounts/user_base.html needs."""
    user, shown = details.user, COMMANDS.get(current, {})
    return {
        "user": user,
        "details": details,
        "tabs": _tabs(details, current),
        "tab_title": TABS[current],
        "crumbs": crumbs(user.user_name),
        "withheld": [*details.withheld, *withheld],
        "off": Abilities(request.caller, user.arn, user.tags).off(**ACTIONS),
        "cli": [command(title, name, user_name=user.user_name) for title, name in shown.items()] or None,
    }


def crumbs(user_name: str, *rest: str) -> list[tuple[str, str]]:
    """The way to the user, or to a page behind it."""
    way = [("IAM", reverse("dashboard")), ("Users", reverse("users"))]
    if not rest:
        return [*way, (user_name, "")]
    return [*way, (user_name, reverse("user", args=[user_name])), *((label, "") for label in rest)]


def _tabs(details: UserDetails, current: str) -> list[Tab]:
    counts = {"user-groups": len(details.groups), "user-tags": len(details.user.tags)}
    return [
        Tab(title, reverse(name, args=[details.user.user_name]), name == current, counts.get(name))
        for name, title in TABS.items()
    ]
