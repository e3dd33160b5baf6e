"""The Visual view: the text as blocks, each button one edit of it, with and without script."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from operations.caller import Caller
from policies.tests.documents import LISTING, RECEIPTS, Answer, allow, document
from policies.tests.test_editor_pages import EDITOR, between

Browse = Callable[[Caller], Client]
VISUAL = "/iam/policies/visual/"
HTMX = {"HX-Request": "true"}
READ = document(allow("s3:GetObject", RECEIPTS, Sid="Read"))


def shown(visitor: Client, text: str, change: str = "", **more: str) -> str:
    """The view drawn after a change, as script asks for it."""
    response = visitor.post(VISUAL, {"policy_document": text, "change": change, **more}, headers=HTMX)
    assert response.status_code == 200
    return response.content.decode()


def text_in(page: str) -> str:
    assert ' data-text="' in page
    return unescape(between(page, ' data-text="', '"'))


def changed(visitor: Client, text: str, change: str, **more: str) -> dict[str, Any]:
    """The only statement after a change."""
    (statement,) = json.loads(text_in(shown(visitor, text, change, **more)))["Statement"]
    found: dict[str, Any] = statement
    return found


@pytest.fixture
def visitor(browse: Browse, alice: Caller) -> Client:
    return browse(alice)


def test_a_statement_is_shown_as_a_block(visitor: Client) -> None:
    page = shown(visitor, READ)

    assert page.count('class="twist block"') == 1
    assert "Amazon S3" in page
    assert "1 action, 1 resource, 0 conditions" in page
    assert "data-text" not in page


def test_only_what_is_open_is_sent(visitor: Client) -> None:
    text = document(allow("s3:GetObject"), allow("ec2:*", "*"))

    closed = shown(visitor, text)
    page = shown(visitor, text, "show:1:level/ec2/write", **{"open-1": ""})

    assert "RunInstances" not in closed
    assert "RunInstances" in page
    assert len(closed) < 10_000
    assert len(page) < 400_000


@pytest.mark.parametrize(
    ("change", "fields", "member", "value"),
    [
        ("effect:0:Deny", {}, "Effect", "Deny"),
        ("sid:0", {"sid-0": "ReadReceipts"}, "Sid", "ReadReceipts"),
        (
            "add-typed:0",
            {"typed-0": "PutObject s3:List*"},
            "Action",
            ["s3:GetObject", "s3:PutObject", "s3:List*"],
        ),
        ("add-action:0:s3:PutObject", {}, "Action", ["s3:GetObject", "s3:PutObject"]),
        ("service:0:s3", {}, "Action", ["s3:*"]),
        ("all-resources:0", {}, "Resource", "*"),
        (
            "add-resource:0",
            {"resource-0": "arn:aws:s3:::bar/*"},
            "Resource",
            [RECEIPTS, "arn:aws:s3:::bar/*"],
        ),
        ("mfa:0", {}, "Condition", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        (
            "source-ip:0",
            {"ip-0": "203.0.113.0/24"},
            "Condition",
            {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        ),
    ],
)
def test_a_button_changes_the_text(
    visitor: Client, change: str, fields: dict[str, str], member: str, value: object
) -> None:
    assert changed(visitor, READ, change, **fields)[member] == value


def test_a_level_comes_as_a_whole_and_goes_again(visitor: Client) -> None:
    page = shown(visitor, READ, "level:0:s3/tagging")
    added = json.loads(text_in(page))["Statement"][0]["Action"]

    assert {"s3:GetObject", "s3:PutObjectTagging"} <= set(added)
    assert changed(visitor, text_in(page), "no-level:0:s3/tagging")["Action"] == ["s3:GetObject"]


def test_an_arn_is_built_of_its_fields(visitor: Client) -> None:
    form = shown(visitor, READ, "show:0:arn/s3/object")
    fields = {"arn-0-s3-object-0": "aws", "arn-0-s3-object-1": "menu", "any-0-s3-object-2": "on"}

    assert 'value="aws"' in form
    assert "arn:aws:s3:::menu/*" in changed(visitor, READ, "add-arn:0:s3/object", **fields)["Resource"]


def test_a_pasted_arn_fills_the_fields(visitor: Client) -> None:
    page = shown(
        visitor,
        READ,
        "split:0:s3/object",
        **{"open-0/arn/s3/object": "", "paste-0-s3-object": "arn:aws:s3:::menu/today.txt"},
    )

    assert 'name="arn-0-s3-object-1" value="menu"' in page
    assert 'name="arn-0-s3-object-2" value="today.txt"' in page


def test_a_missing_field_of_an_arn_is_named_and_nothing_is_lost(visitor: Client) -> None:
    fields = {"open-0/arn/s3/object": "", "arn-0-s3-object-0": "aws", "arn-0-s3-object-1": "menu"}

    page = shown(visitor, READ, "add-arn:0:s3/object", **fields)

    assert "Object name: fill it in, or choose Any." in page
    assert 'value="menu"' in page
    assert "data-text" not in page


def test_a_type_without_resource_is_warned_about(visitor: Client) -> None:
    page = shown(visitor, document(allow(["s3:GetObject", "s3:ListBucket"], RECEIPTS)))

    assert "1 action has no fitting resource: <code>s3:ListBucket</code>" in page


def test_a_condition_is_built_key_first(visitor: Client) -> None:
    key = {"open-0/condition": "", "key-0": "aws:TagKeys"}
    form = shown(visitor, READ, "look:0", **key)
    told = shown(visitor, READ, "add-condition:0", **key, **{"operator-0": "StringEquals", "value-0": "team"})

    assert "at least one must fit" in form
    assert "IpAddress" not in form
    assert "say whether one or all must fit" in told


def test_several_values_stand_under_one_key(visitor: Client) -> None:
    fields = {"key-0": "aws:PrincipalTag/team", "operator-0": "StringEquals", "value-0": "kitchen\r\nbar"}

    statement = changed(visitor, READ, "add-condition:0", **fields)

    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalTag/team": ["kitchen", "bar"]}}


def test_a_condition_is_changed_in_the_builder(visitor: Client) -> None:
    text = document(allow("s3:GetObject", RECEIPTS, Condition={"Bool": {"aws:SecureTransport": "true"}}))
    form = shown(visitor, text, "edit:0:0")
    fields = {"editing-0": "0", "key-0": "aws:SecureTransport", "operator-0": "Bool", "value-0": "false"}

    assert 'name="editing-0" value="0"' in form
    assert changed(visitor, text, "add-condition:0", **fields)["Condition"] == {
        "Bool": {"aws:SecureTransport": "false"}
    }


def test_conditions_are_told_in_words(visitor: Client) -> None:
    conditions = {
        "StringEquals": {"aws:PrincipalTag/team": ["kitchen", "bar"]},
        "BoolIfExists": {"aws:MultiFactorAuthPresent": "true"},
    }

    page = shown(visitor, document(allow("s3:GetObject", RECEIPTS, Condition=conditions)))

    assert "all of these hold" in page
    assert 0 < page.index("kitchen") < page.index("bar</code>")
    assert " or " in between(page, "kitchen", "bar</code>")
    assert "if it is there" in page


def test_values_and_conditions_are_taken_out_by_their_place(visitor: Client) -> None:
    text = document(allow("s3:GetObject", RECEIPTS, Condition={"StringEquals": {"aws:userid": ["a", "b"]}}))

    assert changed(visitor, text, "remove-value:0:0/0")["Condition"] == {
        "StringEquals": {"aws:userid": ["b"]}
    }
    assert "Condition" not in changed(visitor, text, "remove-condition:0:0")


def test_more_permissions_begin_with_a_service(visitor: Client) -> None:
    page = shown(visitor, READ, "add-statement:", **{"service-new": "Amazon SQS"})

    assert len(json.loads(text_in(page))["Statement"]) == 2
    assert "all actions, <code>sqs:*</code>" in page


def test_an_empty_text_is_begun(visitor: Client) -> None:
    page = shown(visitor, "", "add-statement:", **{"service-new": "s3"})

    assert json.loads(text_in(page))["Version"] == "2012-10-17"


def test_a_block_is_duplicated_and_removed(visitor: Client) -> None:
    twice = text_in(shown(visitor, READ, "duplicate:0"))

    assert [one["Sid"] for one in json.loads(twice)["Statement"]] == ["Read", "Read1"]
    assert text_in(shown(visitor, twice, "remove:1")) == READ


def test_what_cannot_be_shown_stays_json_with_its_reason(visitor: Client) -> None:
    text = document(allow("s3:GetObject") | {"NotResource": "arn:aws:s3:::<b>"})

    page = shown(visitor, text)

    assert "all resources but some" in page
    assert "arn:aws:s3:::&lt;b&gt;" in page
    assert shown(visitor, text, "effect:0:Deny").count("data-text") == 0


def test_a_text_that_is_no_json_says_why(visitor: Client) -> None:
    page = shown(visitor, '{"Version": ')

    assert "cannot be shown as blocks" in page
    assert "Line 1, column 13" in page


def test_a_change_that_would_be_an_error_is_refused_in_its_block(visitor: Client) -> None:
    page = shown(visitor, READ, "add-typed:0", **{"typed-0": "s3:ListObject"})

    assert "<code>s3:ListBucket</code>" in page
    assert 'value="s3:ListObject"' in page
    assert "data-text" not in page


def test_buttons_of_an_older_text_change_nothing(visitor: Client) -> None:
    page = shown(visitor, READ, "remove:0", seen="0" * 32)

    assert "has changed meanwhile" in page
    assert "data-text" not in page


@pytest.mark.parametrize(
    "change",
    [
        "",
        "fly:0",
        "effect",
        "effect:7:Deny",
        "effect:0:Perhaps",
        "effect:²:Deny",
        "remove:99999999999",
        "level:0:x/y",
    ],
)
def test_what_no_button_says_changes_nothing(visitor: Client, change: str) -> None:
    assert "data-text" not in shown(visitor, READ, change)


@pytest.mark.parametrize(
    "change",
    [
        "show:0:arn/s3/fly",
        "add-arn:0:fly/fly",
        "split:0:s3/object",
        "edit:0:5",
        "remove-value:0:0/0",
        "add-condition:0",
    ],
)
def test_what_is_not_there_is_told(visitor: Client, change: str) -> None:
    assert "data-text" not in shown(visitor, READ, change, **{"key-0": "fly:fly"})


def test_the_panel_shows_the_statement_under_the_cursor(visitor: Client) -> None:
    text = document(allow("s3:GetObject", Sid="One"), allow("sqs:SendMessage", "*", Sid="Two"))
    offset = str(text.index("sqs"))

    panel = shown(visitor, text, panel="on", offset=offset)

    assert 'id="statement-panel"' in panel
    assert "Amazon SQS" in panel
    assert "Amazon S3" not in panel
    assert "Put the cursor into a statement" in shown(visitor, text, panel="on", offset="0")


def test_the_panel_changes_its_statement(visitor: Client) -> None:
    text = document(allow("s3:GetObject", Sid="One"), allow("sqs:SendMessage", "*", Sid="Two"))

    panel = shown(visitor, text, "effect:1:Deny", panel="on", offset="0")

    assert [one["Effect"] for one in json.loads(text_in(panel))["Statement"]] == ["Allow", "Deny"]
    assert "Two, Deny" in panel


def sent(visitor: Client, text: str, **more: str) -> Answer:
    """The whole editor, as a button without script sends it."""
    return visitor.post(EDITOR, {"policy_document": text, "kind": "managed", "base_version_id": "", **more})


def written_in(page: str) -> str:
    return unescape(between(page.partition("<textarea")[2], ">\n", "</textarea>"))


def test_without_script_the_switch_shows_the_blocks(visitor: Client) -> None:
    page = sent(visitor, LISTING, view="visual").content.decode()

    assert 'data-view="visual"' in page
    assert "ListReceipts" in page
    assert 'class="twist block"' in page
    assert 'data-view="json"' in sent(visitor, LISTING, shown="visual", view="json").content.decode()


def test_without_script_a_button_changes_the_text_and_keeps_the_draft(visitor: Client) -> None:
    page = sent(visitor, LISTING, shown="visual", change="effect:0:Deny").content.decode()

    after = written_in(page)
    assert json.loads(after)["Statement"][0]["Effect"] == "Deny"
    assert 'data-view="visual"' in page
    assert "Deny" in written_in(visitor.get(EDITOR).content.decode())


def test_the_visual_view_goes_on_to_the_review(visitor: Client) -> None:
    assert sent(visitor, LISTING, shown="visual").status_code == 303


def test_a_refusal_comes_back_in_the_view_it_was_sent_from(visitor: Client) -> None:
    response = sent(visitor, document(allow([])), shown="visual")

    assert response.status_code == 422
    assert 'data-view="visual"' in response.content.decode()


def test_the_address_may_ask_for_the_visual_view(visitor: Client) -> None:
    assert 'data-view="visual"' in visitor.get(f"{EDITOR}&view=visual").content.decode()


def test_typed_text_is_shown_as_text(visitor: Client) -> None:
    text = document(allow("s3:<script>alert(1)</script>", "<img src=x>", Sid="<b>"))

    page = shown(visitor, text, "add-typed:0", **{"typed-0": "<i>", "key-0": "<u>", "open-0/condition": ""})

    assert all(tag not in page for tag in ("<script>", "<img", "<b>", "<i>", "<u>"))
