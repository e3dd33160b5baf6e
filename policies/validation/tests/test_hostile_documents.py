"""Documents made to break or to delay the validator."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.validation import PolicyType, blocking, legacy_refusal, validate
from policies.validation.tests.hostile import HOSTILE, Nobody

# On a quiet machine each takes less than 0.1 s; the tests share theirs.
SECONDS = 1.0


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_document_delays_the_validator(text: str) -> None:
    started = time.process_time()
    findings = validate(text, directory=Nobody())

    assert time.process_time() - started < SECONDS
    assert len(findings) < 1_000


NAMES = st.sampled_from(
    [
        "Version",
        "Id",
        "Statement",
        "Sid",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "Condition",
        "AWS",
        "StringEquals",
        "ForAllValues:DateEquals",
        "IpAddress",
        "aws:SourceIp",
        "stringlike",
        "Null",
        "NumericLessThan",
    ]
)
TEXTS = st.sampled_from(
    [
        "2012-10-17",
        "Allow",
        "*",
        "s3:*",
        "s3:Get*",
        "arn:aws:s3:::m",
        "arn:aws:",
        "arn:aws:iam:a:b:c",
        "${",
        "${a,'b'}",
        "10.0.0.1/8",
        "iam:*",
        "arn:aws:iam::111122223333:user/ana",
        ":",
        "?",
        "`",
        "\\",
        '"',
        "é",
        "☕",
        "AROA",
        "1798761600",
        "0000",
        "2026-13-99",
        "true",
    ]
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(-9, 9), st.booleans(), st.none(), st.text(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=24,
)
TYPES = st.sampled_from([policy_type.value for policy_type in PolicyType])


@settings(max_examples=300, deadline=None)
@given(VALUES, TYPES)
def test_no_json_makes_the_validator_raise(value: object, policy_type: str) -> None:
    text = json.dumps(value, ensure_ascii=False)

    findings = validate(text, policy_type, directory=Nobody())

    for finding in findings:
        finding.as_dict()
        for location in finding.locations:
            assert 0 <= location.span.start.offset <= location.span.end.offset <= len(text)
    assert (legacy_refusal(text, policy_type) is not None) == bool(blocking(findings))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_the_validator_raise(text: str) -> None:
    for finding in validate(text):
        assert finding.offset <= len(text)
