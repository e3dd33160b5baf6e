"""The library of templates: found, filled in, refused where a value does not fit, and taken to the editor."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from operations.caller import Caller
from policies.starting.templates import library
from policies.tests.documents import LISTING
from policies.tests.test_import_pages import draft_of

Browse = Callable[[Caller], Client]
LIBRARY = "/iam/policies/templates/"
BUCKET = f"{LIBRARY}read-one-bucket/"
EDITOR = "/iam/policies/create/?draft=tab1"


def test_the_library_is_open_to_all_and_lists_every_template(browse: Browse, carol: Caller) -> None:
    page = browse(carol).get(LIBRARY).content.decode()

    assert all(f"{LIBRARY}{slug}/" in page for slug in library())


def test_the_library_is_narrowed_by_words_and_by_category(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    words, category = (
        browser.get(f"{LIBRARY}?text=sqs:receivemessage"),
        browser.get(f"{LIBRARY}?category=Databases"),
    )

    assert [b"consume-one-queue/" in words.content, b"read-one-bucket/" in words.content] == [True, False]
    assert [b"read-one-table/" in category.content, b"read-one-bucket/" in category.content] == [True, False]
    assert b"No template fits" in browser.get(f"{LIBRARY}?text=nonsense").content


def test_the_policies_page_leads_to_the_library(browse: Browse, alice: Caller) -> None:
    assert f'href="{LIBRARY}"' in browse(alice).get("/iam/policies/").content.decode()


@pytest.mark.parametrize("slug", library())
def test_every_template_shows_its_text_before_anything_is_typed(
    browse: Browse, alice: Caller, slug: str
) -> None:
    answer = browse(alice).get(f"{LIBRARY}{slug}/")

    assert answer.status_code == 200
    assert b"In plain words" in answer.content
    assert f"Denied: {library()[slug].denies[0].says}" in unescape(answer.content.decode())


def test_the_account_is_filled_in(browse: Browse, alice: Caller) -> None:
    page = browse(alice).get(f"{LIBRARY}read-one-table/").content.decode()

    assert f'value="{alice.account_id}"' in page
    assert f"arn:aws:dynamodb:eu-central-1:{alice.account_id}:table/MenuItems" in page


def test_the_preview_takes_what_fits_and_examples_for_the_rest(browse: Browse, alice: Caller) -> None:
    values = {"table": "Beans", "region": "moon", "account_id": "444455556666", "go": "preview"}
    answer = browse(alice).post(f"{LIBRARY}read-one-table/", values, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert b"arn:aws:dynamodb:eu-central-1:444455556666:table/Beans" in answer.content
    assert b"With examples" in answer.content


def test_a_template_filled_in_becomes_a_draft(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    answer = browser.post(BUCKET, {"bucket": "menus", "go": "use"})

    assert answer.headers["Location"].startswith("/iam/policies/create/?draft=")
    assert json.loads(draft_of(browser, answer.headers["Location"]))["Statement"][0]["Resource"] == (
        "arn:aws:s3:::menus"
    )


def test_a_template_is_added_to_the_text_under_way(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    listed = browser.post(EDITOR, {"policy_document": LISTING, "go": "template"}).headers["Location"]
    page = browser.get(listed).content.decode()
    address = listed.replace("/templates/", "/templates/read-one-bucket/")
    browser.post(address, {"bucket": "menus", "go": "use"})

    assert address.replace("&", "&amp;") in page
    assert [one["Sid"] for one in json.loads(draft_of(browser, EDITOR))["Statement"]] == [
        "ListReceipts",
        "ListTheBucket",
        "ReadItsObjects",
    ]


@pytest.mark.parametrize("bucket", ["", "Menus", 'x", "Action": "*', "${aws:username}", "a*b", "x" * 600])
def test_a_value_that_does_not_fit_is_refused_at_its_field(
    browse: Browse, alice: Caller, bucket: str
) -> None:
    browser = browse(alice)
    answer = browser.post(BUCKET, {"bucket": bucket, "go": "use"})

    assert answer.status_code == 422
    assert b'aria-invalid="true"' in answer.content
    assert "policy-drafts" not in browser.session


def test_a_text_that_takes_no_statements_keeps_the_values(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    listed = browser.post(EDITOR, {"policy_document": "{", "go": "template"}).headers["Location"]
    answer = browser.post(
        listed.replace("/templates/", "/templates/read-one-bucket/"), {"bucket": "menus", "go": "use"}
    )

    assert answer.status_code == 422
    assert b"no JSON yet" in answer.content
    assert b'value="menus"' in answer.content


def test_a_template_that_there_is_not_is_not_found(browse: Browse, alice: Caller) -> None:
    assert browse(alice).get(f"{LIBRARY}nothing/").status_code == 404
