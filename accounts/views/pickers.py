"""Lists to choose from, searched on the server: what is chosen survives another search, filter or page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from accounts.models import User
from iamconsole.reading import attempt
from operations.caller import Caller
from operations.errors import AccessDenied, ValidationError
from operations.group_details import (
    Granted,
    list_permissions_of_groups,
    list_permissions_of_users,
    read_policies,
)
from operations.groups import search_groups
from operations.policies import search_policies
from operations.searching import Slice
from operations.shapes import shape_of
from operations.users import search_users
from policies.catalog import catalog
from policies.engine import Policy as Document
from policies.summary import Cut, cut_of

if TYPE_CHECKING:
    from operations.groups import ListedGroup
    from operations.policies import ListedPolicy

ROWS = 20
# Far beyond every quota; what is kept in a session must have an end.
MOST_CHOSEN = 200
LONGEST = 2048
LONGEST_TEXT = int(shape_of("iamconsole:SearchUsers", "text").metadata["max"])
POLICY_KINDS = (
    ("", "All types"),
    ("customer", "Customer managed"),
    ("aws", "AWS managed"),
    ("job-function", "AWS managed, job function"),
)
Permissions = Mapping[str, Sequence[Granted]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the toolbar of one picker was told."""

    field: str
    text: str = ""
    kind: str = ""
    marker: str | None = None

    @classmethod
    def of(cls, data: QueryDict, field: str) -> Asked:
        kind = data.get(f"{field}_kind", "")
        known = kind if kind in dict(POLICY_KINDS) else ""
        text = data.get(f"{field}_text", "").replace("\0", "").strip()[:LONGEST_TEXT]
        return cls(field, text, known, data.get(f"{field}_marker") or None)

    def query(self) -> dict[str, str]:
        """The same for the address of a page."""
        return {
            f"{self.field}_text": self.text,
            f"{self.field}_kind": self.kind,
            f"{self.field}_marker": self.marker or "",
        }


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what its box sends, its name, and whether it is ticked; `facts` is what the columns show."""

    value: str
    name: str
    is_chosen: bool
    facts: object
    granted: Sequence[Granted] = ()

    @property
    def policies(self) -> list[str]:
        return [granted.policy_name for granted in self.granted]

    @property
    def cut(self) -> Cut:
        return cut_together(self.granted)


@dataclass(frozen=True, slots=True)
class Picker:
    """A page of rows, and what is chosen beyond it."""

    asked: Asked
    chosen: Sequence[str]
    rows: Sequence[Row] = ()
    next: str | None = None
    previous: str | None = None
    denied: AccessDenied | None = None

    @property
    def field(self) -> str:
        return self.asked.field

    @property
    def carried(self) -> list[Choice]:
        """What is chosen but not among the rows: shown above them, so that it is sent along and can be undone."""
        shown = {row.value for row in self.rows}
        return [Choice(value, name_of(value)) for value in self.chosen if value not in shown]


def name_of(value: str) -> str:
    """The name at the end of an ARN; any other value is a name already."""
    return value.rpartition("/")[2] if value.startswith("arn:") else value


def chosen_in(data: QueryDict, field: str) -> list[str]:
    """The boxes that were ticked, each once, in their order."""
    return [value[:LONGEST] for value in dict.fromkeys(data.getlist(field)) if value][:MOST_CHOSEN]


def cut_together(granted: Sequence[Granted]) -> Cut:
    """What several policies open together, as far as the caller may read them."""
    statements = tuple(one for each in granted if each.document for one in each.document.statements)
    return cut_of(Document("", "", statements), catalog())


def group_picker(caller: Caller, asked: Asked, chosen: Sequence[str]) -> tuple[Picker, Permissions]:
    """Groups with their policies; also those of chosen groups that are not on the page."""
    found, denied = attempt(
        lambda: search_groups(caller, text=asked.text or None, marker=asked.marker, max_items=ROWS)
    )
    groups: Sequence[ListedGroup] = found.items if found else ()
    names = list(dict.fromkeys([*(group.group_name for group in groups), *chosen]))
    permissions = _read(lambda: list_permissions_of_groups(caller, group_names=names)) if names else {}
    rows = [
        Row(name, name, name in chosen, group, permissions.get(name, ()))
        for group in groups
        for name in [group.group_name]
    ]
    return _picker(asked, chosen, rows, found, denied), permissions


def user_picker(
    caller: Caller, asked: Asked, chosen: Sequence[str], *, with_policies: bool = False
) -> tuple[Picker, Permissions]:
    found, denied = attempt(
        lambda: search_users(caller, text=asked.text or None, marker=asked.marker, max_items=ROWS)
    )
    users: Sequence[User] = found.items if found else ()
    names = list(dict.fromkeys([*(user.user_name for user in users), *chosen]))
    wanted = names if with_policies else []
    permissions = _read(lambda: list_permissions_of_users(caller, user_names=wanted)) if wanted else {}
    rows = [
        Row(name, name, name in chosen, user, permissions.get(name, ()))
        for user in users
        for name in [user.user_name]
    ]
    return _picker(asked, chosen, rows, found, denied), permissions


def policy_picker(caller: Caller, asked: Asked, chosen: Sequence[str]) -> tuple[Picker, Permissions]:
    found, denied = attempt(
        lambda: search_policies(
            caller,
            text=asked.text or None,
            policy_type=asked.kind or None,
            marker=asked.marker,
            max_items=ROWS,
        )
    )
    policies: Sequence[ListedPolicy] = found.items if found else ()
    arns = list(dict.fromkeys([*(policy.arn for policy in policies), *chosen]))
    permissions = _read(lambda: _each_alone(caller, arns)) if arns else {}
    rows = [
        Row(arn, policy.policy_name, arn in chosen, policy, permissions.get(arn, ()))
        for policy in policies
        for arn in [policy.arn]
    ]
    return _picker(asked, chosen, rows, found, denied), permissions


def boundary_picker(caller: Caller, asked: Asked, chosen: Sequence[str]) -> Picker:
    """Policies by name, once a name is asked for: few people want a boundary."""
    if not asked.text:
        return Picker(asked, chosen)
    found, denied = attempt(lambda: search_policies(caller, text=asked.text, max_items=ROWS))
    policies: Sequence[ListedPolicy] = found.items if found else ()
    rows = [Row(policy.arn, policy.policy_name, policy.arn in chosen, policy) for policy in policies]
    return _picker(asked, chosen, rows, None, denied)


def _each_alone(caller: Caller, policy_arns: Sequence[str]) -> Permissions:
    return {arn: [granted] for arn, granted in read_policies(caller, policy_arns=policy_arns).items()}


def _read(permissions: Callable[[], Permissions]) -> Permissions:
    """Nothing where the caller may not read it, or where a name was made up: the columns stay empty then."""
    try:
        return permissions()
    except (AccessDenied, ValidationError):
        return {}


def _picker(
    asked: Asked,
    chosen: Sequence[str],
    rows: Sequence[Row],
    found: Slice[Any] | None,
    denied: AccessDenied | None,
) -> Picker:
    following, previous = (found.next, found.previous) if found else (None, None)
    return Picker(asked, chosen, rows, following, previous, denied)
