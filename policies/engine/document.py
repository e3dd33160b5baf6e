"""Policy documents as types in which no illegal document can exist, compiled for matching when read."""

from dataclasses import dataclass, field
from enum import StrEnum

from policies.engine.arns import ResourceSet
from policies.engine.conditions import Condition
from policies.engine.kinds import Kind
from policies.engine.patterns import PatternSet, action_set, fold
from policies.engine.principals import Naming, PrincipalSet
from policies.engine.request import Principal, Request
from policies.engine.variables import Context

_NOBODY: frozenset[Naming] = frozenset()
_ANYONE = frozenset({Naming.ANYONE})


class Effect(StrEnum):
    """What a matching statement does."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; an absent element is None, and of Action and NotAction (and so on) one is absent.

    `index` counts from 0 in the document, `start` and `end` (exclusive) its characters in the policy's text.
    The elements are answered one by one, so that an explanation asks the same questions as a decision.
    """

    index: int
    sid: str
    effect: Effect
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    principals: PrincipalSet | None
    not_principals: PrincipalSet | None
    conditions: tuple[Condition, ...]
    start: int
    end: int
    version: str
    action_set: PatternSet = field(init=False, repr=False, compare=False)
    resource_set: ResourceSet = field(init=False, repr=False, compare=False)
    required_keys: frozenset[str] = field(init=False, repr=False, compare=False)
    excludes_actions: bool = field(init=False, repr=False, compare=False)
    services: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        resources = ResourceSet.of(self.resources or self.not_resources or (), self.version)
        required = (condition.required_keys for condition in self.conditions)
        object.__setattr__(self, "action_set", action_set(self.actions or self.not_actions or ()))
        object.__setattr__(self, "resource_set", resources)
        object.__setattr__(self, "required_keys", resources.required_keys.union(*required))
        object.__setattr__(self, "excludes_actions", self.not_actions is not None)
        names = ("*",) if self.actions is None else self.actions
        object.__setattr__(self, "services", frozenset(fold(name).partition(":")[0] for name in names))

    def covers_action(self, folded_action: str) -> bool:
        """Whether Action lists, or NotAction does not list, the action; names ignore case."""
        return self.action_set.matches(folded_action) is not self.excludes_actions

    def covers_resource(self, resource: str, context: Context, kind: Kind) -> bool:
        """Whether Resource lists, or NotResource does not list, the resource.

        Trust policies have no such element: the role is meant. Elsewhere a statement without one allows
        nothing and denies everything.
        """
        if self.resources is None and self.not_resources is None:
            return kind is Kind.TRUST or self.effect is Effect.DENY
        return self.resource_set.covers(resource, context, kind) is (self.not_resources is None)

    def namings(self, principal: Principal, *, is_bounded: bool) -> frozenset[Naming]:
        """How a statement of a resource or trust policy names the caller; one without Principal names nobody.

        A Deny with NotPrincipal strikes every caller that has a permissions boundary, listed or not.
        """
        if self.principals is not None:
            return self.principals.namings(principal)
        if self.not_principals is None:
            return _NOBODY
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

    def matches(self, request: Request, kind: Kind) -> bool:
        """Whether the statement is about the request, leaving Principal aside (see `namings`)."""
        context = request.context
        return (
            self.covers_action(request.folded_action)
            and self.covers_resource(request.resource, context, kind)
            and not (self.required_keys and self.missing_keys(context))
            and all(self.fulfils(condition, context) for condition in self.conditions)
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document. A missing Version is 2008-10-17, the one without variables; a missing Id is ""."""

    version: str
    id: str
    statements: tuple[Statement, ...]
    by_service: dict[str, tuple[Statement, ...]] = field(init=False, repr=False, compare=False)
    of_any_service: tuple[Statement, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named = {name for statement in self.statements for name in statement.services}
        by_service = {name: self._speaking_of(name) for name in named}
        object.__setattr__(self, "by_service", by_service)
        object.__setattr__(self, "of_any_service", self._speaking_of("*"))

    def about(self, folded_action: str) -> tuple[Statement, ...]:
        """The statements that can be about an action, in their order; most are of another service."""
        return self.by_service.get(folded_action.partition(":")[0], self.of_any_service)

    def _speaking_of(self, service: str) -> tuple[Statement, ...]:
        return tuple(entry for entry in self.statements if not entry.services.isdisjoint((service, "*")))
