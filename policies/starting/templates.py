"""The library of templates: well-made policies with a few values left open, one file each in `library/`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

from policies.engine.patterns import fold
from policies.starting.parameters import Parameter, Value, filled

LIBRARY: Final = Path(__file__).with_name("library")
CATEGORIES: Final = (
    "Coffee shop",
    "Storage",
    "Databases",
    "Compute",
    "Secrets and keys",
    "Messaging",
    "Operations",
    "People",
    "Delegation",
    "Guardrails",
)


@dataclass(frozen=True, slots=True)
class Example:
    """A request that the policy allows or denies; the tests ask the engine. `says` ends "Somebody with it …"."""

    says: str
    action: str
    resource: str
    principal: str = ""
    context: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A policy to begin with. `limits_others` when it allows nothing by itself and stands beside policies that do."""

    slug: str
    title: str
    category: str
    policy_type: str
    description: str
    when: str
    parameters: tuple[Parameter, ...]
    document: Mapping[str, Any]
    allows: tuple[Example, ...]
    denies: tuple[Example, ...]
    limits_others: bool

    @property
    def samples(self) -> dict[str, Value]:
        return {each.name: each.read(each.sample) for each in self.parameters}

    def statements(self, values: Mapping[str, Value]) -> list[dict[str, Any]]:
        """The statements with the values in them; every parameter needs one."""
        found: list[dict[str, Any]] = filled(self.document["Statement"], values)
        return found

    def text(self, values: Mapping[str, Value]) -> str:
        return json.dumps(filled(dict(self.document), values), ensure_ascii=False, indent=2)

    def is_about(self, text: str) -> bool:
        """Whether every word of the text is in what is told of the template, or in its actions."""
        told = fold(" ".join((self.title, self.description, self.when, json.dumps(self.document))))
        return all(word in told for word in fold(text).split())

    @classmethod
    def of(cls, slug: str, row: Mapping[str, Any]) -> Self:
        return cls(
            slug=slug,
            title=row["title"],
            category=row["category"],
            policy_type=row["policy_type"],
            description=row["description"],
            when=row["when"],
            parameters=tuple(Parameter.of(each) for each in row["parameters"]),
            document=row["document"],
            allows=tuple(Example(**each) for each in row["allows"]),
            denies=tuple(Example(**each) for each in row["denies"]),
            limits_others=row.get("limits_others", False),
        )


@lru_cache(maxsize=1)
def library() -> Mapping[str, Template]:
    """All templates by their slugs, in the order of their categories and titles."""
    paths = sorted(LIBRARY.glob("*.json"))
    read = [Template.of(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    order = sorted(read, key=lambda each: (CATEGORIES.index(each.category), each.title))
    return {each.slug: each for each in order}


def found(text: str = "", category: str = "") -> Sequence[Template]:
    return [each for each in library().values() if category in ("", each.category) and each.is_about(text)]
