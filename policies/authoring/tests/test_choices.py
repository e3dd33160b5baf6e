"""What a block chooses of its services, and which of its actions have nothing to work on."""

from __future__ import annotations

import time

import pytest

from policies.authoring import Block, CannotChange, blocks_of
from policies.authoring import changes as change
from policies.authoring.choices import Needs, ServiceChoice, needs_of, service_choice
from policies.authoring.soundness import ensure_sound
from policies.catalog import catalog
from policies.tests.documents import BUCKET, RECEIPTS, allow, document


def block(action: object, resource: object = BUCKET, element: str = "Action") -> Block:
    statement = {"Effect": "Allow", element: action, "Resource": resource}
    return blocks_of(document(statement)).blocks[0]


def chosen(action: object, prefix: str = "s3") -> ServiceChoice:
    found = service_choice(block(action), prefix, catalog())
    assert found
    return found


def needs(action: object, resource: object, element: str = "Action") -> Needs:
    return needs_of(block(action, resource, element), catalog())


def test_named_actions_are_counted_by_level() -> None:
    counts = {
        level.level.value: level.chosen_count for level in chosen(["s3:GetObject", "s3:listbucket"]).levels
    }

    assert counts == {"List": 1, "Read": 1, "Write": 0, "Permissions management": 0, "Tagging": 0}


def test_a_wildcard_is_told_apart_from_a_name() -> None:
    service = chosen(["s3:GetObject", "s3:GetObject*"])
    choices = {choice.action.name: choice for level in service.levels for choice in level.choices}

    assert choices["s3:GetObject"].is_named
    assert choices["s3:GetObjectAcl"].covered_by == "s3:GetObject*"
    assert not choices["s3:GetObjectAcl"].is_named
    assert service.others == (("s3:GetObject*", sum("s3:GetObject" in name for name in choices)),)


def test_a_star_of_all_services_chooses_all_of_each() -> None:
    assert all(level.is_all and level.is_covered for level in chosen("*").levels)


def test_a_whole_service_and_an_unknown_name_are_shown_as_typed() -> None:
    assert chosen("s3:*").is_whole
    assert chosen("s3:Fly").others == (("s3:Fly", 0),)
    assert service_choice(block("teapot:Brew"), "teapot", catalog()) is None


def test_actions_are_found_by_their_description_too() -> None:
    assert "s3:GetObject" in {choice.action.name for choice in chosen([]).matching("retrieve objects")}


def test_an_action_without_fitting_resource_waits() -> None:
    found = needs(["s3:GetObject", "s3:ListBucket"], RECEIPTS)

    assert found.waiting == ("s3:ListBucket",)
    assert {row.kind.name: row.waiting for row in found.rows}["bucket"] == 1
    assert {row.kind.name: row.waiting for row in found.rows}["object"] == 0


def test_an_action_that_takes_no_resource_needs_a_star() -> None:
    assert needs("s3:ListAllMyBuckets", BUCKET).untyped == ("s3:ListAllMyBuckets",)
    assert needs("s3:ListAllMyBuckets", "*").waiting == ()


@pytest.mark.parametrize(("action", "element"), [("*", "Action"), ("s3:GetObject", "NotAction")])
def test_what_is_about_everything_has_no_list_of_types(action: str, element: str) -> None:
    assert needs(action, BUCKET, element).is_open


def test_a_hostile_statement_is_answered_in_time() -> None:
    actions = [f"ec2:{'*a' * 60}{number}" for number in range(500)] + ["ec2:*" + "?" * 50_000]
    hostile = block(actions, [f"arn:aws:ec2:*:*:{'*b' * 100}{number}" for number in range(500)])
    started = time.monotonic()

    service_choice(hostile, "ec2", catalog())
    needs_of(hostile, catalog())

    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda text: change.add_actions(text, 0, ["s3:Fly"]), "does not exist"),
        (lambda text: change.add_resources(text, 0, ["menu"]), "ARN"),
        (lambda text: change.set_sid(text, 0, "With spaces"), "Sid"),
        (lambda text: change.add_condition(text, 0, "IpAddress", "aws:SourceIp", ["home"]), "home"),
    ],
    ids=["an unknown action", "no ARN", "a Sid with spaces", "no address"],
)
def test_a_change_that_brings_an_error_is_refused(made: object, told: str) -> None:
    text = document(allow("s3:GetObject", RECEIPTS))

    assert callable(made)
    with pytest.raises(CannotChange, match=told):
        ensure_sound(text, made(text), catalog())


def test_an_error_that_was_there_before_holds_no_change_up() -> None:
    text = document(allow("s3:Fly", RECEIPTS))
    after = change.add_actions(text, 0, ["s3:GetObject"])

    assert ensure_sound(text, after, catalog()) == after
