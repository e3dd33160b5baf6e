"""The editor: what it says while one types, what it lets through, and the policy that comes out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from operations.caller import Caller
from policies.tests.documents import LISTING, MISTAKEN, READING, Answer, allow, document

Browse = Callable[[Caller], Client]
EDITOR = "/iam/policies/create/?draft=tab1"
REVIEW = "/iam/policies/create/review/?draft=tab1"
NO_TAGS = {"tags-TOTAL_FORMS": "0", "tags-INITIAL_FORMS": "0"}


def write(browser: Client, text: str, **more: str) -> Answer:
    return browser.post(EDITOR, {"policy_document": text, "kind": "managed", **more})


def findings(browser: Client, text: str, **more: str) -> str:
    response = browser.post("/iam/policies/findings/", {"policy_document": text, "kind": "managed", **more})
    assert response.status_code == 200
    return response.content.decode()


def between(page: str, before: str, after: str) -> str:
    return page.partition(before)[2].partition(after)[0]


def spans(page: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(unescape(between(page, 'data-spans="', '"')))
    return found


def created(root: Caller, browser: Client, name: str = "ReceiptsRead") -> Answer:
    write(browser, LISTING)
    return browser.post(REVIEW, {"policy_name": name, "description": "", **NO_TAGS})


def test_who_may_not_create_is_told_before_writing(browse: Browse, bob: Caller) -> None:
    page = browse(bob).get(EDITOR).content.decode()

    assert "You may not perform iam:CreatePolicy here" in page


def test_who_may_not_check_may_still_write(browse: Browse, carol: Caller) -> None:
    page = browse(carol).get(EDITOR).content.decode()

    assert "The text is not checked" in page


def test_each_tab_gets_a_draft_of_its_own(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)

    one, other = browser.get("/iam/policies/create/"), browser.get("/iam/policies/create/")

    assert one.status_code == 303
    assert one.headers["Location"] != other.headers["Location"]


def test_the_mistake_of_the_story_is_found_with_its_place_and_its_fix(browse: Browse, alice: Caller) -> None:
    page = findings(browse(alice), MISTAKEN)

    (span,) = spans(page)
    assert span["kind"] == "error"
    assert span["range"] == [5, 16, 5, 31]
    assert span["fix"] == {
        "title": "Replace with `s3:ListBucket`",
        "range": [5, 16, 5, 31],
        "replacement": '"s3:ListBucket"',
    }
    assert "/help/checks/INVALID_ACTION/" in page
    assert "ListReceipts allows nothing" in page


def test_columns_count_as_the_browser_does(browse: Browse, alice: Caller) -> None:
    page = findings(browse(alice), '{"Id": "🔑", "Statement": 1}')

    # The key is one character and two of JavaScript's units.
    assert [0, 26, 0, 27] in [span["range"] for span in spans(page)]


def test_line_ends_of_a_form_do_not_move_the_places(browse: Browse, alice: Caller) -> None:
    (span,) = spans(findings(browse(alice), MISTAKEN.replace("\n", "\r\n")))

    assert span["range"] == [5, 16, 5, 31]


def test_the_room_depends_on_the_kind_of_policy(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)

    assert "of 6,144 characters" in findings(browser, LISTING)
    assert "of 2,048 characters" in findings(browser, LISTING, kind="user")
    assert "of 5,120 characters" in findings(browser, LISTING, kind="group")


def test_findings_show_typed_text_as_text(browse: Browse, alice: Caller) -> None:
    page = findings(browse(alice), document(allow("s3:<script>alert(1)</script>")))

    assert "<script>" not in page


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"Version": ', "Expected"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17"}', "twice"),
        ('{"Statement": NaN}', "NaN"),
        ('{"a":' * 40, "nests deeper"),
        ("x" * 1_048_576, "at most"),
    ],
    ids=["cut off", "doubled key", "not a number", "too deep", "one megabyte"],
)
def test_a_text_that_is_no_policy_is_refused_and_kept(
    browse: Browse, alice: Caller, text: str, told: str
) -> None:
    started = time.monotonic()
    response = write(browse(alice), text)

    assert response.status_code == 422
    assert told in response.content.decode()
    assert text[:30] in unescape(response.content.decode())
    assert time.monotonic() - started < 2


def test_two_thousand_stars_are_answered_quickly(browse: Browse, alice: Caller) -> None:
    started = time.monotonic()

    findings(browse(alice), document(allow("s3:" + "*a" * 2_000, "arn:aws:s3:::" + "*b" * 2_000)))

    assert time.monotonic() - started < 2


def test_an_empty_text_asks_for_one(browse: Browse, alice: Caller) -> None:
    response = write(browse(alice), "")

    assert response.status_code == 422
    assert "Write the policy first." in response.content.decode()


def test_what_iam_would_refuse_blocks_and_cannot_be_saved_anyway(browse: Browse, alice: Caller) -> None:
    response = write(browse(alice), document(allow([])))

    assert response.status_code == 422
    assert "to solve before it can be saved" in response.content.decode()
    assert 'name="save_anyway"' not in response.content.decode()


def test_a_text_over_its_size_blocks(browse: Browse, alice: Caller) -> None:
    response = write(browse(alice), document(allow([f"s3:Get{index:04}*" for index in range(500)])))

    assert response.status_code == 422
    assert "cannot be saved like this" in response.content.decode()


def test_doubtful_findings_ask_a_second_time(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    asked = write(browser, MISTAKEN).content.decode()
    consent = between(asked, 'name="save_anyway" value="', '"')

    response = write(browser, MISTAKEN, save_anyway=consent)

    assert response.status_code == 303
    assert response.headers["Location"] == REVIEW


def test_a_consent_is_good_for_no_other_text(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    asked = write(browser, MISTAKEN).content.decode()
    consent = between(asked, 'name="save_anyway" value="', '"')

    assert (
        write(browser, MISTAKEN.replace("ListObject", "ListObjekt"), save_anyway=consent).status_code == 422
    )


def test_the_question_stays_while_typing_goes_on(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)

    assert 'name="save_anyway"' not in findings(browser, MISTAKEN)
    assert 'name="save_anyway"' in findings(browser, MISTAKEN, is_asked="on")


def test_suggestions_do_not_hold_anybody_up(browse: Browse, alice: Caller) -> None:
    assert write(browse(alice), document(allow(["s3:*", "s3:GetObject"]))).status_code == 303


def test_a_fix_is_applied_without_script_too(browse: Browse, alice: Caller) -> None:
    response = write(browse(alice), MISTAKEN, fix="0")

    assert response.status_code == 200
    assert unescape(response.content.decode()).count('"s3:ListBucket"') > 0
    assert "Nothing to solve" in response.content.decode()


@pytest.mark.parametrize("fix", ["7", "-1", "", "x", "²"])
def test_a_fix_that_does_not_exist_changes_nothing(browse: Browse, alice: Caller, fix: str) -> None:
    response = write(browse(alice), MISTAKEN, fix=fix)

    assert "s3:ListObject" in response.content.decode()


def test_a_draft_survives_going_back(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    write(browser, READING)

    assert "ReadReceipts" in browser.get(REVIEW).content.decode()
    assert "ReadReceipts" in browser.get(EDITOR).content.decode()


def test_a_review_without_a_draft_begins_anew(browse: Browse, alice: Caller) -> None:
    response = browse(alice).get(REVIEW, follow=True)

    assert "is no longer kept" in response.content.decode()


def test_only_the_newest_drafts_are_kept(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    for number in range(7):
        browser.post(f"/iam/policies/create/?draft=d{number}", {"policy_document": LISTING})

    assert len(browser.session["policy-drafts"]) == 5


def test_a_policy_is_created_and_leads_to_attaching_it(browse: Browse, root: Caller, alice: Caller) -> None:
    browser = browse(alice)

    page = browser.get(created(root, browser).headers["Location"]).content.decode()

    assert "Nobody has it yet." in page
    assert "/iam/policies/attach/?arn=" in page


def test_the_text_is_stored_as_it_was_typed(browse: Browse, root: Caller, alice: Caller) -> None:
    created(root, browse(alice))

    assert root.account is not None
    assert root.account.policies.get().default_version.document == LISTING


def test_tags_and_description_come_along(browse: Browse, root: Caller, alice: Caller) -> None:
    browser = browse(alice)
    write(browser, LISTING)

    tags = {
        "tags-TOTAL_FORMS": "1",
        "tags-INITIAL_FORMS": "0",
        "tags-0-key": "job",
        "tags-0-value": "cashier",
    }
    browser.post(REVIEW, {"policy_name": "ReceiptsRead", "description": "For cashiers", **tags})

    assert root.account is not None
    policy = root.account.policies.get()
    assert policy.description == "For cashiers"
    assert policy.tags == [{"Key": "job", "Value": "cashier"}]


@pytest.mark.parametrize("name", ["", "Receipts Read", "Receipts/Read", "Quittungén", "x" * 129])
def test_a_name_that_iam_would_refuse_is_refused_at_its_field(
    browse: Browse, root: Caller, alice: Caller, name: str
) -> None:
    response = created(root, browse(alice), name)

    assert response.status_code == 422
    assert 'id="id_policy_name_error"' in response.content.decode()


def test_a_name_that_is_taken_in_other_capitals_is_refused(
    browse: Browse, root: Caller, alice: Caller
) -> None:
    browser = browse(alice)
    created(root, browser)

    response = created(root, browser, "RECEIPTSREAD")

    assert response.status_code == 422
    assert "A policy called RECEIPTSREAD already exists." in response.content.decode()


def test_a_denied_creation_keeps_what_was_typed(browse: Browse, root: Caller, bob: Caller) -> None:
    response = created(root, browse(bob))

    assert response.status_code == 403
    assert 'value="ReceiptsRead"' in response.content.decode()
    assert "iam:CreatePolicy" in response.content.decode()


def test_a_null_character_is_named_and_the_text_comes_back(browse: Browse, alice: Caller) -> None:
    response = write(browse(alice), '{"Version": "\0"}')

    assert response.status_code == 422
    page = response.content.decode()
    assert "Null characters are not allowed." in page
    assert "{&quot;Version&quot;: &quot;\N{REPLACEMENT CHARACTER}&quot;}" in page


def test_a_text_is_formatted_on_the_page_and_for_the_editor(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    short = '{"Statement":[]}'
    page = write(browser, short, go="format").content.decode()
    answer = browser.post("/iam/policies/format/", {"policy_document": short})

    assert answer.json() == {"text": '{\n  "Statement": []\n}'}
    assert "{\n  &quot;Statement&quot;: []\n}</textarea>" in page


def test_what_is_no_json_is_not_formatted_and_kept(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    page = write(browser, '{"a" 1}', go="format")
    answer = browser.post("/iam/policies/format/", {"policy_document": '{"a" 1}'})

    assert page.status_code == answer.status_code == 422
    assert "Only JSON can be formatted. Line 1, column 6" in page.content.decode()
    assert "{&quot;a&quot; 1}</textarea>" in page.content.decode()
    assert answer.json()["message"].startswith("Only JSON can be formatted")
