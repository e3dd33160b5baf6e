"""The address the editor asks for completions: what it answers, to whom, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from operations.caller import Caller
from policies.tests.documents import Answer

Browse = Callable[[Caller], Client]
ADDRESS = "/iam/policies/completion/"
TYPED = '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObj'
LONGEST = 131_072


def ask(browser: Client, text: str = TYPED, offset: object = None, **more: str) -> Answer:
    place = len(text) if offset is None else offset
    return browser.post(ADDRESS, {"policy_document": text, "offset": str(place), **more})


def told(answer: Answer) -> Any:
    return json.loads(answer.content)


def test_an_answer_says_what_fits_and_what_it_replaces(browse: Browse, alice: Caller) -> None:
    answer = ask(browse(alice))

    found = told(answer)
    assert answer.status_code == 200
    assert (found["from"], found["to"]) == (TYPED.index("s3:"), len(TYPED))
    assert found["total"] >= len(found["items"]) > 1
    assert found["items"][0] == {
        "text": 's3:GetObject"',
        "label": "s3:GetObject",
        "kind": "action",
        "detail": "Read",
        "doc": "Grants permission to retrieve objects from Amazon S3.",
    }


def test_arns_are_completed_with_the_callers_account(browse: Browse, alice: Caller) -> None:
    text = '{"Statement": {"Action": "sqs:SendMessage", "Resource": "'

    (first, *_) = told(ask(browse(alice), text))["items"]

    assert first["label"] == f"arn:aws:sqs:{{Region}}:{alice.account_id}:{{QueueName}}"


def test_the_type_of_policy_matters(browse: Browse, alice: Caller) -> None:
    text = '{"Statement": {"'

    identity, trust = told(ask(browse(alice), text)), told(ask(browse(alice), text, policy_type="trust"))

    assert "Principal" not in [item["label"] for item in identity["items"]]
    assert "Principal" in [item["label"] for item in trust["items"]]


def test_white_space_at_the_edges_moves_no_cursor(browse: Browse, alice: Caller) -> None:
    found = told(ask(browse(alice), f"\n  {TYPED}"))

    assert found["from"] == len("\n  ") + TYPED.index("s3:")


def test_a_null_character_is_no_fault(browse: Browse, alice: Caller) -> None:
    assert ask(browse(alice), "\0" + TYPED).status_code == 200


@pytest.mark.parametrize(
    ("offset", "policy_type"),
    [("", ""), ("x", ""), ("-1", ""), ("9" * 5000, ""), ("1", "nonsense")],
    ids=["no place", "no number", "before the text", "huge", "no type"],
)
def test_what_is_no_place_in_a_text_is_refused(
    browse: Browse, alice: Caller, offset: str, policy_type: str
) -> None:
    answer = ask(browse(alice), TYPED, offset, policy_type=policy_type)

    assert answer.status_code == 400
    assert told(answer)["message"].startswith("policy_type" if policy_type else "offset")


def test_a_place_behind_the_text_is_its_end(browse: Browse, alice: Caller) -> None:
    assert told(ask(browse(alice), TYPED, LONGEST)) == told(ask(browse(alice)))


def test_a_text_longer_than_any_policy_is_refused(browse: Browse, alice: Caller) -> None:
    answer = ask(browse(alice), " " * (LONGEST + 1), 1)

    assert answer.status_code == 413
    assert "131,072" in told(answer)["message"]


def test_only_who_may_check_documents_is_answered(browse: Browse, carol: Caller) -> None:
    answer = ask(browse(carol))

    assert answer.status_code == 403
    assert "access-analyzer:ValidatePolicy" in told(answer)["message"]


def test_it_is_asked_by_post_with_a_token(alice: Caller, browse: Browse) -> None:
    browser = browse(alice)
    assert browser.get(ADDRESS).status_code == 405
    browser.handler.enforce_csrf_checks = True

    assert ask(browser).status_code == 403


def test_the_editor_says_where_completions_are_asked_for(browse: Browse, alice: Caller) -> None:
    page = browse(alice).get("/iam/policies/create/?draft=tab1").content.decode()

    assert f'data-completion="{ADDRESS}"' in page
    assert "css/completion.css" in page
