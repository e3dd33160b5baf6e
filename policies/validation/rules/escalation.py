"""Permissions that together are enough to take more of them."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Final

from policies.engine.patterns import action_pattern, fold
from policies.engine.text import Node
from policies.validation.arn import arn_of
from policies.validation.coverage import Budget, is_about_everything, is_unconditional, names_every_action
from policies.validation.document import LONGEST_ACTION, Document, PolicyType
from policies.validation.escalations import KINDS, WAYS, Way
from policies.validation.findings import Finding
from policies.validation.statements import Statement

MOST_NAMED: Final = 4
# Each wildcard is compared with all actions of the table.
MOST_WILDCARDS: Final = 200
ACTIONS: Final[Mapping[str, str]] = {fold(action): action for way in WAYS for action in way.actions}
SERVICES: Final = ("*", *{f"{folded.partition(':')[0]}:" for folded in ACTIONS})
# A denial of whatever comes without a boundary, or with another policy, is how escalation is prevented.
LIMITS: Final = frozenset({"iam:permissionsboundary", "iam:policyarn"})


def ways(document: Document) -> Iterator[Finding]:
    """One finding for each place, or set of places, that opens a way; an administrator has no need of any."""
    if document.policy_type is not PolicyType.IDENTITY or not document.may_speak_of_iam:
        return
    allowing = [one for one in document.statements if one.allows and is_unconditional(one)]
    granted = _granted(document, allowing) if any(_allows_of_iam(document, one) for one in allowing) else {}
    by_places: dict[tuple[Node, ...], list[Way]] = {}
    for way in WAYS if granted else ():
        if all(action in granted for action in way.actions):
            places = tuple(dict.fromkeys(granted[action] for action in way.actions))
            by_places.setdefault(places, []).append(way)
    for places, opened in by_places.items():
        yield document.finding("CONSOLE_PRIVILEGE_ESCALATION", _details(opened), *places)


def _allows_of_iam(document: Document, statement: Statement) -> bool:
    """Whether some action of IAM may be allowed on more than a few entities. Every way has one."""
    if statement.index not in document.of_iam and "NotAction" not in statement:
        return False
    return "NotResource" in statement or any(text.endswith("*") for _, text in statement.strings("Resource"))


def _granted(document: Document, allowing: list[Statement]) -> dict[str, Node]:
    """The actions of the table that are allowed freely and not denied, each with the place that says so."""
    if any(names_every_action(one) and is_about_everything(one) for one in allowing):
        return {}
    budget = Budget(MOST_WILDCARDS)
    granted: dict[str, Node] = {}
    for statement in allowing:
        for action, node in _covered(statement, budget):
            if action not in granted and _is_free(statement, action):
                granted[action] = node
    denied = _denied(document, budget) if granted else set()
    return {action: node for action, node in granted.items() if action not in denied}


def _denied(document: Document, budget: Budget) -> set[str]:
    return {
        action
        for statement in document.statements
        if statement.text("Effect") == "Deny" and _is_a_limit(document, statement)
        for action, _ in _covered(statement, budget)
        if _is_free(statement, action)
    }


def _is_a_limit(document: Document, statement: Statement) -> bool:
    return is_unconditional(statement) or LIMITS.issuperset(document.keys_of(statement))


def _covered(statement: Statement, budget: Budget) -> Iterator[tuple[str, Node]]:
    """The actions of the table that the statement is about; wildcards beyond the budget are let be."""
    for node, text in statement.folded("Action"):
        if text in ACTIONS:
            yield ACTIONS[text], node
        elif _may_match(text) and budget.allows(1):
            yield from ((action, node) for action in _matching(text))
    excluded = statement.get("NotAction")
    if excluded:
        left_out = set(chain.from_iterable(_named(text, budget) for _, text in statement.folded("NotAction")))
        yield from ((action, excluded) for action in ACTIONS.values() if action not in left_out)


def _named(text: str, budget: Budget) -> tuple[str, ...]:
    if text in ACTIONS:
        return (ACTIONS[text],)
    return _matching(text) if _may_match(text) and budget.allows(1) else ()


def _may_match(text: str) -> bool:
    return ("*" in text or "?" in text) and text.startswith(SERVICES) and len(text) <= LONGEST_ACTION


@lru_cache(maxsize=4096)
def _matching(text: str) -> tuple[str, ...]:
    pattern = action_pattern(text)
    return tuple(action for folded, action in ACTIONS.items() if pattern and pattern.matches(folded))


def _is_free(statement: Statement, action: str) -> bool:
    """Whether the statement leaves open which entity of IAM it is about; of a service any resource is enough."""
    kind = KINDS.get(action)
    if kind is None or "NotResource" in statement:
        return True
    return any(
        _is_open(text, kind) for _, text in statement.strings("Resource") if len(text) <= LONGEST_ACTION
    )


@lru_cache(maxsize=4096)
def _is_open(text: str, kind: str) -> bool:
    # A variable confines: `${aws:username}` is whoever asks.
    arn = arn_of(text) if "${" not in text else None
    return text == "*" or (arn is not None and arn.resource in ("*", f"{kind}*", f"{kind}/*"))


def _details(opened: list[Way]) -> str:
    shown = "; ".join(f"{_together(way)}: {way.gain}" for way in opened[:MOST_NAMED])
    more = f"; and {len(opened) - MOST_NAMED} more ways" if len(opened) > MOST_NAMED else ""
    return (
        f"Whoever has this can take more permissions ({shown}{more}). "
        "Name the entities that are meant, or add a condition such as one on `iam:PermissionsBoundary`."
    )


def _together(way: Way) -> str:
    return " with ".join(f"`{action}`" for action in way.actions)


RULES: Final = (ways,)
