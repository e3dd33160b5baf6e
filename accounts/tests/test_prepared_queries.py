"""A compiled query answers as the query it was compiled from, however often it is asked."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Lower

from accounts.models import Attachment, User
from accounts.names import IdPrefix, new_unique_id
from accounts.prepared_queries import PreparedInsert, PreparedQuery, PreparedRows
from operations.attachments import attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.users import create_user
from tests.cast import READ_ONLY

BY_NAME = PreparedQuery(
    lambda account_id, key: User.objects.select_related("permissions_boundary").filter(
        account_id=account_id, name_key=key
    ),
    str,
    str,
)
ATTACHED = PreparedRows(
    lambda key: Attachment.objects.filter(user_id=key).values_list("policy__policy_name", "account_id"), int
)


def test_objects_are_those_of_the_query_set_with_what_they_are_related_to(root: Caller) -> None:
    create_user(root, user_name="ana", tags=[{"Key": "job", "Value": "cashier"}])
    put_user_permissions_boundary(root, user_name="ana", permissions_boundary=READ_ONLY)

    found = BY_NAME.first(root.account_id, "ana")

    expected = User.objects.select_related("permissions_boundary").get(name_key="ana")
    assert found is not None
    assert {field.attname: getattr(found, field.attname) for field in User._meta.concrete_fields} == {
        field.attname: getattr(expected, field.attname) for field in User._meta.concrete_fields
    }
    assert found.permissions_boundary is not None
    assert found.permissions_boundary.arn == READ_ONLY
    assert (found._state.db, found._state.adding) == ("default", False)


def test_an_absent_relation_is_none(root: Caller) -> None:
    create_user(root, user_name="ana")

    found = BY_NAME.first(root.account_id, "ana")

    assert found is not None
    assert found.permissions_boundary is None


@pytest.mark.parametrize("name", ["nobody", "' OR 1=1 --", "%", "\x01mark-0\x01"])
def test_values_are_values_and_nothing_else(root: Caller, name: str) -> None:
    create_user(root, user_name="ana")

    assert BY_NAME.first(root.account_id, name) is None


def test_rows_are_those_of_the_values_list(root: Caller) -> None:
    user = create_user(root, user_name="ana")
    attach_user_policy(root, user_name="ana", policy_arn=READ_ONLY)

    assert ATTACHED.all(user.pk) == [("IAMReadOnlyAccess", root.account_id)]
    assert ATTACHED.all(user.pk + 1) == []


@pytest.mark.django_db
def test_a_query_that_changes_its_values_cannot_be_prepared() -> None:
    changed = PreparedQuery(lambda key: User.objects.filter(name_key=key.upper()), str)

    with pytest.raises(ValueError, match="as it is"):
        changed.first("ana")


@pytest.mark.django_db
def test_a_value_may_stand_in_several_places(root: Caller) -> None:
    create_user(root, user_name="ana")
    twice = PreparedQuery(
        lambda key: User.objects.annotate(low=Lower("user_name")).filter(name_key=key, low=key), str
    )

    assert [user.user_name for user in twice.all("ana")] == ["ana"]


def test_a_new_row_gets_its_key_and_is_read_back_as_it_was(root: Caller) -> None:
    user = create_user(root, user_name="ana")
    twin = User(
        account=user.account,
        user_id=new_unique_id(IdPrefix.USER),
        user_name="ben",
        name_key="ben",
        create_date=user.create_date,
        tags=[{"Key": "job", "Value": "café"}],
    )

    PreparedInsert().insert(twin)

    read = User.objects.annotate(key=F("pk")).get(name_key="ben")
    assert (read.key, read.tags, read.create_date) == (twin.pk, twin.tags, user.create_date)
    assert connection.in_atomic_block
