"""How long somebody who guesses has to wait. Counters live on the identity and the device, never on a session."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.db.models import F

from accounts.models import MFADevice, NetworkFailures, RootUser, User

FREE_TRIES = 5
CODE_WAIT = timedelta(seconds=30)
LONGEST_CODE_WAIT = timedelta(hours=1)
PASSWORD_WAIT = timedelta(seconds=2)
LONGEST_PASSWORD_WAIT = timedelta(minutes=5)
NETWORK_WINDOW = timedelta(minutes=15)
NETWORK_FREE_TRIES = 300
NETWORK_WAIT = timedelta(seconds=2)


def wait_after(failures: int, first: timedelta, longest: timedelta) -> timedelta:
    """Nothing for the first tries, then doubling: an outsider can slow somebody down, never lock them out."""
    if failures < FREE_TRIES:
        return timedelta()
    # Beyond 2^20 the cap has long been reached, and the number would only grow.
    doublings: int = min(failures - FREE_TRIES, 20)
    return min(first * (1 << doublings), longest)


def note_wrong_code(device: MFADevice, at: datetime) -> None:
    failures = device.failed_codes + 1
    wait = wait_after(failures, CODE_WAIT, LONGEST_CODE_WAIT)
    MFADevice.objects.filter(pk=device.pk).update(
        failed_codes=F("failed_codes") + 1, blocked_until=at + wait if wait else None
    )


def note_wrong_password(identity: User | RootUser, at: datetime) -> None:
    wait = wait_after(identity.failed_passwords + 1, PASSWORD_WAIT, LONGEST_PASSWORD_WAIT)
    identity.failed_passwords = F("failed_passwords") + 1
    identity.password_blocked_until = at + wait if wait else None
    identity.save(update_fields=["failed_passwords", "password_blocked_until"])


def forget_wrong_passwords(identity: User | RootUser) -> None:
    identity.failed_passwords, identity.password_blocked_until = 0, None
    identity.save(update_fields=["failed_passwords", "password_blocked_until"])


def is_blocked(until: datetime | None, at: datetime) -> bool:
    return until is not None and at < until


def network_of(address: str) -> str:
    """The address itself, or its /64 in IPv6, where one subscriber has them all."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    return str(parsed) if parsed.version == 4 else str(ip_network(f"{parsed}/64", strict=False))  # noqa: PLR2004


def note_network_failure(address: str, at: datetime) -> None:
    row, made = NetworkFailures.objects.get_or_create(
        network=network_of(address), window=_window(at), defaults={"failures": 1, "last_failure": at}
    )
    if not made:
        NetworkFailures.objects.filter(pk=row.pk).update(failures=F("failures") + 1, last_failure=at)
    NetworkFailures.objects.filter(window__lt=_window(at) - 4).delete()


def is_network_slowed(address: str, at: datetime) -> bool:
    """After 300 failures in a quarter of an hour a network gets one try in two seconds: a delay, never a lock."""
    row = NetworkFailures.objects.filter(network=network_of(address), window=_window(at)).first()
    return row is not None and row.failures >= NETWORK_FREE_TRIES and at - row.last_failure < NETWORK_WAIT


def _window(at: datetime) -> int:
    return int(at.timestamp() // NETWORK_WINDOW.total_seconds())
