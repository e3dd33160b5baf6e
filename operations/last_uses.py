"""Who can use an identity's permissions, and when they last used each service: what access advisor reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from accounts.models import Account, Group, Role, User
from operations.entities import Entity
from operations.granted_services import granted_actions, names_in, permissions_of, services_in
from operations.holdings import name_of
from policies.catalog import catalog
from policies.engine.patterns import fold

# Of these the console itself knows every use; of other services none is ever seen.
TRACKED = frozenset({"iam", "iamconsole", "sts"})
# IAM is global, and its endpoint is here.
REGION = "us-east-1"
DATES = ("LastAuthenticated", "LastAccessedTime")

# One service or action of a report, by the names of the wire; dates are texts where it is kept.
Entry = Mapping[str, object]


class Use(NamedTuple):
    """When a principal last did an action; the later of two is the greater."""

    at: datetime
    principal_id: str
    action_name: str


@dataclass(frozen=True, slots=True)
class Bearers:
    """The users and roles that have certain permissions."""

    users: QuerySet[User]
    roles: QuerySet[Role]

    @classmethod
    def of(cls, account: Account, entity: Entity) -> Bearers:
        """Who bears a user, a role, a group or a policy: it itself, the group's members, whoever holds the policy."""
        users, roles = account.users.all(), account.roles.all()
        if isinstance(entity, User):
            return cls(users.filter(pk=entity.pk), roles.none())
        if isinstance(entity, Role):
            return cls(users.none(), roles.filter(pk=entity.pk))
        if isinstance(entity, Group):
            return cls(users.filter(pk__in=entity.memberships.values("user")), roles.none())
        attached = account.attachments.filter(policy=entity)
        groups = attached.filter(group__isnull=False).values("group")
        members = account.memberships.filter(group__in=groups).values("user")
        direct = attached.filter(user__isnull=False).values("user")
        holding = attached.filter(role__isnull=False).values("role")
        return cls(users.filter(Q(pk__in=direct) | Q(pk__in=members)), roles.filter(pk__in=holding))

    def all(self) -> list[User | Role]:
        return [*self.users, *self.roles]

    def uses(self, account: Account, since: datetime) -> Mapping[str, Sequence[Use]]:
        """What they did in each service since that time."""
        ids = Q(principal_id__in=self.users.values("user_id"))
        ids |= Q(principal_id__in=self.roles.values("role_id"))
        done = account.activities.filter(ids, last_time__gte=since)
        found: dict[str, list[Use]] = defaultdict(list)
        for principal_id, action, at in done.values_list("principal_id", "action", "last_time"):
            service, _, name = action.partition(":")
            found[fold(service)].append(Use(at, principal_id, name))
        return found


def services_last_accessed(
    account: Account, entity: Entity, *, since: datetime, has_actions: bool
) -> list[Entry]:
    """Each service that the permissions open, in alphabetical order, with its last use."""
    granted = granted_actions(account, permissions_of(entity))
    bearers = Bearers.of(account, entity)
    arns = {bearer.unique_id: bearer.arn for bearer in bearers.all()}
    uses = bearers.uses(account, since)
    names = catalog().services()
    found: list[Entry] = []
    for namespace in services_in(granted):
        entry = _service(names[namespace], namespace, uses.get(namespace, ()), arns)
        actions = names_in(granted, namespace) if has_actions and namespace in TRACKED else ()
        found.append({**entry, **_tracked(actions, uses.get(namespace, ()), arns)})
    return found


def _service(name: str, namespace: str, uses: Sequence[Use], arns: Mapping[str, str]) -> Entry:
    """`Entities` is for our own use: when each principal that used the service did so last."""
    by_principal = {use.principal_id: _written(use.at) for use in sorted(uses)}
    entry = {
        "ServiceName": name,
        "ServiceNamespace": namespace,
        "TotalAuthenticatedEntities": len(by_principal),
        "Entities": by_principal,
    }
    if not uses:
        return entry
    last = max(uses)
    return {
        **entry,
        "LastAuthenticated": _written(last.at),
        "LastAuthenticatedEntity": arns[last.principal_id],
        "LastAuthenticatedRegion": REGION,
    }


def _tracked(actions: Iterable[str], uses: Sequence[Use], arns: Mapping[str, str]) -> Entry:
    """Every action allowed, used or not; nothing of a service of which none was used."""
    last = {fold(use.action_name): use for use in sorted(uses)}
    listed = [_action(name, last.get(fold(name)), arns) for name in actions]
    is_used = any("LastAccessedTime" in entry for entry in listed)
    return {"TrackedActionsLastAccessed": listed} if is_used else {}


def _action(name: str, use: Use | None, arns: Mapping[str, str]) -> Entry:
    if use is None:
        return {"ActionName": name}
    return {
        "ActionName": name,
        "LastAccessedEntity": arns[use.principal_id],
        "LastAccessedTime": _written(use.at),
        "LastAccessedRegion": REGION,
    }


def _written(at: datetime) -> str:
    """In one form, so that texts compare as the times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def read_back(entry: Mapping[str, object]) -> Entry:
    """An entry with dates in place of their texts."""
    read: dict[str, object] = {
        key: datetime.fromisoformat(str(value)) if key in DATES else value for key, value in entry.items()
    }
    actions = entry.get("TrackedActionsLastAccessed")
    if isinstance(actions, list):
        read["TrackedActionsLastAccessed"] = [read_back(action) for action in actions]
    return read


def entity_details(bearers: Bearers, used: Mapping[str, str]) -> list[Entry]:
    """The bearers of permissions, whoever used the service last first, the others by their names."""
    found = sorted(bearers.all(), key=lambda bearer: used.get(bearer.unique_id, ""), reverse=True)
    return [_details(bearer, used.get(bearer.unique_id)) for bearer in found]


def _details(bearer: User | Role, used: str | None) -> Entry:
    is_user = isinstance(bearer, User)
    info = {
        "Arn": bearer.arn,
        "Name": name_of(bearer),
        "Type": "USER" if is_user else "ROLE",
        "Id": bearer.unique_id,
        "Path": bearer.path,
    }
    return {"EntityInfo": info, **({"LastAuthenticated": datetime.fromisoformat(used)} if used else {})}
