"""Editing makes versions: saved once, never over somebody else's, compared, set as default, deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from operations.caller import Caller
from operations.policies import create_policy, get_policy
from operations.policy_versions import create_policy_version, list_policy_versions
from policies.models import Policy
from policies.tests.documents import LISTING, READING, Answer, allow, document

Browse = Callable[[Caller], Client]


@pytest.fixture
def receipts(root: Caller) -> Policy:
    return create_policy(root, policy_name="ReceiptsRead", policy_document=LISTING)


def fill(root: Caller, policy: Policy) -> None:
    """Versions until there is no room for another."""
    for number in range(4):
        create_policy_version(
            root, policy_arn=policy.arn, policy_document=document(allow(f"s3:Get{number}*"))
        )


def write(browser: Client, policy: Policy, text: str = READING, base: str = "v1") -> Answer:
    return browser.post(
        f"/iam/policies/edit/?arn={policy.arn}&draft=tab1", {"policy_document": text, "base_version_id": base}
    )


def save(browser: Client, policy: Policy, **fields: str) -> Answer:
    return browser.post(f"/iam/policies/edit/review/?arn={policy.arn}&draft=tab1", {"is_sent": "1", **fields})


def numbers(root: Caller, policy: Policy) -> list[int]:
    return [version.number for version in list_policy_versions(root, policy_arn=policy.arn).items]


def default(root: Caller, policy: Policy) -> str:
    version_id: str = get_policy(root, policy_arn=policy.arn).default_version_id
    return version_id


def test_an_edit_begins_with_the_text_in_force(browse: Browse, alice: Caller, receipts: Policy) -> None:
    page = browse(alice).get(f"/iam/policies/edit/?arn={receipts.arn}&draft=tab1").content.decode()

    assert "ListReceipts" in page
    assert 'name="base_version_id" value="v1"' in page


def test_an_edit_is_saved_as_a_new_default_version(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    browser = browse(alice)
    write(browser, receipts)

    response = save(browser, receipts, set_as_default="on")

    assert response.status_code == 303
    assert default(root, receipts) == "v2"


def test_an_edit_may_wait_beside_the_default(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    browser = browse(alice)
    write(browser, receipts)

    save(browser, receipts)

    assert numbers(root, receipts) == [2, 1]
    assert default(root, receipts) == "v1"


def test_the_review_says_what_is_gained_and_lost(browse: Browse, alice: Caller, receipts: Policy) -> None:
    browser = browse(alice)
    write(browser, receipts)

    page = browser.get(f"/iam/policies/edit/review/?arn={receipts.arn}&draft=tab1").content.decode()

    gained, lost = page.split("Gained")[1].split("Lost")
    assert "s3:GetObject" in gained
    assert "s3:ListBucket" in lost


def test_a_version_saved_meanwhile_is_a_conflict_that_keeps_both_texts(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    theirs = document(allow("s3:PutObject", Sid="Theirs"))
    create_policy_version(root, policy_arn=receipts.arn, policy_document=theirs, set_as_default=True)

    response = write(browse(alice), receipts, base="v1")

    assert response.status_code == 409
    page = response.content.decode()
    assert "Somebody made v2 the default version while you were typing." in page
    assert "Theirs" in page
    assert "ReadReceipts" in page
    assert 'name="base_version_id" value="v2"' in page


def test_after_a_conflict_one_may_go_on_with_ones_own_text(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    browser = browse(alice)
    create_policy_version(root, policy_arn=receipts.arn, policy_document=LISTING, set_as_default=True)

    write(browser, receipts, base="v2")
    save(browser, receipts, set_as_default="on")

    assert default(root, receipts) == "v3"


def test_a_conflict_during_the_review_saves_nothing(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    browser = browse(alice)
    write(browser, receipts)
    create_policy_version(root, policy_arn=receipts.arn, policy_document=LISTING, set_as_default=True)

    response = save(browser, receipts, set_as_default="on")

    assert response.headers["Location"].startswith("/iam/policies/edit/?")
    assert numbers(root, receipts) == [2, 1]


def test_a_sixth_version_asks_which_one_to_drop(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    fill(root, receipts)
    browser = browse(alice)
    write(browser, receipts)

    assert save(browser, receipts, set_as_default="on").status_code == 422
    assert save(browser, receipts, set_as_default="on", dropped_version_id="v3").status_code == 303

    assert numbers(root, receipts) == [6, 5, 4, 2, 1]


def test_the_default_version_cannot_be_dropped_for_room(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    fill(root, receipts)
    browser = browse(alice)
    write(browser, receipts)

    assert save(browser, receipts, dropped_version_id="v1").status_code == 422


def test_a_refused_save_drops_no_version(browse: Browse, root: Caller, bob: Caller, receipts: Policy) -> None:
    fill(root, receipts)
    browser = browse(bob)
    write(browser, receipts)

    assert save(browser, receipts, dropped_version_id="v3").status_code == 403
    assert numbers(root, receipts) == [5, 4, 3, 2, 1]


def test_two_versions_are_shown_beside_each_other(
    browse: Browse, root: Caller, bob: Caller, receipts: Policy
) -> None:
    create_policy_version(root, policy_arn=receipts.arn, policy_document=READING)

    page = browse(bob).get(f"/iam/policies/view/versions/compare/?arn={receipts.arn}&old=v1&new=v2")

    assert 'class="l del" data-sign="−"' in page.content.decode()
    assert 'class="l add" data-sign="+"' in page.content.decode()


def test_equal_versions_have_no_difference(browse: Browse, bob: Caller, receipts: Policy) -> None:
    page = browse(bob).get(f"/iam/policies/view/versions/compare/?arn={receipts.arn}&old=v1&new=v1")

    assert "The two texts are the same." in page.content.decode()


@pytest.mark.parametrize("page", ["compare/?old=v1&new=v9", "compare/?old=nonsense&new=v1"])
def test_a_version_that_does_not_exist_is_not_compared(
    browse: Browse, bob: Caller, receipts: Policy, page: str
) -> None:
    response = browse(bob).get(f"/iam/policies/view/versions/{page}&arn={receipts.arn}")

    assert response.status_code in (400, 404)


def test_an_older_version_is_put_back_in_force(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    create_policy_version(root, policy_arn=receipts.arn, policy_document=READING, set_as_default=True)

    browse(alice).post(f"/iam/policies/view/versions/default/?arn={receipts.arn}", {"version": "v1"})

    assert default(root, receipts) == "v1"


def test_the_default_is_not_set_by_an_address_alone(browse: Browse, alice: Caller, receipts: Policy) -> None:
    response = browse(alice).get(f"/iam/policies/view/versions/default/?arn={receipts.arn}&version=v1")

    assert response.status_code == 405


def test_who_may_not_set_the_default_is_told_why(
    browse: Browse, root: Caller, bob: Caller, receipts: Policy
) -> None:
    create_policy_version(root, policy_arn=receipts.arn, policy_document=READING)
    browser = browse(bob)

    response = browser.post(f"/iam/policies/view/versions/default/?arn={receipts.arn}", {"version": "v2"})

    assert response.status_code == 403
    assert "iam:SetDefaultPolicyVersion" in response.content.decode()


def test_a_version_is_deleted_by_typing_its_id(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    create_policy_version(root, policy_arn=receipts.arn, policy_document=READING)
    browser, address = browse(alice), f"/iam/policies/view/versions/delete/?arn={receipts.arn}&version=v2"

    assert browser.post(address, {"confirmation": "v1"}).status_code == 422
    assert browser.post(address, {"confirmation": "v2"}).status_code == 302

    assert numbers(root, receipts) == [1]


def test_the_default_version_is_not_deleted(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    address = f"/iam/policies/view/versions/delete/?arn={receipts.arn}&version=v1"

    response = browse(alice).post(address, {"confirmation": "v1"})

    assert response.status_code == 422
    assert numbers(root, receipts) == [1]
