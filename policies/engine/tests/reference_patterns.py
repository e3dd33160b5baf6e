"""The slow twin's patterns: character by character, by the definition of each wildcard."""

import re
from functools import cache

Item = tuple[str, str]
Values = dict[str, list[str]]


def split_outside_braces(text: str, version: str) -> list[str]:
    if version != "2012-10-17":
        return text.split(":", 5)
    kept = re.sub(r"\$\{[^}]*\}", lambda found: found[0].replace(":", "\0"), text)
    return [part.replace("\0", ":") for part in kept.split(":", 5)]


def spell(text: str, version: str = "") -> list[Item]:
    """A pattern as a list of (kind, text): char, wild or variable."""
    found = (
        re.finditer(r"\$\{([^}]*)\}|.", text, re.DOTALL)
        if version == "2012-10-17"
        else re.finditer(r"().", text)
    )
    items: list[Item] = []
    for match in found:
        inside = match[1] or ""
        if inside in ("*", "?", "$"):
            items.append(("char", inside))
        elif inside:
            items.append(("variable", inside))
        else:
            items.append(("wild" if match[0] in "*?" else "char", match[0]))
    return items


def fill(items: list[Item], context: Values) -> tuple[Item, ...]:
    """The items with values for variables; KeyError for one without value and default."""
    filled: list[Item] = []
    for kind, text in items:
        if kind == "variable":
            key, _, default = text.partition(",")
            values = context.get(key.strip().lower(), [])
            if len(values) != 1 and not default:
                raise KeyError(key)
            value = values[0] if len(values) == 1 else default.strip()[1:-1]
            filled.extend(("char", character) for character in value)
        else:
            filled.append((kind, text))
    return tuple(filled)


@cache
def _glob(items: tuple[Item, ...], text: str) -> bool:
    if not items:
        return not text
    kind, wanted = items[0]
    may_stand = bool(text) and (kind != "within" or text[0] != ":")
    if kind != "char" and wanted == "*":
        return _glob(items[1:], text) or (may_stand and _glob(items, text[1:]))
    return may_stand and (kind != "char" or wanted == text[0]) and _glob(items[1:], text[1:])


def glob(items: list[Item] | tuple[Item, ...], text: str) -> bool:
    return _glob(tuple(items), text)
