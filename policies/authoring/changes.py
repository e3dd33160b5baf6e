"""One change of a policy's text each: the text in, the new text out, everything that is not meant left as it was.

All raise CannotChange where the text is no JSON object or the statement is not there (any more).
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import count
from typing import Final

from policies.authoring.blocks import WrittenCondition, service_of
from policies.authoring.drafts import CannotChange, Draft, member_like, members_of
from policies.authoring.layout import Edit, Json, applied
from policies.engine.patterns import action_pattern, fold
from policies.engine.text import Node

EVERYTHING: Final = "*"
_WILDCARD: Final = re.compile(r"[*?]")


def set_effect(text: str, index: int, effect: str) -> str:
    draft = Draft.of(text)
    return draft.with_member(draft.statement(index), "Effect", effect)


def set_sid(text: str, index: int, sid: str) -> str:
    """Without a text the statement loses its Sid."""
    draft = Draft.of(text)
    statement = draft.statement(index)
    return draft.with_member(statement, "Sid", sid) if sid else draft.without_member(statement, "Sid")


def add_actions(text: str, index: int, names: Iterable[str]) -> str:
    """The actions behind those of Action, or of NotAction where the statement has that one."""
    draft = Draft.of(text)
    element = _action_element(draft, index)
    return _with(draft, index, element, names, fold)


def remove_actions(text: str, index: int, names: Collection[str]) -> str:
    """Without the last one an empty list remains: the validator says that the statement is unfinished."""
    draft = Draft.of(text)
    return _without(draft, index, _action_element(draft, index), names, fold)


def set_actions(text: str, index: int, names: Iterable[str], *, among: Collection[str]) -> str:
    """Of the actions `among` these, exactly `names` are to be there: all of a level, or those chosen of it.

    What a wildcard of the statement covers already is not named once more.
    """
    wanted = {fold(name) for name in names}
    text = remove_actions(text, index, [name for name in among if fold(name) not in wanted])
    covered = covering(actions_at(text, index))
    missing = [name for name in among if fold(name) in wanted and not covered(name)]
    return add_actions(text, index, missing)


def set_all_actions(text: str, index: int, service: str) -> str:
    """All actions of a service, those that it will have, too; what was named of it alone is part of that."""
    own = [name for name in actions_at(text, index) if service_of(name) == fold(service)]
    whole = f"{service}:*"
    if whole in own:
        return remove_actions(text, index, [name for name in own if name != whole])
    return add_actions(remove_actions(text, index, own), index, [whole])


def covering(actions: Iterable[str]) -> Callable[[str], str | None]:
    """Asks which wildcard of these covers an action; None when there is none."""
    open_ones = [name for name in actions if _WILDCARD.search(name)]
    patterns = [(name, pattern) for name in open_ones if (pattern := action_pattern(name))]
    return lambda action: next((name for name, pattern in patterns if pattern.matches(fold(action))), None)


def add_resources(text: str, index: int, resources: Iterable[str]) -> str:
    """The resources behind those that are there; in the place of a star, which would make them pointless."""
    draft = Draft.of(text)
    statement = draft.statement(index)
    wanted = list(dict.fromkeys(resources))
    node = members_of(statement).named("Resource")
    if node and wanted and EVERYTHING not in wanted and _strings(node) == [EVERYTHING]:
        return draft.with_member(statement, "Resource", _one_or_list(wanted))
    return _with(draft, index, "Resource", wanted, str)


def remove_resources(text: str, index: int, resources: Collection[str]) -> str:
    """Without the last one an empty list remains. A star in its place would open what nobody asked to open."""
    return _without(Draft.of(text), index, "Resource", resources, str)


def set_all_resources(text: str, index: int) -> str:
    draft = Draft.of(text)
    return draft.with_member(draft.statement(index), "Resource", EVERYTHING)


def add_condition(text: str, index: int, operator: str, key: str, values: Iterable[str]) -> str:
    """The values of a key under an operator, behind those that it has there."""
    wanted = list(dict.fromkeys(values))
    draft = Draft.of(text)
    condition = members_of(draft.statement(index)).named("Condition")
    if condition is None:
        return draft.with_member(draft.statement(index), "Condition", {operator: {key: _one_or_list(wanted)}})
    written = member_like(condition, operator)
    block = members_of(condition).named(written) if written else None
    if block is None:
        return draft.with_member(condition, operator, {key: _one_or_list(wanted)})
    node = members_of(block).named(member_like(block, key) or key)
    if node is None:
        return draft.with_member(block, key, _one_or_list(wanted))
    return _with_missing(draft, node, wanted, str)


def set_condition_values(text: str, index: int, operator: str, key: str, values: Iterable[str]) -> str:
    """Other values in the place of those that a key has."""
    draft = Draft.of(text)
    block = _operator_block(draft, index, operator)
    wanted = list(dict.fromkeys(values))
    is_same = _strings(_key(block, key)) == wanted
    return draft.text if is_same else draft.with_member(block, key, _one_or_list(wanted))


def change_condition(text: str, index: int, old: WrittenCondition, new: WrittenCondition) -> str:
    """One condition in the place of another; where operator and key stay, so does its place."""
    if (old.operator, old.key) == (new.operator, new.key):
        return set_condition_values(text, index, old.operator, old.key, new.values)
    text = remove_condition(text, index, old.operator, old.key)
    return add_condition(text, index, new.operator, new.key, new.values)


def remove_condition(text: str, index: int, operator: str, key: str) -> str:
    """A key under an operator; with the last key goes the operator, and with the last operator the element."""
    draft = Draft.of(text)
    statement = draft.statement(index)
    block = _operator_block(draft, index, operator)
    _key(block, key)
    condition = members_of(statement).named("Condition")
    if condition is None or len(members_of(block)) > 1:
        return draft.without_member(block, key)
    if len(members_of(condition)) > 1:
        return draft.without_member(condition, operator)
    return draft.without_member(statement, "Condition")


def remove_condition_value(text: str, index: int, operator: str, key: str, place: int) -> str:
    """One of several values; with the last one goes the condition."""
    draft = Draft.of(text)
    node = _key(_operator_block(draft, index, operator), key)
    if not 0 <= place < len(node.items):
        raise CannotChange(f"`{key}` has no such value any more.")
    if len(node.items) == 1:
        return remove_condition(text, index, operator, key)
    return draft.without_values(node, [place])


def add_statement(text: str, statement: Json) -> str:
    """A new statement behind the others, in a text that may still be empty."""
    return add_statements(text, [statement])


def add_statements(text: str, statements: Sequence[Json]) -> str:
    draft = Draft.of(text)
    node = draft.container
    if not statements:
        return text
    if node is None:
        return draft.with_member(draft.root, "Statement", statements)
    if type(node.value) is tuple:
        return applied(draft.text, [draft.layout.insertion(node, len(node.items), statements)])
    written = [_statement_text(draft, node, statement) for statement in statements]
    return applied(draft.text, _single_listed(draft, node, draft.layout.comma.join(written)))


def new_statement(text: str, effect: str = "Allow") -> dict[str, Json]:
    """A statement to be filled, under a Sid that the policy has not yet."""
    return {"Sid": free_sid(text, "Statement"), "Effect": effect, "Action": [], "Resource": []}


def duplicate_statement(text: str, index: int) -> str:
    """The same once more behind it, letter by letter but for the Sid, which no two statements share."""
    draft = Draft.of(text)
    statement = draft.statement(index)
    copy = _with_free_sid(draft, statement)
    node = draft.container
    if node is None or type(node.value) is not tuple:
        return applied(draft.text, _single_listed(draft, statement, copy))
    before = draft.text[: node.items[index].start]
    margin = before[len(before.rstrip(" \t\r\n")) :]
    separator = f",{margin}" if "\n" in margin else draft.layout.comma
    return applied(draft.text, [Edit(statement.end, statement.end, separator + copy)])


def remove_statement(text: str, index: int) -> str:
    draft = Draft.of(text)
    nodes, container = draft.statements, draft.container
    if container is None or not 0 <= index < len(nodes):
        raise CannotChange(f"The policy has no statement {index + 1} any more.")
    if type(container.value) is not tuple:
        return draft.with_member(draft.root, "Statement", [])
    return applied(draft.text, draft.layout.removal(container, [index]))


def free_sid(text: str, stem: str) -> str:
    """The stem with the first number that no statement has."""
    nodes = Draft.of(text).statements
    taken = {members_of(node).named("Sid") for node in nodes}
    names = {node.value for node in taken if node}
    return next(sid for number in count(1) if (sid := f"{stem}{number}") not in names)


def actions_at(text: str, index: int) -> list[str]:
    """The texts of a statement's Action or NotAction."""
    draft = Draft.of(text)
    node = members_of(draft.statement(index)).named(_action_element(draft, index))
    return _strings(node) if node else []


