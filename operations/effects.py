"""What a change of policies opens and what it closes, worked out by the engine before anybody makes the change.

Every pair of action and resource that a statement names, before or after, is put to the engine twice, but for those
that no request is about, such as s3:ListBucket on the objects of a bucket. Conditions of an Allow count as met and
those of a Deny as not met; the answer is then marked as conditional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeAlias

from policies.catalog import catalog
from policies.engine import (
    Condition,
    Effect,
    Layer,
    Policy,
    Principal,
    PrincipalKind,
    Request,
    Source,
    Statement,
    decide,
    matches,
)
from policies.engine.patterns import fold
from policies.engine.variables import Context, Template
from policies.validation.acting import may_act_on

RequestFor: TypeAlias = Callable[[str, str], Request]
Conditions: TypeAlias = tuple[Condition, ...]

UNCONDITIONAL: Conditions = ()
ALL = "*"
ANYBODY = "arn:aws:iam::{}:user/anybody"
ARN_FIELDS = 6
# A wildcard that covers more actions than this is shown, and asked about, as it is written.
MOST_NAMED = 40
# A statement of very many actions and resources is asked about as it is written, too; and in the end one must stop.
MOST_NAMED_PAIRS = 1_000
MOST_QUESTIONS = 4_000


@dataclass(frozen=True, slots=True)
class Change:
    """Access that comes or goes: `count` actions, through the policies that give it.

    `conditional` when it holds, or held, only under conditions; `is_partial` when the other side has some of it, under
    other conditions.
    """

    action: str
    resource: str
    conditional: bool
    through: tuple[str, ...]
    count: int = 1
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Effects:
    """The difference that a change makes. Not `is_complete` when there was too much to look at all of it."""

    lost: tuple[Change, ...]
    gained: tuple[Change, ...]
    kept: tuple[Change, ...]
    is_complete: bool = True

    @property
    def kept_count(self) -> int:
        return len(self.kept)


@dataclass(frozen=True, slots=True)
class Wording:
    """An action or a resource as it is asked about and as it is shown."""

    asked: str
    shown: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    action: Wording
    resource: Wording

    @property
    def service(self) -> str:
        return fold(self.action.asked).partition(":")[0]

    @property
    def is_wide(self) -> bool:
        """Whether it can cover others: it has a wildcard, and is not everything but something."""
        is_exact = self.action.asked == self.action.shown and self.resource.asked.startswith(
            self.resource.shown
        )
        return is_exact and ALL in self.action.asked + self.resource.asked

    def covers(self, other: Question) -> bool:
        return matches(fold(self.action.asked), fold(other.action.asked)) and matches(
            self.resource.asked, other.resource.asked
        )


@dataclass(frozen=True, slots=True)
class Access:
    """The alternatives under which a request is allowed (none: never), and the denials that may stop it."""

    grants: frozenset[Conditions] = frozenset()
    limits: frozenset[Conditions] = frozenset()
    through: tuple[str, ...] = ()

    @property
    def is_conditional(self) -> bool:
        return UNCONDITIONAL not in self.grants or bool(self.limits)

    def exceeds(self, other: Access) -> bool:
        """Whether something of this access is missing in the other."""
        if not self.grants or not other.grants:
            return bool(self.grants)
        is_narrowed = UNCONDITIONAL not in other.grants and bool(self.grants - other.grants)
        return is_narrowed or bool(other.limits - self.limits)


class Holding:
    """Policies held together, prepared for many questions."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._relaxed = tuple(_relaxed(source) for source in sources)
        statements = [(source, statement) for source in sources for statement in source.document.statements]
        self._conditions = {_place(*placed): placed[1].conditions for placed in statements}
        self._guards = [placed for placed in statements if _is_guard(placed[1])]

    def access(self, request: Request) -> Access:
        decision = decide(request, self._relaxed)
        if not decision.is_allowed:
            return Access()
        said: dict[Layer, set[Conditions]] = {}
        for match in decision.matches:
            place = _place(match.source, match.statement)
            said.setdefault(match.source.layer, set()).add(self._conditions[place])
        grants = said.pop(Layer.IDENTITY, set())
        bounds = [ways for ways in said.values() if UNCONDITIONAL not in ways]
        return Access(
            frozenset({UNCONDITIONAL} if UNCONDITIONAL in grants else grants),
            frozenset(self._limits(request)).union(*bounds),
            tuple(dict.fromkeys(m.source.name for m in decision.matches if m.source.layer is Layer.IDENTITY)),
        )

    def _limits(self, request: Request) -> Iterator[Conditions]:
        for source, statement in self._guards:
            is_about = statement.covers_action(request.folded_action)
            if is_about and statement.covers_resource(request.resource, request.context, source.kind):
                yield statement.conditions


