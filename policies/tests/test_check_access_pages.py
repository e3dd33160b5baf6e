"""Check access: questions to the engine, and answers that say why."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client

from operations.attachments import attach_group_policy, attach_user_policy
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_user_policy
from operations.policies import create_policy
from policies.models import Policy
from policies.tests.documents import BUCKET, LISTING, Answer, allow, document

Browse = Callable[[Caller], Client]
WITH_MFA = document(
    allow("s3:ListBucket", Sid="WithMFA", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
)


@pytest.fixture
def receipts(root: Caller) -> Policy:
    return create_policy(root, policy_name="ReceiptsRead", policy_document=LISTING)


def ask(browser: Client, **question: str) -> Answer:
    asked = {"subject": "user", "action_name": "s3:ListBucket", "resource_arn": BUCKET, **question}
    return browser.get(f"/iam/check-access/?{urlencode(asked)}")


def answer(browser: Client, **question: str) -> str:
    response = ask(browser, **question)
    assert response.status_code == 200
    return response.content.decode()


def refusal(browser: Client, status: int, question: dict[str, str]) -> str:
    response = ask(browser, **question)
    assert response.status_code == status
    return response.content.decode()


def test_an_allowed_request_shows_the_statement_that_allows_it(
    browse: Browse, root: Caller, alice: Caller, carol: Caller, receipts: Policy
) -> None:
    attach_user_policy(root, user_name="carol", policy_arn=receipts.arn)

    page = answer(browse(alice), user_name="carol")

    assert "carol may perform" in page
    assert "Allow by ReceiptsRead" in page
    assert "statement ListReceipts" in page
    assert "statement=1#json" in page


def test_an_implicit_denial_shows_the_missing_statement(browse: Browse, alice: Caller, carol: Caller) -> None:
    page = answer(browse(alice), user_name="carol")

    assert "Denied implicitly" in page
    assert "The missing statement" in page


def test_a_statement_that_nearly_matched_says_what_kept_it(
    browse: Browse, root: Caller, alice: Caller, carol: Caller
) -> None:
    put_user_policy(root, user_name="carol", policy_name="Till", policy_document=WITH_MFA)

    page = answer(browse(alice), user_name="carol")

    assert "Close, but not about this request" in page
    assert "WithMFA in Till" in page


def test_mfa_can_be_part_of_the_question(browse: Browse, root: Caller, alice: Caller, carol: Caller) -> None:
    put_user_policy(root, user_name="carol", policy_name="Till", policy_document=WITH_MFA)

    assert "carol may perform" in answer(browse(alice), user_name="carol", mfa="on")


@pytest.mark.parametrize(
    ("condition", "circumstance"),
    [
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, {"source_ip": "203.0.113.7"}),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, {"current_time": "2019-05-17T08:00"}),
    ],
    ids=["address", "time"],
)
def test_circumstances_can_be_part_of_the_question(
    browse: Browse, alice: Caller, condition: dict[str, object], circumstance: dict[str, str]
) -> None:
    browser = browse(alice)
    question = {
        "subject": "document",
        "policy_document": document(allow("s3:ListBucket", Condition=condition)),
    }

    assert "Denied implicitly" in answer(browser, **question)
    assert "Somebody with this policy may perform" in answer(browser, **question, **circumstance)


def test_a_deny_is_shown_as_what_decided(browse: Browse, alice: Caller) -> None:
    text = document(allow("s3:*", "*"), {"Effect": "Deny", "Action": "s3:List*", "Resource": "*"})

    page = answer(browse(alice), subject="document", policy_document=text)

    assert "Denied explicitly" in page
    assert "Deny by this policy" in page


def test_in_a_pasted_policy_the_deciding_lines_are_marked(browse: Browse, alice: Caller) -> None:
    page = answer(browse(alice), subject="document", policy_document=LISTING)

    assert page.count('class="l at"') == 6
    assert "2012-10-17" in page


def test_a_group_is_asked_about_as_if_one_had_nothing_else(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    create_group(root, group_name="Cashiers")
    attach_group_policy(root, group_name="Cashiers", policy_arn=receipts.arn)

    page = answer(browse(alice), subject="group", group_name="Cashiers")

    assert "Somebody in Cashiers may perform" in page


def test_a_policy_is_asked_about_on_its_own_tab(browse: Browse, alice: Caller, receipts: Policy) -> None:
    question = urlencode({"arn": receipts.arn, "action_name": "s3:ListBucket", "resource_arn": BUCKET})

    page = browse(alice).get(f"/iam/policies/view/check-access/?{question}").content.decode()

    assert "Somebody with this policy may perform" in page


def test_nobody_named_is_a_fault_of_the_form(browse: Browse, alice: Caller) -> None:
    page = refusal(browse(alice), 422, {"user_name": ""})

    assert "Say whom the question is about." in page


@pytest.mark.parametrize("action", ["s3", "s3:*", ""])
def test_an_action_has_to_be_one_action(browse: Browse, alice: Caller, carol: Caller, action: str) -> None:
    page = refusal(browse(alice), 422, {"user_name": "carol", "action_name": action})

    assert 'id="id_action_name_error"' in page


def test_a_user_that_does_not_exist_is_told(browse: Browse, alice: Caller) -> None:
    assert "nobody-here" in refusal(browse(alice), 422, {"user_name": "nobody-here"})


def test_a_broken_document_is_told_and_kept(browse: Browse, alice: Caller) -> None:
    page = refusal(browse(alice), 422, {"subject": "document", "policy_document": '{"Statement": '})

    assert "Syntax errors in policy." in page
    assert "{&quot;Statement&quot;: " in page


def test_who_may_not_ask_is_refused_with_the_reason(browse: Browse, carol: Caller) -> None:
    page = refusal(browse(carol), 403, {"user_name": "carol"})

    assert "iam:SimulatePrincipalPolicy" in page


def test_a_pasted_policy_may_be_longer_than_an_address(browse: Browse, alice: Caller) -> None:
    pasted = document(*[allow("s3:ListBucket", f"{BUCKET}/{number}" * 3) for number in range(40)])
    asked = {"subject": "document", "policy_document": pasted, "action_name": "iam:ListUsers"}

    response = browse(alice).post("/iam/check-access/", asked)

    assert response.status_code == 200
    assert "Somebody with this policy" in response.text


def test_a_question_that_is_sent_gets_an_address(browse: Browse, alice: Caller, carol: Caller) -> None:
    asked = {"subject": "user", "user_name": "carol", "action_name": "s3:ListBucket", "mfa": "on"}

    response = browse(alice).post("/iam/check-access/", {**asked, "policy_document": ""})

    assert response["Location"] == f"/iam/check-access/?{urlencode(asked)}"


def test_an_answer_can_be_swapped_in_alone(browse: Browse, alice: Caller, carol: Caller) -> None:
    question = urlencode({"subject": "user", "user_name": "carol", "action_name": "s3:ListBucket"})

    response = browse(alice).get(f"/iam/check-access/?{question}", headers={"HX-Request": "true"})

    assert "<html" not in response.content.decode()
    assert 'id="access-answer"' in response.content.decode()


def test_a_question_begins_with_the_user_one_came_from(browse: Browse, alice: Caller) -> None:
    page = browse(alice).get("/iam/check-access/?user=carol").content.decode()

    assert 'value="carol"' in page


def test_services_and_actions_are_suggested(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)

    assert "s3:" in browser.get("/iam/check-access/actions/?action_name=s").content.decode()
    suggested = browser.get("/iam/check-access/actions/?action_name=s3:listb").content.decode()
    assert "s3:ListBucket" in suggested
    assert "<option" not in browser.get("/iam/check-access/actions/?action_name=nothing:x").content.decode()
