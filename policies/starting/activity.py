"""Statements from recorded activity: the actions that were used, on the resources they were used on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from policies.catalog import Action, Catalog, ResourceType
from policies.engine.arns import split_arn

ANY: Final = "*"
# A user who touched more of one kind is better served by all of the kind.
MOST_NAMED: Final = 50


@dataclass(frozen=True, slots=True)
class Use:
    """An action, and the ARNs it was used on; none where they are not recorded."""

    action: str
    resources: Sequence[str]


def statements_for(uses: Iterable[Use], catalog: Catalog, *, is_exact: bool = True) -> list[dict[str, Any]]:
    """One statement for all actions of a service that were used on the same resources.

    Without `is_exact` names give way to `*`, so that others of the kind are meant too. Actions that the catalog does
    not know are left out.
    """
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for use in uses:
        action = catalog.action(use.action)
        if action is not None:
            arns = _arns(action, use.resources, catalog, is_exact=is_exact)
            together.setdefault((action.name.partition(":")[0], arns), []).append(action.name)
    ordered = sorted(together.items(), key=lambda row: (row[0][0], row[1]))
    return [_statement(number, key, names) for number, (key, names) in enumerate(ordered, start=1)]


def _statement(number: int, key: tuple[str, tuple[str, ...]], names: list[str]) -> dict[str, Any]:
    service, arns = key
    return {
        "Sid": f"Used{''.join(filter(str.isalnum, service.title()))}{number}",
        "Effect": "Allow",
        "Action": sorted(names),
        "Resource": list(arns) if len(arns) > 1 else arns[0],
    }


def _arns(action: Action, recorded: Sequence[str], catalog: Catalog, *, is_exact: bool) -> tuple[str, ...]:
    """The recorded resources that the action works on; `*` where it works on none, or none is recorded."""
    kinds = _kinds_of(action, catalog)
    fitting = {arn: kind for arn in recorded if (kind := _kind_of(arn, kinds)) is not None}
    if not fitting:
        return (ANY,)
    if is_exact and len(fitting) <= MOST_NAMED:
        return tuple(sorted(fitting))
    return tuple(sorted({_any_of_the_kind(arn, kind) for arn, kind in fitting.items()}))


def _kinds_of(action: Action, catalog: Catalog) -> Sequence[ResourceType]:
    service = catalog.service(action.name.partition(":")[0])
    types: Mapping[str, ResourceType] = service.resource_types if service else {}
    return [types[name] for name in action.resource_types if name in types]


def _kind_of(arn: str, kinds: Sequence[ResourceType]) -> ResourceType | None:
    fields = split_arn(arn)
    if fields is None:
        return None
    fit = [
        kind for kind in kinds if kind.arn_service == fields[2] and kind.resource_pattern.matches(fields[5])
    ]
    return max(fit, key=lambda kind: len(kind.arn), default=None)


def _any_of_the_kind(arn: str, kind: ResourceType) -> str:
    """`arn:aws:iam::111122223333:user/shop/ana` becomes `…:user/*`."""
    return ":".join([*arn.split(":", 5)[:5], f"{kind.resource_beginning}*"])
