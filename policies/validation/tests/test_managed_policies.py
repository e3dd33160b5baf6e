"""AWS's own policies, as a stream of documents known to be sound."""

import itertools

import pytest

from policies.managed import ManagedPolicy, managed_policies
from policies.validation import blocking, validate

SAMPLE = 200


def sample() -> list[ManagedPolicy]:
    policies = list(managed_policies())
    return list(itertools.islice(policies, 0, None, len(policies) // SAMPLE))


@pytest.fixture(scope="module")
def policies() -> list[ManagedPolicy]:
    return sample()


def test_no_grammar_finding_on_an_aws_managed_policy(policies: list[ManagedPolicy]) -> None:
    assert len(policies) >= SAMPLE
    assert [policy.policy_name for policy in policies if blocking(validate(policy.document))] == []


def test_few_aws_managed_policies_have_an_error(policies: list[ManagedPolicy]) -> None:
    types = [{finding.finding_type for finding in validate(policy.document)} for policy in policies]

    assert sum("ERROR" in found for found in types) <= len(policies) * 0.1


def test_spans_agree_with_the_text(policies: list[ManagedPolicy]) -> None:
    for policy in policies:
        lines = policy.document.split("\n")
        for finding in validate(policy.document):
            start = finding.locations[0].span.start
            assert policy.document[start.offset] == lines[start.line - 1][start.column]
