"""The examples of the help, changed here and there: documents that are nearly what they should be."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st

from policies.validation.help import CHECKS

SAMPLES = [(check.policy_type, text) for check in CHECKS.values() for text in (check.bad, check.good)]
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        "",
        "*",
        "Allow",
        "s3:GetObject",
        "s3:",
        "nothing",
        "arn:aws:s3:::menu/*",
        "arn:aws:iam::1:user/ana",
        "${aws:username}",
        "${",
        "2012-10-17",
        "é",
        "☕",
        "\n",
        0,
        True,
        None,
        [],
        {},
        [[]],
        ["*"],
        {"AWS": "*"},
        {"StringEquals": {"aws:username": "ana"}},
        {"StringEquals": {"aws:username": []}},
    ]
)
KEYS = st.sampled_from(
    ["Version", "Statement", "Sid", "Action", "NotAction", "Resource", "Principal", "Condition", "x"]
)


@st.composite
def changed(draw: Callable[..., Any], value: Any) -> Any:
    """The value with something in it replaced, taken away or added."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: draw(changed(value[key]))}
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], draw(changed(value[place])), *value[place + 1 :]]
    if isinstance(value, dict) and draw(st.booleans()):
        gone = draw(st.sampled_from([*sorted(value), ""]))
        return {key: kept for key, kept in value.items() if key != gone} | {draw(KEYS): draw(JUNK)}
    return draw(JUNK)


@st.composite
def documents(draw: Callable[..., Any], kinds: tuple[str, ...]) -> tuple[str, str]:
    """A kind of policy, one of these, and a text: an example of the help, changed here and there, or cut."""
    kind, text = draw(st.sampled_from([sample for sample in SAMPLES if sample[0] in kinds]))
    with suppress(ValueError):
        value = json.loads(text)
        for _ in range(draw(st.integers(0, 2))):
            value = draw(changed(value))
        text = json.dumps(value, indent=draw(st.sampled_from([None, 2])), ensure_ascii=False)
    if not draw(st.integers(0, 9)):
        place = draw(st.integers(0, len(text)))
        text = (
            text[:place]
            + draw(st.sampled_from(["", ",", '"', "}"]))
            + text[place + draw(st.integers(0, 3)) :]
        )
    return kind, text
