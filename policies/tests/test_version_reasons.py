"""Why a version was made: said once, shown with it, in the audit trail and in none of AWS's answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from operations.caller import Caller
from operations.errors import AccessDenied, EntityAlreadyExists
from operations.policies import create_policy
from operations.policy_versions import create_policy_version, get_policy_version, record_version_reason
from policies.models import Policy
from policies.tests.documents import LISTING, READING
from tests.api_server import Shop

Browse = Callable[[Caller], Client]
REASON = "Cashiers open receipts <from home>"


@pytest.fixture
def receipts(root: Caller) -> Policy:
    return create_policy(root, policy_name="ReceiptsRead", policy_document=LISTING)


def edit(browser: Client, policy: Policy, reason: str) -> int:
    draft = {"policy_document": READING, "base_version_id": "v1"}
    browser.post(f"/iam/policies/edit/?arn={policy.arn}&draft=tab1", draft)
    fields = {"set_as_default": "on", "reason": reason}
    return browser.post(f"/iam/policies/edit/review/?arn={policy.arn}&draft=tab1", fields).status_code


def test_a_version_is_saved_with_its_reason_and_shows_it_everywhere(
    browse: Browse, root: Caller, alice: Caller, receipts: Policy
) -> None:
    browser = browse(alice)

    assert edit(browser, receipts, REASON) == 303
    views = ("versions/?arn={}", "version/?arn={}&version=v2", "versions/compare/?arn={}&old=v1&new=v2")
    for view in views:
        page = browser.get("/iam/policies/view/" + view.format(receipts.arn)).content.decode()
        assert "Cashiers open receipts &lt;from home&gt;" in page


def test_the_reason_stands_in_the_trail(browse: Browse, alice: Caller, receipts: Policy) -> None:
    edit(browse(alice), receipts, REASON)

    event = Event.objects.get(event_name="RecordVersionReason")
    assert event.request_parameters["reason"] == REASON
    assert event.additional_event_data["act"] == "EditPolicy"


def test_a_reason_is_not_demanded(browse: Browse, root: Caller, alice: Caller, receipts: Policy) -> None:
    browser = browse(alice)

    assert edit(browser, receipts, " ") == 303
    assert "None given" in browser.get(f"/iam/policies/view/versions/?arn={receipts.arn}").content.decode()


def test_a_long_reason_is_refused_at_its_field(browse: Browse, alice: Caller, receipts: Policy) -> None:
    assert edit(browse(alice), receipts, "x" * 257) == 422


def test_nobody_rewrites_a_reason(root: Caller, receipts: Policy) -> None:
    create_policy_version(root, policy_arn=receipts.arn, policy_document=READING)
    record_version_reason(root, policy_arn=receipts.arn, version_id="v2", reason="First")

    with pytest.raises(EntityAlreadyExists):
        record_version_reason(root, policy_arn=receipts.arn, version_id="v2", reason="Second")
    assert get_policy_version(root, policy_arn=receipts.arn, version_id="v2").reason == "First"


def test_a_reason_needs_the_right_to_make_versions(bob: Caller, receipts: Policy) -> None:
    with pytest.raises(AccessDenied):
        record_version_reason(bob, policy_arn=receipts.arn, version_id="v1", reason="Because")


def test_the_api_makes_versions_without_reasons_and_tells_none(shop: Shop) -> None:
    iam: Any = shop.client("iam")
    arn = iam.create_policy(PolicyName="Reasoned", PolicyDocument=LISTING)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=READING, SetAsDefault=True)

    version = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]

    assert set(version) == {"Document", "VersionId", "IsDefaultVersion", "CreateDate"}
