"""A draft is saved once, whatever is clicked twice, and only over what it was begun on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from operations.caller import Caller
from operations.inline_policies import get_user_policy, put_user_policy
from operations.policies import create_policy, list_policies
from operations.policy_versions import list_policy_versions
from policies.models import Policy
from policies.tests.documents import LISTING, READING, Answer
from policies.views.drafts import DRAFTS

Browse = Callable[[Caller], Client]
NO_TAGS = {"tags-TOTAL_FORMS": "0", "tags-INITIAL_FORMS": "0"}
NEW = "/iam/policies/create/review/?draft=tab1"


@pytest.fixture
def receipts(root: Caller) -> Policy:
    return create_policy(root, policy_name="ReceiptsRead", policy_document=LISTING)


def begun(browser: Client) -> Client:
    browser.post("/iam/policies/create/?draft=tab1", {"policy_document": LISTING})
    return browser


def create(browser: Client) -> Answer:
    return browser.post(NEW, {"policy_name": "Fresh", **NO_TAGS})


def own(root: Caller) -> list[str]:
    return [policy.policy_name for policy in list_policies(root, scope="Local").items]


def test_a_second_click_ends_where_the_first_one_did(browse: Browse, root: Caller, alice: Caller) -> None:
    browser = begun(browse(alice))
    first, second = create(browser), create(browser)

    assert second.headers["Location"] == first.headers["Location"]
    assert b"no longer kept" not in browser.get(second.headers["Location"]).content
    assert own(root) == ["Fresh"]


def test_of_two_clicks_at_once_the_later_sees_what_the_first_one_made(
    browse: Browse, root: Caller, alice: Caller
) -> None:
    browser = begun(browse(alice))
    kept = browser.session[DRAFTS]
    first = create(browser)
    # The later request has read its session before the first one wrote to it.
    session = browser.session
    session[DRAFTS] = kept
    session.save()

    assert create(browser).headers["Location"] == first.headers["Location"]
    assert own(root) == ["Fresh"]


def test_two_clicks_on_an_edit_make_one_version(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    browser, query = browse(alice), f"?arn={receipts.arn}&draft=tab1"
    browser.post(f"/iam/policies/edit/{query}", {"policy_document": READING, "base_version_id": "v1"})
    first, second = (
        browser.post(f"/iam/policies/edit/review/{query}", {"set_as_default": "on"}) for _ in range(2)
    )

    assert second.headers["Location"] == first.headers["Location"]
    assert len(list_policy_versions(root, policy_arn=receipts.arn).items) == 2


def test_a_saved_draft_that_is_written_on_can_be_saved_again(
    browse: Browse, root: Caller, alice: Caller
) -> None:
    browser = begun(browse(alice))
    create(browser)
    begun(browser).post(NEW, {"policy_name": "Second", **NO_TAGS})

    assert own(root) == ["Fresh", "Second"]


def test_a_draft_of_a_new_policy_does_not_replace_one_that_is_there(
    browse: Browse, root: Caller, alice: Caller, carol: Caller
) -> None:
    put_user_policy(root, user_name="carol", policy_name="Till", policy_document=LISTING)
    browser = browse(alice)
    browser.post("/iam/inline-policies/create/?user=carol&draft=tab1", {"policy_document": READING})
    browser.post("/iam/inline-policies/edit/review/?user=carol&policy=Till&draft=tab1", {"is_reviewed": "on"})

    assert get_user_policy(root, user_name="carol", policy_name="Till").text.document == LISTING


def test_a_fix_that_is_not_offered_changes_nothing(browse: Browse, alice: Caller) -> None:
    page = browse(alice).post(
        "/iam/policies/create/?draft=tab1", {"policy_document": LISTING, "fix": "9" * 5000}
    )

    assert page.status_code == 200
    assert page.context["sheet"].text == LISTING


def test_a_null_character_does_not_silence_the_checks(browse: Browse, alice: Caller) -> None:
    answer = browse(alice).post("/iam/policies/findings/", {"policy_document": LISTING + "\0"})

    assert answer.status_code == 200
    assert "\N{REPLACEMENT CHARACTER}" in answer.text
