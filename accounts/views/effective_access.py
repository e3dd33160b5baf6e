"""The tab Effective access of a user or a group: a matrix of all actions, and the reasons of one of its cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

from django.http import HttpResponse, QueryDict
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.models import Group, User
from accounts.signin.middleware import ConsoleRequest
from accounts.views import group_detail, user_detail
from accounts.views.access_matrix import matrix_of
from accounts.views.access_reasons import reasons_of
from accounts.views.policy_places import Places
from iamconsole.pages import page
from iamconsole.reading import attempt
from operations.caller import Caller
from operations.effective_access import EffectiveAccess, get_effective_access
from operations.errors import AccessDenied, ValidationError
from operations.group_details import get_group_details
from operations.user_details import get_user_details
from policies.all_actions import all_actions
from policies.catalog import AccessLevel
from policies.summary import LEVEL_WORDS

LONGEST = 256
PARTIAL = "accounts/_effective_access.html"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: a text and a resource that narrow the matrix, a cell, and places in both lists."""

    text: str
    resource: str
    service: str
    level: str
    marker: str | None
    after: str | None
    has_quiet: bool

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        text, resource, service, level, marker, after = (
            query.get(name, "").replace("\0", "").strip()
            for name in ("text", "resource", "service", "level", "marker", "after")
        )
        return cls(text[:LONGEST], resource, service, level, marker or None, after or None, "quiet" in query)

    @property
    def cell(self) -> tuple[str, AccessLevel] | None:
        known = {one.name.lower(): one for one in AccessLevel}
        if self.service not in all_actions().cells or self.level not in known:
            return None
        return self.service, known[self.level]

    def kept(self, marker: str | None) -> str:
        """The query of a page of the matrix, without any cell; more can follow."""
        kept = {"text": self.text, "resource": self.resource, "marker": marker or ""}
        kept["quiet"] = "1" if self.has_quiet else ""
        return "".join(f"{urlencode({name: value})}&" for name, value in kept.items() if value)


@require_safe
def user(request: ConsoleRequest, user_name: str) -> HttpResponse:
    details, asked = get_user_details(request.caller, user_name=user_name), Asked.of(request.GET)
    context, refused = _answer(
        request.caller,
        asked,
        lambda: get_effective_access(request.caller, user_name=user_name, resource=asked.resource or None),
        [details.user, *details.groups],
    )
    context |= user_detail.frame(request, details, "user-effective-access", refused)
    return _shown(request, "accounts/user_effective_access.html", context)


@require_safe
def group(request: ConsoleRequest, group_name: str) -> HttpResponse:
    details, asked = get_group_details(request.caller, group_name=group_name), Asked.of(request.GET)
    context, refused = _answer(
        request.caller,
        asked,
        lambda: get_effective_access(request.caller, group_name=group_name, resource=asked.resource or None),
        [details.group],
    )
    context |= {**group_detail.frame(request, details, "group-effective-access"), "withheld": refused}
    return _shown(request, "accounts/group_effective_access.html", context)


def _answer(
    caller: Caller, asked: Asked, read: Callable[[], EffectiveAccess], holders: Sequence[User | Group]
) -> tuple[dict[str, object], Sequence[AccessDenied]]:
    """The names that _effective_access.html needs, and why there are none."""
    context: dict[str, object] = {"asked": asked, "levels": LEVEL_WORDS.values()}
    try:
        found, refusal = attempt(read)
    except ValidationError as error:
        return context | {"fault": error.message}, ()
    if found is None:
        return context, [refusal] if refusal else ()
    return context | _told(asked, found, Places(caller, holders, found.tags)), ()


def _told(asked: Asked, access: EffectiveAccess, places: Places) -> dict[str, object]:
    actions = all_actions()
    wanted = access.asked & (actions.matching(asked.text) if asked.text else access.asked)
    matrix = matrix_of(
        access, actions, wanted, opened=asked.cell, marker=asked.marker, has_quiet=asked.has_quiet
    )
    told: dict[str, object] = {
        "access": access,
        "matrix": matrix,
        "kept": asked.kept(matrix.marker),
        "first": asked.kept(None),
        "following": asked.kept(matrix.next_marker),
    }
    if asked.cell:
        service, level = asked.cell
        of_cell = actions.cells[service][level] & wanted
        told["reasons"] = reasons_of(access, of_cell, places, marker=asked.after)
    return told


def _shown(request: ConsoleRequest, template: str, context: dict[str, object]) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if "fault" in context else HTTPStatus.OK
    return page(request, template, context, partial=PARTIAL, status=status)
