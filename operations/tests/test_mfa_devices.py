from __future__ import annotations

import pytest
from pytest_django import Settings

from accounts import totp
from accounts.models import MFADevice, User
from iamconsole import clock as time_source
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    DeleteConflict,
    EntityAlreadyExists,
    FreshProofRequired,
    InvalidAuthenticationCode,
    LimitExceeded,
    NoSuchEntity,
)
from operations.mfa_devices import (
    NewDevice,
    create_virtual_mfa_device,
    deactivate_mfa_device,
    delete_virtual_mfa_device,
    enable_mfa_device,
    enable_root_mfa_device,
    get_mfa_device,
    list_mfa_devices,
    list_virtual_mfa_devices,
    resync_mfa_device,
)
from operations.users import create_user
from tests.cast import MovableClock


def pair(seed: str, *, ahead: int = 0) -> dict[str, str]:
    step = totp.step_at(time_source.now()) + ahead
    return {
        "authentication_code1": totp.code_at(seed, step - 1),
        "authentication_code2": totp.code_at(seed, step),
    }


def enable(caller: Caller, user_name: str, new: NewDevice) -> None:
    enable_mfa_device(caller, user_name=user_name, serial_number=new.device.serial_number, **pair(new.seed))


@pytest.fixture
def phone(root: Caller, alice: Caller) -> NewDevice:
    new = create_virtual_mfa_device(root, virtual_mfa_device_name="alice-phone")
    enable(root, "alice", new)
    return new


def test_a_new_device_is_nobodys_and_shows_its_seed_once(root: Caller) -> None:
    new = create_virtual_mfa_device(root, virtual_mfa_device_name="phone")

    assert new.device.serial_number == f"arn:aws:iam::{root.account_id}:mfa/phone"
    assert new.uri.startswith("otpauth://totp/IAM%20Console:phone")
    assert not new.device.is_enabled
    assert new.seed not in MFADevice.objects.get().seed


def test_a_new_device_shows_its_seed_and_a_picture_of_it_this_once(root: Caller) -> None:
    tags = [{"Key": "job", "Value": "cashier"}]
    new = create_virtual_mfa_device(root, virtual_mfa_device_name="phone", tags=tags)

    assert (new.serial_number, new.tags) == (f"arn:aws:iam::{root.account_id}:mfa/phone", tags)
    assert new.base32_string_seed == new.seed.encode()
    assert new.qr_code_png.startswith(b"\x89PNG")


def test_two_consecutive_codes_enable_it(root: Caller, phone: NewDevice) -> None:
    devices = list_mfa_devices(root, user_name="alice").items

    assert [device.device_name for device in devices] == ["alice-phone"]


def test_a_device_in_use_is_not_given_to_another(root: Caller, phone: NewDevice, bob: Caller) -> None:
    with pytest.raises(EntityAlreadyExists):
        enable(root, "bob", phone)


@pytest.mark.usefixtures("alice")
def test_wrong_codes_do_not_enable_it(root: Caller) -> None:
    new = create_virtual_mfa_device(root, virtual_mfa_device_name="phone")

    with pytest.raises(InvalidAuthenticationCode):
        enable_mfa_device(
            root,
            user_name="alice",
            serial_number=new.device.serial_number,
            authentication_code1="000000",
            authentication_code2="000001",
        )


def test_a_ninth_device_is_refused(root: Caller, alice: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "MFA_DEVICES_PER_USER": 1}
    for name in ("one", "two"):
        new = create_virtual_mfa_device(root, virtual_mfa_device_name=name)
        if name == "one":
            enable(root, "alice", new)

    with pytest.raises(LimitExceeded, match="MFADevicesPerUser: 1"):
        enable(root, "alice", new)


def test_deactivating_ends_the_users_sessions(root: Caller, alice: Caller, phone: NewDevice) -> None:
    before = User.objects.get(user_name="alice").session_epoch

    deactivate_mfa_device(root, user_name="alice", serial_number=phone.device.serial_number)

    assert User.objects.get(user_name="alice").session_epoch == before + 1
    assert list_mfa_devices(root, user_name="alice").items == []


def test_deactivating_wants_a_fresh_proof(root: Caller, phone: NewDevice, clock: MovableClock) -> None:
    clock.travel(minutes=11)

    with pytest.raises(FreshProofRequired):
        deactivate_mfa_device(root, user_name="alice", serial_number=phone.device.serial_number)


def test_a_device_in_use_is_not_deleted(root: Caller, phone: NewDevice) -> None:
    with pytest.raises(DeleteConflict, match="Must deactivate first"):
        delete_virtual_mfa_device(root, serial_number=phone.device.serial_number)


def test_a_freed_device_is_deleted(root: Caller, phone: NewDevice) -> None:
    deactivate_mfa_device(root, user_name="alice", serial_number=phone.device.serial_number)

    delete_virtual_mfa_device(root, serial_number=phone.device.serial_number)

    assert not MFADevice.objects.exists()


def test_the_device_of_somebody_else_is_not_found_on_the_user(
    root: Caller, phone: NewDevice, bob: Caller
) -> None:
    with pytest.raises(NoSuchEntity, match="is not assigned to user bob"):
        deactivate_mfa_device(root, user_name="bob", serial_number=phone.device.serial_number)


def test_a_drifting_phone_is_resynchronised(root: Caller, phone: NewDevice, clock: MovableClock) -> None:
    clock.travel(minutes=5)

    resync_mfa_device(
        root, user_name="alice", serial_number=phone.device.serial_number, **pair(phone.seed, ahead=6)
    )

    assert MFADevice.objects.get().drift_steps == 6


