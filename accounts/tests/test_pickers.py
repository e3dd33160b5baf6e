"""What is typed into the search of a list to choose from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from operations.caller import Caller

Browse = Callable[[Caller], Browser]


@pytest.mark.parametrize("text", ["x" * 10_000, "a\0b"], ids=["long", "nul"])
def test_an_odd_search_keeps_the_wizard_open(text: str, alice: Caller, browse: Browse) -> None:
    response = browse(alice).post(
        "/iam/groups-create/?run=tab1", {"group_name": "Cashiers", "policies_text": text}, follow=True
    )

    assert response.status_code == 200
    assert 'value="Cashiers"' in response.text


def test_a_refused_form_keeps_its_search(alice: Caller, browse: Browse) -> None:
    response = browse(alice).post(
        "/iam/groups-create/?run=tab1",
        {"group_name": "two words", "policies_text": "ReadOnly", "go": "create"},
    )

    assert response.status_code == 422
    assert 'value="ReadOnly"' in response.text
