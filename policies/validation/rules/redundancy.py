"""Values and statements that another one makes unnecessary."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from policies.engine.patterns import Pattern, wildcard_tokens
from policies.engine.text import Node
from policies.validation.coverage import stems_of
from policies.validation.document import Condition, Document
from policies.validation.findings import Finding, quoted
from policies.validation.statements import Statement, Written, is_list, with_wildcards

# Wildcards in the middle are compared with every value; beyond this many comparisons they are let be.
MOST_COMPARISONS: Final = 5_000
MOST_STEMS: Final = 100
MOST_VALUES: Final = 4_000
LONGEST_PATTERN: Final = 2_048


def actions(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        for name in ("Action", "NotAction"):
            container = statement.get(name)
            if container and is_list(container):
                written, texts = statement.folded(name)[:MOST_VALUES], statement.texts(name)
                if len(texts) < len(written) or not _are_plainly_different(texts, statement.wild(name)):
                    yield from _covered(document, container, name, written, "REDUNDANT_ACTION")


def resources(document: Document) -> Iterator[Finding]:
    for statement in document.statements:
        for name in ("Resource", "NotResource"):
            container = statement.get(name)
            if container and is_list(container):
                written = statement.strings(name)[:MOST_VALUES]
                texts = frozenset([text for _, text in written])
                if len(texts) < len(written) or not _are_plainly_different(texts, with_wildcards(texts)):
                    yield from _covered(document, container, name, written, "REDUNDANT_RESOURCE")


def _covered(
    document: Document, container: Node, name: str, written: list[Written], code: str
) -> Iterator[Finding]:
    for node, by in (*_covered_by_beginnings(written), *_covered_by_wildcards(written)):
        details = f"{quoted(node.value)} adds nothing: {quoted(by.value)} in the same `{name}` covers it. Remove it."
        yield document.finding(code, details, node, fix=document.removal(container, node))


def _are_plainly_different(texts: frozenset[str], wild: list[str]) -> bool:
    """Whether nothing can cover anything, told by a look at how the texts begin: so it is in most lists."""
    if not wild or len(texts) == 1:
        return True
    if len(wild) > MOST_STEMS:
        return False
    stems = sorted(stems_of(wild))
    if len(stems) < len(wild) or any([later.startswith(stem) for stem, later in pairwise(stems)]):  # noqa: C419
        return False
    beginnings = tuple(stems)
    return not any([text.startswith(beginnings) for text in texts.difference(wild)])  # noqa: C419 (a list is quicker)


def _stem(text: str) -> str | None:
    """The literal text before a single, final star."""
    stem = text[:-1]
    return stem if text.endswith("*") and "*" not in stem and "?" not in stem else None


def _covered_by_beginnings(written: list[Written]) -> Iterator[tuple[Node, Node]]:
    """Pairs of a value and one that covers it: sorted, whatever begins with a stem follows that stem."""
    covering: tuple[Node, str] | None = None
    earlier: Written | None = None
    for start, is_whole, place in sorted(_beginnings(written)):
        node, text = written[place]
        if covering and text.startswith(covering[1]):
            yield node, covering[0]
            continue
        if earlier and earlier[1] == text:
            yield node, earlier[0]
            continue
        covering = covering if is_whole else (node, start)
        earlier = node, text


def _beginnings(written: list[Written]) -> Iterator[tuple[str, bool, int]]:
    """The stem or the whole of each text, and its place: plain tuples, which sort much faster than by a key."""
    for place, (_, text) in enumerate(written):
        stem = _stem(text)
        yield (text, True, place) if stem is None else (stem, False, place)


def _covered_by_wildcards(written: list[Written]) -> Iterator[tuple[Node, Node]]:
    slow = [
        (node, text)
        for node, text in written
        if _stem(text) is None and ("*" in text or "?" in text) and len(text) < LONGEST_PATTERN
    ]
    plain = [
        (node, text) for node, text in written if "*" not in text and "?" not in text and "${" not in text
    ]
    if not plain or len(slow) * len(plain) > MOST_COMPARISONS:
        return
    for by, pattern in slow:
        compiled = Pattern.of(wildcard_tokens(pattern))
        yield from ((node, by) for node, text in plain if "${" not in pattern and compiled.matches(text))


def statements(document: Document) -> Iterator[Finding]:
    seen: dict[tuple[tuple[str, str], ...], Statement] = {}
    for statement in _look_alikes(document) if len(document.statements) > 1 else ():
        said = meaning(document, statement)
        if said in seen:
            first = seen[said].index + 1
            details = f"The statement says the same as statement {first}. Remove one of them."
            yield document.finding("REDUNDANT_STATEMENT", details, statement.node)
        seen.setdefault(said, statement)


def _look_alikes(document: Document) -> list[Statement]:
    """The statements that begin like another one, in their order: most begin like none, and need no further look."""
    groups: dict[tuple[int, str], list[Statement]] = {}
    for statement in document.statements:
        written = statement.strings("Action")
        groups.setdefault((len(written), written[0][1] if written else ""), []).append(statement)
    alike = [statement for group in groups.values() if len(group) > 1 for statement in group]
    return sorted(alike, key=lambda statement: statement.index)


def meaning(document: Document, statement: Statement) -> tuple[tuple[str, str], ...]:
    """All but the Sid, as it is written but for white space: equal in statements that say the same."""
    return tuple(
        sorted(
            (member.name, "".join(member.value.raw(document.text).split()))
            for member in statement.members
            if member.name != "Sid"
        )
    )


def numbers(document: Document) -> Iterator[Finding]:
    for condition in document.conditions:
        comparison = condition.operator.name.removeprefix("Numeric")
        if comparison.startswith(("LessThan", "GreaterThan")) and len(condition.values) > 1:
            yield _one_number_counts(document, condition, comparison)


def _one_number_counts(document: Document, condition: Condition, comparison: str) -> Finding:
    which = "largest" if comparison.startswith("LessThan") else "smallest"
    details = f"Values are alternatives, so only the {which} one counts under {quoted(condition.operator_node.value)}."
    return document.finding("REDUNDANT_CONDITION_VALUE_NUM", details, condition.value_node)


RULES: Final = (actions, resources, statements, numbers)
