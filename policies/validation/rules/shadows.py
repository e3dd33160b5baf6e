"""Statements that decide nothing, because a wider one decides before them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from policies.engine.lazy import lazy
from policies.engine.text import Node
from policies.validation.coverage import Budget, Texts, is_about_anybody, is_unconditional
from policies.validation.document import Document
from policies.validation.findings import Finding, Fix
from policies.validation.rules.redundancy import meaning
from policies.validation.statements import Statement, members_of, strings

# Beyond this many first looks, and this much close comparing, the rest is let be.
MOST_PAIRS: Final = 20_000
MOST_COMPARISONS: Final = 30_000
# What one pair costs, however little it says, beside some texts and beginnings compared.
OF_A_PAIR: Final = 25
EVERY_ACTION: Final = frozenset({"*"})
EVERYBODY: Final = frozenset({("*", "*")})


class _Scope:
    """What a statement is about, in sets; all but the first are made when they are asked for."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.negates = "NotAction" in statement
        name = "NotAction" if self.negates else "Action"
        texts, wild = statement.texts(name), statement.wild(name)
        self.actions = (
            Texts.of(texts | EVERY_ACTION, [*wild, *EVERY_ACTION])
            if "*:*" in texts
            else Texts.of(texts, wild)
        )

    @lazy
    def effect(self) -> str | None:
        return self.statement.text("Effect")

    @lazy
    def resources(self) -> Texts:
        return Texts.of(text for _, text in self.statement.strings("Resource"))

    @lazy
    def left_out(self) -> frozenset[str]:
        return frozenset(text for _, text in self.statement.strings("NotResource"))

    @lazy
    def principals(self) -> frozenset[tuple[str, str]]:
        return _named(self.statement.get("Principal"))

    @property
    def size(self) -> int:
        return len(self.actions.whole) + len(self.resources.whole)


def _named(node: Node | None) -> frozenset[tuple[str, str]]:
    if node is None:
        return frozenset()
    if node.value == "*":
        return EVERYBODY
    members = members_of(node)
    return frozenset((member.name, text) for member in members for _, text in strings(member.value))


def shadowed(document: Document) -> Iterator[Finding]:
    """Statements that another one covers; most pairs do not get past a look at one action."""
    if len(document.statements) < 2:  # noqa: PLR2004 (nobody stands in one's own light)
        return
    near, work = _near(document.statements), Budget(MOST_COMPARISONS)
    for statement in document.statements:
        scopes = near.get(_first_action(statement)) if not work.is_spent else None
        if scopes and (len(scopes) > 1 or scopes[0].statement is not statement):
            others = [scope for scope in scopes if scope.statement is not statement]
            yield from _judged(document, statement, others, work)


def _near(statements: Sequence[Statement]) -> dict[str, list[_Scope]]:
    """The statements without conditions that cover an action, by each statement's first one."""
    firsts = frozenset(map(_first_action, statements))
    near: dict[str, list[_Scope]] = {}
    pairs = Budget(MOST_PAIRS)
    for scope in [_Scope(one) for one in statements if "Effect" in one and is_unconditional(one)]:
        whole, stems = (EVERY_ACTION, ()) if scope.negates else scope.actions
        covered = firsts & whole
        if stems and pairs.allows(len(firsts)):
            covered |= {first for first in firsts if first.startswith(stems)}
        for first in covered:
            near.setdefault(first, []).append(scope)
    return near


def _first_action(statement: Statement) -> str:
    """An action that whatever covers the statement covers: of one with NotAction, all actions."""
    written = statement.folded("Action")
    text = written[0][1] if written and "NotAction" not in statement else "*"
    return "*" if text == "*:*" else text


def _judged(
    document: Document, statement: Statement, others: list[_Scope], work: Budget
) -> Iterator[Finding]:
    """The first denial that covers the statement, or the first other one that does and is to stay."""
    scope = _Scope(statement)
    covering = [other for other in others if _covers(other, scope, work)]
    denial = next((other for other in covering if other.effect != scope.effect), None)
    if denial:
        yield _denied(document, statement, denial.statement)
        return
    for other in covering:
        if work.allows(OF_A_PAIR) and _is_to_stay(document, other, scope, work):
            yield _shadowed(document, statement, other.statement)
            return


def _covers(wide: _Scope, scope: _Scope, work: Budget) -> bool:
    """Whether the wide statement, which has no conditions, decides whatever the other would."""
    if not work.allows(OF_A_PAIR) or wide.effect not in (scope.effect, "Deny") or scope.effect is None:
        return False
    stems = 1 + len(wide.actions.stems) + len(wide.resources.stems)
    if not work.allows(scope.size * stems // 8):
        return False
    return _covers_actions(wide, scope) and _covers_resources(wide, scope) and _covers_principals(wide, scope)


def _covers_actions(wide: _Scope, scope: _Scope) -> bool:
    if wide.negates:
        return scope.negates and scope.actions.cover(wide.actions)
    return "*" in wide.actions.whole if scope.negates else wide.actions.cover(scope.actions)


def _covers_resources(wide: _Scope, scope: _Scope) -> bool:
    if wide.left_out:
        return wide.left_out == scope.left_out
    if scope.left_out:
        return "*" in wide.resources.whole
    # A trust policy names no resources.
    return wide.resources.cover(scope.resources) or not (wide.resources.whole or scope.resources.whole)


def _covers_principals(wide: _Scope, scope: _Scope) -> bool:
    """Named in full, a principal may have more than as one of everybody, so that only denials cover by `*`."""
    if "NotPrincipal" in wide.statement or "NotPrincipal" in scope.statement:
        return False
    if wide.effect == "Deny" and is_about_anybody(wide.statement):
        return True
    return scope.principals <= wide.principals and bool(scope.principals) == bool(wide.principals)


def _denied(document: Document, statement: Statement, denial: Statement) -> Finding:
    details = (
        f"This statement never counts: statement {denial.index + 1} denies all that it allows, always. "
        "Remove one of the two, or narrow the denial."
    )
    return document.finding("CONSOLE_DENIED_STATEMENT", details, statement.node, denial.node)


def _is_to_stay(document: Document, other: _Scope, scope: _Scope, work: Budget) -> bool:
    """Of two that cover each other the first stays; of two that say the same AWS has a finding of its own."""
    if meaning(document, other.statement) == meaning(document, scope.statement):
        return False
    is_mutual = is_unconditional(scope.statement) and _covers(scope, other, work)
    return not is_mutual or other.statement.index < scope.statement.index


def _shadowed(document: Document, statement: Statement, by: Statement) -> Finding:
    verb = "allows" if statement.allows else "denies"
    details = (
        f"This statement changes nothing: statement {by.index + 1} {verb} all of it already, without conditions. "
        "Remove this one, or narrow the other."
    )
    return document.finding(
        "CONSOLE_SHADOWED_STATEMENT", details, statement.node, by.node, fix=_removal(document, statement)
    )


def _removal(document: Document, statement: Statement) -> Fix | None:
    container = document.members.named("Statement")
    fix = document.removal(container, statement.node) if container else None
    return replace(fix, title="Remove the statement") if fix else None


RULES: Final = (shadowed,)
