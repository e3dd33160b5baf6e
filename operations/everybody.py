"""Who holds what, for many users at once: a handful of queries, however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from django.db.models import Q, QuerySet

from accounts.models import Account, Group, Role, RootUser, User
from operations.authorization import asker_of
from operations.holdings import Held, Row, attached_rows, inline_rows, managed, sources_of_rows
from policies.engine import Holder, Kind, Source
from policies.models import PolicyVersion

# A policy on one user or one group: the ids of both, one of them None.
Place: TypeAlias = tuple[int | None, int | None]
Sources: TypeAlias = tuple[Source, ...]


@dataclass
class Holdings:
    """The policies of users and of groups, the groups of users, and their boundaries; all by id.

    Users who share a policy share its `Source`.
    """

    users: Mapping[int, User]
    own: dict[int | None, Sources]
    of_groups: dict[int | None, Sources]
    groups: dict[int, tuple[int, ...]]
    boundaries: dict[int, Source]

    def of(self, user_id: int) -> Sources:
        """All that applies to a user: its boundary, its own policies, those of its groups."""
        limits = (self.boundaries[user_id],) if user_id in self.boundaries else ()
        groups = self.groups.get(user_id, ())
        through = (source for group_id in groups for source in self.of_groups.get(group_id, ()))
        return (*limits, *self.own.get(user_id, ()), *through)

    def copied(self) -> Holdings:
        """The same, to be changed on paper."""
        return Holdings(self.users, {**self.own}, {**self.of_groups}, {**self.groups}, {**self.boundaries})


def everybody(
    account: Account, known: dict[Row, Source] | None = None
) -> Iterator[tuple[RootUser | User, Holder]]:
    """The root user, then each user with its policies; those that are `known` are shared, the others added."""
    # Every account has its root; what is asked of it here stands in the account's id.
    root = RootUser(account=account)
    yield root, _holder(root, ())
    held = holdings_of(account, known=known)
    for user_id, user in held.users.items():
        yield user, _holder(user, held.of(user_id))


def _holder(identity: RootUser | User, sources: Sources) -> Holder:
    asker = asker_of(identity)
    return Holder(asker.principal, sources, asker.known)


def holdings_of(
    account: Account,
    users: QuerySet[User] | None = None,
    groups: QuerySet[Group] | None = None,
    known: dict[Row, Source] | None = None,
) -> Holdings:
    """What these users hold, and these groups beside their own; without users it is everybody."""
    found = {user.pk: user for user in (account.users.all() if users is None else users)}
    if not found:
        return Holdings({}, {}, {}, {}, {})
    memberships = account.memberships.all() if users is None else account.memberships.filter(user__in=users)
    members: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for member_id, joined_id in memberships.values_list("user_id", "group_id"):
        members[member_id] += (joined_id,)
    held = list(_held(account, users, groups))
    limits = _limits({user.permissions_boundary_id for user in found.values()} - {None})
    sources = sources_of_rows([row for _, row in held] + list(limits.values()), known)
    own: dict[int | None, Sources] = defaultdict(tuple)
    of_groups: dict[int | None, Sources] = defaultdict(tuple)
    for ((user_id, group_id), _), source in zip(held, sources, strict=False):
        held_by, holder = (own, user_id) if group_id is None else (of_groups, group_id)
        held_by[holder] += (source,)
    by_policy = dict(zip(limits, sources[len(held) :], strict=True))
    boundaries = {
        user.pk: by_policy[user.permissions_boundary_id]
        for user in found.values()
        if user.permissions_boundary_id
    }
    return Holdings(found, dict(own), dict(of_groups), dict(members), boundaries)


def roles_holding(
    account: Account, roles: QuerySet[Role], known: dict[Row, Source] | None = None
) -> list[tuple[Role, Sources]]:
    """These roles, each with its boundary and its policies, in a few queries."""
    found = list(roles.select_related("trust_policy"))
    columns = ("role_id", "holder_group", "owner", "folder", "title", "text_hash")
    attached = attached_rows(account.attachments.filter(role__in=roles)).values_list(*columns)
    inline = inline_rows(account.inline_policies.filter(role__in=roles)).values_list(*columns)
    limits = _limits({role.permissions_boundary_id for role in found} - {None})
    rows: dict[int, list[Row]] = {
        role.pk: [limits[role.permissions_boundary_id]] if role.permissions_boundary_id else []
        for role in found
    }
    for role_id, group_name, *row in attached.union(inline, all=True):
        rows[role_id].append((Kind.IDENTITY, Held(group_name, *row)))
    sources = iter(sources_of_rows([row for held in rows.values() for row in held], known))
    return [(role, tuple(islice(sources, len(rows[role.pk])))) for role in found]


def _held(
    account: Account, users: QuerySet[User] | None, groups: QuerySet[Group] | None
) -> Iterator[tuple[Place, Row]]:
    columns = ("user_id", "group_id", "holder_group", "owner", "folder", "title", "text_hash")
    held_by = Q(role__isnull=True)
    if users is not None:
        held_by = Q(user__in=users) | Q(group__memberships__user__in=users) | Q(group__in=groups or [])
    attached = attached_rows(account.attachments.filter(held_by)).values_list(*columns)
    inline = inline_rows(account.inline_policies.filter(held_by)).values_list(*columns)
    # UNION without ALL: a group is reached through each of its members.
    for user_id, group_id, group_name, *row in attached.union(inline, all=users is None):
        yield (user_id, group_id), (_kind(group_name), Held(group_name, *row))


def _kind(group_name: str | None) -> Kind:
    return Kind.GROUP if group_name else Kind.IDENTITY


def _limits(policy_ids: set[int | None]) -> dict[int, Row]:
    if not policy_ids:
        return {}
    versions = PolicyVersion.objects.filter(policy__in=policy_ids, is_default=True).select_related("policy")
    return {version.policy_id: (Kind.BOUNDARY, managed(version)) for version in versions}
