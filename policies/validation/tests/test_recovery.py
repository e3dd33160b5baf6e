"""A text with a fault in its JSON: the first fault with its place and its fix, and what holds for the rest."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.validation import Finding, validate
from policies.validation.help import CHECKS

WHOLE = (
    '{\n  "Version": "2012-10-17",\n  "Statement": [\n    {"Effect": "Allow", '
    '"Action": ["s3:GetObjct", "s3:ListBucket"], "Resource": "*"}\n  ]\n}'
)
MISSPELT = '"s3:GetObjct"'
FAULTS = {
    "a comma too many in an object": ('"*"}', '"*",}'),
    "a comma too many in a list": ('ListBucket"]', 'ListBucket",]'),
    "a comma too few in a list": ('Objct", "', 'Objct" "'),
    "a comma too few in an object": ('Allow", "', 'Allow" "'),
    "a comma too few between lines": ('17",\n', '17"\n'),
    "a colon too few": ('"Effect":', '"Effect"'),
    "a quote too few": ('"Resource": "*"}\n', '"Resource": "*}\n'),
    "nothing closed": ('"Resource": "*"}\n  ]\n}', '"Resource": "*"'),
    "one bracket open": ("\n  ]\n}", "\n  ]\n"),
}
faults = pytest.mark.parametrize(("right", "wrong"), FAULTS.values(), ids=FAULTS)


def named(findings: list[Finding], code: str) -> Finding:
    return next(finding for finding in findings if finding.issue_code == code)


@faults
def test_the_rest_is_checked_at_the_places_of_the_text_itself(right: str, wrong: str) -> None:
    text = WHOLE.replace(right, wrong)

    span = named(validate(text), "INVALID_ACTION").locations[0].span

    assert text[span.start.offset : span.end.offset] == MISSPELT
    assert text.split("\n")[span.start.line - 1][span.start.column :].startswith(MISSPELT)


@faults
def test_the_fix_of_the_fault_leads_to_a_text_that_can_be_read(right: str, wrong: str) -> None:
    text = WHOLE.replace(right, wrong)

    fix = named(validate(text), "JSON_SYNTAX_ERROR").fix

    assert fix is not None
    assert json.loads(fix.applied_to(text)) == json.loads(WHOLE)


@faults
def test_fixes_of_the_rest_apply_to_the_text_itself(right: str, wrong: str) -> None:
    text = WHOLE.replace(right, wrong)

    fix = named(validate(text), "INVALID_ACTION").fix

    assert fix is not None
    assert fix.applied_to(text) == text.replace("GetObjct", "GetObject")


def test_several_faults_are_mended_and_the_first_is_told() -> None:
    text = WHOLE.replace('"*"}', '"*",}').replace('Objct", "', 'Objct" "').replace('"Effect":', '"Effect"')

    findings = validate(text)

    assert sum(finding.issue_code == "JSON_SYNTAX_ERROR" for finding in findings) == 1
    assert findings[0].issue_code == "JSON_SYNTAX_ERROR"
    assert "INVALID_ACTION" in {finding.issue_code for finding in findings}


def test_nothing_is_missing_in_a_text_that_is_still_being_written() -> None:
    text = '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObjct"'

    assert {finding.issue_code for finding in validate(text)} == {"JSON_SYNTAX_ERROR", "INVALID_ACTION"}


@pytest.mark.parametrize(
    "text", ["", "{", '{"Statement":', "nonsense", "{'a': 1}", '{"a": 1} }', '{"a": "\\q"}']
)
def test_where_it_is_not_clear_what_was_meant_there_is_one_finding(text: str) -> None:
    codes = [finding.issue_code for finding in validate(text)]

    assert codes[0] == "JSON_SYNTAX_ERROR"
    assert codes.count("JSON_SYNTAX_ERROR") == 1


@given(st.sampled_from(sorted(CHECKS)), st.data())
def test_a_text_cut_or_changed_anywhere_is_answered_within_its_own_places(
    code: str, data: st.DataObject
) -> None:
    text = CHECKS[code].bad[:1500]
    at = data.draw(st.integers(0, len(text)))
    text = (
        text[:at]
        + data.draw(st.sampled_from(["", ",", '"', "}", "]", "{", ":", "\\", "\n"]))
        + text[at + 1 :]
    )
    text = text[: data.draw(st.integers(0, len(text)))]

    for finding in validate(text, CHECKS[code].policy_type):
        for location in finding.locations:
            assert 0 <= location.span.start.offset <= location.span.end.offset <= len(text)
        if finding.fix:
            assert 0 <= finding.fix.start <= finding.fix.end <= len(text)
