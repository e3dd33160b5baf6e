"""Inline policies: the same editor, for one user or one group."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import (
    get_group_policy,
    get_user_policy,
    list_user_policies,
    put_user_policy,
)
from policies.tests.documents import LISTING, READING, Answer

Browse = Callable[[Caller], Client]


def write(browser: Client, page: str, holder: str, text: str = READING, **fields: str) -> Answer:
    return browser.post(
        f"/iam/inline-policies/{page}/?{holder}&draft=tab1", {"policy_document": text, **fields}
    )


def review(browser: Client, page: str, holder: str, **fields: str) -> Answer:
    address = f"/iam/inline-policies/{page}/review/?{holder}&draft=tab1"
    return browser.post(address, {"is_reviewed": "on", **fields})


def base_of(browser: Client, holder: str) -> str:
    page = browser.get(f"/iam/inline-policies/edit/?{holder}&draft=tab1").content.decode()
    return page.split('name="base_version_id" value="')[1].split('"')[0]


def names(root: Caller) -> list[str]:
    return [inline.policy_name for inline in list_user_policies(root, user_name="carol").items]


def test_an_inline_policy_is_created_for_a_user(
    browse: Browse, root: Caller, alice: Caller, carol: Caller
) -> None:
    browser = browse(alice)
    write(browser, "create", "user=carol")

    response = review(browser, "create", "user=carol", policy_name="Till")

    assert response.headers["Location"] == "/iam/users/carol/"
    assert get_user_policy(root, user_name="carol", policy_name="Till").text.document == READING


def test_an_inline_policy_is_created_for_a_group(browse: Browse, root: Caller, alice: Caller) -> None:
    create_group(root, group_name="Cashiers")
    browser = browse(alice)
    write(browser, "create", "group=Cashiers")

    response = review(browser, "create", "group=Cashiers", policy_name="Till")

    assert response.headers["Location"] == "/iam/groups/Cashiers/permissions/"
    assert get_group_policy(root, group_name="Cashiers", policy_name="Till").text.document == READING


def test_creating_does_not_replace_one_of_the_same_name(
    browse: Browse, root: Caller, alice: Caller, carol: Caller
) -> None:
    put_user_policy(root, user_name="carol", policy_name="Till", policy_document=LISTING)
    browser = browse(alice)
    write(browser, "create", "user=carol")

    response = review(browser, "create", "user=carol", policy_name="TILL")

    assert response.status_code == 422
    assert "has an inline policy called TILL already" in response.content.decode()
    assert get_user_policy(root, user_name="carol", policy_name="Till").text.document == LISTING


def test_an_inline_policy_is_edited(browse: Browse, root: Caller, alice: Caller, carol: Caller) -> None:
    put_user_policy(root, user_name="carol", policy_name="Till", policy_document=LISTING)
    browser, holder = browse(alice), "user=carol&policy=Till"
    write(browser, "edit", holder, base_version_id=base_of(browser, holder))

    review(browser, "edit", holder)

    assert get_user_policy(root, user_name="carol", policy_name="Till").text.document == READING


def test_a_text_changed_meanwhile_is_not_overwritten(
    browse: Browse, root: Caller, alice: Caller, carol: Caller
) -> None:
    put_user_policy(root, user_name="carol", policy_name="Till", policy_document=LISTING)
    browser, holder = browse(alice), "user=carol&policy=Till"
    write(browser, "edit", holder, base_version_id=base_of(browser, holder))
    theirs = LISTING.replace("ListReceipts", "Theirs")
    put_user_policy(root, user_name="carol", policy_name="Till", policy_document=theirs)

    response = review(browser, "edit", holder)

    assert response.headers["Location"].startswith("/iam/inline-policies/edit/?")
    assert get_user_policy(root, user_name="carol", policy_name="Till").text.document == theirs


def test_a_conflict_shows_the_text_of_the_other(
    browse: Browse, root: Caller, alice: Caller, carol: Caller
) -> None:
    put_user_policy(root, user_name="carol", policy_name="Till", policy_document=LISTING)

    response = write(browse(alice), "edit", "user=carol&policy=Till", base_version_id="0123456789abcdef")

    assert response.status_code == 409
    assert "Somebody changed this policy while you were typing." in response.content.decode()
    assert "ListReceipts" in response.content.decode()


def test_an_inline_policy_is_deleted_by_typing_its_name(
    browse: Browse, root: Caller, alice: Caller, carol: Caller
) -> None:
    put_user_policy(root, user_name="carol", policy_name="Till", policy_document=LISTING)
    browser, address = browse(alice), "/iam/inline-policies/delete/?user=carol&policy=Till"

    assert browser.post(address, {"confirmation": "till"}).status_code == 422
    assert browser.post(address, {"confirmation": "Till"}).status_code == 302

    assert names(root) == []


def test_in_the_dialog_a_deletion_leads_on_to_the_whole_page(
    browse: Browse, root: Caller, alice: Caller, carol: Caller
) -> None:
    put_user_policy(root, user_name="carol", policy_name="Till", policy_document=LISTING)
    address = "/iam/inline-policies/delete/?user=carol&policy=Till"

    response = browse(alice).post(address, {"confirmation": "Till"}, headers={"HX-Request": "true"})

    assert response["HX-Redirect"] == "/iam/users/carol/"


def test_who_only_reads_can_neither_save_nor_delete(
    browse: Browse, root: Caller, bob: Caller, carol: Caller
) -> None:
    put_user_policy(root, user_name="carol", policy_name="Till", policy_document=LISTING)
    browser = browse(bob)
    write(browser, "create", "user=carol")

    assert review(browser, "create", "user=carol", policy_name="Other").status_code == 403
    deletion = browser.post("/iam/inline-policies/delete/?user=carol&policy=Till", {"confirmation": "Till"})
    assert deletion.status_code == 403
    assert names(root) == ["Till"]


def test_who_has_nothing_cannot_read_one(browse: Browse, root: Caller, carol: Caller) -> None:
    put_user_policy(root, user_name="carol", policy_name="Till", policy_document=LISTING)

    for page in ("edit", "delete"):
        assert browse(carol).get(f"/iam/inline-policies/{page}/?user=carol&policy=Till").status_code == 403


@pytest.mark.parametrize("holder", ["", "user=carol&group=Cashiers", "user="])
def test_a_page_about_nobody_or_about_two_is_no_page(browse: Browse, alice: Caller, holder: str) -> None:
    assert browse(alice).get(f"/iam/inline-policies/create/?{holder}").status_code == 404
