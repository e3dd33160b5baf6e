"""Policies in layouts of all kinds, for tests that no layout is rewritten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:Get*", "sqs:SendMessage", "iam:GetUser"]
RESOURCES = ["*", "arn:aws:s3:::menu", "arn:aws:s3:::menu/*", "arn:aws:sqs:eu-west-1:123456789012:orders"]
OPERATORS = ["StringEquals", "Bool", "StringLike", "ForAnyValue:StringEquals"]
KEYS = ["aws:PrincipalTag/team", "aws:MultiFactorAuthPresent", "s3:prefix", "aws:TagKeys"]
VALUES = ["true", "kitchen", "bar", 'with "quotes" and \\', "Füße/🔑", ""]
SPACES = ["", " ", "\n", "\n  ", "\n\t\t", "  \r\n   "]


@dataclass(frozen=True)
class Written:
    """A policy as plain values, and as somebody wrote it."""

    policy: dict[str, Any]
    text: str

    @property
    def statements(self) -> list[dict[str, Any]]:
        statement = self.policy["Statement"]
        return statement if isinstance(statement, list) else [statement]


def one_or_list(values: list[str], least: int = 0) -> st.SearchStrategy[Any]:
    several = st.lists(st.sampled_from(values), min_size=least, max_size=4, unique=True)
    return st.one_of(st.sampled_from(values), several)


CONDITIONS = st.dictionaries(
    st.sampled_from(OPERATORS),
    st.dictionaries(st.sampled_from(KEYS), one_or_list(VALUES, 1), min_size=1, max_size=3),
    max_size=3,
)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    members: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow", "Deny"])),
        draw(st.sampled_from(["Action", "NotAction"])): draw(one_or_list(ACTIONS)),
        "Resource": draw(one_or_list(RESOURCES)),
    }
    if draw(st.booleans()):
        members["Sid"] = draw(st.sampled_from(["One", "Statement1", "Statement2"]))
    if draw(st.booleans()):
        members["Condition"] = draw(CONDITIONS)
    return {name: members[name] for name in draw(st.permutations(list(members)))}


@st.composite
def policies(draw: st.DrawFn) -> Written:
    listed = draw(st.lists(statements(), min_size=1, max_size=3))
    single = len(listed) == 1 and draw(st.booleans())
    policy = {"Version": "2012-10-17", "Statement": listed[0] if single else listed}
    return Written(policy, draw(texts(policy)))


@st.composite
def texts(draw: st.DrawFn, value: Any) -> str:
    """The value in a usual layout, or with white space wherever it may stand."""
    usual = st.sampled_from([None, 0, 1, 2, 4, 8, "\t"])
    if draw(st.booleans()):
        separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (",", ": "), (" , ", " : ")]))
        ascii_only = draw(st.booleans())
        return json.dumps(value, indent=draw(usual), separators=separators, ensure_ascii=ascii_only)
    return _anyhow(draw, value)


def _anyhow(draw: st.DrawFn, value: Any) -> str:
    def space() -> str:
        return draw(st.sampled_from(SPACES))

    if isinstance(value, dict):
        pairs = [
            f"{space()}{json.dumps(key)}{space()}:{space()}{_anyhow(draw, item)}{space()}"
            for key, item in value.items()
        ]
        return "{" + (",".join(pairs) or space()) + "}"
    if isinstance(value, list):
        return "[" + (",".join(f"{space()}{_anyhow(draw, item)}{space()}" for item in value) or space()) + "]"
    return json.dumps(value)
