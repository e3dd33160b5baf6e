from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from iamconsole.clock import now
from operations import recorded_activity
from operations.attachments import attach_user_policy
from operations.caller import Caller
from operations.errors import AccessDenied, NoSuchEntity, ValidationError
from operations.inline_policies import put_user_policy
from operations.recorded_activity import UsedAction, list_user_activity, oldest_looked_at, used
from operations.users import create_user, delete_user, list_users
from tests.cast import READ_ONLY, MovableClock, new_account, signed_in


def activity(caller: Caller, days: int = 30, user_name: str = "alice") -> dict[str, UsedAction]:
    return {each.action: each for each in list_user_activity(caller, user_name=user_name, days=days).actions}


@pytest.fixture
def busy(root: Caller, alice: Caller) -> Caller:
    create_user(alice, user_name="ana")
    create_user(alice, user_name="ben")
    attach_user_policy(alice, user_name="ana", policy_arn=READ_ONLY)
    list_users(alice)
    return root


def test_changes_are_counted_with_their_resources(busy: Caller) -> None:
    found = activity(busy)

    home = f"arn:aws:iam::{busy.account_id}:user"
    assert found["iam:CreateUser"].count == 2
    assert sorted(found["iam:CreateUser"].resources) == [f"{home}/ana", f"{home}/ben"]
    assert found["iam:AttachUserPolicy"].resources == [f"{home}/ana"]


def test_reads_are_known_by_their_last_time_alone(busy: Caller) -> None:
    read = activity(busy)["iam:ListUsers"]

    assert (read.count, read.resources) == (None, ())
    assert now() - read.last_time < timedelta(minutes=1)


def test_what_was_refused_or_done_by_others_is_not_there(busy: Caller, carol: Caller) -> None:
    with pytest.raises(AccessDenied):
        delete_user(carol, user_name="ana")

    assert activity(busy, user_name="carol") == {}
    assert "iam:DeleteUser" not in activity(busy)


def test_what_is_older_than_the_period_is_left_out(busy: Caller, clock: MovableClock) -> None:
    clock.travel(days=10)

    assert activity(busy, days=9) == {}
    assert "iam:CreateUser" in activity(busy, days=11)


def test_only_the_newest_events_are_looked_at(busy: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded_activity, "MOST_EVENTS", 2)

    found = list_user_activity(busy, user_name="alice", days=30)

    assert found.is_cut
    created = next(each for each in found.actions if each.action == "iam:CreateUser")
    assert created.resources == [f"arn:aws:iam::{busy.account_id}:user/ben"]


def test_the_number_of_queries_does_not_grow_with_the_events(busy: Caller, alice: Caller) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as ran:
            list_user_activity(busy, user_name="alice", days=30)
        return len(ran)

    count()
    before = count()
    for number in range(20):
        create_user(alice, user_name=f"user-{number}")

    assert count() == before


def test_the_events_of_a_user_are_found_by_an_index(busy: Caller, alice: Caller) -> None:
    events = Event.objects.filter(account_id=busy.account_id, principal_id=alice.principal.unique_id)
    with CaptureQueriesContext(connection) as ran:
        list(used(events, since=now(), after=oldest_looked_at(events)))
    with connection.cursor() as cursor:
        is_sqlite = connection.vendor == "sqlite"
        if not is_sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")
        plans = []
        for query in ran:
            cursor.execute(f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{query['sql']}")
            plans.append(" ".join(str(row[-1]) for row in cursor.fetchall()))

    assert len(plans) == 2
    assert all("principal" in plan and "Seq Scan" not in plan and "SCAN" not in plan for plan in plans)


def test_both_the_trail_and_the_user_have_to_be_open(root: Caller, busy: Caller, carol: Caller) -> None:
    trail = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"cloudtrail:LookupEvents","Resource":"*"}}'
    put_user_policy(root, user_name="carol", policy_name="trail", policy_document=trail)

    with pytest.raises(AccessDenied, match="iam:GetUser"):
        activity(carol)


def test_nobody_has_no_activity_and_no_account_sees_another(busy: Caller) -> None:
    other = new_account("mia@tea.example", "Tea house")

    with pytest.raises(NoSuchEntity):
        activity(busy, user_name="nobody")
    with pytest.raises(NoSuchEntity):
        activity(signed_in(other.root, other))


@pytest.mark.parametrize("days", [0, 91])
def test_a_period_has_one_to_ninety_days(busy: Caller, days: int) -> None:
    with pytest.raises(ValidationError):
        activity(busy, days=days)
