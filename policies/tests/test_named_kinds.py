"""Which resources a text can name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.catalog import catalog
from policies.engine import Policy, matches, parse_policy
from policies.named_kinds import kinds_of, overlap
from policies.summary_tables.tests.documents import LONGEST, managed

VERSION = "2012-10-17"
texts = st.text("ab:*", max_size=8)


def kinds(text: str, version: str = VERSION) -> set[str]:
    return {found.kind.name for found in kinds_of(catalog()).named_by(text, version)}


@given(texts, texts)
def test_patterns_overlap_whichever_comes_first(one: str, other: str) -> None:
    assert overlap(one, other) == overlap(other, one)


@given(texts, texts, st.text("ab:", max_size=12))
def test_patterns_that_one_text_fits_overlap(one: str, other: str, text: str) -> None:
    if matches(one, text) and matches(other, text):
        assert overlap(one, other)


@given(texts, texts)
def test_patterns_that_overlap_have_a_text_in_common(one: str, other: str) -> None:
    if overlap(one, other):
        assert any(matches(one, text) and matches(other, text) for text in candidates(one, other))


def candidates(one: str, other: str) -> list[str]:
    """Texts made of the pieces of both: the longer ends outside, everything else between."""
    if "*" not in one or "*" not in other:
        return [one, other]
    pieces, further = one.split("*"), other.split("*")
    head, tail = max(pieces[0], further[0], key=len), max(pieces[-1], further[-1], key=len)
    return [head + "".join((*pieces[1:-1], *further[1:-1])) + tail]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("arn:aws:s3:::receipts", {"bucket"}),
        ("arn:aws:s3:::receipts/2024/*", {"object"}),
        ("arn:aws:s3:::${aws:username}", {"bucket", "object"}),
        ("arn:aws:iam::123456789012:user/${aws:username}", {"user"}),
        ("arn:aws:s3:us-east-1::receipts", set()),
        ("arn:aws:nothing:::thing", set()),
        ("receipts", set()),
        ("arn:aws:s3:::", set()),
        ("arn:aws:dynamodb:::table/Orders", set()),
        ("arn:aws:dynamodb:*:*:table/Orders", {"table"}),
        ("arn:aws:dynamodb:*:*:table/Orders/index/*", {"index"}),
        ("arn:aws:s3:::receipts*", {"bucket", "object"}),
        ("arn:aws:ec2:us-east-1::image/*", {"image"}),
        ("arn:aws:logs:*:*:log-group:/aws/lambda/x:*", {"log-group", "log-stream"}),
    ],
)
def test_a_text_names_the_kinds_it_can_fit(text: str, wanted: set[str]) -> None:
    assert kinds(text) == wanted


def test_a_short_text_is_compared_as_a_whole() -> None:
    assert {"bucket", "object"} <= kinds("arn:aws:s3*")
    assert "bucket" not in kinds("arn:aws:ec2:*")


def test_where_the_service_is_open_all_kinds_of_those_that_fit_are_named() -> None:
    assert "vpc" not in kinds("arn:aws:s3*") | kinds("arn:aws:s?:*:*:vpc/*")
    assert {"vpc", "bucket"} <= kinds("arn:*") & kinds("*") & kinds("arn:aws:*:*:*:*")


def test_before_2012_a_variable_is_text() -> None:
    assert kinds("arn:aws:s3:::${aws:username}", "2008-10-17") == {"bucket"}


def test_what_the_engine_covers_is_found_to_fit() -> None:
    """An example of every kind of resource, asked of every text in AWS's managed policies that is about its service."""
    examples = {
        (prefix, kind.name): re.sub(r"\$\{[^}]*\}", "x", kind.arn.replace("${Partition}", "aws"))
        for prefix in ("s3", "ec2", "iam", "lambda", "dynamodb", "logs", "kms", "sqs", "states", "rds")
        for kind in catalog().service(prefix).resource_types.values()  # type: ignore[union-attr]
    }
    found = kinds_of(catalog())

    for policy in parsed():
        for statement in policy.statements:
            for pattern in statement.resource_set.patterns:
                named = {
                    (prefix, kind.name) for prefix, kind in found.named_by(pattern.written, policy.version)
                }
                covered = {kind for kind, arn in examples.items() if pattern.fits(arn, {})}
                assert covered <= named, pattern.written


def parsed() -> list[Policy]:
    """One policy in eight."""
    return [parse_policy(text, maximum_length=LONGEST) for text in list(managed().values())[::8]]
