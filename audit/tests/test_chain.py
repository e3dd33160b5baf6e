"""The chain finds what was done to the trail behind its back."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from audit import chain
from audit.models import Event, Head
from iamconsole import clock as time_source
from operations.caller import Caller
from operations.errors import AccessDenied
from operations.users import create_user, delete_user

Tampering = Callable[[], object]


@pytest.fixture
def trail(root: Caller, carol: Caller) -> list[Event]:
    """Six events of one account, one of them a refusal."""
    for name in ("ana", "ben", "cleo"):
        create_user(root, user_name=name)
    with pytest.raises(AccessDenied):
        delete_user(carol, user_name="ana")
    return list(Event.objects.order_by("sequence"))


def test_an_untouched_trail_is_whole(trail: list[Event]) -> None:
    assert list(chain.breaks()) == []
    assert [event.sequence for event in trail] == list(range(1, len(trail) + 1))


def test_times_and_ids_hash_alike_before_and_after_storing(trail: list[Event]) -> None:
    assert all(event.hash == chain.event_hash(event) for event in trail)


def _swap_places() -> None:
    second, third = Event.objects.get(sequence=2), Event.objects.get(sequence=3)
    for event, sequence in ((second, 99), (third, 2), (second, 3)):
        Event.objects.filter(pk=event.pk).update(sequence=sequence)


def _forge_the_end() -> None:
    """Take the last event away and tell the head so, without the key."""
    Event.objects.latest("sequence").delete()
    Head.objects.update(events=F("events") - 1, last_hash=Event.objects.latest("sequence").hash)


def _rehash() -> None:
    """Change an event and compute its hash again: the one after it still tells."""
    event = Event.objects.get(sequence=3)
    event.event_name = "GetUser"
    event.hash = chain.event_hash(event)
    event.save()


@pytest.mark.parametrize(
    ("tampering", "text"),
    [
        (lambda: Event.objects.filter(sequence=3).update(event_name="GetUser"), "the event was changed"),
        (lambda: Event.objects.filter(sequence=6).update(error_code=""), "the event was changed"),
        (lambda: Event.objects.filter(sequence=2).update(user_identity={}), "the event was changed"),
        (lambda: Event.objects.filter(sequence=1).delete(), "event 1 is missing"),
        (lambda: Event.objects.filter(sequence=4).delete(), "event 4 is missing"),
        (
            lambda: Event.objects.latest("sequence").delete(),
            "the head says 6 events, the trail ends otherwise",
        ),
        (lambda: Event.objects.all().delete(), "the head says 6 events, the trail ends otherwise"),
        (_swap_places, "does not follow the one before it"),
        (_forge_the_end, "the head of the chain is missing or forged"),
        (lambda: Head.objects.all().delete(), "the head of the chain is missing or forged"),
        (_rehash, "does not follow the one before it"),
    ],
    ids=[
        "edited",
        "refusal made a success",
        "who erased",
        "first deleted",
        "middle deleted",
        "last deleted",
        "all deleted",
        "reordered",
        "head forged",
        "head deleted",
        "rehashed",
    ],
)
def test_tampering_is_found(trail: list[Event], tampering: Tampering, text: str) -> None:
    tampering()

    found = [broken.text for broken in chain.breaks()]

    assert any(text in one for one in found)


def test_the_command_fails_when_the_trail_is_broken(trail: list[Event]) -> None:
    call_command("verify_audit", stdout=io.StringIO())
    Event.objects.filter(sequence=3).delete()
    printed = io.StringIO()

    with pytest.raises(CommandError, match="The trail is broken in 1 place"):
        call_command("verify_audit", stderr=printed)

    assert f"{trail[0].account_id}, event 4: event 3 is missing" in printed.getvalue()


def exported(*arguments: str) -> list[dict[str, object]]:
    printed = io.StringIO()
    call_command("export_audit", *arguments, stdout=printed)
    return [json.loads(line) for line in printed.getvalue().splitlines()]


def test_the_export_speaks_cloudtrail(trail: list[Event]) -> None:
    records = exported("--format", "jsonl")

    refused = records[-1]
    assert [record["eventID"] for record in records] == [str(event.event_id) for event in trail]
    assert (refused["eventName"], refused["errorCode"], refused["readOnly"]) == (
        "DeleteUser",
        "AccessDenied",
        False,
    )
    assert "errorCode" not in records[0]


def test_the_export_is_narrowed_by_account_and_date(trail: list[Event]) -> None:
    today = time_source.now()

    assert exported("--account", "999999999999") == []
    assert len(exported("--account", str(trail[0].account_id), "--since", f"{today:%Y-%m-%d}")) == len(trail)
    assert exported("--since", "2999-01-01T00:00:00Z") == []


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="yesterday is no date"):
        call_command("export_audit", "--since", "yesterday")
