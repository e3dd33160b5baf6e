"""Suggestions: what a maker knows of each, which of them fit what is typed, and how they are written into the text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policies.completion.places import Place, Quotes
from policies.engine.patterns import fold


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text that can stand here, without quotes. `detail` is a word or two beside it, `doc` a sentence.

    With `goes_on` it is a beginning (`s3:`) after which one types on. With `stays` it is shown, as the last, however
    many others fit.
    """

    text: str
    kind: str
    detail: str = ""
    doc: str = ""
    goes_on: bool = False
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A suggestion as shown and as inserted: `text`, quotes and colon included, takes the place of the range."""

    text: str
    label: str
    kind: str
    detail: str
    doc: str


def fitting(suggestions: Iterable[Suggestion], typed: str, part: str | None = None) -> list[Suggestion]:
    """Those that begin with what is typed, then those that hold it (or the `part` of it that narrows a search)."""
    beginning, holding = fold(typed), fold(typed if part is None else part)
    begun, held = [], []
    for suggestion in suggestions:
        text = fold(suggestion.text)
        if text.startswith(beginning):
            begun.append(suggestion)
        elif holding in text:
            held.append(suggestion)
    return begun + held


def cut(suggestions: Sequence[Suggestion], most: int) -> list[Suggestion]:
    """At most so many, those that stay at the end."""
    staying = [suggestion for suggestion in suggestions if suggestion.stays][:most]
    others = [suggestion for suggestion in suggestions if not suggestion.stays]
    return others[: most - len(staying)] + staying


def item(suggestion: Suggestion, place: Place) -> Item:
    opening = '"' if place.quotes is Quotes.NONE else ""
    is_closed = place.quotes is Quotes.CLOSED
    closing = "" if is_closed or suggestion.goes_on else '"'
    if place.is_key and not place.has_colon_after:
        closing = '": '
    text = f"{opening}{suggestion.text}{closing}"
    return Item(text, suggestion.text, suggestion.kind, suggestion.detail, suggestion.doc)


def replaced(place: Place) -> tuple[int, int]:
    """The range that an item replaces: with a colon to be written, the closing quote is written anew, too."""
    takes_quote = place.quotes is Quotes.CLOSED and place.is_key and not place.has_colon_after
    return place.start, place.end + takes_quote
