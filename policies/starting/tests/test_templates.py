"""Every template of the library: it parses, nothing is found wrong with it, and it does what it says."""

from __future__ import annotations

import json

import pytest

from policies.catalog import catalog
from policies.engine import Decision, Effect, Kind, Principal, Request, Source, decide, parse_policy
from policies.starting.parameters import Parameter, filled
from policies.starting.templates import CATEGORIES, Example, Template, found, library
from policies.validation import validate

TEMPLATES = [pytest.param(each, id=slug) for slug, each in library().items()]
EVERYTHING = parse_policy(
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
)
BESIDE = Source(Kind.IDENTITY, "everything", "", EVERYTHING)
# A key's own policy has to let IAM policies of the account decide, as it does by default.
KEY_POLICY = parse_policy(
    '{"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}}'
)
KINDS = {"identity": Kind.IDENTITY, "boundary": Kind.BOUNDARY, "scp": Kind.SCP}
ANA = "arn:aws:iam::111122223333:user/ana"


def sources_of(template: Template) -> list[Source]:
    """The policy where it is attached: one that only limits stands beside policies that allow everything."""
    written = parse_policy(template.text(template.samples))
    source = Source(KINDS[template.policy_type], "template", "", written)
    if template.policy_type == "scp":
        return [source, Source(Kind.SCP, "FullAWSAccess", "", EVERYTHING), BESIDE]
    is_limit = template.limits_others or template.policy_type == "boundary"
    return [source, BESIDE] if is_limit else [source]


def decided(template: Template, example: Example) -> Decision:
    asked = filled(
        {
            "resource": example.resource,
            "principal": example.principal or ANA,
            "context": example.context or {},
        },
        template.samples,
    )
    context = {key: value if isinstance(value, list) else [value] for key, value in asked["context"].items()}
    principal = Principal.of(asked["principal"])
    request = Request(principal, example.action, asked["resource"], context=context)
    of_the_key = [Source(Kind.RESOURCE, "key", "", KEY_POLICY)] if ":kms:" in asked["resource"] else []
    return decide(request, [*sources_of(template), *of_the_key])


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_is_found_wrong_with_a_template_filled_in(template: Template) -> None:
    findings = validate(template.text(template.samples), template.policy_type, catalog())

    assert [(finding.issue_code, finding.finding_details) for finding in findings] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_allows_what_it_says(template: Template) -> None:
    assert template.allows
    assert [each.says for each in template.allows if not decided(template, each).is_allowed] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_allows_nothing_else(template: Template) -> None:
    assert template.denies
    assert [each.says for each in template.denies if decided(template, each).is_allowed] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_samples_and_defaults_fit_and_are_all_used(template: Template) -> None:
    regions = catalog().regions

    problems = {each.name: each.problem(each.read(each.sample), regions) for each in template.parameters}
    defaults = {
        each.name: each.problem(each.read(each.default)) for each in template.parameters if each.default
    }

    assert not any((*problems.values(), *defaults.values()))
    assert all(f"{{{{{each.name}}}}}" in json.dumps(template.document) for each in template.parameters)


@pytest.mark.parametrize("template", TEMPLATES)
def test_only_a_template_without_an_allow_needs_others_beside_it(template: Template) -> None:
    effects = {each.effect for each in parse_policy(template.text(template.samples)).statements}

    assert template.limits_others == (effects == {Effect.DENY} and template.policy_type == "identity")


def test_every_template_has_a_category_and_every_category_a_template() -> None:
    assert {each.category for each in library().values()} == set(CATEGORIES)


def test_templates_are_found_by_words_and_by_actions() -> None:
    assert [each.slug for each in found("scanning reads dynamodb", "Databases")] == ["read-one-table"]
    assert [each.slug for each in found("s3:putobject backups")] == ["write-under-a-prefix"]
    assert found("no such words") == []


def test_values_stay_within_the_text_they_stand_in() -> None:
    document = {
        "Resource": "arn:aws:s3:::{{bucket}}",
        "Condition": {"StringEquals": {"aws:RequestTag/{{key}}": "x"}},
    }

    assert filled(document, {"bucket": 'a", "Action": "*', "key": "team"}) == {
        "Resource": 'arn:aws:s3:::a", "Action": "*',
        "Condition": {"StringEquals": {"aws:RequestTag/team": "x"}},
    }


def test_a_list_gives_way_to_its_values() -> None:
    assert filled(["a", "{{regions}}"], {"regions": ["b", "c"]}) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("bucket", "Menus"),
        ("bucket", "menus*"),
        ("bucket", 'menus","x":"'),
        ("bucket", "${aws:username}"),
        ("prefix", "/home/"),
        ("account", "1111"),
        ("region", "eu-central-9"),
        ("region_list", "eu-central-1, moon-1"),
        ("cidr_list", "203.0.113.7/24"),
        ("cidr_list", ""),
        ("tag_key", "aws:cost"),
        ("service", "lambda"),
        ("number", "-1"),
        ("arn", "arn:aws:s3:::*"),
        ("name", "x" * 600),
    ],
)
def test_a_value_that_does_not_fit_has_a_problem(kind: str, text: str) -> None:
    parameter = Parameter("it", kind, "It", "")

    assert parameter.problem(parameter.read(text), {"eu-central-1"})


def test_a_narrower_pattern_takes_the_place_of_the_kinds() -> None:
    zone = Parameter("zone", "name", "Zone", "", pattern="Z[A-Z0-9]+")

    assert (zone.problem("Z12"), bool(zone.problem("A12"))) == ("", True)
