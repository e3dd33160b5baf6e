"""When a principal last used an action: noted now and then, and never at the cost of what was asked."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from accounts.models import User
from audit.models import Activity
from operations import trail
from operations.caller import Caller
from operations.users import count_users, create_user, get_user, list_users
from tests.cast import MovableClock


def test_a_use_is_counted_at_most_once_in_five_minutes(alice: Caller, clock: MovableClock) -> None:
    for minutes in (0, 4, 2):
        clock.travel(minutes=minutes)
        list_users(alice)

    assert Activity.objects.get(principal_id=alice.principal.unique_id, action="iam:ListUsers").count == 2


def test_the_uses_of_one_request_are_written_together(alice: Caller) -> None:
    with trail.uses_collected() as uses:
        list_users(alice)
        create_user(alice, user_name="ana")
    assert not Activity.objects.filter(principal_id=alice.principal.unique_id).exists()

    trail.write_down(uses)

    actions = Activity.objects.filter(principal_id=alice.principal.unique_id).values_list("action", flat=True)
    assert set(actions) == {"iam:ListUsers", "iam:CreateUser"}


def test_the_users_last_activity_follows(alice: Caller) -> None:
    count_users(alice)

    assert User.objects.get(user_name="alice").last_activity is not None


def test_a_note_that_cannot_be_written_fails_nothing(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(trail, "_note", full)

    assert count_users(alice) == 1


def test_a_full_memory_of_uses_starts_over(alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "MOST_NOTED", 1)

    for _ in range(2):
        list_users(alice)
        get_user(alice, user_name="alice")

    uses = Activity.objects.filter(principal_id=alice.principal.unique_id)
    assert dict(uses.values_list("action", "count")) == {"iam:ListUsers": 2, "iam:GetUser": 2}
