"""Virtual MFA devices: making, enabling, spending codes, resynchronising, taking away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts import qr_codes, throttling, totp
from accounts.models import MFADevice, RootUser, User
from accounts.names import name_key
from accounts.sealing import seal, unseal
from operations.call import Call
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    DeleteConflict,
    EntityAlreadyExists,
    InvalidAuthenticationCode,
    NoSuchEntity,
    Throttling,
    ValidationError,
)
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import ensure_room
from operations.tags import Tag, checked, tag_conditions
from operations.users import name_or_own

PAIR_REFUSED = (
    "Authentication code is not valid: type the code you see, wait for the next one, and type that."
)


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device just made: the one moment its seed can be seen."""

    device: MFADevice
    seed: str

    @property
    def uri(self) -> str:
        return totp.provisioning_uri(self.seed, f"{self.device.device_name}@{self.device.account_id}")

    @property
    def serial_number(self) -> str:
        return self.device.serial_number

    @property
    def base32_string_seed(self) -> bytes:
        """In Base32 like everywhere; on the wire it is a blob all the same."""
        return self.seed.encode()

    @property
    def qr_code_png(self) -> bytes:
        return qr_codes.png(self.uri)

    @property
    def tags(self) -> Sequence[Tag]:
        return list(self.device.tags)


def devices_of(caller: Caller) -> QuerySet[MFADevice]:
    """The enabled devices of the identity behind a sign-in."""
    enabled = MFADevice.objects.filter(account_id=caller.account_id, enable_date__isnull=False)
    if caller.is_root:
        return enabled.filter(for_root=True)
    return enabled.filter(user=caller.user) if caller.user else enabled.none()


def ensure_consecutive(seed: str, codes: tuple[str, str], at: datetime) -> int:
    """The later step of two codes in a row; raises InvalidAuthenticationCode, telling of a clock that is off."""
    step = totp.matching_pair(seed, codes, at=at)
    if step is not None:
        return step
    far = totp.matching_pair(seed, codes, at=at, reach=totp.RESYNC_STEPS)
    if far is None:
        raise InvalidAuthenticationCode(PAIR_REFUSED, parameter="authentication_code1")
    seconds = abs(far - totp.step_at(at)) * totp.STEP
    direction = "ahead" if far > totp.step_at(at) else "behind"
    raise InvalidAuthenticationCode(
        f"These codes are right for another time: the phone's clock is about {seconds} seconds {direction}. "
        "Set it to automatic time and try again.",
        parameter="authentication_code1",
    )


def spend_code(call: Call, code: str) -> MFADevice:
    """Spend one step of one device of the caller: of many posts of a code exactly one succeeds.

    The count of wrong codes is kept on the device and stays when the sign-in is refused. Raises Throttling and
    InvalidAuthenticationCode.
    """
    return _spend_one_of(call, devices_of(call.caller), code)


def spend_code_of(call: Call, serial_number: str, code: str) -> None:
    """The same for a call that names the device; raises AccessDenied, as STS does for whatever is wrong."""
    device = MFADevice.find(call.account, serial_number)
    own = devices_of(call.caller).filter(pk=device.pk) if device else MFADevice.objects.none()
    refused = AccessDenied("MultiFactorAuthentication failed with invalid MFA one time pass code.")
    if not own:
        raise refused
    try:
        _spend_one_of(call, own, code)
    except (InvalidAuthenticationCode, Throttling) as error:
        raise refused from error


def _spend_one_of(call: Call, enabled: QuerySet[MFADevice], code: str) -> MFADevice:
    devices = [device for device in enabled if not throttling.is_blocked(device.blocked_until, call.real_now)]
    if not devices:
        raise Throttling(
            "Too many wrong codes. Wait a while, then try again with a new code.",
            parameter="authentication_code",
        )
    for device in devices:
        seed = unseal(device.seed, context=device.seal_context)
        step = totp.matching_step(seed, code, at=call.real_now, drift=device.drift_steps)
        if step is not None and _spend(device, step):
            return device
    call.even_if_refused(lambda: _note_wrong_code(devices, call.real_now))
    raise InvalidAuthenticationCode(_wrong_code(call, devices, code), parameter="authentication_code")


def _note_wrong_code(devices: Sequence[MFADevice], at: datetime) -> None:
    """A wrong code counts against every device it was tried on."""
    for device in devices:
        throttling.note_wrong_code(device, at)


def _spend(device: MFADevice, step: int) -> bool:
    """Compare and set: the step is spent by whoever raises `last_step` to it, and by nobody after."""
    fresh = MFADevice.objects.filter(pk=device.pk, last_step__lt=step)
    return fresh.update(last_step=step, failed_codes=0, blocked_until=None) == 1


