"""Many groups at once cost no more queries than one."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.test import Client as Browser

from iamconsole.middleware import QueryTimer
from operations.caller import Caller
from operations.groups import create_group
from operations.previews import preview_changes
from operations.users import create_user

Browse = Callable[[Caller], Browser]


def test_deleting_many_groups_asks_in_few_queries(root: Caller, alice: Caller, browse: Browse) -> None:
    names = [f"group-{number}" for number in range(12)]
    for name in names:
        create_group(root, group_name=name)
    browser, counter = browse(alice), QueryTimer()
    browser.get("/iam/")

    with connection.execute_wrapper(counter):
        answer = browser.post("/iam/groups-delete/", {"group_name": names})

    assert "Delete 12 user groups?" in answer.content.decode()
    assert counter.count <= 12


def test_joining_many_groups_is_previewed_in_the_queries_of_one(root: Caller, alice: Caller) -> None:
    create_user(root, user_name="ana")
    names = [f"group-{number}" for number in range(8)]
    for name in names:
        create_group(root, group_name=name)
    counted = []
    for joins in (names[:1], names[:1], names):
        counter = QueryTimer()
        with connection.execute_wrapper(counter):
            preview_changes(alice, joins=[{"UserName": "ana", "GroupName": name} for name in joins])
        counted.append(counter.count)

    assert counted[1] == counted[2]
