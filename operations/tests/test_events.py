from __future__ import annotations

import base64

import pytest

from audit.models import Event
from operations.caller import Caller
from operations.errors import AccessDenied, NoSuchEntity, ValidationError
from operations.events import get_event, list_events
from operations.searching import Slice
from operations.users import create_user, delete_user
from tests.cast import new_account, signed_in


@pytest.fixture
def shop(root: Caller, alice: Caller, carol: Caller) -> Caller:
    create_user(alice, user_name="ana")
    with pytest.raises(AccessDenied):
        delete_user(carol, user_name="ana")
    return root


def named(events: Slice[Event]) -> list[str]:
    return [event.event_name for event in events.items]


def test_the_newest_event_comes_first(shop: Caller) -> None:
    assert named(list_events(shop))[:2] == ["DeleteUser", "CreateUser"]


def test_events_are_found_by_name_principal_and_outcome(shop: Caller, alice: Caller) -> None:
    assert set(named(list_events(shop, text="createuser"))) == {"CreateUser"}
    assert named(list_events(shop, principal_id=alice.principal.unique_id)) == ["CreateUser"]
    assert named(list_events(shop, refused=True)) == ["DeleteUser"]
    assert "DeleteUser" not in named(list_events(shop, refused=False))


def test_pages_of_events_lead_there_and_back(shop: Caller) -> None:
    first = list_events(shop, max_items=2)
    second = list_events(shop, max_items=2, marker=first.next)
    back = list_events(shop, max_items=2, marker=second.previous)

    assert [event.pk for event in back.items] == [event.pk for event in first.items]
    assert second.items[0].sequence == first.items[1].sequence - 1


@pytest.mark.parametrize("marker", ["x", base64.b64encode(b'["", "abc", false]').decode()])
def test_a_made_up_marker_is_refused(shop: Caller, marker: str) -> None:
    with pytest.raises(ValidationError, match="Invalid Marker"):
        list_events(shop, marker=marker)


def test_one_event_is_read_by_its_id(shop: Caller) -> None:
    event = list_events(shop).items[0]

    assert get_event(shop, event_id=str(event.event_id)).hash == event.hash


def test_events_of_another_account_are_not_there(shop: Caller) -> None:
    other = new_account("olga@tea.example", "Tea shop")
    stranger, event = signed_in(other.root, other), list_events(shop).items[0]

    assert named(list_events(stranger)) == ["SignUp"]
    with pytest.raises(NoSuchEntity):
        get_event(stranger, event_id=str(event.event_id))


def test_the_trail_is_closed_to_those_without_the_right(shop: Caller, bob: Caller) -> None:
    with pytest.raises(AccessDenied, match="cloudtrail:LookupEvents"):
        list_events(bob)
