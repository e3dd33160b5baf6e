"""Plain choices: what comes of them fits together, says no more than was chosen, and is free of errors."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.catalog import AccessLevel, Service, catalog
from policies.engine import parse_policy
from policies.starting.choices import Choice, Resource, Terms, arn_of, fitting_types, name_hint, shortened
from policies.validation import FindingType, validate

BUCKET = "arn:aws:s3:::menus"
LIST, READ = AccessLevel.LIST, AccessLevel.READ


def service(prefix: str) -> Service:
    found = catalog().service(prefix)
    assert found is not None
    return found


def chosen(
    prefix: str, *levels: AccessLevel, named: dict[str, str] | None = None, terms: Terms | None = None
) -> Choice:
    kinds = service(prefix).resource_types
    resources = [Resource(kind, arn_of(kinds[kind], name)) for kind, name in (named or {}).items()]
    return Choice(service(prefix), frozenset(levels), resources, terms or Terms())


def test_actions_go_with_the_resources_they_work_on_and_the_others_on_all() -> None:
    about, everywhere = chosen("s3", LIST, named={"bucket": "menus"}).statements()

    assert about["Resource"] == BUCKET
    assert "s3:ListBucket" in about["Action"]
    assert everywhere["Resource"] == "*"
    assert "s3:ListAllMyBuckets" in everywhere["Action"]
    assert "s3:ListMultipartUploadParts" not in [*about["Action"], *everywhere["Action"]]


def test_what_works_on_other_kinds_is_left_out() -> None:
    choice = chosen("s3", READ, named={"object": "menus/*"})

    names = {action.name for action in choice.left_out}
    assert "s3:GetBucketAcl" in names
    assert "s3:GetObject" not in names


def test_all_resources_take_every_action_of_the_level() -> None:
    (statement,) = chosen("sqs", AccessLevel.TAGGING).statements()

    assert statement["Action"] == ["sqs:TagQueue", "sqs:UntagQueue"]
    assert statement["Resource"] == "*"


def test_all_terms_have_to_hold() -> None:
    terms = Terms(mfa=True, ranges=["203.0.113.0/24"], tag_key="project", tag_value="till")

    (statement,) = chosen("dynamodb", READ, terms=terms).statements()

    assert statement["Condition"] == {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]},
        "StringEquals": {"aws:ResourceTag/project": "till"},
    }


def test_with_a_tag_nothing_is_opened_that_a_tag_cannot_limit() -> None:
    choice = chosen("ec2", LIST, READ, terms=Terms(tag_key="project", tag_value="till"))

    allowed = {name for statement in choice.statements() for name in statement["Action"]}
    assert "ec2:GetConsoleOutput" in allowed
    assert "ec2:DescribeInstances" not in allowed


def test_a_wildcard_covers_nothing_that_was_not_chosen() -> None:
    whole = service("s3")
    names = [action.name for action in whole.actions.values() if action.access_level is READ]

    patterns = shortened(names, whole)

    covered = {name for pattern in patterns for name in catalog().actions_matching(pattern)}
    assert covered == set(names)
    assert len(patterns) < len(names)


@pytest.mark.parametrize(
    ("prefix", "kind", "name", "expected"),
    [
        ("s3", "object", "menus/*", "arn:aws:s3:::menus/*"),
        ("dynamodb", "table", "Menus", "arn:aws:dynamodb:eu-west-1:111122223333:table/Menus"),
        ("iam", "user", "shop/ana", "arn:aws:iam::111122223333:user/shop/ana"),
        ("s3", "accessgrantsinstance", "", "arn:aws:s3:eu-west-1:111122223333:access-grants/default"),
        ("s3", "bucket", "arn:aws:s3:::menus", "arn:aws:s3:::menus"),
        ("s3", "object", "arn:aws:sqs:eu-west-1:111122223333:menus", ""),
        ("s3", "object", "menus", ""),
        ("s3", "bucket", 'x", "y', ""),
        ("s3", "bucket", "", ""),
    ],
)
def test_an_arn_is_made_of_a_name(prefix: str, kind: str, name: str, expected: str) -> None:
    found = arn_of(service(prefix).resource_types[kind], name, region="eu-west-1", account_id="111122223333")

    assert found == expected


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    of = service(draw(st.sampled_from(sorted(catalog().services()))))
    levels = draw(st.sets(st.sampled_from(AccessLevel), min_size=1))
    kinds = fitting_types(of, frozenset(levels))
    named = draw(st.lists(st.sampled_from(kinds), max_size=3)) if kinds else []
    region = draw(st.sampled_from(["", "eu-west-1"]))
    resources = [Resource(kind.name, arn_of(kind, name_hint(kind), region=region)) for kind in named]
    tag = draw(st.sampled_from([("", ""), ("project", "till")]))
    ranges = draw(st.sampled_from([[], ["203.0.113.0/24", "2001:db8::/32"]]))
    return Choice(
        of, frozenset(levels), resources, Terms(draw(st.booleans()), ranges, *tag), draw(st.booleans())
    )


@settings(max_examples=300, deadline=None)
@given(choice=choices())
def test_nothing_that_comes_of_choices_has_an_error(choice: Choice) -> None:
    statements = choice.statements()
    if not statements:
        assert not choice.fitting
        return
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})

    errors = [
        each for each in validate(text, "identity", catalog()) if each.finding_type is FindingType.ERROR
    ]

    assert errors == []
    assert len(parse_policy(text).statements) == len(statements)


@settings(max_examples=100, deadline=None)
@given(choice=choices())
def test_nothing_comes_of_choices_that_was_not_chosen(choice: Choice) -> None:
    patterns = [name for statement in choice.statements() for name in statement["Action"]]

    covered = {name for pattern in patterns for name in catalog().actions_matching(pattern)}

    assert covered <= {action.name for action in choice.wanted}
