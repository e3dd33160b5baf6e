"""A policy from what a user did: listed, narrowed, and a policy that allows just that."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from audit.models import Event
from operations.attachments import attach_user_policy
from operations.caller import Caller
from operations.users import create_user, list_users
from policies.engine import Kind, Principal, Request, Source, decide, parse_policy
from policies.tests.test_import_pages import draft_of
from tests.cast import READ_ONLY

Browse = Callable[[Caller], Client]
PAGE = "/iam/policies/activity/?user=alice"


@pytest.fixture
def busy(alice: Caller) -> Caller:
    create_user(alice, user_name="ana")
    attach_user_policy(alice, user_name="ana", policy_arn=READ_ONLY)
    list_users(alice)
    return alice


def test_the_actions_are_listed_with_counts_and_resources(browse: Browse, root: Caller, busy: Caller) -> None:
    page = browse(root).get(PAGE).content.decode()

    assert 'value="iam:CreateUser" aria-label="Allow iam:CreateUser" checked' in page
    assert f"arn:aws:iam::{busy.account_id}:user/ana" in page
    assert "Not counted" in page
    assert "elsewhere in AWS is not recorded here" in page


def test_the_page_of_a_user_leads_there(browse: Browse, root: Caller, busy: Caller) -> None:
    assert f'href="{PAGE}"' in browse(root).get("/iam/users/alice/").content.decode()


def test_the_policy_allows_what_was_done_and_nothing_that_was_left_out(
    browse: Browse, root: Caller, busy: Caller
) -> None:
    browser = browse(root)
    kept = ["iam:CreateUser", "iam:ListUsers"]
    answer = browser.post(PAGE, {"action": kept, "resources": "exact", "go": "use"})

    written = parse_policy(draft_of(browser, answer.headers["Location"]))
    sources, alice = [Source(Kind.IDENTITY, "it", "", written)], Principal.of(busy.principal.arn)
    done = Event.objects.filter(principal_id=busy.principal.unique_id, error_code="")
    asked = [(event.action, each["ARN"]) for event in done for each in event.resources]
    allowed = {action for action, arn in asked if decide(Request(alice, action, arn), sources).is_allowed}
    assert allowed == {"iam:CreateUser"}
    assert decide(
        Request(alice, "iam:ListUsers", f"arn:aws:iam::{busy.account_id}:user/*"), sources
    ).is_allowed


def test_names_can_give_way_to_a_star(browse: Browse, root: Caller, busy: Caller) -> None:
    answer = browse(root).post(
        PAGE,
        {"action": "iam:CreateUser", "resources": "any", "go": "preview"},
        headers={"HX-Request": "true"},
    )

    assert f"arn:aws:iam::{busy.account_id}:user/*" in answer.content.decode()


def test_without_any_action_nothing_is_generated(browse: Browse, root: Caller, busy: Caller) -> None:
    answer = browse(root).post(PAGE, {"resources": "exact", "go": "use"})

    assert answer.status_code == 422
    assert b"Choose at least one action" in answer.content


def test_an_action_that_was_not_used_cannot_be_slipped_in(browse: Browse, root: Caller, busy: Caller) -> None:
    browser = browse(root)
    answer = browser.post(PAGE, {"action": ["iam:CreateUser", "iam:*"], "resources": "exact", "go": "use"})

    (statement,) = json.loads(draft_of(browser, answer.headers["Location"]))["Statement"]
    assert statement["Action"] == ["iam:CreateUser"]


def test_who_did_nothing_has_nothing_to_generate_from(browse: Browse, root: Caller, busy: Caller) -> None:
    assert b"Nothing is recorded" in browse(root).get(PAGE.replace("alice", "ana")).content


@pytest.mark.parametrize("days", ["", "0", "91", "x"])
def test_a_period_that_is_not_offered_is_the_usual_one(
    browse: Browse, root: Caller, busy: Caller, days: str
) -> None:
    assert b'max="90" value="30"' in browse(root).get(f"{PAGE}&days={days}").content


def test_who_may_not_read_the_trail_gets_no_page(browse: Browse, busy: Caller, carol: Caller) -> None:
    answer = browse(carol).get(PAGE)

    assert answer.status_code == 403
    assert b"cloudtrail:LookupEvents" in answer.content