def _wrong_code(call: Call, devices: Sequence[MFADevice], code: str) -> str:
    """A hint for a clock that is off: it tells nothing to somebody who does not hold the right device."""
    if not totp.is_code(code):
        return "An MFA code is six digits."
    for device in devices:
        seed = unseal(device.seed, context=device.seal_context)
        if totp.matching_step(seed, code, at=call.real_now, drift=device.drift_steps) is not None:
            return "This code has been used already. Wait for the next one."
    return (
        "The MFA code is not right. If the phone shows this very code, its clock may be off: "
        "set it to automatic time."
    )


@operation("iam:CreateVirtualMFADevice")
def create_virtual_mfa_device(
    call: Call, *, virtual_mfa_device_name: str, path: str | None = None, tags: Sequence[Tag] = ()
) -> NewDevice:
    """Make a device that is nobody's yet, with a fresh seed that is shown once."""
    arn = MFADevice.arn_of(call.account.id, virtual_mfa_device_name, path or "/")
    call.authorize(arn, tag_conditions(tags))
    _ensure_free(call, virtual_mfa_device_name)
    seed = totp.new_seed()
    device = _new(call, virtual_mfa_device_name, seed, path=path or "/", tags=checked(tags))
    device.save()
    call.respond(serialNumber=device.serial_number)
    return NewDevice(device, seed)


@operation("iam:EnableMFADevice")
def enable_mfa_device(
    call: Call, *, user_name: str, serial_number: str, authentication_code1: str, authentication_code2: str
) -> None:
    """Give a device to a user after two consecutive codes, which are spent by it."""
    user = call.access(User, user_name)
    device = _existing(call, serial_number)
    if device.is_enabled:
        raise EntityAlreadyExists(f"MFA device {serial_number} is already in use.", parameter="serial_number")
    _ensure_device_room(call, user)
    seed = unseal(device.seed, context=device.seal_context)
    device.last_step = ensure_consecutive(seed, (authentication_code1, authentication_code2), call.real_now)
    device.user, device.enable_date = user, call.now
    device.save()


@operation("iamconsole:EnableRootMFADevice", action="iam:EnableMFADevice")
def enable_root_mfa_device(
    call: Call, *, serial_number: str, authentication_code1: str, authentication_code2: str
) -> None:
    """A further device for the root user, by the root user."""
    root = root_of(call)
    call.authorize(root.arn)
    device = _existing(call, serial_number)
    _ensure_device_room(call, root)
    seed = unseal(device.seed, context=device.seal_context)
    device.last_step = ensure_consecutive(seed, (authentication_code1, authentication_code2), call.real_now)
    device.for_root, device.enable_date = True, call.now
    device.save()


def root_of(call: Call) -> RootUser:
    """The caller, when it is the root user; raises ValidationError for everybody else."""
    if not isinstance(call.caller.principal, RootUser):
        raise ValidationError(
            "Only the root user can do this: sign in as root, with the account's e-mail address."
        )
    return call.caller.principal


@operation("iam:DeactivateMFADevice")
def deactivate_mfa_device(call: Call, *, user_name: str | None = None, serial_number: str) -> None:
    """Take a device from its user, whose sessions end. Root's devices answer to root alone."""
    device = MFADevice.find(call.account, serial_number)
    if device is not None and device.for_root and call.caller.is_root:
        _deactivate_for_root(call, device)
        return
    user = call.access(User, name_or_own(call, user_name))
    call.require_fresh_proof()
    if device is None or device.user_id != user.pk:
        raise NoSuchEntity(f"MFA device {serial_number} is not assigned to user {user.user_name}.")
    device.user, device.enable_date = None, None
    device.save()
    user.end_sessions()
    user.save(update_fields=["session_epoch"])


def _deactivate_for_root(call: Call, device: MFADevice) -> None:
    call.authorize(root_of(call).arn)
    call.require_fresh_proof()
    if call.account.mfa_devices.filter(for_root=True).count() == 1:
        raise DeleteConflict(
            "The root user always keeps one MFA device. Assign another before you remove this one."
        )
    device.for_root, device.enable_date = False, None
    device.save()


@operation("iam:DeleteVirtualMFADevice")
def delete_virtual_mfa_device(call: Call, *, serial_number: str) -> None:
    """Delete a device that is nobody's; its seed goes with it."""
    device = call.access(MFADevice, serial_number)
    if device.is_enabled:
        raise DeleteConflict("MFA VirtualDevice in use. Must deactivate first.")
    call.deleted(device.snapshot())
    device.delete()


