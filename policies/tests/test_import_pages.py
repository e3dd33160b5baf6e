"""Import policy: what is typed is kept on the way, and the statements of managed policies come in at its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from operations.caller import Caller
from operations.inline_policies import put_user_policy
from operations.policies import create_policy
from operations.policy_versions import create_policy_version
from policies.models import Policy
from policies.tests.documents import LISTING, READING, Answer, allow, document
from policies.views.drafts import DRAFTS

Browse = Callable[[Caller], Client]
EDITOR = "/iam/policies/create/?draft=tab1"


@pytest.fixture
def receipts(root: Caller) -> Policy:
    return create_policy(root, policy_name="ReceiptsRead", policy_document=READING)


def leave(browser: Client, text: str, editor: str = EDITOR, **more: str) -> str:
    """From the editor to the page of managed policies; its address."""
    answer = browser.post(editor, {"policy_document": text, "go": "import", **more})
    assert answer.status_code == 303
    return answer.headers["Location"]


def chosen(browser: Client, page: str, *arns: str) -> Answer:
    return browser.post(page, {"policies": list(arns), "go": "import"})


def draft_of(browser: Client, address: str) -> str:
    (token,) = parse_qs(urlsplit(address).query)["draft"]
    return str(browser.session[DRAFTS][token]["document"])


def test_an_unfinished_text_comes_back_unchanged(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    page = browser.get(leave(browser, '{"Version": ')).content.decode()

    assert f'href="{EDITOR}">Cancel' in page
    assert "{&quot;Version&quot;: </textarea>" in browser.get(EDITOR).content.decode()


def test_the_statements_come_in_at_the_end(browse: Browse, alice: Caller, receipts: Policy) -> None:
    browser = browse(alice)
    answer = chosen(browser, leave(browser, LISTING), receipts.arn)

    assert answer.headers["Location"] == EDITOR
    assert [one["Sid"] for one in json.loads(draft_of(browser, EDITOR))["Statement"]] == [
        "ListReceipts",
        "ReadReceipts",
    ]
    assert "1 statement of <code>ReceiptsRead</code> came in" in browser.get(EDITOR).content.decode()


def test_a_sid_that_is_taken_is_renamed_and_told(browse: Browse, alice: Caller, receipts: Policy) -> None:
    browser = browse(alice)
    chosen(browser, leave(browser, READING), receipts.arn)

    assert "so it is <code>ReadReceipts2</code> here" in browser.get(EDITOR).content.decode()


def test_the_version_in_force_is_what_is_imported(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    create_policy_version(root, policy_arn=receipts.arn, policy_document=LISTING, set_as_default=True)
    browser = browse(alice)

    chosen(browser, leave(browser, ""), receipts.arn)

    assert "s3:ListBucket" in draft_of(browser, EDITOR)


def test_without_a_draft_the_import_begins_a_policy(browse: Browse, alice: Caller, receipts: Policy) -> None:
    browser = browse(alice)
    answer = chosen(browser, "/iam/policies/import/", receipts.arn)

    assert answer.headers["Location"].startswith("/iam/policies/create/?draft=")
    assert json.loads(draft_of(browser, answer.headers["Location"])) == json.loads(READING)


def test_the_version_an_edit_was_begun_on_goes_along(browse: Browse, alice: Caller, receipts: Policy) -> None:
    browser, editor = browse(alice), f"/iam/policies/edit/?arn={receipts.arn}&draft=tab1"
    answer = chosen(browser, leave(browser, READING, editor, base_version_id="v1"), receipts.arn)

    assert answer.headers["Location"].startswith("/iam/policies/edit/?arn=arn")
    assert browser.session[DRAFTS]["tab1"]["base_version_id"] == "v1"


def test_an_inline_policy_is_gone_on_with_where_it_was_left(
    browse: Browse, alice: Caller, carol: Caller, receipts: Policy
) -> None:
    browser, editor = browse(alice), "/iam/inline-policies/create/?user=carol&draft=tab1"
    answer = chosen(browser, leave(browser, LISTING, editor), receipts.arn)

    assert answer.headers["Location"] == editor
    assert b"ReadReceipts" in browser.get(editor).content


def test_policies_of_one_name_are_both_imported(browse: Browse, root: Caller, alice: Caller) -> None:
    own = create_policy(root, policy_name="IAMUserChangePassword", policy_document=READING)
    browser = browse(alice)
    answer = chosen(
        browser, "/iam/policies/import/", own.arn, "arn:aws:iam::aws:policy/IAMUserChangePassword"
    )

    statements = json.loads(draft_of(browser, answer.headers["Location"]))["Statement"]
    assert [one["Action"] for one in statements[:2]] == ["s3:GetObject", ["iam:ChangePassword"]]


@pytest.mark.parametrize("marker", ["x", "bm8="])
def test_a_made_up_marker_is_no_error_of_the_server(browse: Browse, alice: Caller, marker: str) -> None:
    assert browse(alice).post("/iam/policies/import/", {"marker": marker}).status_code < 500


def test_a_text_that_is_no_json_takes_no_statements_and_is_kept(
    browse: Browse, alice: Caller, receipts: Policy
) -> None:
    browser = browse(alice)
    answer = chosen(browser, leave(browser, '{"Statement": ['), receipts.arn)

    assert answer.status_code == 422
    assert b"The text is no JSON yet" in answer.content
    assert b"checked" in answer.content
    assert draft_of(browser, EDITOR) == '{"Statement": ['


def test_several_are_imported_in_one_go_and_none_is_asked_for(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    listing = create_policy(root, policy_name="ReceiptsList", policy_document=LISTING)
    browser = browse(alice)
    nothing, both = (
        chosen(browser, "/iam/policies/import/"),
        chosen(browser, "/iam/policies/import/", listing.arn, receipts.arn),
    )

    assert b"Choose at least one policy" in nothing.content
    assert len(json.loads(draft_of(browser, both.headers["Location"]))["Statement"]) == 2


def test_what_is_ticked_survives_a_search(browse: Browse, alice: Caller, receipts: Policy) -> None:
    page = browse(alice).post(
        "/iam/policies/import/", {"policies": receipts.arn, "text": "Administrator", "go": "filter"}
    )

    assert f'value="{receipts.arn}" checked' in page.content.decode()
    assert b"AdministratorAccess" in page.content


def test_whoever_may_list_but_not_read_is_told_which_action_is_missing(
    browse: Browse, root: Caller, carol: Caller, receipts: Policy
) -> None:
    listing = document(allow("iam:ListPolicies", "*"))
    put_user_policy(root, user_name="carol", policy_name="listing", policy_document=listing)
    answer = chosen(browse(carol), "/iam/policies/import/", receipts.arn)

    assert answer.status_code == 403
    assert b"iam:GetPolicy" in answer.content


def test_a_policy_that_is_gone_is_named(browse: Browse, alice: Caller, receipts: Policy) -> None:
    answer = chosen(browse(alice), "/iam/policies/import/", receipts.arn + "Gone")

    assert answer.status_code == 422
    assert b"ReceiptsReadGone" in answer.content


@pytest.mark.parametrize(
    "editor",
    ["//evil.example/", "https://evil.example/iam/policies/create/", "/iam/users/", "/iam/policies/edit/"],
)
def test_only_an_editor_is_led_back_to(browse: Browse, alice: Caller, receipts: Policy, editor: str) -> None:
    answer = chosen(browse(alice), f"/iam/policies/import/?editor={editor}", receipts.arn)

    assert answer.headers["Location"].startswith("/iam/policies/create/?draft=")


def test_a_draft_that_is_no_longer_kept_is_said_to_be_lost(
    browse: Browse, alice: Caller, receipts: Policy
) -> None:
    browser = browse(alice)
    answer = chosen(browser, "/iam/policies/import/?draft=gone", receipts.arn)

    assert answer.headers["Location"] == "/iam/policies/create/?draft=gone"
    assert b"no longer kept" in browser.get(answer.headers["Location"]).content


def test_a_text_too_long_to_be_kept_is_not_taken_along(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)

    assert leave(browser, "x" * 262_145) == EDITOR
    assert "tab1" not in browser.session.get(DRAFTS, {})