def _action_element(draft: Draft, index: int) -> str:
    members = members_of(draft.statement(index))
    return "NotAction" if members.named("NotAction") and not members.named("Action") else "Action"


def _with(draft: Draft, index: int, element: str, values: Iterable[str], same: Callable[[str], str]) -> str:
    statement = draft.statement(index)
    node = members_of(statement).named(element)
    if node is None:
        return draft.with_member(statement, element, list(dict.fromkeys(values)))
    return _with_missing(draft, node, values, same)


def _with_missing(draft: Draft, node: Node, values: Iterable[str], same: Callable[[str], str]) -> str:
    present = {same(value) for value in _strings(node)}
    missing = {same(value): value for value in values if same(value) not in present}
    return draft.with_values(node, list(missing.values())) if missing else draft.text


def _without(
    draft: Draft, index: int, element: str, values: Collection[str], same: Callable[[str], str]
) -> str:
    node = members_of(draft.statement(index)).named(element)
    gone = {same(value) for value in values}
    items = node.items if node else ()
    places = [
        place for place, item in enumerate(items) if isinstance(item.value, str) and same(item.value) in gone
    ]
    return draft.without_values(node, places) if node and places else draft.text


def _strings(node: Node) -> list[str]:
    return [item.value for item in node.items if isinstance(item.value, str)]


