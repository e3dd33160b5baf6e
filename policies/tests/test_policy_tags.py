"""Two people change the tags of one policy."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from operations.caller import Caller
from operations.policies import create_policy
from operations.tags import list_policy_tags, tag_policy
from policies.tests.documents import LISTING

Browse = Callable[[Caller], Client]
ROWS = {"tags-TOTAL_FORMS": "1", "tags-INITIAL_FORMS": "0", "tags-0-key": "shop", "tags-0-value": "centre"}


def test_tags_that_came_between_are_not_undone(browse: Browse, root: Caller, alice: Caller) -> None:
    arn = create_policy(root, policy_name="ReceiptsRead", policy_document=LISTING).arn
    browser, url = browse(alice), f"/iam/policies/view/tags/edit/?arn={arn}"
    seen = browser.get(url).context["seen"]
    tag_policy(root, policy_arn=arn, tags=[{"Key": "job", "Value": "cashier"}])

    response = browser.post(url, {**ROWS, "seen": seen})

    assert "Somebody changed the tags" in response.text
    assert 'value="centre"' in response.text
    assert list_policy_tags(root, policy_arn=arn).items == [{"Key": "job", "Value": "cashier"}]
