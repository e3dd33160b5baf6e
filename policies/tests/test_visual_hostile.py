"""The Visual view of documents made to delay it: answered in time, and no larger than a page may be."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client

from operations.caller import Caller
from policies.validation.tests.hostile import HOSTILE


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_is_drawn_in_time(
    browse: Callable[[Caller], Client], alice: Caller, text: str
) -> None:
    browser = browse(alice)
    started = time.monotonic()

    response = browser.post("/iam/policies/visual/", {"policy_document": text, "change": "show:0:condition"})

    assert response.status_code == 200
    assert len(response.content) < 500_000
    assert time.monotonic() - started < 3
