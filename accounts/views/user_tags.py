"""The tags of a user."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.signin.flow import PAGE_METHODS, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.user_detail import crumbs, frame
from iamconsole.cli import TYPED, command
from iamconsole.pages import flash, page, refused
from iamconsole.seen import seen_of
from iamconsole.tags import ensure_seen, tag_changes, tag_rows
from operations.caller import Caller
from operations.errors import ServiceError
from operations.operation import act
from operations.tags import Tag, tag_user, untag_user
from operations.user_details import get_user_details
from operations.users import get_user

TEMPLATE = "accounts/user_manage_tags.html"


@require_safe
def tags(request: ConsoleRequest, user_name: str) -> HttpResponse:
    details = get_user_details(request.caller, user_name=user_name)
    return page(request, "accounts/user_tags.html", frame(request, details, "user-tags"))


@require_http_methods(PAGE_METHODS)
def manage_tags(request: ConsoleRequest, user_name: str) -> HttpResponse:
    user = get_user(request.caller, user_name=user_name)
    back = reverse("user-tags", args=[user_name])
    rows = tag_rows(request.POST if request.method == "POST" else None, user.tags)
    context = {
        "crumbs": crumbs(user_name, "Manage tags"),
        "user": user,
        "rows": rows,
        "back": back,
        "seen": seen_of(user.tags),
        "cli": [
            command("Set tags", "iam:TagUser", user_name=user.user_name, tags=user.tags or TYPED),
            command("Remove tags", "iam:UntagUser", user_name=user.user_name, tag_keys=TYPED),
        ],
    }
    if request.method != "POST":
        return page(request, TEMPLATE, context)
    if not rows.is_valid():
        return page(request, TEMPLATE, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        replace_tags(request.caller, user_name, wanted=rows.tags, seen=request.POST.get("seen", ""))
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=context)
    flash(request, "ok", f"The tags of `{user_name}` are saved.")
    return see_other(back)


def replace_tags(caller: Caller, user_name: str, *, wanted: Sequence[Tag], seen: str) -> None:
    """Take away the keys that are gone and set what is new or changed, in one act."""
    with act(caller, "ManageTags"):
        present = get_user(caller, user_name=user_name).tags
        ensure_seen(present, seen)
        gone, changed = tag_changes(present, wanted)
        if gone:
            untag_user(caller, user_name=user_name, tag_keys=gone)
        if changed:
            tag_user(caller, user_name=user_name, tags=changed)
