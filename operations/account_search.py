"""Search of the whole account: users, groups and policies by name, ARN or unique id, one query for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Length

from accounts.models import Group, User
from accounts.names import name_key
from operations.call import Call
from operations.operation import operation
from policies.models import Policy

MOST_HITS = 10
M = TypeVar("M", bound=Model)


@operation("iamconsole:FindUsers", action="iam:ListUsers", reads=True)
def find_users(call: Call, *, text: str) -> Sequence[User]:
    """Users whose name, ARN or unique id holds `text`."""
    call.authorize(User.arn_of(call.account.id, "*"))
    return _matching(call.account.users.all(), text, "user_id")


@operation("iamconsole:FindGroups", action="iam:ListGroups", reads=True)
def find_groups(call: Call, *, text: str) -> Sequence[Group]:
    """Groups whose name, ARN or unique id holds `text`."""
    call.authorize(Group.arn_of(call.account.id, "*"))
    return _matching(call.account.groups.all(), text, "group_id")


@operation("iamconsole:FindPolicies", action="iam:ListPolicies", reads=True)
def find_policies(call: Call, *, text: str) -> Sequence[Policy]:
    """Policies whose name, ARN or unique id holds `text`: the account's own and AWS's."""
    call.authorize(Policy.arn_of(call.account.id, "*"))
    return _matching(Policy.objects.visible_to(call.account.id), text, "policy_id")


def _matching(rows: QuerySet[M], text: str, id_column: str) -> Sequence[M]:
    """An ARN or an id finds its one object, other text the names that hold it: own ones first, then the shortest."""
    key = name_key(text.strip())
    if key.startswith("arn:"):
        named = rows.filter(name_key=key.rpartition("/")[2])
        return [row for row in named if name_key(getattr(row, "arn", "")) == key]
    found = rows.filter(Q(name_key__contains=key) | Q(**{id_column: key.upper()}))
    return list(found.order_by(F("account").asc(nulls_last=True), Length("name_key"), "name_key")[:MOST_HITS])
