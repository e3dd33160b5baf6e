"""The list of policies and the tabs of one: who may see them, what they show, what their buttons do."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client

from operations.attachments import attach_group_policy, attach_role_policy, attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.errors import NoSuchEntity
from operations.groups import create_group
from operations.policies import create_policy, get_policy, list_entities_for_policy
from operations.roles import create_role
from operations.tags import list_policy_tags
from policies.models import Policy
from policies.tests.documents import LISTING

Browse = Callable[[Caller], Client]
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture
def receipts(root: Caller) -> Policy:
    """A policy of the account, attached to nobody."""
    return create_policy(
        root,
        policy_name="ReceiptsRead",
        policy_document=LISTING,
        description="For cashiers",
        tags=[{"Key": "job", "Value": "cashier"}],
    )


def url(page: str, policy: Policy | None = None, **query: str) -> str:
    arn = {"arn": policy.arn} if policy else {}
    return f"/iam/policies/{page}?{urlencode({**arn, **query})}"


def shown(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


TABS = [
    "view/",
    "view/entities/",
    "view/tags/",
    "view/versions/",
    "view/check-access/",
    "attach/",
    "delete/",
    "edit/",
]


@pytest.mark.parametrize("page", TABS)
def test_a_page_takes_few_queries(
    browse: Browse,
    alice: Caller,
    receipts: Policy,
    page: str,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    browser, address = browse(alice), url(page, receipts, draft="tab1")
    browser.get(address)

    with django_assert_max_num_queries(12):
        browser.get(address)


def test_the_list_takes_at_most_ten_queries(
    browse: Browse,
    alice: Caller,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    browser = browse(alice)
    browser.get("/iam/policies/")

    with django_assert_max_num_queries(10):
        browser.get("/iam/policies/")


def test_who_has_nothing_sees_no_list(browse: Browse, carol: Caller) -> None:
    response = browse(carol).get("/iam/policies/")

    assert response.status_code == 403
    assert "iam:ListPolicies" in response.content.decode()


@pytest.mark.parametrize("page", TABS)
def test_who_has_nothing_sees_no_tab(browse: Browse, carol: Caller, receipts: Policy, page: str) -> None:
    assert browse(carol).get(url(page, receipts)).status_code == 403


@pytest.mark.parametrize("page", [page for page in TABS if page != "attach/"])
def test_who_reads_sees_every_tab(browse: Browse, bob: Caller, receipts: Policy, page: str) -> None:
    assert browse(bob).get(url(page, receipts), follow=True).status_code == 200


def test_the_list_is_narrowed_by_text_type_and_use(browse: Browse, alice: Caller, receipts: Policy) -> None:
    browser = browse(alice)

    assert "ReceiptsRead" in shown(browser, "/iam/policies/?text=receipts")
    assert "ReceiptsRead" not in shown(browser, "/iam/policies/?text=receipts&policy_type=aws")
    assert "AdministratorAccess" in shown(browser, "/iam/policies/?used_as=PermissionsPolicy")


def test_a_list_without_a_match_says_so(browse: Browse, alice: Caller) -> None:
    assert "No policy fits" in shown(browse(alice), "/iam/policies/?text=nothing-like-this")


def test_a_filter_answers_the_table_alone(browse: Browse, alice: Caller) -> None:
    response = browse(alice).get("/iam/policies/?text=billing", headers={"HX-Request": "true"})

    assert "<html" not in response.content.decode()
    assert "AWSBillingReadOnlyAccess" in response.content.decode()


def test_a_row_says_what_the_policy_opens_and_for_how_many(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    attach_user_policy(root, user_name="alice", policy_arn=receipts.arn)

    page = shown(browse(alice), "/iam/policies/?text=receipts")

    assert "Permissions policy (1)" in page
    assert "<span>List</span>" in page


def test_the_chosen_row_leads_to_the_page_of_the_act(browse: Browse, alice: Caller, receipts: Policy) -> None:
    response = browse(alice).get(url("act/", receipts, act="delete"))

    assert response.status_code == 303
    assert response["Location"].startswith("/iam/policies/delete/")


def test_an_act_without_a_chosen_row_asks_for_one(browse: Browse, alice: Caller) -> None:
    response = browse(alice).get("/iam/policies/act/?act=delete", follow=True)

    assert "Choose a policy first." in response.content.decode()


def test_the_permissions_are_told_in_words_and_as_json(browse: Browse, bob: Caller, receipts: Policy) -> None:
    page = shown(browse(bob), url("view/", receipts))

    assert "bucket <code>maven-repo-tutorial.asimi.net</code>" in page
    assert "&quot;s3:ListBucket&quot;" in page
    assert "For cashiers" in page


def test_a_statement_pointed_out_is_marked_in_the_json(browse: Browse, bob: Caller, receipts: Policy) -> None:
    page = shown(browse(bob), url("view/", receipts, statement="1"))

    assert page.count('class="l at"') == 6


def test_buttons_that_would_be_refused_say_why(browse: Browse, bob: Caller, receipts: Policy) -> None:
    page = shown(browse(bob), url("view/", receipts))

    assert "You may not perform iam:DeletePolicy here" in page
    assert "/iam/policies/delete/" not in page


def test_aws_policies_offer_neither_edit_nor_delete(browse: Browse, alice: Caller) -> None:
    page = shown(browse(alice), f"/iam/policies/view/?arn={ADMINISTRATOR}")

    assert "/iam/policies/edit/" not in page
    assert "/iam/policies/delete/" not in page


@pytest.mark.parametrize("page", ["edit/", "delete/"])
def test_aws_policies_are_not_changed_by_their_address_either(
    browse: Browse, alice: Caller, page: str
) -> None:
    response = browse(alice).get(f"/iam/policies/{page}?arn={ADMINISTRATOR}", follow=True)

    assert "AWS manages this policy" in response.content.decode()


def test_a_policy_that_does_not_exist_is_no_page(browse: Browse, alice: Caller, receipts: Policy) -> None:
    assert browse(alice).get(f"/iam/policies/view/?arn={receipts.arn}X").status_code == 404


def test_entities_are_those_it_permits_and_those_it_bounds(
    browse: Browse, root: Caller, alice: Caller, carol: Caller, receipts: Policy
) -> None:
    create_group(root, group_name="Cashiers")
    attach_group_policy(root, group_name="Cashiers", policy_arn=receipts.arn)
    put_user_permissions_boundary(root, user_name="carol", permissions_boundary=receipts.arn)

    page = shown(browse(alice), url("view/entities/", receipts))

    assert "/iam/groups/Cashiers/" in page
    assert "/iam/users/carol/" in page


def test_roles_are_among_the_entities_and_named_before_it_goes(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    trust = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}'
    create_role(root, role_name="Cook", assume_role_policy_document=trust)
    create_role(
        root,
        role_name="Waiter",
        assume_role_policy_document=trust,
        permissions_boundary=receipts.arn,
    )
    attach_role_policy(root, role_name="Cook", policy_arn=receipts.arn)

    page = shown(browse(alice), url("view/entities/", receipts))

    assert '<th scope="row">Cook</th><td data-label="Entity type">Role' in page
    assert "/iam/roles/trust/?role=Cook" in page
    assert "Role Waiter" in page
    assert "detached from role <code>Cook</code>" in shown(browse(alice), url("delete/", receipts))


def test_a_policy_is_attached_to_users_and_groups_at_once(
    browse: Browse, root: Caller, alice: Caller, carol: Caller, receipts: Policy
) -> None:
    create_group(root, group_name="Cashiers")

    response = browse(alice).post(url("attach/", receipts), {"entities": ["user:carol", "group:Cashiers"]})

    assert response.status_code == 303
    entities = list_entities_for_policy(root, policy_arn=receipts.arn)
    assert [group.group_name for group in entities.policy_groups] == ["Cashiers"]
    assert [user.user_name for user in entities.policy_users] == ["carol"]


def test_whom_one_has_chosen_survives_another_page_and_another_filter(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    for number in range(52):
        create_group(root, group_name=f"Shift{number:02}")
    browser, address = browse(alice), url("attach/", receipts)
    marker = re.findall(r'name="marker" value="([^"]+)"', shown(browser, address))[-1]

    second = browser.post(address, {"entities": "group:Shift00", "marker": unescape(marker)})
    users = browser.post(
        address, {"entities": ["group:Shift00", "group:Shift51"], "kind": "user", "go": "filter"}
    )

    assert 'aria-label="Attach to group Shift51"' in second.content.decode()
    assert 'value="group:Shift00" checked' in second.content.decode()
    assert 'value="group:Shift51" checked' in users.content.decode()
    assert get_policy(root, policy_arn=receipts.arn).attachment_count == 0


def test_a_policy_in_a_list_to_choose_from_unfolds_its_json(
    browse: Browse, alice: Caller, receipts: Policy
) -> None:
    browser = browse(alice)

    part = browser.get(url("view/", receipts), headers={"HX-Request": "true"}).content.decode()

    assert f'aria-label="JSON of {receipts.policy_name}"' in part
    assert "<html" not in part


def test_attaching_to_one_that_does_not_exist_attaches_to_none(
    browse: Browse, root: Caller, alice: Caller, carol: Caller, receipts: Policy
) -> None:
    response = browse(alice).post(url("attach/", receipts), {"entities": ["user:carol", "user:nobody"]})

    assert response.status_code == 422
    assert get_policy(root, policy_arn=receipts.arn).attachment_count == 0


def test_attaching_to_nobody_asks_for_somebody(browse: Browse, alice: Caller, receipts: Policy) -> None:
    response = browse(alice).post(url("attach/", receipts), {"entities": ["nonsense"]})

    assert response.status_code == 422
    assert "Choose at least one user or group." in response.content.decode()


def test_a_refused_attachment_keeps_the_choice(
    browse: Browse, bob: Caller, carol: Caller, receipts: Policy
) -> None:
    response = browse(bob).post(url("attach/", receipts, kind="user"), {"entities": ["user:carol"]})

    assert response.status_code == 403
    assert (
        'value="user:carol" aria-label="Attach to user carol" data-select checked'
        in response.content.decode()
    )


def test_detaching_asks_first_and_then_detaches(
    browse: Browse, root: Caller, alice: Caller, carol: Caller, receipts: Policy
) -> None:
    attach_user_policy(root, user_name="carol", policy_arn=receipts.arn)
    browser = browse(alice)

    asked = browser.post(url("detach/", receipts), {"entities": ["user:carol"]})
    assert get_policy(root, policy_arn=receipts.arn).attachment_count == 1
    browser.post(url("detach/", receipts), {"entities": ["user:carol"], "is_confirmed": "on"})

    assert "carol" in asked.content.decode()
    assert get_policy(root, policy_arn=receipts.arn).attachment_count == 0


def test_a_policy_is_deleted_by_typing_its_name(
    browse: Browse, root: Caller, alice: Caller, carol: Caller, receipts: Policy
) -> None:
    attach_user_policy(root, user_name="carol", policy_arn=receipts.arn)
    browser = browse(alice)

    assert "user <code>carol</code>" in shown(browser, url("delete/", receipts))
    assert browser.post(url("delete/", receipts), {"confirmation": "receiptsread"}).status_code == 422
    assert browser.post(url("delete/", receipts), {"confirmation": "ReceiptsRead"}).status_code == 302

    with pytest.raises(NoSuchEntity):
        get_policy(root, policy_arn=receipts.arn)


def test_tags_are_added_changed_and_removed_in_one_step(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    rows = {"tags-TOTAL_FORMS": "2", "tags-INITIAL_FORMS": "1", "tags-0-key": "", "tags-1-key": "shop"}

    response = browse(alice).post(url("view/tags/edit/", receipts), {**rows, "tags-1-value": "centre"})

    assert response.status_code == 303
    assert list_policy_tags(root, policy_arn=receipts.arn).items == [{"Key": "shop", "Value": "centre"}]


def test_refused_tags_are_kept_as_typed(browse: Browse, bob: Caller, receipts: Policy) -> None:
    rows = {
        "tags-TOTAL_FORMS": "1",
        "tags-INITIAL_FORMS": "1",
        "tags-0-key": "shop",
        "tags-0-value": "centre",
    }

    response = browse(bob).post(url("view/tags/edit/", receipts), rows)

    assert response.status_code == 403
    assert 'value="centre"' in response.content.decode()