def test_resynchronising_cannot_go_back_to_spent_codes(root: Caller, phone: NewDevice) -> None:
    with pytest.raises(InvalidAuthenticationCode):
        resync_mfa_device(
            root, user_name="alice", serial_number=phone.device.serial_number, **pair(phone.seed)
        )


def test_roots_devices_answer_to_root_alone(root: Caller, alice: Caller) -> None:
    new = create_virtual_mfa_device(root, virtual_mfa_device_name="root-phone")
    enable_root_mfa_device(root, serial_number=new.device.serial_number, **pair(new.seed))

    with pytest.raises(NoSuchEntity):
        deactivate_mfa_device(alice, user_name="alice", serial_number=new.device.serial_number)
    assert [device.device_name for device in list_mfa_devices(root).items] == ["root-phone"]


def test_root_keeps_the_last_device(root: Caller) -> None:
    new = create_virtual_mfa_device(root, virtual_mfa_device_name="root-phone")
    enable_root_mfa_device(root, serial_number=new.device.serial_number, **pair(new.seed))

    with pytest.raises(DeleteConflict, match="always keeps one"):
        deactivate_mfa_device(root, serial_number=new.device.serial_number)


def test_the_list_tells_assigned_from_unassigned(root: Caller, phone: NewDevice) -> None:
    create_virtual_mfa_device(root, virtual_mfa_device_name="drawer")

    assert [d.device_name for d in list_virtual_mfa_devices(root, assignment_status="Unassigned").items] == [
        "drawer"
    ]
    assert [d.device_name for d in list_virtual_mfa_devices(root, assignment_status="Assigned").items] == [
        "alice-phone"
    ]
    assert len(list_virtual_mfa_devices(root).items) == 2


def test_names_are_unique(root: Caller) -> None:
    create_virtual_mfa_device(root, virtual_mfa_device_name="phone")

    with pytest.raises(EntityAlreadyExists):
        create_virtual_mfa_device(root, virtual_mfa_device_name="PHONE")


def test_enabling_for_another_needs_the_right_on_that_user(root: Caller, carol: Caller) -> None:
    create_user(root, user_name="victim")
    new = create_virtual_mfa_device(root, virtual_mfa_device_name="phone")

    with pytest.raises(AccessDenied):
        enable(carol, "victim", new)


def test_root_parts_with_a_device_while_another_is_left(root: Caller) -> None:
    for name in ("old-phone", "new-phone"):
        new = create_virtual_mfa_device(root, virtual_mfa_device_name=name)
        enable_root_mfa_device(root, serial_number=new.device.serial_number, **pair(new.seed))

    deactivate_mfa_device(root, serial_number=f"arn:aws:iam::{root.account_id}:mfa/old-phone")

    assert [device.device_name for device in list_mfa_devices(root).items] == ["new-phone"]
    freed = list_virtual_mfa_devices(root, assignment_status="Unassigned").items
    assert [device.device_name for device in freed] == ["old-phone"]


def test_only_the_device_of_that_user_is_resynchronised(root: Caller, phone: NewDevice, bob: Caller) -> None:
    with pytest.raises(NoSuchEntity, match="is not assigned to user bob"):
        resync_mfa_device(
            root, user_name="bob", serial_number=phone.device.serial_number, **pair(phone.seed, ahead=2)
        )


def test_a_device_that_was_never_made_is_not_enabled(root: Caller, phone: NewDevice) -> None:
    serial_number = f"arn:aws:iam::{root.account_id}:mfa/ghost"

    with pytest.raises(NoSuchEntity, match="doesn't exist"):
        enable_mfa_device(root, user_name="alice", serial_number=serial_number, **pair(phone.seed))


def test_a_user_reads_the_own_device_without_a_name(alice: Caller, phone: NewDevice) -> None:
    device = get_mfa_device(alice, serial_number=phone.device.serial_number)

    assert (device.user_name, device.serial_number) == ("alice", phone.device.serial_number)
    assert device.enable_date is not None


def test_the_device_of_a_named_user_is_read(root: Caller, phone: NewDevice) -> None:
    device = get_mfa_device(root, user_name="alice", serial_number=phone.device.serial_number)

    assert device.user_name == "alice"


def test_the_device_of_another_is_not_found(
    root: Caller, alice: Caller, phone: NewDevice, bob: Caller
) -> None:
    with pytest.raises(NoSuchEntity):
        get_mfa_device(root, user_name="bob", serial_number=phone.device.serial_number)
    with pytest.raises(NoSuchEntity):
        get_mfa_device(bob, serial_number=phone.device.serial_number)


def test_the_right_to_read_a_device_is_needed_on_its_user(carol: Caller, phone: NewDevice) -> None:
    with pytest.raises(AccessDenied):
        get_mfa_device(carol, user_name="alice", serial_number=phone.device.serial_number)


def test_the_root_user_reads_a_device_of_its_own(root: Caller, alice: Caller) -> None:
    new = create_virtual_mfa_device(root, virtual_mfa_device_name="root-phone")
    enable_root_mfa_device(root, serial_number=new.device.serial_number, **pair(new.seed))

    assert get_mfa_device(root, serial_number=new.device.serial_number).user_name is None
    with pytest.raises(NoSuchEntity):
        get_mfa_device(alice, serial_number=new.device.serial_number)


def test_a_device_that_is_nobodys_is_not_found_on_anybody(root: Caller) -> None:
    drawer = create_virtual_mfa_device(root, virtual_mfa_device_name="drawer").device

    with pytest.raises(NoSuchEntity):
        get_mfa_device(root, serial_number=drawer.serial_number)
