"""An ARN of a policy taken apart."""

import re
from typing import Final, NamedTuple

FIELDS: Final = 6
VARIABLE: Final = re.compile(r"\$\{[^{}]*\}")
_WILDCARD: Final = re.compile(r"[*?]")


class Arn(NamedTuple):
    partition: str
    service: str
    region: str
    account: str
    resource: str


def arn_of(text: str) -> Arn | None:
    """The fields of an ARN, a variable counting as `*`; None when one is missing or the text is no ARN."""
    if not text.startswith("arn:"):
        return None
    fields = (VARIABLE.sub("*", text) if "${" in text else text).split(":", FIELDS - 1)
    return Arn(*fields[1:]) if len(fields) == FIELDS else None


def is_open(field: str) -> bool:
    """Whether wildcards leave the field undecided."""
    return "*" in field or "?" in field


def beginning(field: str) -> str:
    """The literal text before the first wildcard."""
    first = _WILDCARD.search(field)
    return field[: first.start()] if first else field
