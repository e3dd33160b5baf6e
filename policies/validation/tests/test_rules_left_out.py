"""Rules that are left out for what a document has, and for its form, would have had nothing to say."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings

from policies.catalog import catalog
from policies.engine import JsonError
from policies.engine.text import parse_json
from policies.managed import managed_policies
from policies.validation import Finding, PolicyType
from policies.validation.document import Document
from policies.validation.help import CHECKS
from policies.validation.help.examples import Check
from policies.validation.rules import RULES, rules_for
from policies.validation.rules.plain import is_plain
from policies.validation.tests.changed_documents import documents
from policies.validation.tests.written import allow, document

EVERY_KIND = tuple(kind.value for kind in PolicyType)


def unsaid(text: str, policy_type: str = "identity") -> list[Finding]:
    """What the rules that are left out would say."""
    read = Document(text, parse_json(text), PolicyType(policy_type), catalog())
    kept = set(rules_for(read))
    return [finding for rule in RULES if rule not in kept for finding in rule(read)]


def test_of_managed_policies() -> None:
    assert [policy.policy_name for policy in managed_policies() if unsaid(policy.document)] == []


@settings(max_examples=1_000)
@given(documents(kinds=EVERY_KIND))
def test_of_examples_changed_here_and_there(drawn: tuple[str, str]) -> None:
    kind, text = drawn
    with suppress(JsonError):
        assert unsaid(text, kind) == []


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.code)
def test_of_the_examples_themselves(check: Check) -> None:
    for text in (check.bad, check.good):
        with suppress(JsonError):
            assert unsaid(text, check.policy_type) == []


def test_nearly_all_managed_policies_are_plain() -> None:
    found = [
        is_plain(Document(one.document, parse_json(one.document), PolicyType.IDENTITY, catalog()))
        for one in managed_policies()
    ]

    assert sum(found) > len(found) * 0.9


@pytest.mark.parametrize(
    "elements",
    [
        {"Sid": "a b"},
        {"Sid": ["a"]},
        {"Sid": "\u00e9"},
        {"Condition": {}},
        {"Condition": {"Bool": {}}},
        {"Condition": {"Bool": {"aws:SecureTransport": [True]}}},
        {"Resource": []},
        {"NotAction": "s3:*"},
        {"Effect": "allow"},
    ],
    ids=str,
)
def test_what_is_out_of_the_ordinary_is_not_plain(elements: dict[str, object]) -> None:
    text = document({**allow("s3:GetObject"), **elements})

    assert not is_plain(Document(text, parse_json(text), PolicyType.IDENTITY, catalog()))
