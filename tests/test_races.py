"""What must hold when many do the same at once, on both databases, with real commits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection

from accounts import totp
from accounts.models import Membership, MFADevice, User
from audit.models import Event
from iamconsole import clock as time_source
from operations.caller import Caller, Client
from operations.errors import ServiceError
from operations.groups import create_group
from operations.memberships import add_user_to_group
from operations.signin import SignInName, console_login, enrol_mfa_device, verify_password
from operations.users import create_user, delete_user
from tests.cast import (
    ADMINISTRATOR,
    ROOT_EMAIL,
    ROOT_PASSWORD,
    MovableClock,
    new_account,
    new_user,
    signed_in,
)

THREADS = 20
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def owner(own_database: None) -> Caller:
    account = new_account(ROOT_EMAIL, "Coffee shop")
    return signed_in(account.root, account)


def at_once(acts: list[Callable[[], object]]) -> list[bool]:
    """Whether each of the acts succeeded, all of them started together."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(_succeeded, acts))


def _succeeded(act: Callable[[], object]) -> bool:
    try:
        act()
    except ServiceError:
        return False
    finally:
        connection.close()
    return True


def test_of_many_posts_of_one_code_exactly_one_opens_a_session(owner: Caller, clock: MovableClock) -> None:
    half = verify_password(Client(), SignInName(email=ROOT_EMAIL), ROOT_PASSWORD)
    step = totp.step_at(time_source.now())
    enrol_mfa_device(
        half,
        virtual_mfa_device_name="phone",
        base32_string_seed=SEED,
        authentication_code1=totp.code_at(SEED, step - 1),
        authentication_code2=totp.code_at(SEED, step),
    )
    clock.travel(seconds=30)
    half = verify_password(Client(), SignInName(email=ROOT_EMAIL), ROOT_PASSWORD)
    code = totp.code_at(SEED, step + 1)

    opened = at_once([lambda: console_login(half, authentication_code=code)] * THREADS)

    assert sum(opened) == 1
    assert MFADevice.objects.get().last_step == step + 1


def test_the_quota_of_groups_holds_under_parallel_callers(owner: Caller) -> None:
    create_user(owner, user_name="ana")
    names = [f"group-{number}" for number in range(THREADS)]
    for name in names:
        create_group(owner, group_name=name)

    joined = at_once([partial(add_user_to_group, owner, group_name=name, user_name="ana") for name in names])

    assert sum(joined) == Membership.objects.count() == 10


def test_one_name_is_taken_once(owner: Caller) -> None:
    made = at_once([partial(create_user, owner, user_name="aNa" if n % 2 else "ana") for n in range(THREADS)])

    assert sum(made) == User.objects.count() == 1


def test_after_an_acknowledged_deletion_nothing_of_the_deleted_succeeds(owner: Caller) -> None:
    alice = new_user(owner, "alice", ADMINISTRATOR)
    User.objects.get(user_name="alice").attachments.all().delete()
    delete_user(owner, user_name="alice")

    made = at_once([partial(create_user, alice, user_name=f"late-{n}") for n in range(THREADS)])

    assert not any(made)


def test_the_trail_is_whole_after_parallel_writes(owner: Caller) -> None:
    at_once([partial(create_user, owner, user_name=f"user-{n}") for n in range(THREADS)])

    call_command("verify_audit")
    sequences = Event.objects.filter(account=owner.account).values_list("sequence", flat=True)
    assert sorted(sequences) == list(range(1, len(sequences) + 1))
