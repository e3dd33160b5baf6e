"""AWS's own policies, as a stream of documents known to be sound."""

import pytest

from policies.managed import ManagedPolicy, managed_policies
from policies.validation import Finding, blocking, validate

MANY = 1_500


@pytest.fixture(scope="module")
def policies() -> list[ManagedPolicy]:
    return list(managed_policies())


@pytest.fixture(scope="module")
def findings(policies: list[ManagedPolicy]) -> dict[str, list[Finding]]:
    return {policy.policy_name: validate(policy.document) for policy in policies}


def test_no_grammar_finding_on_an_aws_managed_policy(findings: dict[str, list[Finding]]) -> None:
    assert len(findings) >= MANY
    assert [name for name, found in findings.items() if blocking(found)] == []


def test_few_aws_managed_policies_name_something_unknown(findings: dict[str, list[Finding]]) -> None:
    unknown = {"INVALID_ACTION", "INVALID_SERVICE_IN_ACTION"}
    named = [name for name, found in findings.items() if unknown & {one.issue_code for one in found}]

    assert len(named) <= len(findings) * 0.02


def test_few_aws_managed_policies_have_an_error(findings: dict[str, list[Finding]]) -> None:
    types = [{finding.finding_type for finding in found} for found in findings.values()]

    assert sum("ERROR" in found for found in types) <= len(findings) * 0.1


def test_spans_agree_with_the_text(policies: list[ManagedPolicy], findings: dict[str, list[Finding]]) -> None:
    for policy in policies:
        lines = policy.document.split("\n")
        for finding in findings[policy.policy_name]:
            start = finding.locations[0].span.start
            assert policy.document[start.offset] == lines[start.line - 1][start.column]
