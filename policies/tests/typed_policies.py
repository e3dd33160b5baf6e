"""A policy being typed: a text with `|` for the cursor, for the tests of completion."""

from __future__ import annotations

from dataclasses import dataclass

from policies.catalog import catalog
from policies.completion import Completion, complete

ACCOUNT = "123456789012"
LONGEST = 131_072
_TEXTS = {
    "brackets": "{" * LONGEST,
    "quotes": '"' * LONGEST,
    "closing": '{"a":[' * 10 + "}" * 100_000,
    "wildcards": '{"Statement":[{"Action":["' + 's3:*a*","' * 14_000,
    "long wildcard": '{"Statement":[{"Action":["ec2:' + "*a" * 60_000,
    "many keys": '{"Statement":[{"Condition":{"Null":{' + '"a":1,' * 20_000 + '"',
    "backslashes": '{"' + "\\" * LONGEST,
}
# Texts of the greatest length, made to delay whoever looks for the place of a cursor at their end.
HOSTILE = {name: text[:LONGEST] for name, text in _TEXTS.items()}


@dataclass(frozen=True)
class Typing:
    """A text with `|` for the cursor, and what completes it."""

    marked: str
    policy_type: str = "identity"

    @property
    def offset(self) -> int:
        return self.marked.index("|")

    @property
    def text(self) -> str:
        return self.marked.replace("|", "", 1)

    @property
    def completion(self) -> Completion:
        return complete(self.text, self.offset, self.policy_type, catalog=catalog(), account_id=ACCOUNT)

    @property
    def labels(self) -> list[str]:
        return [item.label for item in self.completion.items]

    def chosen(self, label: str) -> str:
        """The text after the suggestion of that label is chosen."""
        found = self.completion
        item = next(item for item in found.items if item.label == label)
        return self.text[: found.start] + item.text + self.text[found.end :]

    def of(self, label: str) -> tuple[str, str]:
        item = next(item for item in self.completion.items if item.label == label)
        return item.detail, item.doc


def statement(inner: str, policy_type: str = "identity") -> Typing:
    return Typing('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", ' + inner + "}]}", policy_type)


def condition(inner: str, actions: str = '"s3:GetObject"', policy_type: str = "identity") -> Typing:
    return statement(f'"Action": {actions}, "Resource": "*", "Condition": {{{inner}}}', policy_type)
