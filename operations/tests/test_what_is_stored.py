"""What the validator promises of a document: clean, IAM stores it; refused, the findings say why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from operations.caller import Caller
from operations.errors import ServiceError
from operations.policies import create_policy
from operations.roles import create_role
from policies.engine import parse_policy
from policies.validation import Finding, FindingType, validate
from policies.validation.help import CHECKS

NAMES = (f"Policy{number}" for number in count())
SAMPLES = [
    (check.policy_type, text)
    for check in CHECKS.values()
    if check.policy_type in ("identity", "trust")
    for text in (check.bad, check.good)
]
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
def documents(draw: Callable[..., Any]) -> tuple[str, str]:
    """A kind of policy and a text: an example of the help, changed here and there, or cut."""
    kind, text = draw(st.sampled_from(SAMPLES))
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


def refusal(caller: Caller, kind: str, text: str) -> ServiceError | None:
    """What the operation answers that would store the text; nothing stays stored."""
    try:
        with transaction.atomic():
            if kind == "trust":
                create_role(caller, role_name=next(NAMES), assume_role_policy_document=text)
            else:
                create_policy(caller, policy_name=next(NAMES), policy_document=text)
            transaction.set_rollback(True)
    except ServiceError as error:
        return error
    return None


def is_grave(finding: Finding) -> bool:
    is_too_long = finding.issue_code.startswith("POLICY_SIZE")
    return finding.is_refused or is_too_long or finding.finding_type == FindingType.ERROR


@pytest.fixture(scope="module")
def seen() -> Iterator[set[bool]]:
    """Whether documents were refused: both answers have to come up."""
    answers: set[bool] = set()
    yield answers
    assert answers == {True, False}


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(documents())
def test_what_is_clean_is_stored_and_what_is_refused_is_reported(
    root: Caller, seen: set[bool], document: tuple[str, str]
) -> None:
    kind, text = document
    findings = validate(text, kind)
    refused = refusal(root, kind, text)
    seen.add(refused is not None)

    if any(finding.is_refused for finding in findings):
        assert refused is not None
    if refused is not None:
        assert any(map(is_grave, findings)), refused
    if not findings:
        parse_policy(text)
