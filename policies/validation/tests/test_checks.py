"""The examples of the help pages, and every rule with them."""

from collections.abc import Collection

import pytest

from policies.validation import Finding, blocking, legacy_refusal, validate
from policies.validation.codes import FINDING_TYPES
from policies.validation.help import CHECKS, Check
from policies.validation.refusals import REFUSED_CODES

checks = pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.code)


class Account:
    """The account of the examples: all is there but what the check says is missing."""

    def __init__(self, check: Check) -> None:
        self._missing = check.missing

    def missing(self, arns: Collection[str]) -> Collection[str]:
        return [arn for arn in arns if arn in self._missing]


def findings(check: Check, text: str) -> list[Finding]:
    return validate(text, check.policy_type, resource_type=check.resource_type, directory=Account(check))


def codes(check: Check, text: str) -> set[str]:
    return {finding.issue_code for finding in findings(check, text)}


def test_every_code_has_a_page_of_help() -> None:
    assert set(CHECKS) == set(FINDING_TYPES)
    assert set(FINDING_TYPES) >= REFUSED_CODES


@checks
def test_the_bad_example_is_reported(check: Check) -> None:
    assert check.code in codes(check, check.bad)


@checks
def test_the_good_example_has_no_finding(check: Check) -> None:
    assert findings(check, check.good) == []


@checks
def test_iam_refuses_exactly_what_blocks(check: Check) -> None:
    refusal = legacy_refusal(check.bad, check.policy_type)

    assert (refusal is not None) == bool(blocking(findings(check, check.bad)))
    assert legacy_refusal(check.good, check.policy_type) is None


@checks
def test_a_fix_removes_its_finding(check: Check) -> None:
    for finding in findings(check, check.bad):
        if finding.fix:
            mended = finding.fix.applied_to(check.bad)
            assert finding.issue_code not in codes(check, mended)


@checks
def test_a_message_says_more_than_the_code(check: Check) -> None:
    for finding in findings(check, check.bad):
        assert finding.finding_details.endswith((".", "?"))
        assert finding.finding_details.count("`") % 2 == 0
        assert finding.learn_more_link == f"/help/checks/{finding.issue_code}/"


def test_titles_read_like_titles() -> None:
    assert CHECKS["INVALID_ARN_PREFIX"].title == "Invalid ARN prefix"
    assert CHECKS["CONSOLE_OLD_VERSION"].title == "Old version"
    assert CHECKS["INVALID_ARN_PREFIX"].finding_type == "ERROR"
