"""What a user did, as recorded: the actions that succeeded, how often, when last, and on which resources.

Changes are events, with their resources. Reads leave no event; of them only the action and its last time are noted,
at most once in five minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Max, QuerySet

from accounts.models import User
from audit.models import Event
from operations.call import Call
from operations.operation import operation, registered

# The newest so many events of a user are looked at, however busy the user was.
MOST_EVENTS: Final = 10_000


@dataclass(frozen=True, slots=True)
class UsedAction:
    """An action that succeeded. `count` is None for what is only noted; `resources` are ARNs, or `*`."""

    action: str
    count: int | None
    last_time: datetime
    resources: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class UserActivity:
    """The actions of a period by their names. `is_cut` when there were more events than are looked at."""

    user: User
    since: datetime
    actions: Sequence[UsedAction]
    is_cut: bool


@operation("iamconsole:ListUserActivity", action="cloudtrail:LookupEvents", reads=True)
def list_user_activity(call: Call, *, user_name: str, days: int) -> UserActivity:
    """What a user did in the last 1 to 90 days; raises NoSuchEntity. Needs iam:GetUser on the user as well."""
    call.authorize("*")
    user = call.access(User, user_name, action="iam:GetUser")
    since = call.real_now - timedelta(days=days)
    events = call.account.events.filter(principal_id=user.user_id)
    floor = oldest_looked_at(events)
    rows = used(events, since=since, after=floor)
    noted = call.account.activities.filter(principal_id=user.user_id, last_time__gte=since)
    found = _merged(rows, noted.values_list("action", "last_time"))
    is_cut = floor > 0 and events.filter(sequence=floor, event_time__gte=since).exists()
    return UserActivity(user, since, found, is_cut)


def oldest_looked_at(events: QuerySet[Event]) -> int:
    """The sequence of the newest event that is looked at no more; 0 when there are not so many."""
    beyond = events.order_by("-sequence").values_list("sequence", flat=True)[MOST_EVENTS : MOST_EVENTS + 1]
    return next(iter(beyond), 0)


def used(events: QuerySet[Event], *, since: datetime, after: int) -> Iterable[Mapping[str, Any]]:
    """The successful events of a period, counted by their names and resources. The index on sequences bounds them."""
    looked_at = events.filter(sequence__gt=after, event_time__gte=since, error_code="")
    return (
        looked_at.order_by()
        .values("event_source", "event_name", "resources")
        .annotate(count=Count("pk"), last_time=Max("event_time"))
    )


def _merged(rows: Iterable[Mapping[str, Any]], noted: Iterable[tuple[str, datetime]]) -> Sequence[UsedAction]:
    found = {action: UsedAction(action, None, last_time) for action, last_time in noted}
    for row in rows:
        action = _action_of(row["event_source"], row["event_name"])
        arns = [each["ARN"] for each in row["resources"]]
        found[action] = _with(found.get(action), UsedAction(action, row["count"], row["last_time"], arns))
    return [found[action] for action in sorted(found)]


def _with(known: UsedAction | None, more: UsedAction) -> UsedAction:
    if known is None:
        return more
    return UsedAction(
        more.action,
        (known.count or 0) + (more.count or 0),
        max(known.last_time, more.last_time),
        list(dict.fromkeys([*known.resources, *more.resources])),
    )


def _action_of(source: str, name: str) -> str:
    """The action that allows the operation of an event: `iam.amazonaws.com` and `CreateUser` make iam:CreateUser."""
    operation_name = f"{source.partition('.')[0]}:{name}"
    known = registered().get(operation_name)
    return known.action if known else operation_name
