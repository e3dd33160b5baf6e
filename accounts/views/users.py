"""The list of users, and how it looks in this browser."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.users import UsersFilterForm, UsersPreferencesForm, preferences_in
from accounts.models import User
from accounts.signin.flow import PAGE_METHODS, form_status, safe_path, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.own_account import account_of
from iamconsole.abilities import Abilities
from iamconsole.cli import command
from iamconsole.clock import now
from iamconsole.pages import page
from iamconsole.preferences import ONE_YEAR
from operations.users import count_users, search_users

COOKIE = "users-list"


@lru_cache(maxsize=256)
def look_in(cookie: str) -> dict[str, Any]:
    """Page size and columns; few looks are in use, and a form takes its time to say what a cookie means."""
    return preferences_in(cookie).cleaned_data


@require_safe
def users(request: ConsoleRequest) -> HttpResponse:
    asked = UsersFilterForm(request.GET).asked
    look = look_in(request.COOKIES.get(COOKIE, ""))
    sort, marker = request.GET.get("sort") or None, request.GET.get("marker") or None
    found = search_users(request.caller, **asked, sort=sort, marker=marker, max_items=look["page_size"])
    abilities = Abilities(request.caller, User.arn_of(request.caller.account_id, "*"))
    at = account_of(request.caller).now(now())
    context = {
        "rows": found.items,
        "at": at,
        "found": found,
        "marker": marker,
        "sort": sort or "user_name",
        "asked": asked,
        "is_filtered": any(asked.values()),
        "columns": look["columns"],
        "count": partial(count_users, request.caller),
        "off": abilities.off_everywhere(create="iam:CreateUser", delete="iam:DeleteUser"),
        "cli": [command("List the users", "iam:ListUsers")],
    }
    return page(request, "accounts/users.html", context, partial="accounts/_users_table.html")


@require_http_methods(PAGE_METHODS)
def preferences(request: ConsoleRequest) -> HttpResponse:
    """Page size and columns of the list."""
    path = safe_path(request.GET.get("next", "/iam/users/"))
    if request.method != "POST":
        form = preferences_in(request.COOKIES.get(COOKIE, ""))
        return page(request, "accounts/users_preferences.html", {"form": form, "path": path})
    form = UsersPreferencesForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "path": path}
        return page(request, "accounts/users_preferences.html", context, status=form_status(form))
    response = see_other(path)
    response.set_cookie(
        COOKIE,
        form.cookie,
        max_age=ONE_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
