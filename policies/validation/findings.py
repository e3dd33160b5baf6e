"""Findings in the response shape of AWS IAM Access Analyzer, and the edits that would mend them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from policies.validation.codes import FINDING_TYPES, FindingType

PathElement: TypeAlias = Mapping[str, object]
LONGEST_QUOTE: Final = 120


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the text: line from 1, column and offset from 0."""

    line: int
    column: int
    offset: int

    def as_dict(self) -> dict[str, object]:
        return {"line": self.line, "column": self.column, "offset": self.offset}


@dataclass(frozen=True, slots=True)
class Span:
    """The characters meant; `end` is the first one that is not."""

    start: Position
    end: Position

    def as_dict(self) -> dict[str, object]:
        return {"start": self.start.as_dict(), "end": self.end.as_dict()}


@dataclass(frozen=True, slots=True)
class Location:
    path: tuple[PathElement, ...]
    span: Span

    def as_dict(self) -> dict[str, object]:
        return {"path": [dict(element) for element in self.path], "span": self.span.as_dict()}


@dataclass(frozen=True, slots=True)
class Fix:
    """One edit of the text: put `replacement` where `start` to `end` stands."""

    title: str
    start: int
    end: int
    replacement: str

    def applied_to(self, text: str) -> str:
        return text[: self.start] + self.replacement + text[self.end :]

    def as_dict(self) -> dict[str, object]:
        return {"title": self.title, "start": self.start, "end": self.end, "replacement": self.replacement}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, where, and how to mend it; `is_refused` when IAM would not store the document."""

    issue_code: str
    finding_details: str
    locations: tuple[Location, ...]
    fix: Fix | None = None
    is_refused: bool = False

    @property
    def finding_type(self) -> FindingType:
        return FINDING_TYPES[self.issue_code]

    @property
    def learn_more_link(self) -> str:
        return f"/help/checks/{self.issue_code}/"

    @property
    def offset(self) -> int:
        return self.locations[0].span.start.offset

    def as_dict(self) -> dict[str, object]:
        """Access Analyzer's members and no others."""
        return {
            "findingType": self.finding_type.value,
            "issueCode": self.issue_code,
            "findingDetails": self.finding_details,
            "learnMoreLink": self.learn_more_link,
            "locations": [location.as_dict() for location in self.locations],
        }


def quoted(value: object) -> str:
    """The value in backticks, as a message shows it; a long one is cut."""
    text = str(value).replace("`", "'")
    return f"`{text[:LONGEST_QUOTE]}…`" if len(text) > LONGEST_QUOTE else f"`{text}`"
