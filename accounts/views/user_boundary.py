"""The permissions boundary of a user: set, changed, removed."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.pickers import POLICY_KINDS, Asked, policy_picker
from accounts.views.user_detail import crumbs
from iamconsole.pages import flash, page, refused
from iamconsole.previews import effect_of
from operations.boundaries import delete_user_permissions_boundary, put_user_permissions_boundary
from operations.errors import ServiceError
from operations.paper import Items
from operations.users import get_user

TEMPLATE = "accounts/user_boundary.html"


@require_http_methods(PAGE_METHODS)
def set_boundary(request: ConsoleRequest, user_name: str) -> HttpResponse:
    chosen = request.POST.get("boundary", "")
    if request.POST.get("go") != "set":
        return page(request, TEMPLATE, _context(request, user_name, chosen))
    if not chosen:
        context = _context(request, user_name, chosen) | {"fault": "Choose a policy first."}
        return page(request, TEMPLATE, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        put_user_permissions_boundary(request.caller, user_name=user_name, permissions_boundary=chosen)
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=_context(request, user_name, chosen))
    flash(request, "ok", f"`{chosen.rpartition('/')[2]}` is the boundary of `{user_name}`.")
    return see_other(reverse("user", args=[user_name]))


@require_http_methods(PAGE_METHODS)
def remove_boundary(request: ConsoleRequest, user_name: str) -> HttpResponse:
    """Asks first: what the boundary held back takes effect at once."""
    back = reverse("user", args=[user_name])
    user = get_user(request.caller, user_name=user_name)
    context = {
        "crumbs": crumbs(user_name, "Remove boundary"),
        "user": user,
        "boundary": user.permissions_boundary,
        "back": back,
        **effect_of(request.caller, what=user_name, boundaries=[{"UserName": user_name}]),
    }
    if request.method != "POST":
        return page(request, "accounts/user_boundary_removal.html", context)
    try:
        delete_user_permissions_boundary(request.caller, user_name=user_name)
    except ServiceError as error:
        return refused(request, error, template="accounts/user_boundary_removal.html", context=context)
    flash(request, "ok", f"`{user_name}` has no boundary any more.")
    return see_other(back)


def _context(request: ConsoleRequest, user_name: str, chosen: str) -> dict[str, object]:
    user = get_user(request.caller, user_name=user_name)
    present = user.permissions_boundary.arn if user.permissions_boundary else ""
    wanted = chosen or present
    picker, _ = policy_picker(request.caller, Asked.of(request.POST, "boundary"), [wanted] if wanted else [])
    return {
        "crumbs": crumbs(user_name, "Permissions boundary"),
        "user": user,
        "picker": picker,
        "kinds": POLICY_KINDS,
        "action": request.path,
        "back": reverse("user", args=[user_name]),
        **effect_of(request.caller, what=user_name, boundaries=_changed(user_name, chosen, present)),
    }


def _changed(user_name: str, chosen: str, present: str) -> Items:
    """The boundary that the user would get; the present one is no change."""
    return [{"UserName": user_name, "PolicyArn": chosen}] if chosen not in ("", present) else []
