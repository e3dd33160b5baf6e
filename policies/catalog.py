"""What AWS's services offer: actions, resource types and condition keys, read from the compiled files.

The names of all actions load at once (a few milliseconds); what is known of a service is read when first asked for.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, Self

from django.conf import settings

from policies.engine.patterns import Pattern, action_pattern, fold, wildcard_tokens
from policies.nearest import nearest
from policies.remembering import LONGEST_REMEMBERED, remembering
from policies.retired import RetiredActions

LOCAL_CATALOG: Final = Path(__file__).with_name("local_catalog.json")
WELL_KNOWN_SERVICES: Final = ("s3", "iam", "sts", "ec2", "lambda", "dynamodb", "sqs", "sns", "kms", "logs")
MOST_SOUND_ACTIONS: Final = 60_000
# Prefixes are short: at the usual closeness nearly every word would find one.
SERVICE_CLOSENESS: Final = 0.75
AFTER_EVERY_NAME: Final = "\U0010ffff"
_PLACEHOLDER: Final = re.compile(r"\$\{[^}]*\}|<[^>]*>")


class CatalogMissing(Exception):
    def __init__(self) -> None:
        super().__init__("The catalog is not compiled: run `python manage.py compile_catalog`.")


class AccessLevel(StrEnum):
    LIST = "List"
    READ = "Read"
    WRITE = "Write"
    PERMISSIONS_MANAGEMENT = "Permissions management"
    TAGGING = "Tagging"


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    access_level: AccessLevel
    description: str
    resource_types: tuple[str, ...]
    condition_keys: tuple[str, ...]

    @property
    def prefix(self) -> str:
        return _prefix(self.name)

    @classmethod
    def of(cls, prefix: str, name: str, row: Mapping[str, Any]) -> Self:
        level, description = AccessLevel(row["access_level"]), row["description"]
        kinds, keys = tuple(row["resource_types"]), tuple(row["condition_keys"])
        return cls(f"{prefix}:{name}", level, description, kinds, keys)


@dataclass(frozen=True)
class ResourceType:
    name: str
    arn: str
    condition_keys: tuple[str, ...]

    @cached_property
    def forms(self) -> "tuple[ResourceType, ...]":
        """The type once for each form of its ARNs: AWS lists some with two, one after the other."""
        forms = self.arn.split(", ")
        return tuple(ResourceType(self.name, form, self.condition_keys) for form in forms)

    @cached_property
    def _fields(self) -> list[str]:
        return self.arn.split(":", 5)

    @property
    def arn_service(self) -> str:
        """The service field of its ARNs, which need not be the prefix of its actions."""
        return self._fields[2]

    @property
    def resource_template(self) -> str:
        """The last field of its ARNs, names in place: `${BucketName}/${ObjectName}`."""
        return self._fields[5]

    @cached_property
    def has_region(self) -> bool:
        return bool(self._fields[3])

    @cached_property
    def has_account(self) -> bool:
        return bool(self._fields[4])

    @cached_property
    def resource_pattern(self) -> Pattern:
        """The last field of its ARNs, a star for each name in it."""
        return Pattern.of(wildcard_tokens(_PLACEHOLDER.sub("*", self._fields[5])))

    @cached_property
    def resource_beginning(self) -> str:
        return _PLACEHOLDER.split(self._fields[5])[0].partition("*")[0]


@dataclass(frozen=True, slots=True)
class ConditionKey:
    name: str
    type: str
    description: str

    @property
    def is_multivalued(self) -> bool:
        return self.type.startswith("ArrayOf")

    @property
    def value_type(self) -> str:
        """String, ARN, Bool, Numeric, Date or IPAddress."""
        return self.type.removeprefix("ArrayOf")


class ConditionKeys:
    """Keys found by the name a policy gives them, tag names included: `aws:RequestTag/team`."""

    def __init__(self, rows: Mapping[str, Mapping[str, str]]) -> None:
        self._keys = {fold(name): ConditionKey(name, **row) for name, row in rows.items()}
        self._templates = [
            (_template(name), key) for name, key in self._keys.items() if _PLACEHOLDER.search(name)
        ]

    def __getitem__(self, name: str) -> ConditionKey | None:
        folded = fold(name)
        exact = self._keys.get(folded)
        return exact or next((key for pattern, key in self._templates if pattern.matches(folded)), None)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(key.name for key in self._keys.values())


def _template(name: str) -> Pattern:
    return Pattern.of(wildcard_tokens(_PLACEHOLDER.sub("?*", name)))


@dataclass(frozen=True)
class Service:
    prefix: str
    name: str
    actions: Mapping[str, Action]
    resource_types: Mapping[str, ResourceType]
    condition_keys: ConditionKeys

    @cached_property
    def tells_resource_tags(self) -> bool:
        tags = ("aws:resourcetag/", f"{self.prefix}:resourcetag/")
        of_actions = (key for action in self.actions.values() for key in action.condition_keys)
        of_types = (key for kind in self.resource_types.values() for key in kind.condition_keys)
        return any(fold(key).startswith(tags) for key in (*of_actions, *of_types))

    @classmethod
    def of(cls, prefix: str, row: Mapping[str, Any]) -> Self:
        actions = {fold(name): Action.of(prefix, name, facts) for name, facts in row["actions"].items()}
        kinds = {
            name: ResourceType(name, facts["arn"], tuple(facts["condition_keys"]))
            for name, facts in row["resource_types"].items()
        }
        return cls(prefix, row["name"], actions, kinds, ConditionKeys(row["condition_keys"]))


class ActionNames:
    """The actions of one service in alphabetical order, for wildcards: a literal beginning narrows the search."""

    def __init__(self, prefix: str, by_level: Mapping[str, Iterable[str]]) -> None:
        self.levels = {
            fold(f"{prefix}:{name}"): AccessLevel(level)
            for level, names in by_level.items()
            for name in names
        }
        self._written = {
            fold(f"{prefix}:{name}"): f"{prefix}:{name}" for names in by_level.values() for name in names
        }
        self._folded = sorted(self.levels)

    def written(self, folded: str) -> str:
        return self._written[folded]

    @property
    def all(self) -> Iterable[str]:
        return self._written.values()

    def covers_any(self, folded: str) -> bool | None:
        """Whether any name fits a whole name or `Prefix*`; None for other wildcards, which need a pattern."""
        if folded in self.levels:
            return True
        stem = folded.rstrip("*")
        if "*" in stem or "?" in stem:
            return None
        return stem != folded and self._begins_any(stem)

    def _begins_any(self, stem: str) -> bool:
        place = bisect_left(self._folded, stem)
        return place < len(self._folded) and self._folded[place].startswith(stem)

    def matching(self, pattern: Pattern) -> list[str]:
        """The folded names a pattern covers."""
        if pattern.exact is not None:
            return [pattern.exact] if pattern.exact in self.levels else []
        head = pattern.head if isinstance(pattern.head, str) else ""
        start = bisect_left(self._folded, head)
        candidates = self._folded[start : bisect_left(self._folded, head + AFTER_EVERY_NAME)]
        return (
            candidates
            if pattern.prefix is not None
            else [name for name in candidates if pattern.matches(name)]
        )


class Catalog:
    def __init__(self, directory: Path) -> None:
        try:
            index: dict[str, Any] = json.loads((directory / "index.json").read_bytes())
        except FileNotFoundError as error:
            raise CatalogMissing from error
        self._directory = directory
        self._index: Mapping[str, Mapping[str, Any]] = index["services"]
        self._unassociated: Mapping[str, list[str]] = index["unassociated_condition_keys"]
        self.actions_of_operations: Mapping[str, str] = index["actions_of_operations"]
        self._operations = {fold(name): action for name, action in self.actions_of_operations.items()}
        self.regions = frozenset(index["regions"])
        self._arn_services: Mapping[str, list[str]] = index["arn_services"]
        self.date = date.fromisoformat(index["date"])
        self.global_condition_keys = ConditionKeys(index["global_condition_keys"])
        self.retired = RetiredActions(index["retired"])
        self.resource_control_services = frozenset(index["resource_control_services"])
        # Bounded, because the patterns asked for are whatever people type.
        self.resource_types = lru_cache(maxsize=None)(self._resource_types)
        self.service = lru_cache(maxsize=None)(self._service)
        self._names = lru_cache(maxsize=None)(self._action_names)
        self._matching = remembering(self._find_matching, 16_384)
        self.condition_key = remembering(self._condition_key, 8_192)
        self.nearest_action = remembering(self._nearest_action, 1_024)
        self.nearest_service = remembering(self._nearest_service, 1_024)
        self.nearest_condition_key = remembering(self._nearest_condition_key, 1_024)

    def services(self) -> Mapping[str, str]:
        """The full name of each service prefix."""
        return {prefix: row["name"] for prefix, row in self._index.items()}

    def has_service(self, prefix: str) -> bool:
        return fold(prefix) in self._index

    def _service(self, prefix: str) -> Service | None:
        folded = fold(prefix)
        return Service.of(folded, self.facts(folded)) if folded in self._index else None

    def obeys_resource_control(self, prefix: str) -> bool:
        """Whether resource control policies count for the service."""
        return fold(prefix) in self.resource_control_services

    def ignores_resource_tags(self, prefix: str) -> bool:
        """Whether no request to the service ever tells the tags of the resource that it is about."""
        service = self.service(prefix)
        return service is not None and not service.tells_resource_tags

    def facts(self, prefix: str) -> Any:
        """The compiled file of a service, as it stands."""
        return json.loads((self._directory / "services" / f"{prefix}.json").read_bytes())

    def action(self, name: str) -> Action | None:
        prefix, _, rest = name.partition(":")
        service = self.service(prefix) if self.has_service(prefix) else None
        return service.actions.get(fold(rest)) if service else None

    def actions_matching(self, pattern: str) -> tuple[str, ...]:
        """The names an Action element's text covers, without regard to case; a name covers itself."""
        return tuple(self._names(_prefix(name)).written(name) for name in self._matching(pattern))

    @cached_property
    def sound_actions(self) -> set[str]:
        """Every action in its own capitals, and wildcards that were found to cover some: no further look is needed."""
        return {
            f"{prefix}:{name}"
            for prefix, row in self._index.items()
            for names in row["actions"].values()
            for name in names
        }

    def has_action(self, pattern: str) -> bool:
        """Whether the text covers any action at all."""
        if pattern in self.sound_actions:
            return True
        prefix = fold(_prefix(pattern))
        if prefix not in self._index:
            return pattern in ("*", "*:*")
        known = self._names(prefix).covers_any(fold(pattern))
        found = bool(self._matching(pattern)) if known is None else known
        # What people type is remembered within bounds.
        if found and len(pattern) <= LONGEST_REMEMBERED and len(self.sound_actions) < MOST_SOUND_ACTIONS:
            self.sound_actions.add(pattern)
        return found

    def _find_matching(self, text: str) -> tuple[str, ...]:
        pattern = action_pattern(text)
        if pattern is None:
            return ()
        services = self._index if text in ("*", "*:*") else [fold(_prefix(text))]
        known = [self._names(prefix) for prefix in services if prefix in self._index]
        return tuple(name for names in known for name in names.matching(pattern))

    def _action_names(self, prefix: str) -> ActionNames:
        return ActionNames(prefix, self._index[prefix]["actions"])

    def access_levels(self, patterns: Iterable[str]) -> frozenset[AccessLevel]:
        """The levels of the actions that these texts cover together."""
        levels: set[AccessLevel] = set()
        for pattern in patterns:
            levels.update(self._names(_prefix(name)).levels[name] for name in self._matching(pattern))
        return frozenset(levels)

    def action_of_operation(self, name: str) -> str | None:
        """The action that governs an API operation of another name, such as `s3:ListObjects`."""
        return self._operations.get(fold(name))

    def _nearest_action(self, name: str) -> str | None:
        """The action most likely meant by a name that does not exist."""
        if meant := self.action_of_operation(name):
            return meant
        prefix, _, rest = name.partition(":")
        known = fold(prefix) if self.has_service(prefix) else self.nearest_service(prefix)
        return nearest(f"{known}:{rest}", self._names(known).all) if known else None

    def actions_named(self, name: str) -> list[str]:
        """The actions of this name in any service, the best known service first."""
        names = ((prefix, fold(f"{prefix}:{name}")) for prefix in (*WELL_KNOWN_SERVICES, *self._index))
        found = [
            self._names(prefix).written(folded)
            for prefix, folded in names
            if folded in self._names(prefix).levels
        ]
        return list(dict.fromkeys(found))

    def _nearest_service(self, prefix: str) -> str | None:
        return nearest(prefix, self._index, SERVICE_CLOSENESS)

    def has_arn_service(self, name: str) -> bool:
        return name in self._arn_services or name in self._index

    def _resource_types(self, arn_service: str) -> list[ResourceType]:
        """The types of resources whose ARNs carry this name of a service."""
        services = [self.service(prefix) for prefix in self._arn_services.get(arn_service, [])]
        kinds = [kind for service in services if service for kind in service.resource_types.values()]
        return [form for kind in kinds if kind.arn_service == arn_service for form in kind.forms]

    def _nearest_condition_key(self, name: str) -> str | None:
        prefix = _prefix(name)
        if fold(prefix) == "aws":
            return nearest(name, self.global_condition_keys.names)
        service = self.service(prefix)
        return nearest(name, service.condition_keys.names) if service else None

    def is_federation_prefix(self, prefix: str) -> bool:
        """Whether keys of this prefix are claims of an identity provider: a host name, `saml` and the like."""
        return "." in prefix or fold(prefix) in self._unassociated

    def _condition_key(self, name: str) -> ConditionKey | None:
        """A global key, or one of the service named before the colon."""
        if found := self.global_condition_keys[name]:
            return found
        prefix = fold(_prefix(name))
        services = [self.service(owner) for owner in self._unassociated.get(prefix, [prefix])]
        return next((key for service in services if service and (key := service.condition_keys[name])), None)


def _prefix(name: str) -> str:
    return name.partition(":")[0]


def catalog() -> Catalog:
    """The installation's catalog. Raises CatalogMissing before it is compiled."""
    return _loaded(settings.CATALOG_DIR)


@lru_cache(maxsize=2)
def _loaded(directory: str | Path) -> Catalog:
    return Catalog(Path(directory))
