"""What every operation goes through: the decision, the transaction, the event, the revision."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, connection
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from audit.models import Event
from operations import trail
from operations.access import check_access
from operations.attachments import detach_user_policy
from operations.call import Call
from operations.caller import Caller, Client, nobody
from operations.errors import (
    AccessDenied,
    EntityAlreadyExists,
    InvalidClientTokenId,
    ServiceFailure,
    ValidationError,
)
from operations.login_profiles import create_login_profile
from operations.operation import act, operation, registered, registry
from operations.request_scope import request_scope
from operations.users import create_user, get_user, list_users
from tests.cast import ADMINISTRATOR, new_account, signed_in


@pytest.fixture
def undecided() -> Iterator[Callable[..., None]]:
    """An operation whose author forgot the decision."""
    real = registered()["iam:TagRole"]

    @operation("iam:TagRole")
    def tag_role(call: Call, *, role_name: str) -> None:
        call.account.users.create(
            user_id="AIDAX", user_name=role_name, name_key=role_name, create_date=call.now
        )

    yield tag_role
    registry["iam:TagRole"] = real


def test_an_operation_without_a_decision_fails_and_changes_nothing(
    root: Caller, undecided: Callable[..., None]
) -> None:
    with pytest.raises(ServiceFailure, match="no authorization decision"):
        undecided(root, role_name="ghost")

    assert not User.objects.filter(user_name="ghost").exists()


def test_a_write_leaves_one_event_and_a_new_revision(root: Caller, account: Account) -> None:
    before, events = Account.objects.get(pk=account.pk).revision, Event.objects.count()

    create_user(root, user_name="ana")

    assert Event.objects.count() == events + 1
    assert Account.objects.get(pk=account.pk).revision != before


def test_a_refused_write_is_recorded_though_it_is_undone(root: Caller) -> None:
    create_user(root, user_name="ana")

    with pytest.raises(EntityAlreadyExists):
        create_user(root, user_name="ANA")

    event = newest_event()
    assert (event.event_name, event.error_code) == ("CreateUser", "EntityAlreadyExists")


def test_a_denied_read_is_recorded_and_an_allowed_one_is_not(root: Caller, carol: Caller) -> None:
    events = Event.objects.count()
    list_users(root)
    assert Event.objects.count() == events

    with pytest.raises(AccessDenied):
        list_users(carol)

    event = newest_event()
    assert (event.event_name, event.error_code, event.read_only) == ("ListUsers", "AccessDenied", True)
    assert event.additional_event_data["decision"]["outcome"] == "implicitDeny"


def test_a_read_opens_no_transaction(root: Caller, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    list_users(root)

    with django_assert_num_queries(1) as queries:
        list_users(root)

    assert "SAVEPOINT" not in str(queries.captured_queries)


def newest_event() -> Event:
    event = Event.objects.first()
    assert event is not None
    return event


def hire(caller: Caller, *names: str) -> None:
    with act(caller, "HireTwo"):
        for name in names:
            create_user(caller, user_name=name)


def test_an_act_is_all_or_nothing_and_leaves_one_refusal(root: Caller) -> None:
    events = Event.objects.count()

    with pytest.raises(EntityAlreadyExists):
        hire(root, "ana", "Ana")

    assert not User.objects.filter(user_name="ana").exists()
    assert Event.objects.count() == events + 1
    assert newest_event().additional_event_data["act"] == "HireTwo"


def test_an_act_appends_its_events_together(root: Caller) -> None:
    hire(root, "ana", "ben")

    newest = list(Event.objects.all()[:2])
    assert [event.request_parameters["userName"] for event in newest] == ["ben", "ana"]
    assert newest[0].previous_hash == newest[1].hash


def test_a_caller_deleted_meanwhile_writes_nothing_more(root: Caller, alice: Caller) -> None:
    User.objects.filter(user_name="alice").update(session_epoch=7)
    create_user(root, user_name="moves-the-revision")

    with pytest.raises(InvalidClientTokenId):
        create_user(alice, user_name="too-late")

    assert not User.objects.filter(user_name="too-late").exists()


def test_a_stranger_cannot_tell_who_exists(root: Caller, carol: Caller) -> None:
    create_user(root, user_name="ana", path="/shop/")

    messages = []
    for name in ("ana", "bob"):
        with pytest.raises(AccessDenied) as refused:
            get_user(carol, user_name=name)
        messages.append(refused.value.message.replace(name, "X"))

    assert messages[0] == messages[1]


def test_the_message_is_worded_as_in_aws(carol: Caller) -> None:
    with pytest.raises(AccessDenied) as refused:
        get_user(carol, user_name="ana")

    account_id = carol.account_id
    assert refused.value.message == (
        f"User: arn:aws:iam::{account_id}:user/carol is not authorized to perform: iam:GetUser on resource: "
        f"arn:aws:iam::{account_id}:user/ana because no identity-based policy allows the iam:GetUser action"
    )


def test_all_violations_come_in_one_validation_error(root: Caller) -> None:
    with pytest.raises(ValidationError) as refused:
        create_user(root, user_name="a" * 65, path="no-slash")

    assert refused.value.message.startswith("2 validation errors detected: Value 'aaa")
    assert (
        "at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64; "
        in (refused.value.message)
    )


def test_accounts_never_see_each_other(root: Caller) -> None:
    create_user(root, user_name="ana")
    other = new_account("mallory@other.example", "Other shop")
    stranger = signed_in(other.root, other)

    assert list(list_users(stranger).items) == []


def test_secrets_stay_out_of_the_trail(root: Caller) -> None:
    create_user(root, user_name="ana")
    create_login_profile(root, user_name="ana", password="Cinnamon-buns-4")

    with connection.cursor() as cursor:
        cursor.execute("SELECT request_parameters, response_elements, additional_event_data FROM audit_event")
        assert "Cinnamon-buns-4" not in str(cursor.fetchall())


def test_the_reads_of_one_request_gather_the_policies_once(
    alice: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    list_users(alice)

    with request_scope(), django_assert_num_queries(1 + 2):
        list_users(alice)
        list_users(alice)


def test_a_write_in_a_request_is_seen_by_its_later_reads(root: Caller, alice: Caller) -> None:
    with request_scope():
        list_users(alice)
        detach_user_policy(root, user_name="alice", policy_arn=ADMINISTRATOR)

        with pytest.raises(AccessDenied):
            list_users(alice)


def test_an_act_inside_an_act_is_a_part_of_it(root: Caller) -> None:
    create_user(root, user_name="ben")

    with pytest.raises(EntityAlreadyExists):
        hire_twice(root, ("ana",), ("BEN",))

    assert not User.objects.filter(user_name="ana").exists()
    assert newest_event().error_code == "EntityAlreadyExists"


def hire_twice(caller: Caller, *shifts: tuple[str, ...]) -> None:
    with act(caller, "HireShifts"):
        for names in shifts:
            hire(caller, *names)


@pytest.fixture
def undecided_read() -> Iterator[Callable[..., str]]:
    """A read whose author forgot the decision."""
    real = registered()["iam:GetRole"]

    @operation("iam:GetRole", reads=True)
    def get_role(call: Call, *, role_name: str) -> str:
        return role_name

    yield get_role
    registry["iam:GetRole"] = real


def test_a_read_without_a_decision_tells_nothing(root: Caller, undecided_read: Callable[..., str]) -> None:
    with pytest.raises(ServiceFailure, match="no authorization decision"):
        undecided_read(root, role_name="ghost")


def test_a_refusal_outside_any_account_stands_on_the_installations_chain(db: None) -> None:
    with pytest.raises(AccessDenied, match="Sign in first"):
        check_access(nobody(Client()), policy_document="{}", action_name="s3:GetObject")

    event = newest_event()
    assert (event.account_id, event.event_name, event.error_code) == (None, "CheckAccess", "AccessDenied")


def test_a_denial_is_answered_and_logged_though_it_cannot_be_recorded(
    carol: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: object) -> None:
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(trail, "append", full)

    with pytest.raises(AccessDenied):
        list_users(carol)

    assert caplog.messages == ["A refusal could not be recorded"]