@operation("iam:ResyncMFADevice")
def resync_mfa_device(
    call: Call, *, user_name: str, serial_number: str, authentication_code1: str, authentication_code2: str
) -> None:
    """Learn how far off a device's clock is, from two consecutive codes up to half an hour away."""
    user = call.access(User, user_name)
    device = MFADevice.find(call.account, serial_number)
    if device is None or device.user_id != user.pk:
        raise NoSuchEntity(f"MFA device {serial_number} is not assigned to user {user_name}.")
    seed = unseal(device.seed, context=device.seal_context)
    codes = (authentication_code1, authentication_code2)
    step = totp.matching_pair(seed, codes, at=call.real_now, reach=totp.RESYNC_STEPS)
    if step is None or step <= device.last_step:
        raise InvalidAuthenticationCode(PAIR_REFUSED, parameter="authentication_code1")
    device.drift_steps, device.last_step = step - totp.step_at(call.real_now), step
    device.failed_codes, device.blocked_until = 0, None
    device.save()


@operation("iam:GetMFADevice", reads=True)
def get_mfa_device(call: Call, *, serial_number: str, user_name: str | None = None) -> MFADevice:
    """One enabled device of a user; the caller's own when nobody is named. One of somebody else is not found."""
    if user_name is None and call.caller.is_root:
        call.authorize(call.caller.principal.arn)
        owned = call.account.mfa_devices.filter(for_root=True)
    else:
        user = call.access(User, name_or_own(call, user_name))
        owned = user.mfa_devices.all()
    device = MFADevice.find(call.account, serial_number)
    if device is None or not owned.filter(pk=device.pk, enable_date__isnull=False).exists():
        raise NoSuchEntity(MFADevice.missing(serial_number), parameter="serial_number")
    return device


@operation("iam:ListMFADevices", reads=True)
def list_mfa_devices(
    call: Call, *, user_name: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[MFADevice]:
    """The enabled devices of a user; of the root user when it asks and names nobody."""
    if user_name is None and call.caller.is_root:
        call.authorize(call.caller.principal.arn)
        return page_of(devices_of(call.caller), "name_key", marker=marker, max_items=max_items)
    user = call.access(User, name_or_own(call, user_name))
    return page_of(user.mfa_devices.all(), "name_key", marker=marker, max_items=max_items)


@operation("iam:ListVirtualMFADevices", reads=True)
def list_virtual_mfa_devices(
    call: Call,
    *,
    assignment_status: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Page[MFADevice]:
    """The devices of the account: all, those in use, or those that are nobody's."""
    call.authorize(MFADevice.arn_of(call.account.id, "*"))
    devices = call.account.mfa_devices.select_related("user")
    if assignment_status in ("Assigned", "Unassigned"):
        devices = devices.filter(enable_date__isnull=assignment_status == "Unassigned")
    return page_of(devices, "name_key", marker=marker, max_items=max_items)


def registered(call: Call, name: str, seed: str, step: int) -> MFADevice:
    """A device made and enabled in one step for the caller, its enrolment codes spent."""
    _ensure_free(call, name)
    device = _new(call, name, seed)
    device.user, device.for_root = call.caller.user, call.caller.is_root
    device.enable_date, device.last_step = call.now, step
    device.save()
    return device


def root_device(call: Call, name: str, seed: str) -> MFADevice:
    """An enabled device of the root user whose seed is known already: for scripts."""
    device = _new(call, name, seed)
    device.for_root, device.enable_date = True, call.now
    return device


def _new(
    call: Call, name: str, seed: str, *, path: str = "/", tags: Sequence[dict[str, str]] = ()
) -> MFADevice:
    device = MFADevice(
        account=call.account,
        device_name=name,
        name_key=name_key(name),
        path=path,
        create_date=call.now,
        tags=list(tags),
    )
    device.seed = seal(seed, context=device.seal_context)
    return device


def _existing(call: Call, serial_number: str) -> MFADevice:
    device = MFADevice.find(call.account, serial_number)
    if device is None:
        raise NoSuchEntity(MFADevice.missing(serial_number), parameter="serial_number")
    return device


def _ensure_free(call: Call, name: str) -> None:
    if call.account.mfa_devices.filter(name_key=name_key(name)).exists():
        raise EntityAlreadyExists(
            f"MFADevice with name {name} already exists. Choose another name.",
            parameter="virtual_mfa_device_name",
        )
    ensure_room(call.account.mfa_devices.all(), "USERS", "VirtualMFADevicesPerAccount")


def _ensure_device_room(call: Call, owner: User | RootUser) -> None:
    owned = Q(user=owner) if isinstance(owner, User) else Q(for_root=True)
    ensure_room(call.account.mfa_devices.filter(owned), "MFA_DEVICES_PER_USER", "MFADevicesPerUser")
