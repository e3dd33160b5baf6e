"""Policy variables: `${key}` and `${key, 'default'}`, well formed and where IAM replaces them."""

import re
from collections.abc import Iterator
from typing import Final

from policies.engine.text import Node
from policies.validation.document import Document
from policies.validation.findings import Finding, quoted
from policies.validation.statements import members_of, strings

_VARIABLE: Final = re.compile(r"\$\{([^{}]*)\}")
_UNCLOSED: Final = re.compile(r"\$\{(?![^{}]*\})")
_DEFAULT: Final = re.compile(r"[^,]*,\s*'[^']*'\s*")
TYPES_WITH_VARIABLES: Final = frozenset({"String", "ARN", "Bool"})


def _variables(document: Document) -> Iterator[tuple[Node, re.Match[str]]]:
    for node, text in document.with_variables:
        yield from ((node, match) for match in _VARIABLE.finditer(text))


def missing_braces(document: Document) -> Iterator[Finding]:
    for node, text in document.with_variables:
        if unclosed := _UNCLOSED.search(text):
            start = unclosed.start()
            details = f"The variable that begins with {quoted(text[start:])} has no closing `}}`."
            yield document.inside("MISSING_BRACE_IN_VARIABLE", details, node, start, len(text) - start)


def empty(document: Document) -> Iterator[Finding]:
    for node, match in _variables(document):
        if not match[1].strip():
            details = "The variable `${}` names no key; write one, such as `${aws:username}`."
            yield document.inside("EMPTY_VARIABLE", details, node, match.start(), len(match[0]))


def missing_quotes(document: Document) -> Iterator[Finding]:
    for node, match in _variables(document):
        if "," in match[1] and not _DEFAULT.fullmatch(match[1]):
            details = f"The default value in {quoted(match[0])} must stand between single quotes."
            yield document.inside("MISSING_QUOTE_IN_VARIABLE", details, node, match.start(), len(match[0]))


def spaces(document: Document) -> Iterator[Finding]:
    for node, match in _variables(document):
        key = match[1].partition(",")[0]
        if re.search(r"\s", key) and key.strip():
            details = f"The key of the variable {quoted(match[0])} holds a space; remove it."
            yield document.inside(
                "UNSUPPORTED_SPACE_IN_VARIABLE", details, node, match.start(), len(match[0])
            )


def unsupported_version(document: Document) -> Iterator[Finding]:
    if document.supports_variables:
        return
    for node, match in _variables(document):
        details = f"{quoted(match[0])} is plain text here: variables need `Version` `2012-10-17`."
        yield document.inside("VARIABLE_UNSUPPORTED_IN_VERSION", details, node, match.start(), len(match[0]))


def unsupported_elements(document: Document) -> Iterator[Finding]:
    # Mostly all variables of the text stand where IAM replaces them.
    replaced = sum([text.count("${") for _, text in document.with_variables])
    if replaced == document.text.count("${") and "\\u" not in document.text:
        return
    for name, node, text in _fixed_strings(document):
        start = text.find("${")
        details = f"`{name}` takes no variables, but holds {quoted(text[start:])}."
        yield document.inside("VARIABLE_UNSUPPORTED_IN_ELEMENT", details, node, start, len(text) - start)


def _fixed_strings(document: Document) -> Iterator[tuple[str, Node, str]]:
    """The strings with variables in them where IAM replaces none."""
    for statement in document.statements:
        for name in ("Sid", "Effect", "Action", "NotAction"):
            yield from [(name, node, text) for node, text in statement.strings(name) if "${" in text]
        for name in ("Principal", "NotPrincipal"):
            element = statement.get(name)
            for member in members_of(element) if element else ():
                yield from [(name, node, text) for node, text in strings(member.value) if "${" in text]


def unsupported_operators(document: Document) -> Iterator[Finding]:
    if not document.may_hold_variables:
        return
    for condition in document.conditions:
        if condition.operator.value_type not in (None, *TYPES_WITH_VARIABLES):
            for node, text in condition.strings:
                for match in _VARIABLE.finditer(text):
                    name = quoted(condition.operator_node.value)
                    details = f"{name} takes no variables; {quoted(match[0])} works with String and Arn operators only."
                    yield document.inside(
                        "INVALID_VARIABLE_FOR_OPERATOR", details, node, match.start(), len(match[0])
                    )


RULES: Final = (
    missing_braces,
    empty,
    missing_quotes,
    spaces,
    unsupported_version,
    unsupported_elements,
    unsupported_operators,
)
