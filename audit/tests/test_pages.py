from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Account
from audit import views
from audit.models import Event
from operations.caller import Caller
from operations.errors import AccessDenied
from operations.inline_policies import put_user_policy
from operations.policies import create_policy
from operations.users import create_user, delete_user
from tests.cast import new_user

Browse = Callable[[Caller], Browser]
DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}'
READS_TRAIL = DOCUMENT.replace("s3:ListBucket", "cloudtrail:LookupEvents")


def refused_delete(caller: Caller) -> None:
    with pytest.raises(AccessDenied):
        delete_user(caller, user_name="bob")


def url_of(event_name: str) -> str:
    return f"/iam/events/{Event.objects.filter(event_name=event_name).latest('sequence').event_id}/"


@pytest.mark.parametrize(
    "path", ["/iam/events/", "/iam/events/download/", "/iam/events/00000000-0000-4000-8000-000000000000/"]
)
def test_who_may_not_read_the_trail_is_told_what_is_missing(carol: Caller, browse: Browse, path: str) -> None:
    answer = browse(carol).get(path)

    assert answer.status_code == 403
    assert "cloudtrail:LookupEvents" in answer.text


def test_the_newest_event_stands_first(root: Caller, browse: Browse) -> None:
    create_user(root, user_name="ana")
    delete_user(root, user_name="ana")

    text = browse(root).get("/iam/events/").text

    assert 0 < text.index(">DeleteUser<") < text.index(">CreateUser<")


@pytest.mark.parametrize(
    ("query", "present", "absent"),
    [
        ("q=create", "CreateUser", "DeleteUser"),
        ("refused=yes", "DeleteUser", "CreateUser"),
        ("refused=no", "CreateUser", "DeleteUser"),
        ("user=carol", "DeleteUser", "CreateUser"),
        ("user=root", "CreateUser", "DeleteUser"),
    ],
)
def test_a_filter_leaves_only_what_passes(
    root: Caller, carol: Caller, browse: Browse, query: str, present: str, absent: str
) -> None:
    refused_delete(carol)

    text = browse(root).get(f"/iam/events/?{query}").text

    assert f">{present}</a>" in text
    assert f">{absent}</a>" not in text


def test_events_of_a_deleted_user_are_found_by_its_id(root: Caller, browse: Browse) -> None:
    ana = new_user(root, "ana")
    refused_delete(ana)
    delete_user(root, user_name="ana")

    text = browse(root).get("/iam/events/", {"user": ana.principal.unique_id}).text

    assert ">DeleteUser</a>" in text


@pytest.mark.parametrize("name", ["nobody-here", "<b>", "a" * 200])
def test_a_user_who_does_not_exist_is_said_not_to(root: Caller, browse: Browse, name: str) -> None:
    answer = browse(root).get("/iam/events/", {"user": name})

    assert answer.status_code == 200
    assert "Events of a deleted user are found by its ID." in answer.text


def test_filters_that_nothing_passes_can_be_cleared(root: Caller, browse: Browse) -> None:
    assert "Clear filters" in browse(root).get("/iam/events/?q=zebra").text


def test_pages_go_on_where_the_last_one_ended(
    root: Caller, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    for name in ("ana", "ben", "cleo"):
        create_user(root, user_name=name)

    first = browse(root).get("/iam/events/")
    second = browse(root).get("/iam/events/", {"marker": first.context["next"]})

    shown = [event.request_parameters.get("userName") for event in second.context["events"]]
    assert shown == ["ana", None]


def test_htmx_gets_the_list_alone(root: Caller, browse: Browse) -> None:
    text = browse(root).get("/iam/events/", headers={"HX-Request": "true"}).text

    assert '<section class="panel" id="events"' in text
    assert "<html" not in text


def test_an_event_is_told_in_words_and_as_cloudtrail_writes_it(root: Caller, browse: Browse) -> None:
    create_user(root, user_name="ana")

    answer = browse(root).get(url_of("CreateUser"))

    assert answer.context["record"]["requestParameters"] == {"userName": "ana"}
    assert f"arn:aws:iam::{root.account_id}:user/ana" in answer.text


def test_a_refusal_shows_how_it_was_decided(root: Caller, carol: Caller, browse: Browse) -> None:
    refused_delete(carol)

    text = browse(root).get(url_of("DeleteUser")).text

    assert "a statement was missing" in text
    assert "The statement that was missing" in text


def test_another_account_s_event_does_not_exist(root: Caller, alice: Caller, browse: Browse) -> None:
    other = Account.objects.create(id="123456789012", name="Other", create_date=alice.account.create_date)  # type: ignore[union-attr]
    Event.objects.filter(event_name="SignUp").update(account=other)

    assert browse(root).get(url_of("SignUp")).status_code == 404


def test_the_document_of_an_event_is_shown_to_who_may_read_it(root: Caller, browse: Browse) -> None:
    create_policy(root, policy_name="ReceiptsRead", policy_document=DOCUMENT)

    assert "Show the text as it was sent" in browse(root).get(url_of("CreatePolicy")).text


@pytest.mark.parametrize("event_name", ["CreatePolicy", "PutUserPolicy"])
def test_the_document_of_an_event_is_withheld_from_who_may_not(
    root: Caller, browse: Browse, event_name: str
) -> None:
    policy = create_policy(root, policy_name="ReadsTrail", policy_document=READS_TRAIL)
    ana = new_user(root, "ana", policy.arn)
    put_user_policy(root, user_name="ana", policy_name="Lists", policy_document=DOCUMENT)

    text = browse(ana).get(url_of(event_name)).text

    assert "Show the text as it was sent" not in text
    assert "Not shown: you may not perform" in text


def test_the_download_is_one_record_a_line(root: Caller, browse: Browse) -> None:
    create_user(root, user_name="ana")

    answer = browse(root).get("/iam/events/download/?q=CreateUser")

    lines = b"".join(answer).decode().splitlines()
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="events-')
    assert [json.loads(line)["eventName"] for line in lines] == ["CreateUser"]


def test_the_download_ends_at_its_limit(
    root: Caller, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "DOWNLOAD_SIZE", 2)
    monkeypatch.setattr(views, "MOST_DOWNLOADED", 3)
    for name in ("ana", "ben", "cleo"):
        create_user(root, user_name=name)

    assert len(b"".join(browse(root).get("/iam/events/download/")).splitlines()) == 3


def test_a_malformed_marker_is_refused(root: Caller, browse: Browse) -> None:
    assert browse(root).get("/iam/events/?marker=zebra").status_code == 400
