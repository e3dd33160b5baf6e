"""What a template leaves open: named values of a kind, checked before they go into a document."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Final, Self

Value = str | list[str]
MOST_VALUES: Final = 50
_PLACEHOLDER: Final = re.compile(r"\{\{(\w+)\}\}")
_BETWEEN: Final = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class Kind:
    """What values of a kind look like, and the words for one that does not. Wildcards and variables are in none."""

    pattern: str
    advice: str
    is_list: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    "account": Kind(r"[0-9]{12}", "An account ID has 12 digits."),
    "arn": Kind(
        r"arn:aws[a-z-]*:[a-z0-9-]+:[^*?$\s:]*:[^*?$\s:]*:[^*?$\s]+", "Write a whole ARN, without wildcards."
    ),
    "bucket": Kind(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "A bucket name has 3 to 63 lower-case letters, digits, dots and hyphens.",
    ),
    "cidr_list": Kind(r"[0-9a-fA-F.:]+(/[0-9]{1,3})?", "Write ranges such as 203.0.113.0/24.", is_list=True),
    "name": Kind(r"[A-Za-z0-9_.-]+", "Use letters, digits, dots, hyphens and underscores."),
    "number": Kind(r"[0-9]{1,9}", "Write a whole number."),
    "prefix": Kind(
        r"[A-Za-z0-9!_.()=,+@-][A-Za-z0-9!_.()=,+@/-]*",
        "Begin with a letter or digit, not with a slash, and use no wildcards.",
    ),
    "region": Kind(r"[a-z]{2}(-[a-z]+)+-[0-9]", "Write a region such as eu-central-1."),
    "region_list": Kind(r"[a-z]{2}(-[a-z]+)+-[0-9]", "Write regions such as eu-central-1.", is_list=True),
    "service": Kind(r"[a-z0-9.-]+\.amazonaws\.com", "Write a host name such as lambda.amazonaws.com."),
    "tag_key": Kind(
        r"(?!(?i:aws:))[A-Za-z0-9_.:/=+@-]{1,128}", "A tag key has letters, digits and _.:/=+@-."
    ),
    "tag_value": Kind(
        r"[A-Za-z0-9 _.:/=+@-]{1,256}", "A tag value has letters, digits, spaces and _.:/=+@-."
    ),
}
LONGEST: Final = 512


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a template asks for. `sample` stands for it in previews and tests; `pattern` narrows its kind."""

    name: str
    kind: str
    label: str
    sample: str
    help: str = ""
    default: str = ""
    pattern: str = ""

    @property
    def is_list(self) -> bool:
        return KINDS[self.kind].is_list

    def read(self, text: str) -> Value:
        """A list's values are separated by white space or commas."""
        if not self.is_list:
            return text.strip()
        return list(dict.fromkeys(filter(None, _BETWEEN.split(text))))

    def problem(self, value: Value, regions: Collection[str] = ()) -> str:
        """What is wrong with a value, or "". `regions` are those that exist, where they are known."""
        values = value if isinstance(value, list) else [value]
        if not values or not all(values):
            return "Fill this in."
        if len(values) > MOST_VALUES:
            return f"At most {MOST_VALUES} values."
        return next(filter(None, (self._problem(one, regions) for one in values)), "")

    def _problem(self, value: str, regions: Collection[str]) -> str:
        kind = KINDS[self.kind]
        if len(value) > LONGEST or not re.fullmatch(self.pattern or kind.pattern, value):
            return f"`{value[:60]}` does not fit. {'' if self.pattern else kind.advice}".strip()
        if self.kind.startswith("region") and regions and value not in regions:
            return f"There is no region `{value}`."
        return _not_a_range(value) if self.kind == "cidr_list" else ""

    @classmethod
    def of(cls, row: Mapping[str, str]) -> Self:
        return cls(**row)


def _not_a_range(value: str) -> str:
    try:
        ip_network(value)
    except ValueError:
        return f"`{value}` is no address range: the bits behind the slash have to be zero."
    return ""


def filled(written: Any, values: Mapping[str, Value]) -> Any:
    """A parsed document with every `{{name}}` in its texts and keys replaced by the value of that name.

    An item of a list that is nothing but the name of a list gives way to all its values. Values go in as they are:
    they cannot break out of the text that they stand in, since no JSON is written here.
    """
    if isinstance(written, dict):
        return {_text(key, values): filled(value, values) for key, value in written.items()}
    if isinstance(written, list):
        return [one for item in written for one in _items(item, values)]
    return _text(written, values) if isinstance(written, str) else written


def _items(item: Any, values: Mapping[str, Value]) -> list[Any]:
    whole = _PLACEHOLDER.fullmatch(item) if isinstance(item, str) else None
    value = values.get(whole[1]) if whole else None
    return value if isinstance(value, list) else [filled(item, values)]


def _text(text: str, values: Mapping[str, Value]) -> str:
    return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), text)
