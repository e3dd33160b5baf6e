"""ARNs taken apart and put together along the catalog's patterns."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.authoring import CannotChange
from policies.authoring.arn_patterns import ArnPattern, covers, kind_of, patterns_of, prefilled
from policies.catalog import ResourceType, catalog
from policies.validation import FindingType, validate

OBJECT = ArnPattern.of("arn:${Partition}:s3:::${BucketName}/${ObjectName}")


def kinds(prefix: str) -> dict[str, ResourceType]:
    service = catalog().service(prefix)
    assert service
    return dict(service.resource_types)


def all_patterns() -> list[ArnPattern]:
    return [
        pattern
        for prefix in catalog().services()
        for kind in kinds(prefix).values()
        for pattern in patterns_of(kind)
    ]


def test_an_arn_is_put_together_of_its_fields() -> None:
    assert OBJECT.labels == ("Partition", "Bucket name", "Object name")
    assert OBJECT.joined(["aws", "menu", "today/*"]) == "arn:aws:s3:::menu/today/*"


def test_a_pasted_arn_falls_into_its_fields() -> None:
    assert OBJECT.split("arn:aws:s3:::menu/today/soup.txt") == ("aws", "menu", "today/soup.txt")


@pytest.mark.parametrize(
    "arn", ["", "menu", "arn:aws:s3:::menu", "arn:aws:s3:::/soup", "arn:aws:sqs:::menu/soup"]
)
def test_an_arn_of_another_form_does_not(arn: str) -> None:
    assert OBJECT.split(arn) is None


@pytest.mark.parametrize("value", ["", "two\nlines"])
def test_a_value_that_cannot_stand_in_an_arn_is_refused_by_its_name(value: str) -> None:
    with pytest.raises(CannotChange, match="Bucket name"):
        OBJECT.joined(["aws", value, "*"])


def test_every_pattern_of_the_catalog_makes_the_round_trip() -> None:
    patterns = all_patterns()

    assert len(patterns) > 2_000
    for pattern in patterns:
        values = tuple(f"v{place}" for place in range(len(pattern.fields)))
        assert pattern.split(pattern.joined(values)) == values


@given(st.sampled_from(all_patterns()), st.data())
def test_what_is_split_is_joined_again_to_the_letter(pattern: ArnPattern, data: st.DataObject) -> None:
    value = st.text("ab:/*?${}-", min_size=1, max_size=6)
    arn = pattern.joined([data.draw(value) for _ in pattern.fields])

    values = pattern.split(arn)

    assert values is None or pattern.joined(values) == arn


def test_account_and_region_are_filled_in_beforehand() -> None:
    (queue,) = patterns_of(kinds("sqs")["queue"])

    assert prefilled(queue, "123456789012", [], catalog()) == ("aws", "*", "123456789012", "")
    there = ["arn:aws:sns:eu-west-1:123456789012:orders"]
    assert prefilled(queue, "123456789012", there, catalog())[1] == "eu-west-1"


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:s3:::menu", "bucket"),
        ("arn:aws:s3:::menu/*", "object"),
        ("arn:aws:s3:eu-west-1:123456789012:accesspoint/bar", "accesspoint"),
    ],
)
def test_a_pasted_arn_says_of_which_type_it_is(arn: str, name: str) -> None:
    found = kind_of(arn, kinds("s3"))

    assert found is not None
    assert found[0] == name


COVERED = {
    "*": {"bucket", "object"},
    "arn:aws:s3:::menu": {"bucket"},
    "arn:aws:s3:::menu/*": {"object"},
    "arn:aws:s3:::menu/soup.txt": {"object"},
    "arn:aws:s3:::menu*": {"bucket", "object"},
    "arn:aws:s3:::*": {"bucket", "object"},
    "arn:aws:sqs:eu-west-1:123456789012:menu": set(),
    "menu": set(),
}


@pytest.mark.parametrize(("resource", "names"), COVERED.items())
def test_a_resource_covers_the_types_that_it_can_name(resource: str, names: set[str]) -> None:
    every = kinds("s3")

    assert {name for name in ("bucket", "object") if covers(resource, every[name], every.values())} == names


def test_a_type_of_two_forms_is_covered_by_either() -> None:
    every = kinds("lex")

    for arn in (
        "arn:aws:lex:eu-west-1:123456789012:bot/B1",
        "arn:aws:lex:eu-west-1:123456789012:bot:Barista",
    ):
        assert any(
            covers(arn, kind, every.values()) for name, kind in every.items() if name.startswith("bot")
        )


# Forms that AWS lists: one without an account, and one in which any service may be named.
ODD = {"mediaconnect", "backup"}


def errors_of(arns: list[str]) -> list[str]:
    text = json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": arns}}
    )
    return [one.finding_details for one in validate(text) if one.finding_type is FindingType.ERROR]


def test_an_arn_built_for_any_type_is_no_error() -> None:
    wrong: dict[str, list[str]] = {}
    for prefix in catalog().services():
        patterns = [pattern for kind in kinds(prefix).values() for pattern in patterns_of(kind)]
        for value in ("*", "name"):
            arns = [pattern.joined([one or value for one in known(pattern)]) for pattern in patterns]
            wrong[prefix] = wrong.get(prefix, []) + errors_of(arns)

    assert {prefix for prefix, errors in wrong.items() if errors} == ODD, wrong


def known(pattern: ArnPattern) -> tuple[str, ...]:
    return prefilled(pattern, "123456789012", ["arn:aws:sqs:eu-west-1:123456789012:orders"], catalog())