def effects_of(
    before: Sequence[Source],
    after: Sequence[Source],
    request_for: RequestFor,
    *,
    most_questions: int = MOST_QUESTIONS,
) -> Effects:
    """What the holder of `before` loses, gains and keeps by having `after` instead."""
    context = request_for("iam:GetUser", ALL).context
    found = dict.fromkeys(_questions([*before, *after], context))
    questions = list(islice(found, most_questions))
    old, new = Holding(before), Holding(after)
    requests = [request_for(question.action.asked, question.resource.asked) for question in questions]
    compared = [
        (question, old.access(request), new.access(request))
        for question, request in zip(questions, requests, strict=True)
    ]
    return Effects(
        lost=_told((question, had, has) for question, had, has in compared if had.exceeds(has)),
        gained=_told((question, has, had) for question, had, has in compared if has.exceeds(had)),
        kept=_told(
            (question, has, Access())
            for question, had, has in compared
            if has.grants and had.grants and not had.exceeds(has) and not has.exceeds(had)
        ),
        is_complete=len(questions) == len(found),
    )


def requests_of_anybody(account_id: str, sources: Iterable[Source]) -> RequestFor:
    """Requests of nobody in particular in the account: a variable stands for itself."""
    statements = (statement for source in sources for statement in source.document.statements)
    keys = {variable.key for statement in statements for variable in statement.variables}
    context = {key: (f"${{{key}}}",) for key in keys}
    principal = Principal(ANYBODY.format(account_id), PrincipalKind.USER, account_id)
    return lambda action, resource: Request(principal, action, resource, account_id, context)


def _place(source: Source, statement: Statement) -> tuple[str, str, str, int]:
    return source.kind, source.name, source.arn, statement.index


def _is_guard(statement: Statement) -> bool:
    return statement.effect is Effect.DENY and bool(statement.conditions)


def _relaxed(source: Source) -> Source:
    """The policy with its Allow conditions met and its conditional denials out of the way."""
    document = source.document
    kept = [replace(one, conditions=()) for one in document.statements if not _is_guard(one)]
    return replace(source, document=Policy(document.version, document.id, tuple(kept)))


def _questions(sources: Iterable[Source], context: Context) -> Iterator[Question]:
    for source in sources:
        for statement in source.document.statements:
            resources = list(_resources_of(statement, context))
            actions = list(_actions_of(statement, MOST_NAMED))
            if len(actions) * len(resources) > MOST_NAMED_PAIRS:
                actions = list(_actions_of(statement, 1))
            yield from (
                Question(action, resource)
                for action in actions
                for resource in resources
                if may_act_on(catalog(), action.asked, resource.asked)
            )


def _actions_of(statement: Statement, most: int) -> Iterator[Wording]:
    """The actions by name, or a wildcard that covers more than `most` as written; unknown actions open nothing."""
    if statement.actions is None:
        spared = statement.not_actions or ()
        covered = {name for text in spared for name in catalog().actions_matching(text)}
        count = len(catalog().actions_matching(ALL)) - len(covered)
        yield Wording(ALL, f"* except {', '.join(spared)}", count)
    for text in statement.actions or ():
        names = catalog().actions_matching(text)
        if len(names) > most:
            yield Wording(text, text, len(names))
        else:
            yield from (Wording(name, name) for name in names)


def _resources_of(statement: Statement, context: Context) -> Iterator[Wording]:
    if statement.not_resources is not None:
        yield Wording(ALL, f"* except {', '.join(statement.not_resources)}")
    for text in statement.resources or ():
        shown = Template.of(text, statement.version).text(context)
        yield Wording(_completed(shown), shown)


def _completed(resource: str) -> str:
    """A short ARN covers whatever its missing fields may be."""
    fields = resource.split(":", ARN_FIELDS - 1)
    return resource if resource == ALL else ":".join(fields + [ALL] * (ARN_FIELDS - len(fields)))


def _told(compared: Iterable[tuple[Question, Access, Access]]) -> tuple[Change, ...]:
    """The changes of one direction, without those that another one covers."""
    told = {
        question: Change(
            question.action.shown,
            question.resource.shown,
            conditional=access.is_conditional or bool(other.grants),
            through=access.through,
            count=question.action.count,
            is_partial=bool(other.grants),
        )
        for question, access, other in compared
    }
    wide: dict[str, list[Question]] = {}
    for question in told:
        if question.is_wide:
            wide.setdefault(question.service, []).append(question)
    return tuple(change for question, change in told.items() if not _is_covered(question, told, wide))


def _is_covered(question: Question, told: dict[Question, Change], wide: dict[str, list[Question]]) -> bool:
    rivals = wide.get(question.service, []) + (wide.get(ALL, []) if question.service != ALL else [])
    return any(
        rival != question
        and rival.covers(question)
        and (told[question].conditional or not told[rival].conditional)
        for rival in rivals
    )
