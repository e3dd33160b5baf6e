"""`.` and `..` are names that IAM allows, and a browser would take them out of an address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from operations.caller import Caller
from operations.groups import create_group
from operations.memberships import add_user_to_group
from operations.users import create_user

Browse = Callable[[Caller], Browser]

pytestmark = pytest.mark.parametrize("name", [".", ".."])


@pytest.fixture
def dots(root: Caller, name: str) -> Caller:
    create_user(root, user_name=name)
    create_group(root, group_name=name)
    add_user_to_group(root, group_name=name, user_name=name)
    return root


def test_the_list_of_users_links_what_is_named_by_dots(dots: Caller, name: str, browse: Browse) -> None:
    text = browse(dots).get("/iam/users/").text

    assert f'href="/iam/users/~{name}/"' in text
    assert f'href="/iam/groups/~{name}/"' in text


def test_the_search_links_what_is_named_by_dots(dots: Caller, name: str, browse: Browse) -> None:
    text = browse(dots).get("/iam/search/", {"q": f"delete {name}"}).text

    assert f'href="/iam/users/~{name}/delete/"' in text
    assert f'href="/iam/groups/~{name}/delete/"' in text
    assert f'href="/iam/users/~{name}/"' in browse(dots).get("/iam/search/", {"q": name}).text
