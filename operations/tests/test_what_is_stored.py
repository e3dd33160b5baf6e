"""What the validator promises of a document: clean, IAM stores it; refused, the findings say why."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from operations.caller import Caller
from operations.errors import ServiceError
from operations.policies import create_policy
from operations.roles import create_role
from policies.engine import parse_policy
from policies.validation import Finding, FindingType, validate
from policies.validation.tests.changed_documents import documents

NAMES = (f"Policy{number}" for number in count())


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
@given(documents(kinds=("identity", "trust")))
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
