"""The policy simulator: its form, its results, and the address that holds the whole question."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client

from iamconsole.middleware import QueryTimer
from operations.attachments import attach_group_policy, attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_role_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.roles import create_role
from operations.users import create_user
from policies.engine import parse_policy
from policies.tests.documents import BUCKET, EC2, LISTING, READING, Answer, allow, document
from policies.views.simulator_answer import marked_lines
from tests.cast import READ_ONLY

Browse = Callable[[Caller], Client]
PAGE = "/iam/simulator/"
ANA = {"subject": "user", "user_name": "ana", "resource_arn": BUCKET}
MFA = document(allow("s3:ListBucket", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
TOKEN = re.compile(r"\b[A-Za-z0-9]{64}\b")
KEY = re.compile(r'name="draft-([0-9a-f]{12})"')


@pytest.fixture
def shop(root: Caller) -> Caller:
    create_user(root, user_name="ana")
    put_user_policy(root, user_name="ana", policy_name="Listing", policy_document=LISTING)
    return root


def ask(browser: Client, **question: object) -> str:
    response = browser.get(f"{PAGE}?{urlencode({**ANA, **question}, doseq=True)}")
    assert response.status_code == 200
    return response.content.decode()


def send(browser: Client, **question: object) -> Answer:
    answer: Answer = browser.post(PAGE, {**ANA, **question})
    return answer


def simulation_in(page: str) -> str:
    """The question and its answers, without the token that is new on each page."""
    return TOKEN.sub("", page.partition('<form class="stack wide-gap"')[2].partition("</main>")[0])


def key_in(page: str) -> str:
    found = KEY.search(page)
    assert found is not None
    return found[1]


def test_the_page_begins_with_an_empty_question(browse: Browse, alice: Caller) -> None:
    page = browse(alice).get(PAGE).content.decode()

    assert "<h1>Policy simulator</h1>" in page
    assert 'id="results"' not in page


def test_a_question_begins_with_the_user_one_came_from(browse: Browse, shop: Caller, alice: Caller) -> None:
    page = browse(alice).get(f"{PAGE}?user=ana").content.decode()

    assert 'value="ana"' in page
    assert "Text of Listing" in page


@pytest.mark.parametrize(
    "address",
    [
        "/iam/users/ana/check-access/?action_name=s3:ListBucket&resource_arn={}&mfa=yes",
        "/iam/check-access/?subject=user&user_name=ana&action_name=s3:ListBucket&resource_arn={}",
    ],
)
def test_an_answer_leads_to_the_same_question_in_the_simulator(
    browse: Browse, shop: Caller, alice: Caller, address: str
) -> None:
    browser = browse(alice)
    found = re.search(
        r'href="(/iam/simulator/\?[^"]*action_name[^"]*)"', browser.get(address.format(BUCKET)).text
    )
    assert found

    page = browser.get(unescape(found[1])).text

    assert "ana may perform <code>s3:ListBucket</code>" in page


def test_a_role_has_its_policies_to_change(browse: Browse, shop: Caller, alice: Caller) -> None:
    create_role(shop, role_name="Till", assume_role_policy_document=EC2)
    put_role_policy(shop, role_name="Till", policy_name="Listing", policy_document=LISTING)

    page = ask(browse(alice), subject="role", role_name="Till", action="s3:ListBucket")

    assert "1 of 1 allowed" in page
    assert KEY.search(page)
    assert ask(browse(alice), role="Till", action="s3:ListBucket").count("1 of 1 allowed") == 1


def test_every_action_has_its_result(browse: Browse, shop: Caller, alice: Caller) -> None:
    page = ask(browse(alice), action=["s3:ListBucket", "s3:GetObject"])

    assert "1 of 2 allowed" in page
    assert "Listing, statement ListReceipts" in page
    assert "Identity policies: no Allow" in page


def test_a_pattern_asks_for_all_it_covers(browse: Browse, shop: Caller, alice: Caller) -> None:
    page = ask(browse(alice), action="s3:GetBucketL*")

    assert "s3:GetBucketLocation" in page
    assert "s3:GetBucketLogging" in page


def test_the_opened_result_marks_the_statement_in_its_policy(
    browse: Browse, shop: Caller, alice: Caller
) -> None:
    page = ask(browse(alice), action=["s3:GetObject", "s3:ListBucket"], opened="s3:ListBucket")

    assert "ana may perform <code>s3:ListBucket</code>" in page
    assert page.count("<mark>") == 6


def test_a_policy_that_is_not_ticked_is_left_out(browse: Browse, shop: Caller, alice: Caller) -> None:
    browser = browse(alice)
    key = key_in(ask(browser))

    answer = send(browser, shown=key, action="s3:ListBucket")

    assert f"excluded={key}" in answer.headers["Location"]
    assert "0 of 1 allowed" in browser.get(answer.headers["Location"]).content.decode()


def test_several_policies_and_actions_are_sent_at_once(browse: Browse, shop: Caller, alice: Caller) -> None:
    put_user_policy(shop, user_name="ana", policy_name="Reading", policy_document=READING)
    browser = browse(alice)
    keys = KEY.findall(ask(browser))

    answer = send(browser, shown=keys, policies=keys, action=["s3:ListBucket", "s3:GetObject"])

    assert "excluded" not in answer.headers["Location"]
    assert "1 of 2 allowed" in browser.get(answer.headers["Location"]).content.decode()


def test_a_reworded_policy_travels_in_the_address(browse: Browse, shop: Caller, alice: Caller) -> None:
    browser = browse(alice)
    key = key_in(ask(browser))
    sent = {f"draft-{key}": READING.replace("\n", "\r\n"), "shown": key, "policies": key}

    answer = send(browser, **sent, resource_arn=f"{BUCKET}/receipts/may", action_name="s3:GetObject")
    page = browser.get(answer.headers["Location"]).content.decode()

    assert "1 of 1 allowed" in page
    assert "Reworded" in page
    assert "ReadReceipts" in page


def test_a_text_that_was_not_changed_stays_out_of_the_address(
    browse: Browse, shop: Caller, alice: Caller
) -> None:
    browser = browse(alice)
    key = key_in(ask(browser))

    answer = send(browser, **{f"draft-{key}": LISTING, "shown": key, "policies": key}, action="s3:ListBucket")

    assert "draft-" not in answer.headers["Location"]
    assert "excluded" not in answer.headers["Location"]


def test_the_link_on_the_page_asks_the_same_question(browse: Browse, shop: Caller, alice: Caller) -> None:
    browser = browse(alice)
    question = {
        "action": ["s3:GetObject", "s3:ListBucket"],
        "context-aws:SourceIp": ["192.0.2.1", "192.0.2.2"],
    }
    page = ask(browser, **question, policy_document=READING, resource_arn=f"{BUCKET}/receipts/may")

    link = re.search(r'<a class="btn" href="([^"]+)"', page)
    assert link is not None
    again = browser.get(link[1].replace("&amp;", "&")).content.decode()

    assert simulation_in(again) == simulation_in(page)


def test_texts_too_long_for_an_address_are_answered_all_the_same(
    browse: Browse, shop: Caller, alice: Caller
) -> None:
    long = json.dumps(json.loads(READING), indent=2) + " " * 9_000

    answer = send(browse(alice), policy_document=long, action="s3:ListBucket")

    assert answer.status_code == 200
    assert "this simulation has no link" in answer.content.decode()
    assert "1 of 1 allowed" in answer.content.decode()


def test_a_boundary_limits_what_the_policies_allow(browse: Browse, shop: Caller, alice: Caller) -> None:
    page = ask(browse(alice), boundary_document=READING, action="s3:ListBucket")

    assert "Boundary: no Allow" in page
    assert "In the permissions boundary" in page


def test_what_a_trust_policy_lacks_names_the_caller(browse: Browse, shop: Caller, alice: Caller) -> None:
    trust = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "*"})
    role = f"arn:aws:iam::{shop.account_id}:role/till"

    page = ask(browse(alice), resource_policy_document=trust, action="sts:AssumeRole", resource_arn=role)

    assert "In the resource's own policy" in unescape(page)
    assert f'"AWS": "arn:aws:iam::{shop.account_id}:user/ana"' in re.sub("<[^>]+>", "", unescape(page))


def test_context_keys_are_asked_for_by_name(browse: Browse, shop: Caller, alice: Caller) -> None:
    put_user_policy(shop, user_name="ana", policy_name="Listing", policy_document=MFA)
    browser = browse(alice)

    without = ask(browser, action="s3:ListBucket")
    given = ask(browser, action="s3:ListBucket", **{"context-aws:MultiFactorAuthPresent": "true"})

    assert '<select class="input short" id="context-1" name="context-aws:MultiFactorAuthPresent"' in without
    assert "The request carries no value for <code>aws:MultiFactorAuthPresent</code>" in without
    assert "1 of 1 allowed" in given
    assert '<option value="true" selected>' in given


def test_a_new_policy_needs_nobody(browse: Browse, alice: Caller) -> None:
    page = ask(browse(alice), subject="nobody", policy_document=LISTING, action="s3:ListBucket")

    assert "Somebody with these policies may perform" in page


def test_a_fault_in_a_text_is_placed_and_the_text_kept(browse: Browse, shop: Caller, alice: Caller) -> None:
    browser = browse(alice)
    key = key_in(ask(browser))

    answer = send(
        browser,
        **{f"draft-{key}": '{\r\n  "Statement": }', "boundary_document": "[", "action": "s3:ListBucket"},
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 2, column 16: Expected a value" in page
    assert "{\n  &quot;Statement&quot;: }</textarea>" in page
    assert 'id="id_boundary_document_error"' in page
    assert 'id="results"' not in page


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"user_name": ""}, "Say whose policies to simulate."),
        ({"user_name": "nobody-here"}, "The user with name nobody-here cannot be found."),
        ({"action_name": "s3:GetObjct"}, "There is no action <code>s3:GetObjct</code>. Did you mean"),
        ({"action_name": "s3"}, "There is no action <code>s3</code>."),
        ({"action_name": "ec2:*"}, "Ask about at most 200 at once."),
    ],
    ids=["nobody", "unknown user", "unknown action", "service alone", "too many"],
)
def test_a_faulty_question_is_told_and_kept(
    browse: Browse, shop: Caller, alice: Caller, question: dict[str, str], said: str
) -> None:
    answer = send(browse(alice), **question)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert f'value="{BUCKET}"' in answer.content.decode()


@pytest.mark.parametrize("subject", ["user", "nobody"])
def test_who_may_not_simulate_is_refused(browse: Browse, shop: Caller, carol: Caller, subject: str) -> None:
    answer = send(browse(carol), subject=subject, action="s3:ListBucket")

    assert answer.status_code == 403
    assert "iam:Simulate" in answer.content.decode()


def test_who_may_ask_about_users_is_not_refused_for_leaving_the_name_out(
    browse: Browse, shop: Caller, carol: Caller
) -> None:
    asking = document(allow("iam:SimulatePrincipalPolicy", "*"))
    put_user_policy(shop, user_name="carol", policy_name="Ask", policy_document=asking)

    assert send(browse(carol), user_name="").status_code == 422


def test_texts_that_may_not_be_read_stay_hidden(browse: Browse, shop: Caller, carol: Caller) -> None:
    asking = document(allow("iam:SimulatePrincipalPolicy", "*"))
    put_user_policy(shop, user_name="carol", policy_name="Ask", policy_document=asking)

    page = ask(browse(carol), action=["s3:ListBucket", "s3:GetObject"])

    assert "1 of 2 allowed" in page
    assert "You may not read what this policy says." in page
    assert "<mark>" not in page
    assert '<textarea class="input code-area boxed-area" id="draft-' not in page


def test_a_whole_simulation_takes_few_queries(browse: Browse, shop: Caller, alice: Caller) -> None:
    create_group(shop, group_name="Cashiers")
    add_user_to_group(shop, group_name="Cashiers", user_name="ana")
    put_group_policy(shop, group_name="Cashiers", policy_name="In", policy_document=READING)
    attach_group_policy(shop, group_name="Cashiers", policy_arn=READ_ONLY)
    own = create_policy(shop, policy_name="Own", policy_document=LISTING)
    attach_user_policy(shop, user_name="ana", policy_arn=own.arn)
    put_user_permissions_boundary(shop, user_name="ana", permissions_boundary=own.arn)
    browser, counter = browse(alice), QueryTimer()
    ask(browser)

    with connection.execute_wrapper(counter):
        ask(browser, action=["s3:Get*", "iam:List*"])

    assert counter.count <= 10


def test_only_the_characters_of_a_statement_are_marked() -> None:
    text = json.dumps({"Statement": [allow("s3:A", Sid="One"), allow("s3:B", Sid="Two")]})
    first, second = parse_policy(text).statements

    (line,) = marked_lines(text, [second])

    plain = [(re.sub(r"<[^>]+>", "", part).replace("&quot;", '"'), is_marked) for part, is_marked in line]
    assert plain == [
        (text[: second.start], False),
        (text[second.start : second.end], True),
        (text[second.end :], False),
    ]
    assert first.end < second.start
