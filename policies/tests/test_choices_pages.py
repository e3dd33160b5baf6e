"""Plain choices as pages: a service, what to do there, on what and when; shown beside, then taken to the editor."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from operations.caller import Caller
from policies.tests.documents import LISTING, Answer
from policies.tests.test_import_pages import draft_of

Browse = Callable[[Caller], Client]
CHOICES = "/iam/policies/choices/"
S3 = f"{CHOICES}s3/"
EDITOR = "/iam/policies/create/?draft=tab1"
ROWS = {"resources-TOTAL_FORMS": "2", "resources-INITIAL_FORMS": "0"}


def send(browser: Client, address: str = S3, go: str = "use", **given: object) -> Answer:
    data = {"scope": "all", **ROWS, **given, "go": go}
    return browser.post(address, {name.replace("__", "-"): value for name, value in data.items()})


def test_services_are_found_by_name_and_by_prefix(browse: Browse, carol: Caller) -> None:
    browser = browse(carol)

    assert b"choices/s3/" in browser.get(CHOICES).content
    assert b"choices/dynamodb/" in browser.get(f"{CHOICES}?text=Dynamo").content
    assert b"No service fits" in browser.get(f"{CHOICES}?text=teapots").content
    assert browser.get(f"{CHOICES}teapots/").status_code == 404


def test_one_bucket_is_read_by_plain_choices(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    answer = send(
        browser, levels=["List", "Read"], scope="named", resources__0__kind="bucket", resources__0__name="menus",
        resources__1__kind="object", resources__1__name="menus/*",
    )  # fmt: skip

    about, everywhere = json.loads(draft_of(browser, answer.headers["Location"]))["Statement"]
    assert about["Resource"] == ["arn:aws:s3:::menus", "arn:aws:s3:::menus/*"]
    assert {"s3:ListBucket", "s3:GetObject"} <= set(about["Action"])
    assert everywhere["Resource"] == "*"


def test_the_choices_are_added_to_the_text_under_way(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    listed = browser.post(EDITOR, {"policy_document": LISTING, "go": "choices"}).headers["Location"]
    send(browser, listed.replace("/choices/", "/choices/sqs/"), levels=["Tagging"])

    assert [one["Sid"] for one in json.loads(draft_of(browser, EDITOR))["Statement"]] == [
        "ListReceipts",
        "TagSqs",
    ]


def test_a_text_that_takes_no_statements_is_told_at_the_form(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    listed = browser.post(EDITOR, {"policy_document": "{", "go": "choices"}).headers["Location"]
    answer = send(browser, listed.replace("/choices/", "/choices/sqs/"), levels=["Tagging"])

    assert answer.status_code == 422
    assert b"no JSON yet" in answer.content


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Choose what to do"),
        ({"levels": "Read", "scope": "named"}, "Name at least one resource"),
        (
            {"levels": "Read", "scope": "named", "resources-0-name": "menus"},
            "Choose what this is the name of",
        ),
        (
            {"levels": "Read", "scope": "named", "resources-0-kind": "object", "resources-0-name": "menus"},
            "Write it as <code>BucketName/ObjectName</code>",
        ),
        ({"levels": "Read", "ranges": "everywhere"}, "does not fit"),
        ({"levels": "Read", "tag_key": "project"}, "A tag has a key and a value"),
        ({"levels": "Read", "region": "moon-1", "scope": "all"}, "does not fit"),
    ],
    ids=["nothing", "no resource", "no type", "no object", "no range", "half a tag", "no region"],
)
def test_what_does_not_fit_is_told_and_not_taken_along(
    browse: Browse, alice: Caller, given: dict[str, str], told: str
) -> None:
    browser = browse(alice)
    answer = send(browser, **given)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert "policy-drafts" not in browser.session


def test_choices_of_which_nothing_comes_are_refused(browse: Browse, alice: Caller) -> None:
    row = {"resources__0__kind": "multiregionaccesspoint", "resources__0__name": "menus"}
    answer = send(browse(alice), levels=["Read"], scope="named", tag_key="project", tag_value="till", **row)

    assert answer.status_code == 422
    assert b"Nothing comes of this" in answer.content


def test_the_preview_says_what_is_left_out_and_what_is_too_long(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    named = send(
        browser, go="preview", levels=["Read"], scope="named", resources__0__kind="object",
        resources__0__name="menus/*", mfa="on",
    ).content.decode()  # fmt: skip
    long = send(browser, f"{CHOICES}ec2/", go="preview", levels=["Write"]).content.decode()

    assert "which work on other kinds of resource" in named
    assert "<code>aws:MultiFactorAuthPresent</code> is <code>true</code>" in named
    assert "too long for one policy" in long


def test_a_preview_of_no_resource_yet_is_none_of_all_resources(browse: Browse, alice: Caller) -> None:
    page = send(browse(alice), go="preview", levels=["Read"], scope="named").content.decode()

    assert "Name a resource, and it says here" in page
    assert "The policy as JSON" not in page


def test_more_rows_are_had_without_losing_what_is_typed(browse: Browse, alice: Caller) -> None:
    page = send(browse(alice), go="more", levels=["Read"], resources__0__name="menus").content.decode()

    assert 'name="resources-2-name"' in page
    assert 'value="menus"' in page
