"""All users of an account as the engine asks about them: a handful of queries, however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from accounts.models import Account, RootUser, User
from operations.authorization import asker_of
from operations.holdings import Held, Row, attached_rows, inline_rows, managed, sources_of_rows
from policies.engine import Holder, Kind, Source
from policies.models import PolicyVersion

# A policy on one user or one group: the ids of both, one of them None.
Place = tuple[int | None, int | None]


def everybody(
    account: Account, known: dict[Row, Source] | None = None
) -> Iterator[tuple[RootUser | User, Holder]]:
    """The root user, then each user with its policies. Users who share a policy share its `Source`.

    So do they with the `known` ones, to which the others are added.
    """
    # Every account has its root; what is asked of it here stands in the account's id.
    root = RootUser(account=account)
    yield root, _holder(root, ())
    users = list(account.users.order_by("name_key"))
    own, of_groups, boundaries = _sources(
        account, {user.permissions_boundary_id for user in users} - {None}, known
    )
    groups = defaultdict(list)
    for user_id, group_id in account.memberships.values_list("user_id", "group_id"):
        groups[user_id].append(group_id)
    for user in users:
        through = [source for group_id in groups[user.pk] for source in of_groups[group_id]]
        limits = boundaries[user.permissions_boundary_id] if user.permissions_boundary_id else []
        yield user, _holder(user, (*limits, *own[user.pk], *through))


def _holder(identity: RootUser | User, sources: Sequence[Source]) -> Holder:
    asker = asker_of(identity)
    return Holder(asker.principal, sources, asker.known)


Grouped = Mapping[int, Sequence[Source]]


def _sources(
    account: Account, boundary_ids: set[int | None], known: dict[Row, Source] | None
) -> tuple[Grouped, Grouped, Grouped]:
    """The policies by user, by group, and the boundaries by policy."""
    own: dict[int, list[Source]] = defaultdict(list)
    of_groups: dict[int, list[Source]] = defaultdict(list)
    boundaries: dict[int, list[Source]] = defaultdict(list)
    held = [*_held(account)]
    limits = _limits(boundary_ids) if boundary_ids else []
    found = sources_of_rows([row for _, row in held] + [row for _, row in limits], known)
    for ((user_id, group_id), _), source in zip(held, found, strict=False):
        if user_id is not None:
            own[user_id].append(source)
        elif group_id is not None:
            of_groups[group_id].append(source)
    for (policy_id, _), source in zip(limits, found[len(held) :], strict=True):
        boundaries[policy_id].append(source)
    return own, of_groups, boundaries


def _held(account: Account) -> Iterator[tuple[Place, Row]]:
    columns = ("user_id", "group_id", "holder_group", "owner", "folder", "title", "text_hash")
    attached = attached_rows(account.attachments.all()).values_list(*columns)
    inline = inline_rows(account.inline_policies.all()).values_list(*columns)
    for user_id, group_id, group_name, *row in attached.union(inline, all=True):
        yield (user_id, group_id), (_kind(group_name), Held(group_name, *row))


def _kind(group_name: str | None) -> Kind:
    return Kind.GROUP if group_name else Kind.IDENTITY


def _limits(policy_ids: set[int | None]) -> list[tuple[int, Row]]:
    versions = PolicyVersion.objects.filter(policy__in=policy_ids, is_default=True).select_related("policy")
    return [(version.policy_id, (Kind.BOUNDARY, managed(version))) for version in versions]
