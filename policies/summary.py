"""A policy in plain words: what each statement allows or denies, on what, and under which conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from policies.catalog import AccessLevel, Catalog, ResourceType
from policies.engine import Asker, Condition, Effect, Match, Policy, Statement, open_conditions
from policies.engine.arns import split_arn
from policies.named_kinds import kinds_of

LEVEL_WORDS: Final = {
    AccessLevel.LIST: "List",
    AccessLevel.READ: "Read",
    AccessLevel.WRITE: "Write",
    AccessLevel.PERMISSIONS_MANAGEMENT: "Permissions",
    AccessLevel.TAGGING: "Tagging",
}
# What stands between the key and its values, by the operator without qualifier and IfExists.
OPERATOR_WORDS: Final = {
    "stringequals": "is",
    "stringnotequals": "is not",
    "stringequalsignorecase": "is, in any case,",
    "stringnotequalsignorecase": "is not, in any case,",
    "stringlike": "is like",
    "stringnotlike": "is not like",
    "arnequals": "is",
    "arnnotequals": "is not",
    "arnlike": "is like",
    "arnnotlike": "is not like",
    "ipaddress": "is within",
    "notipaddress": "is outside",
    "numericequals": "is",
    "numericnotequals": "is not",
    "numericlessthan": "is less than",
    "numericlessthanequals": "is at most",
    "numericgreaterthan": "is more than",
    "numericgreaterthanequals": "is at least",
    "dateequals": "is",
    "datenotequals": "is not",
    "datelessthan": "is before",
    "datelessthanequals": "is not after",
    "dategreaterthan": "is after",
    "dategreaterthanequals": "is not before",
    "bool": "is",
    "binaryequals": "is",
}
# All values must differ then, so that they are joined by "and".
NEGATIONS: Final = ("is not", "is not, in any case,", "is not like", "is outside")
QUALIFIER_WORDS: Final = {"": "", "forallvalues": "each value of ", "foranyvalue": "any value of "}
# So many things are named; of the others only their number is told.
MOST_NAMED: Final = 3
# A statement is told while it is typed: of so many actions and resources it is said whether they fit together.
MOST_COMPARED: Final = 200
NO_RESOURCE: Final = "None of its actions works on these resources."


@dataclass(frozen=True, slots=True)
class Cut:
    """The picture of access: five teeth (`on`, `if` with a condition, `no` for denied, or none), and in words."""

    teeth: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class StatementSummary:
    """One statement, told. `grants_nothing` says why it is without effect, and is empty otherwise."""

    name: str
    effect: Effect
    services: str
    cut: Cut
    actions: str
    resources: str
    conditions: tuple[str, ...]
    grants_nothing: str
    start: int
    # Whom it names, in policies that say so: those of resources, and of roles whom they trust.
    principals: str = ""

    @property
    def is_allow(self) -> bool:
        return self.effect is Effect.ALLOW

    @property
    def verb(self) -> str:
        if self.grants_nothing:
            return "allows nothing" if self.is_allow else "denies nothing"
        return "allows" if self.is_allow else "denies"


def summarize(policy: Policy, catalog: Catalog) -> tuple[StatementSummary, ...]:
    return tuple(_statement(statement, catalog) for statement in policy.statements)


def cut_of(policy: Policy, catalog: Catalog) -> Cut:
    """What the statements of a policy open together."""
    return cut_of_all([policy], catalog)


def cut_of_all(policies: Iterable[Policy], catalog: Catalog) -> Cut:
    """What several policies open together."""
    found: dict[AccessLevel, str] = {}
    for statement in (statement for policy in policies for statement in policy.statements):
        opened = tooth(statement)
        for level in _levels(statement, catalog):
            found[level] = stronger(found.get(level, ""), opened)
    return cut_made_of(found)


def stronger(present: str, other: str) -> str:
    """Of two teeth at one level: a whole Allow shows before a conditional one, and any Allow before a Deny."""
    strength = ("", "no", "if", "on")
    return max(present, other, key=strength.index)


def _statement(statement: Statement, catalog: Catalog) -> StatementSummary:
    levels = dict.fromkeys(_levels(statement, catalog), tooth(statement))
    return StatementSummary(
        name=name_of(statement),
        effect=statement.effect,
        services=_services(statement, catalog),
        cut=cut_made_of(levels),
        actions=_actions(statement),
        resources=_resource_words(statement, catalog),
        conditions=tuple(_condition_words(condition) for condition in statement.conditions),
        grants_nothing=_why_nothing(statement, catalog),
        start=statement.start,
        principals=_principals(statement),
    )


def name_of(statement: Statement) -> str:
    """What a statement is called: its Sid, or its place."""
    return statement.sid or f"Statement {statement.index + 1}"


def _principals(statement: Statement) -> str:
    """`ec2.amazonaws.com`, or everybody but some; "" where the policy belongs to whoever has it."""
    named = statement.principals or statement.not_principals
    if named is None:
        return ""
    words = ", ".join("everybody" if text == "*" else f"`{text}`" for _, text in named.written) or "nobody"
    return words if statement.principals else f"everybody but {words}"


def tooth(statement: Statement) -> str:
    if statement.effect is Effect.DENY:
        return "no"
    return "if" if statement.conditions else "on"


def cut_made_of(teeth: Mapping[AccessLevel, str]) -> Cut:
    words = [LEVEL_WORDS[level] for level in LEVEL_WORDS if teeth.get(level)]
    said = "All levels" if len(words) == len(LEVEL_WORDS) else ", ".join(words) or "None"
    return Cut(tuple(teeth.get(level, "") for level in LEVEL_WORDS), said)


def _levels(statement: Statement, catalog: Catalog) -> frozenset[AccessLevel]:
    """NotAction leaves so much that every level counts as opened."""
    if statement.actions is None:
        return frozenset(AccessLevel)
    return catalog.access_levels(statement.actions)


def _actions(statement: Statement) -> str:
    if statement.actions is None:
        return f"every action except {_named(statement.not_actions or (), 'and')}"
    if statement.actions in (("*",), ("*:*",)):
        return "every action"
    return _named(statement.actions, "and")


def _services(statement: Statement, catalog: Catalog) -> str:
    if statement.actions is None or any(name.startswith("*") for name in statement.actions):
        return "All services"
    names = catalog.services()
    prefixes = dict.fromkeys(name.partition(":")[0].lower() for name in statement.actions)
    return _list([names.get(prefix, prefix) for prefix in prefixes], "and")


def _why_nothing(statement: Statement, catalog: Catalog) -> str:
    if statement.actions is None:
        return ""
    if not statement.actions:
        return "It names no action."
    if any(catalog.has_action(name) for name in statement.actions):
        return "" if _has_resources(statement, catalog) else NO_RESOURCE
    return "Its only action does not exist." if len(statement.actions) == 1 else "None of its actions exist."


def _has_resources(statement: Statement, catalog: Catalog) -> bool:
    """Whether one of its actions works on one of its resources. Of a long statement that is taken for granted."""
    actions, resources = statement.actions or (), statement.resources or ()
    if "*" in resources or not resources or len(actions) + len(resources) > MOST_COMPARED:
        return True
    named = {
        (found.prefix, found.kind.name)
        for text in resources
        for found in kinds_of(catalog).named_by(text, statement.version)
    }
    if "*" in actions or "*:*" in actions:
        return bool(named)
    found = (catalog.action(name) for text in actions for name in catalog.actions_matching(text))
    return any((action.prefix, kind) in named for action in found if action for kind in action.resource_types)


def terms_of(match: Match, asker: Asker, catalog: Catalog) -> list[str]:
    """What a request has to bring for the statement to count: a resource it names, conditions that hold."""
    conditions = map(_condition_words, open_conditions(match.statement, asker))
    told = [f"{'and' if place else 'if'} {words}" for place, words in enumerate(conditions)]
    is_open = _names_resources(match.statement, asker)
    return [f"on {_resource_words(match.statement, catalog)}", *told] if is_open else told


def _names_resources(statement: Statement, asker: Asker) -> bool:
    """Whether it is open which resources the statement is about."""
    if asker.resource is None:
        return not statement.resource_set.everything or statement.not_resources is not None
    return not all(asker.knows(variable.key) for variable in statement.resource_set.variables)


def _resource_words(statement: Statement, catalog: Catalog) -> str:
    """What a statement is about, told."""
    if statement.not_resources is not None:
        return f"everything except {_list(_shown(statement.not_resources, catalog), 'and')}"
    written = statement.resources or ()
    if "*" in written:
        return "all resources"
    return _list(_shown(written, catalog), "and") or "no resource"


def _shown(written: Iterable[str], catalog: Catalog) -> list[str]:
    return [_resource(text, catalog) for text in written]


def _resource(text: str, catalog: Catalog) -> str:
    """`bucket receipts` for an ARN whose kind is known, the text itself for any other."""
    fields = split_arn(text)
    if fields is None:
        return _quoted(text)
    kind = kind_of(fields[2], fields[5], catalog)
    if kind is None:
        return _quoted(text)
    name = fields[5].removeprefix(kind.resource_beginning) or fields[5]
    return f"{kind.name} {_quoted(name)}"


def kind_of(service: str, resource: str, catalog: Catalog) -> ResourceType | None:
    """The kind of resource with the longest pattern, which says most about it."""
    kinds = [kind for kind in catalog.resource_types(service) if kind.resource_pattern.matches(resource)]
    return max(kinds, key=lambda kind: len(kind.arn), default=None)


def _condition_words(condition: Condition) -> str:
    """One condition, told: its key, what must be, and its values as code."""
    name = condition.name
    key = QUALIFIER_WORDS[name.qualifier.value] + _quoted(condition.key)
    if name.is_null:
        is_absent = "true" in [value.lower() for value in condition.values]
        return f"{key} is {'absent' if is_absent else 'present'}"
    words = OPERATOR_WORDS.get(name.base, f"fulfils {condition.operator}")
    joint = "and" if words in NEGATIONS else "or"
    said = f"{key} {words} {_named(condition.values, joint)}"
    return f"{said}, if it is there" if name.if_exists else said


def _named(texts: Iterable[str], joint: str) -> str:
    return _list([_quoted(text) for text in texts], joint)


def _quoted(text: str) -> str:
    return "`" + text.replace("`", "'") + "`"


def _list(parts: list[str], joint: str) -> str:
    """`a, b and c`; of a long list the beginning, and how many more there are."""
    hidden = len(parts) - MOST_NAMED
    if hidden > 0:
        return f"{', '.join(parts[:MOST_NAMED])} {joint} {hidden} more"
    return f" {joint} ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
