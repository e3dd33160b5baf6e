"""The pages of a policy's three tables: what they show, for whom, and how they lead to each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client

from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.policies import create_policy
from operations.policy_versions import create_policy_version
from operations.users import create_user
from policies.models import Policy
from policies.tests.documents import BUCKET, LISTING, READING, RECEIPTS, allow, document

Browse = Callable[[Caller], Client]
SUMMARY = "/iam/policies/view/summary/"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
MIXED = document(
    allow(["s3:ListBucket", "s3:GetObject"], [BUCKET, RECEIPTS], Sid="Receipts"),
    allow("s3:PutObject", BUCKET, Sid="Mistaken"),
    allow(["sqs:SendMessage", "sqs:Nothing", "nothing:Do"], "*"),
    {**allow("s3:GetObject", RECEIPTS, Sid="Never"), "Effect": "Deny"},
)


@pytest.fixture
def mixed(root: Caller) -> Policy:
    return create_policy(root, policy_name="Mixed", policy_document=MIXED, description="Some of each")


def url(**query: str) -> str:
    return f"{SUMMARY}?{urlencode(query)}"


def shown(browser: Client, address: str, **headers: str) -> str:
    """The page, tags left out where they only stand between words."""
    answer = browser.get(address, headers=headers)
    assert answer.status_code == 200, address
    return unescape(answer.content.decode())


def links(text: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="([^"]*summary/[^"]*)"', text)]


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def draft(browser: Client, path: str, text: str, **query: str) -> str:
    """A text taken to its review; the address of that."""
    address = f"{path}?{urlencode({**query, 'draft': '0123456789abcdef'})}"
    fields = {"policy_document": text, "base_version_id": "", "is_asked": "on"}
    base = re.search(r'name="base_version_id" value="([^"]*)"', browser.get(address).content.decode())
    assert base
    answer = browser.post(address, {**fields, "base_version_id": base[1]})
    assert answer.status_code == 303, words(answer.content.decode())
    return str(answer.headers["Location"])


def test_a_policy_shows_its_services_first(browse: Browse, alice: Caller, mixed: Policy) -> None:
    text = words(shown(browse(alice), f"/iam/policies/view/?{urlencode({'arn': mixed.arn})}"))

    assert "Permissions defined in this policy" in text
    assert "Explicit deny (1 service)" in text
    assert re.search(r"Allow \(2 of \d+ services\)", text)
    assert "Unrecognized services: nothing" in text
    assert "Unrecognized actions: sqs:Nothing" in text
    assert "Policy document" not in text


def test_the_text_of_a_policy_is_behind_the_switch(browse: Browse, alice: Caller, mixed: Policy) -> None:
    browser, address = browse(alice), f"/iam/policies/view/?{urlencode({'arn': mixed.arn})}"

    assert f'href="{address}&view=json"' in shown(browser, address)
    text = shown(browser, f"{address}&view=json")
    assert 'aria-label="Policy document"' in text
    assert 'id="permissions"' not in text


def test_a_chosen_statement_is_shown_in_the_text(browse: Browse, alice: Caller, mixed: Policy) -> None:
    page = shown(browse(alice), url(arn=mixed.arn, view="json", statement="2"))

    text = page[page.index('aria-label="Policy document"') :]
    assert text.count('id="statement"') == 1
    assert text.index("Receipts") < text.index('id="statement"') < text.index("Mistaken")


def test_a_service_leads_to_its_actions_and_an_action_to_its_resources(
    browse: Browse, alice: Caller, mixed: Policy
) -> None:
    browser = browse(alice)
    services = shown(browser, url(arn=mixed.arn))
    service = url(arn=mixed.arn, service="s3")
    action = url(arn=mixed.arn, service="s3", action="GetObject")

    assert service in links(services)
    assert f"{service}&effect=deny" in links(services)
    assert action in links(shown(browser, service))
    assert url(arn=mixed.arn, view="json", statement="1") + "#statement" in links(shown(browser, action))


def test_actions_stand_under_their_level_with_their_count(
    browse: Browse, alice: Caller, mixed: Policy
) -> None:
    text = words(shown(browse(alice), url(arn=mixed.arn, service="s3")))

    assert re.search(r"List \(1 of \d+ actions\)", text)
    assert "PutObject" in text
    assert "This action does not have an applicable resource" in text
    assert "Also denied" in text
    assert "DeleteBucket" not in text


def test_the_remaining_actions_and_services_are_shown_when_asked_for(
    browse: Browse, alice: Caller, mixed: Policy
) -> None:
    browser = browse(alice)

    assert "DeleteBucket" in shown(browser, url(arn=mixed.arn, service="s3", all="on"))
    assert "Amazon EC2" not in shown(browser, url(arn=mixed.arn))
    assert "Amazon EC2" in shown(browser, url(arn=mixed.arn, all="on"))


def test_each_table_is_filtered(browse: Browse, alice: Caller, mixed: Policy) -> None:
    browser = browse(alice)

    services = shown(browser, url(arn=mixed.arn, filter="SQS"))
    actions = shown(browser, url(arn=mixed.arn, service="s3", filter="listb"))
    resources = shown(browser, url(arn=mixed.arn, service="s3", action="GetObject", filter="nobody"))

    assert "service=sqs" in services
    assert "service=s3" not in services
    assert "action=ListBucket" in actions
    assert "action=GetObject" not in actions
    assert "No resource fits" in resources
    assert "No action fits" in shown(browser, url(arn=mixed.arn, service="s3", filter="zzz"))
    assert "No service fits" in shown(browser, url(arn=mixed.arn, filter="zzz"))


@pytest.mark.parametrize(
    ("query", "root_id"),
    [
        ({}, "permissions-table"),
        ({"service": "s3"}, "actions-table"),
        ({"service": "s3", "action": "GetObject"}, "resources-table"),
    ],
)
def test_htmx_gets_the_table_alone(
    browse: Browse, alice: Caller, mixed: Policy, query: dict[str, str], root_id: str
) -> None:
    part = shown(browse(alice), url(arn=mixed.arn, **query), **{"HX-Request": "true"})

    assert f'<div id="{root_id}">' in part
    assert "<html" not in part


def test_an_action_tells_its_statement_region_and_account(
    browse: Browse, alice: Caller, mixed: Policy
) -> None:
    text = words(shown(browse(alice), url(arn=mixed.arn, service="s3", action="GetObject")))

    assert "ObjectName | string like | receipts/* object All regions All accounts None Receipts" in text
    assert "The policy also denies this action." in text


def test_an_action_without_a_fitting_resource_says_what_it_works_on(
    browse: Browse, alice: Caller, mixed: Policy
) -> None:
    text = words(shown(browse(alice), url(arn=mixed.arn, service="s3", action="PutObject")))

    assert "Mistaken names this action, but no resource that fits: it allows nothing." in text
    assert "The action works on: accesspointobject, object." in text


def test_denials_have_tables_of_their_own(browse: Browse, alice: Caller, mixed: Policy) -> None:
    page = shown(browse(alice), url(arn=mixed.arn, service="s3", effect="deny"))

    assert "Mixed denies 1 of the" in words(page)
    assert "action=GetObject" in page
    assert "action=ListBucket" not in page
    assert "See what it allows" in page


def test_a_policy_that_allows_everything_lists_the_first_hundred(browse: Browse, alice: Caller) -> None:
    text = shown(browse(alice), url(arn=ADMINISTRATOR))

    assert len([link for link in links(text) if "service=" in link]) == 100
    assert re.search(r"100 of \d+ allowed services are shown", text)


@pytest.mark.parametrize("query", [{"service": "nothing"}, {"service": "s3", "action": "Nothing"}])
def test_there_is_no_page_of_what_does_not_exist(
    browse: Browse, alice: Caller, mixed: Policy, query: dict[str, str]
) -> None:
    assert browse(alice).get(url(arn=mixed.arn, **query)).status_code == 404


def test_a_version_has_tables_of_its_own(browse: Browse, root: Caller, alice: Caller, mixed: Policy) -> None:
    create_policy_version(root, policy_arn=mixed.arn, policy_document=LISTING, set_as_default=True)
    browser = browse(alice)

    page = shown(browser, f"/iam/policies/view/version/?{urlencode({'arn': mixed.arn, 'version': 'v1'})}")

    assert url(arn=mixed.arn, version="v1", service="s3") in links(page)
    assert "GetObject" in shown(browser, url(arn=mixed.arn, version="v1", service="s3"))
    assert "GetObject" not in shown(browser, url(arn=mixed.arn, service="s3"))


def test_whoever_may_not_read_a_policy_sees_no_table(
    browse: Browse, root: Caller, carol: Caller, mixed: Policy
) -> None:
    put_user_policy(root, user_name="carol", policy_name="own", policy_document=READING)
    browser = browse(carol)

    for query in (
        {"arn": mixed.arn},
        {"arn": mixed.arn, "version": "v1"},
        {"user": "carol", "policy": "own"},
    ):
        answer = browser.get(url(**query, service="s3"))
        assert answer.status_code == 403
        assert "GetObject" not in answer.content.decode()


def test_an_inline_policy_is_reached_from_its_user(browse: Browse, root: Caller, alice: Caller) -> None:
    create_user(root, user_name="ana")
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=READING)
    browser = browse(alice)

    (link, *_) = links(
        shown(browser, "/iam/users/ana/?open=user%2F%2Fown&" + opened(browser, "/iam/users/ana/"))
    )

    assert link == url(user="ana", policy="own")
    text = words(shown(browser, link))
    assert "Amazon S3" in text
    assert "aws_iam_user_policy" in text
    assert "ObjectName" in shown(browser, f"{link}&service=s3&action=GetObject")


def test_an_inline_policy_is_reached_from_its_group(browse: Browse, root: Caller, alice: Caller) -> None:
    create_group(root, group_name="Cashiers")
    put_group_policy(root, group_name="Cashiers", policy_name="own", policy_document=READING)
    browser, tab = browse(alice), "/iam/groups/Cashiers/permissions/"

    assert url(group="Cashiers", policy="own") in links(shown(browser, f"{tab}?{opened(browser, tab)}"))
    assert "aws_iam_group_policy" in shown(browser, url(group="Cashiers", policy="own"))


def opened(browser: Client, address: str) -> str:
    """The query that opens the first policy of the page."""
    found = re.search(r'href="\?(open=[^"]*)"', browser.get(address).content.decode())
    assert found
    return unescape(found[1])


def test_the_review_of_a_new_policy_shows_its_services(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)
    review = draft(browser, "/iam/policies/create/", READING)

    text = shown(browser, review)

    (service,) = [link for link in links(text) if "service=s3" in link]
    assert service == url(draft="0123456789abcdef", service="s3")
    assert re.search(r'service=s3"\s+target="_blank"', text), "what was typed would be lost with the page"
    assert f'href="{review}"' in shown(browser, service)
    assert "ObjectName" in shown(browser, f"{service}&action=GetObject")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/iam/policies/edit/", {}),
        ("/iam/inline-policies/create/", {"user": "ana"}),
        ("/iam/inline-policies/edit/", {"user": "ana", "policy": "own"}),
    ],
)
def test_every_review_shows_its_services_and_the_way_back(
    browse: Browse, root: Caller, alice: Caller, mixed: Policy, path: str, query: dict[str, str]
) -> None:
    create_user(root, user_name="ana")
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=LISTING)
    browser, query = browse(alice), query or {"arn": mixed.arn}
    review = draft(browser, path, READING, **query)

    (service,) = [link for link in links(shown(browser, review)) if "service=s3" in link]

    text = shown(browser, service)
    assert "GetObject" in text
    (back,) = re.findall(r'href="([^"]*/review/[^"]*)"', text)
    assert browser.get(back).status_code == 200


def test_a_draft_that_is_lost_leads_back_to_the_editor(browse: Browse, alice: Caller) -> None:
    answer = browse(alice).get(url(draft="0123456789abcdef", user="ana", service="s3"))

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/iam/inline-policies/create/?")


def test_a_policy_is_copied_for_cloudformation_and_terraform(
    browse: Browse, alice: Caller, mixed: Policy
) -> None:
    text = shown(browse(alice), f"/iam/policies/view/?{urlencode({'arn': mixed.arn})}")

    assert 'ManagedPolicyName: "Mixed"' in text
    assert '"Description": "Some of each"' in text
    assert 'resource "aws_iam_policy" "mixed"' in text
    assert "aws iam create-policy" in text


def test_what_aws_manages_is_not_copied(browse: Browse, alice: Caller) -> None:
    text = shown(browse(alice), f"/iam/policies/view/?{urlencode({'arn': ADMINISTRATOR})}")

    assert "AWS manages this policy, and every account has it already" in text
    assert "aws_iam_policy" not in text
    assert "create-policy" not in text


def test_a_hostile_document_stays_text(browse: Browse, root: Caller, alice: Caller) -> None:
    hostile = document(allow("s3:GetObject", 'arn:aws:s3:::"><script>alert(1)</script>/*'))
    policy = create_policy(root, policy_name="Hostile", policy_document=hostile)
    browser = browse(alice)

    for query in ({}, {"service": "s3"}, {"service": "s3", "action": "GetObject"}, {"view": "json"}):
        assert "<script>alert" not in browser.get(url(arn=policy.arn, **query)).content.decode()