def _one_or_list(values: list[str]) -> Json:
    return values[0] if len(values) == 1 else values


def _operator_block(draft: Draft, index: int, operator: str) -> Node:
    condition = members_of(draft.statement(index)).named("Condition")
    block = members_of(condition).named(operator) if condition else None
    if block is None:
        raise CannotChange(f"The statement has no condition under `{operator}` any more.")
    return block


def _key(block: Node, key: str) -> Node:
    node = members_of(block).named(key)
    if node is None:
        raise CannotChange(f"The statement has no condition on `{key}` any more.")
    return node


def _statement_text(draft: Draft, beside: Node, statement: Json) -> str:
    is_tall = "\n" in beside.raw(draft.text)
    return draft.layout.written(statement, draft.layout.indentation(beside.end), is_tall=is_tall)


def _single_listed(draft: Draft, node: Node, second: str) -> list[Edit]:
    """A single statement made the first of a list, each line of it where it was."""
    comma = draft.layout.comma
    return [Edit(node.start, node.start, "["), Edit(node.end, node.end, f"{comma}{second}]")]


def _with_free_sid(draft: Draft, statement: Node) -> str:
    source = statement.raw(draft.text)
    sid = members_of(statement).named("Sid")
    if sid is None or not isinstance(sid.value, str):
        return source
    fresh = json.dumps(
        free_sid(draft.text, sid.value.rstrip("0123456789") or "Statement"), ensure_ascii=False
    )
    return applied(source, [Edit(sid.start - statement.start, sid.end - statement.start, fresh)])
