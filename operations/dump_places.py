"""Values of a JSON file that know where they stand, so that whatever is wrong with one has its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NoReturn
from urllib.parse import unquote

from botocore import xform_name

from accounts.names import name_key
from operations.errors import ValidationError
from operations.shapes import validate
from policies.engine import PolicyError, parse_policy
from policies.engine.text import MAXIMUM_LENGTH

# Halves of characters have no UTF-8, and PostgreSQL keeps no null character.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Reference:
    """The name or the ARN of something else, and where it stands in the file."""

    text: str
    where: str


@dataclass(frozen=True, slots=True)
class Renumbering:
    """The dump's own account number ("" for none), and the one that takes its place wherever it stands for itself."""

    own: str
    account_id: str

    def of(self, text: str) -> str:
        if not self.own:
            return text
        return re.sub(rf"(?<![0-9]){self.own}(?![0-9])", self.account_id, text)

    def of_json(self, value: Any) -> Any:
        """The same in all of a JSON value; a bare number becomes text, for JSON knows no leading zero."""
        if isinstance(value, str):
            return self.of(value)
        if isinstance(value, dict):
            return {self.of(key): self.of_json(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.of_json(item) for item in value]
        return self.account_id if type(value) is int and str(value).zfill(12) == self.own else value


@dataclass(frozen=True, slots=True)
class Place:
    """A value of the file with where it stands, for messages."""

    value: Any
    where: str
    numbers: Renumbering

    def refuse(self, fault: str, member: str = "") -> NoReturn:
        """Raise ValidationError for this place, or for one of its members."""
        raise ValidationError(f"{self._of(member) if member else self.where or 'The file'}: {fault}")

    def _of(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def at(self, name: str) -> Place:
        """A member; its value is None when it is not there."""
        if not isinstance(self.value, dict):
            self.refuse("is no object")
        return Place(self.value.get(name), self._of(name), self.numbers)

    def each(self, name: str) -> Iterator[Place]:
        """The items of a list; an absent list has none."""
        member = self.at(name)
        if not isinstance(member.value, list | None):
            member.refuse("is no list")
        for number, item in enumerate(member.value or ()):
            yield Place(item, f"{member.where}[{number}]", self.numbers)

    def read(self) -> str:
        """The value itself, as text."""
        if not isinstance(self.value, str):
            self.refuse("is no text")
        if _UNSTORABLE.search(self.value):
            self.refuse("holds a character that is none")
        return self.numbers.of(self.value)

    def text(self, name: str, default: str | None = None) -> str:
        member = self.at(name)
        return default if member.value is None and default is not None else member.read()

    def valid(self, name: str, operation: str, default: str | None = None) -> str:
        """A text that the model lets the operation take as its parameter of this name."""
        text = self.text(name, default)
        self.check(name, operation, text)
        return text

    def check(self, name: str, operation: str, value: object) -> None:
        try:
            validate(operation, {xform_name(name): value})
        except ValidationError as error:
            self.refuse(error.message, name)

    def refer(self, name: str) -> Reference:
        return Reference(self.text(name), self._of(name))

    def flag(self, name: str) -> bool:
        member = self.at(name)
        if not isinstance(member.value, bool | None):
            member.refuse("is neither true nor false")
        return bool(member.value)

    def date(self, name: str) -> datetime:
        written = self.text(name)
        try:
            found = datetime.fromisoformat(written)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            self.refuse(f"`{written[:64]}` is no date", name)

    def document(self, name: str) -> str:
        """A policy as text, whether it is an object (awscli), text, or text encoded as in a URL (the API)."""
        member = self.at(name)
        try:
            return member._policy()
        except PolicyError as error:
            member.refuse(error.message)
        except RecursionError:
            member.refuse("is nested too deeply")

    def _policy(self) -> str:
        value = self.value
        if isinstance(value, str):
            text = unquote(value) if value.startswith("%") else value
            parse_policy(text)
            value = json.loads(text)
            # As it was typed, when nothing in it changes.
            if self.numbers.of_json(value) == value:
                return text
        if not isinstance(value, dict):
            self.refuse("is no policy document")
        text = _typed(self.numbers.of_json(value))
        parse_policy(text)
        return text


def _typed(value: Any) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    # White space must not be what makes a policy too long to be read.
    return text if len(text) <= MAXIMUM_LENGTH else json.dumps(value, ensure_ascii=False)


def ensure_distinct(references: Iterable[Reference]) -> None:
    """Names that differ in case alone are the same."""
    seen: dict[str, str] = {}
    for one in references:
        first = seen.setdefault(name_key(one.text), one.where)
        if first != one.where:
            raise ValidationError(f"{one.where}: {one.text} is there already, at {first}.")
