"""Policy documents as types in which no illegal document can exist; each part is compiled when first asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from policies.engine.conditions import Condition
from policies.engine.kinds import Kind
from policies.engine.lazy import lazy
from policies.engine.patterns import PatternSet, action_set, fold
from policies.engine.places import NO_PLACES, Places, Span
from policies.engine.principals import Naming, PrincipalSet
from policies.engine.request import Principal
from policies.engine.resources import ResourceSet
from policies.engine.variables import Context, Variable

_NOBODY: frozenset[Naming] = frozenset()
_ANYONE = frozenset({Naming.ANYONE})
_ANY_SERVICE = frozenset({"*"})


class Effect(StrEnum):
    """What a matching statement does."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True)
class Statement:
    """One statement; an absent element is None, and of Action and NotAction (and so on) one is absent.

    `index` counts from 0 in the document; where that stands in the policy's text is found out when asked. The
    elements are answered one by one, so that an explanation asks the same questions as a decision.
    """

    index: int
    effect: Effect
    version: str
    sid: str = ""
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    not_resources: tuple[str, ...] | None = None
    principals: PrincipalSet | None = None
    not_principals: PrincipalSet | None = None
    conditions: tuple[Condition, ...] = ()
    places: Places = field(default=NO_PLACES, repr=False, compare=False)

    @lazy
    def span(self) -> Span:
        """The characters of the statement in the policy's text, the end exclusive; (0, 0) without a text."""
        return self.places.of_statement(self.index)

    @property
    def start(self) -> int:
        """Where the statement begins in the policy's text."""
        return self.span[0]

    @property
    def end(self) -> int:
        """Where it ends, exclusive; 0 without a text."""
        return self.span[1]

    @lazy
    def action_set(self) -> PatternSet:
        """The compiled Action or NotAction element."""
        return action_set(self.actions or self.not_actions or ())

    @lazy
    def resource_set(self) -> ResourceSet:
        """The compiled Resource or NotResource element."""
        return ResourceSet.of(self.resources or self.not_resources or (), self.version)

    @lazy
    def required_keys(self) -> frozenset[str]:
        """The keys of all variables without default."""
        keys = [condition.required_keys for condition in self.conditions]
        return self.resource_set.required_keys.union(*keys)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables of its resources and of its conditions."""
        of_conditions = (variable for condition in self.conditions for variable in condition.variables)
        return (*self.resource_set.variables, *of_conditions)

    @property
    def excludes_actions(self) -> bool:
        """Whether the statement is about all actions but some."""
        return self.not_actions is not None

    @property
    def services(self) -> frozenset[str]:
        """The folded services the actions belong to, `*` when they can be of any."""
        if self.actions is None:
            return _ANY_SERVICE
        return frozenset([fold(name.partition(":")[0]) for name in self.actions])

    def covers_action(self, folded_action: str) -> bool:
        """Whether Action lists, or NotAction does not list, the action; names ignore case."""
        return self.action_set.matches(folded_action) is (self.not_actions is None)

    def covers_resource(self, resource: str, context: Context, kind: Kind) -> bool:
        """Whether Resource lists, or NotResource does not list, the resource."""
        if self.resources is None and self.not_resources is None:
            return self.covers_without_resource(kind)
        return self.resource_set.covers(resource, context, kind) is (self.not_resources is None)

    def covers_without_resource(self, kind: Kind) -> bool:
        """Whether a statement with neither element is about every resource.

        Trust policies never have one: the role is meant. Elsewhere it allows nothing and denies everything.
        """
        return kind is Kind.TRUST or self.effect is Effect.DENY

    def namings(self, principal: Principal, kind: Kind, *, is_bounded: bool) -> frozenset[Naming]:
        """How the Principal element names the caller. Without one nobody is named, but by an endpoint's policy.

        A Deny with NotPrincipal strikes every caller that has a permissions boundary, listed or not.
        """
        if self.principals is not None:
            return self.principals.namings(principal)
        if self.not_principals is None:
            return _ANYONE if kind is Kind.VPC_ENDPOINT else _NOBODY
        strikes_all = is_bounded and self.effect is Effect.DENY
        return _NOBODY if self.not_principals.spares(principal) and not strikes_all else _ANYONE

    def fulfils(self, condition: Condition, context: Context) -> bool:
        """Whether the condition lets this statement count. An unknown operator stops an Allow but no Deny."""
        return condition.holds(context) if condition.is_known else self.effect is Effect.DENY

    def missing_keys(self, context: Context) -> tuple[str, ...]:
        """Keys of variables without default to which the request gives not exactly one value.

        With any of them missing the whole statement matches nothing, Allow and Deny alike.
        """
        return tuple(sorted(key for key in self.required_keys if len(context.get(key, ())) != 1))

    @lazy
    def _tests(self) -> tuple[Callable[[Context], bool], ...]:
        conditions = self.conditions
        if self.effect is Effect.DENY:
            return tuple(condition.holds for condition in conditions if condition.is_known)
        return tuple(condition.holds if condition.is_known else _never for condition in conditions)

    def holds(self, context: Context) -> bool:
        """Whether all variables have values and all conditions hold."""
        for key in self.required_keys:
            if len(context.get(key, ())) != 1:
                return False
        return all(test(context) for test in self._tests)


def _never(_: Context) -> bool:
    return False


@dataclass(frozen=True)
class Policy:
    """A policy document. A missing Version is 2008-10-17, the one without variables; a missing Id is ""."""

    version: str
    id: str
    statements: tuple[Statement, ...]

    @lazy
    def by_service(self) -> Mapping[str, tuple[Statement, ...]]:
        """The statements that name a service, with those about any: under `*` the latter alone."""
        found: dict[str, list[Statement]] = {"*": []}
        for statement in self.statements:
            if "*" in (services := statement.services):
                for listed in found.values():
                    listed.append(statement)
                continue
            for service in services:
                found.setdefault(service, [*found["*"]]).append(statement)
        return {service: tuple(listed) for service, listed in found.items()}

    def about(self, folded_action: str) -> tuple[Statement, ...]:
        """The statements that can be about an action, in their order; most are of another service."""
        return self.by_service.get(folded_action.partition(":")[0]) or self.by_service["*"]
