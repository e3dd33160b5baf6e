"""Which services policies open to whoever holds them: permissions policies alone, as AWS's access advisor reads them.

"Service last accessed data does not use other policy types": no boundary, no resource's policy. Conditions are taken
as fulfilled, for they may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from accounts.models import Account
from operations.entities import Entity
from operations.holdings import rows_of, sources_of_policies, sources_of_rows
from policies.all_actions import AllActions, all_actions, union
from policies.engine import Asker, Kind, Principal, PrincipalKind, Source, effective
from policies.engine.patterns import fold
from policies.models import Policy


def permissions_of(entity: Entity) -> tuple[Source, ...]:
    """The policies of a user (its groups' too), a group or a role; of a managed policy itself."""
    if isinstance(entity, Policy):
        return sources_of_policies([entity])
    return sources_of_rows([row for row in rows_of(entity) if row[0] is not Kind.BOUNDARY])


def granted_actions(account: Account, sources: Sequence[Source]) -> int:
    """The actions that these policies allow somebody of the account, as a set of the catalog's universe."""
    anybody = Asker(Principal("", PrincipalKind.USER, account.id))
    found = effective(anybody, sources, all_actions().universe)
    # What AWS allows whatever the policies say, sts:GetCallerIdentity, is granted by none of them.
    return found.reach.possible & union(heard.allowed.possible for heard in found.heard)


def services_in(actions: int) -> Iterable[str]:
    """The namespaces of these actions, in alphabetical order."""
    return sorted(prefix for prefix, own in all_actions().services.items() if own & actions)


def names_in(actions: int, namespace: str) -> list[str]:
    """The names of the actions of one service, without its namespace, in alphabetical order."""
    known: AllActions = all_actions()
    service = known.catalog.service(namespace)
    own = known.universe.names_in(actions & known.services[namespace])
    described = service.actions if service else {}
    return sorted(described[name.partition(":")[2]].name.partition(":")[2] for name in own)


def is_granted(actions: int, namespace: str) -> bool:
    """Whether any of the actions belongs to the service; one that nobody knows has none."""
    return bool(actions & all_actions().services.get(fold(namespace), 0))
