"""The tab Effective access: counts, reasons, what narrows it, and what is kept from whom."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from operations.attachments import attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.users import create_user
from policies.catalog import AccessLevel, catalog
from tests.cast import ADMINISTRATOR, READ_ONLY

Browse = Callable[[Caller], Browser]
PAGE = "/iam/users/ana/effective-access/"
HTMX = {"HX-Request": "true"}
FROM_THE_SHOP = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}
    )


RECEIPTS = document(
    {"Sid": "List", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::receipts"},
    {"Action": "s3:ListAllMyBuckets", "Resource": "*"},
    {"Sid": "FromTheShop", "Action": "s3:GetObject", "Resource": "*", "Condition": FROM_THE_SHOP},
    {"Effect": "Deny", "Action": "s3:*Tagging", "Resource": "*"},
)


@pytest.fixture
def ana(root: Caller) -> None:
    """ana, a cashier: what she has comes through the group."""
    create_user(root, user_name="ana")
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="ana")
    put_group_policy(root, group_name="Cashiers", policy_name="Receipts", policy_document=RECEIPTS)


def words(browser: Browser, address: str, **query: str) -> str:
    """The page as it is read."""
    html = browser.get(address, query).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def total(level: AccessLevel) -> int:
    names = catalog().actions_matching("s3:*")
    return sum(action.access_level is level for action in map(catalog().action, names) if action)


@pytest.mark.parametrize("page", [PAGE, "/iam/groups/Cashiers/effective-access/"])
def test_cells_count_what_is_allowed_and_what_depends(
    alice: Caller, ana: None, browse: Browse, page: str
) -> None:
    said = words(browse(alice), page)

    assert f"Amazon S3, List: Mixed 2 of {total(AccessLevel.LIST)}, 1 conditional" in said
    assert f"Amazon S3, Read: Conditional 1 of {total(AccessLevel.READ)}" in said
    assert "Amazon S3, Permissions: None 0 of" in said


def test_services_that_allow_nothing_are_one_line_until_asked_for(
    alice: Caller, ana: None, browse: Browse
) -> None:
    others = len(catalog().services()) - 2

    assert f"2 services with access. {others} others allow nothing" in words(browse(alice), PAGE)
    assert "Amazon SQS" in words(browse(alice), PAGE, quiet="1", text="sqs")


def test_a_cell_tells_the_statement_and_what_it_waits_for(alice: Caller, ana: None, browse: Browse) -> None:
    said = words(browse(alice), PAGE, service="s3", level="read")

    reason = (
        "Allow by Receipts (group Cashiers) , statement FromTheShop: if aws:SourceIp is within 203.0.113.0/24"
    )
    assert f"Conditional. For some requests only. {reason} s3:GetObject Not allowed." in said


def test_a_statement_without_a_sid_has_a_number_and_one_on_a_resource_names_it(
    alice: Caller, ana: None, browse: Browse
) -> None:
    said = words(browse(alice), PAGE, service="s3", level="list")

    assert (
        "Allowed. For every request. Allow by Receipts (group Cashiers) , statement 2 s3:ListAllMyBuckets"
        in said
    )
    assert "statement List: on bucket receipts s3:ListBucket" in said


def test_a_deny_is_told_apart_from_nothing_said(alice: Caller, ana: None, browse: Browse) -> None:
    said = words(browse(alice), PAGE, service="s3", level="tagging")

    assert (
        "Denied. By an explicit Deny, which nothing overrules. Deny by Receipts (group Cashiers) , statement 4"
        in said
    )
    assert "Not allowed. No policy allows it." in said


def test_a_boundary_is_named_as_what_stops(root: Caller, alice: Caller, ana: None, browse: Browse) -> None:
    attach_user_policy(root, user_name="ana", policy_arn=ADMINISTRATOR)
    put_user_permissions_boundary(root, user_name="ana", permissions_boundary=READ_ONLY)

    said = words(browse(alice), PAGE, service="iam", level="tagging")

    assert "Not allowed. The permissions boundary does not allow it. Allow by AdministratorAccess" in said


def test_policies_are_linked(root: Caller, alice: Caller, ana: None, browse: Browse) -> None:
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=RECEIPTS)
    attach_user_policy(root, user_name="ana", policy_arn=ADMINISTRATOR)

    html = unescape(browse(alice).get(PAGE, {"service": "s3", "level": "tagging"}).content.decode())

    assert 'href="/iam/inline-policies/edit/?group=Cashiers&policy=Receipts"' in html
    assert 'href="/iam/inline-policies/edit/?user=ana&policy=own"' in html
    assert f'href="/iam/policies/view/?{urlencode({"arn": ADMINISTRATOR})}"' in html


def test_a_text_narrows_the_matrix_and_its_counts(alice: Caller, ana: None, browse: Browse) -> None:
    said = words(browse(alice), PAGE, text="GetObject")

    assert "Amazon S3, Read: Conditional 1 of" in said
    assert "Amazon S3, List" not in said


def test_a_text_that_nothing_holds_says_so(alice: Caller, ana: None, browse: Browse) -> None:
    assert "No service or action has xyzzy in its name." in words(browse(alice), PAGE, text="xyzzy")


def test_a_resource_settles_what_depends_on_it(alice: Caller, ana: None, browse: Browse) -> None:
    said = words(browse(alice), PAGE, resource="arn:aws:s3:::receipts")

    assert "Amazon S3, List: Allowed 1 of" in said


def test_what_is_no_arn_is_said_at_the_field(alice: Caller, ana: None, browse: Browse) -> None:
    response = browse(alice).get(PAGE, {"resource": "receipts"})

    assert response.status_code == 422
    assert b"Name one resource by its ARN" in response.content
    assert b'value="receipts"' in response.content


def test_a_resource_that_nobody_knows_has_no_actions(alice: Caller, ana: None, browse: Browse) -> None:
    assert "No action works on this resource" in words(browse(alice), PAGE, resource="arn:aws:nix:::receipts")


def test_nobody_without_policies_gets_a_matrix(root: Caller, alice: Caller, browse: Browse) -> None:
    create_user(root, user_name="ana")

    assert "No policy Nothing is allowed here but asking who one is" in words(browse(alice), PAGE)


@pytest.mark.parametrize("page", [PAGE, "/iam/groups/Cashiers/effective-access/"])
def test_who_may_not_simulate_is_told_why(
    root: Caller, bob: Caller, ana: None, browse: Browse, page: str
) -> None:
    deny = document({"Effect": "Deny", "Action": "iam:SimulatePrincipalPolicy", "Resource": "*"})
    put_user_policy(root, user_name="bob", policy_name="none", policy_document=deny)

    said = words(browse(bob), page)

    assert "you may not perform iam:SimulatePrincipalPolicy" in said
    assert "Amazon S3, List" not in said


def test_terms_are_kept_from_who_may_not_read_the_policy(
    root: Caller, bob: Caller, ana: None, browse: Browse
) -> None:
    deny = document({"Effect": "Deny", "Action": "iam:GetGroupPolicy", "Resource": "*"})
    put_user_policy(root, user_name="bob", policy_name="none", policy_document=deny)

    said = words(browse(bob), PAGE, service="s3", level="read")

    assert "statement FromTheShop Its terms are not shown to you." in said
    assert "203.0.113.0" not in said


def test_actions_come_fifty_at_a_time(root: Caller, alice: Caller, ana: None, browse: Browse) -> None:
    attach_user_policy(root, user_name="ana", policy_arn=ADMINISTRATOR)
    browser, query = browse(alice), {"service": "iam", "level": "write"}
    pages, after = [], ""
    while after is not None:
        html = browser.get(PAGE, {**query, **({"after": after} if after else {})}).content.decode()
        pages.append(re.findall(r"<code>(iam:\w+)</code>", html))
        found = re.search(r"after=([^#&\"]+)#why\" rel=\"next\"", html)
        after = found[1].replace("%3D", "=") if found else None  # type: ignore[assignment]  # it ends the loop

    seen = [name for page in pages for name in page]
    assert len(pages[0]) == 50
    assert len(seen) == len(set(seen)) == len(names_of("iam", AccessLevel.WRITE))


def names_of(prefix: str, level: AccessLevel) -> list[str]:
    found = map(catalog().action, catalog().actions_matching(f"{prefix}:*"))
    return [action.name for action in found if action and action.access_level is level]


def test_services_come_fifty_at_a_time(root: Caller, alice: Caller, ana: None, browse: Browse) -> None:
    attach_user_policy(root, user_name="ana", policy_arn=ADMINISTRATOR)
    browser = browse(alice)
    html = browser.get(PAGE).content.decode()
    following = re.search(r'href="(\?marker=[^"]+)" rel="next"', html)
    assert following is not None

    pages = [html, browser.get(PAGE + unescape(following[1])).content.decode()]

    first, second = (set(re.findall(r'id="cell-([\w-]+)-\w+"', page)) for page in pages)
    assert len(first) == len(second) == 50
    assert not first & second


def test_an_open_cell_is_on_the_page_that_is_shown(
    root: Caller, alice: Caller, ana: None, browse: Browse
) -> None:
    attach_user_policy(root, user_name="ana", policy_arn=ADMINISTRATOR)

    html = browse(alice).get(PAGE, {"service": "sts", "level": "write"}).content.decode()

    assert 'id="why"' in html
    assert '<a href="?">First page</a>' in html


def test_htmx_gets_the_matrix_alone(alice: Caller, ana: None, browse: Browse) -> None:
    html = browse(alice).get(PAGE, {"text": "s3"}, headers=HTMX).content.decode()

    assert 'id="effective-access"' in html
    assert "<html" not in html


@pytest.mark.parametrize("query", [{}, {"service": "s3", "level": "read"}], ids=["matrix", "reasons"])
def test_everything_takes_few_queries(
    root: Caller,
    alice: Caller,
    ana: None,
    browse: Browse,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    query: dict[str, str],
) -> None:
    attach_user_policy(root, user_name="ana", policy_arn=ADMINISTRATOR)
    put_user_permissions_boundary(root, user_name="ana", permissions_boundary=READ_ONLY)
    browser = browse(alice)
    browser.get(PAGE, query)

    with django_assert_max_num_queries(10):
        assert browser.get(PAGE, query).status_code == 200


@pytest.mark.parametrize("query", [{"service": "nix", "level": "read"}, {"service": "s3", "level": "x"}])
def test_a_cell_that_does_not_exist_is_left_closed(
    alice: Caller, ana: None, browse: Browse, query: dict[str, str]
) -> None:
    response = browse(alice).get(PAGE, query)

    assert response.status_code == 200
    assert b'id="why"' not in response.content


def test_what_nobody_can_be_denied_is_said_to_be_everybodys(alice: Caller, ana: None, browse: Browse) -> None:
    said = words(browse(alice), PAGE, service="sts", level="read")

    assert "Allowed. Everybody may, whatever the policies say. sts:GetCallerIdentity" in said


def test_a_key_that_has_to_let_its_account_in_is_not_for_policies_of_users(
    root: Caller, alice: Caller, ana: None, browse: Browse
) -> None:
    attach_user_policy(root, user_name="ana", policy_arn=ADMINISTRATOR)
    key = f"arn:aws:kms:eu-west-1:{root.account_id}:key/1234abcd-12ab-34cd-56ef-1234567890ab"

    said = words(browse(alice), PAGE, resource=key, quiet="1", service="kms", level="write")

    assert "Not allowed. On this resource, policies of users and groups alone cannot allow it." in said
