"""Devices of users in tests, and what they show."""

from __future__ import annotations

from accounts.totp import code_at, step_at
from iamconsole.clock import now
from operations.caller import Caller
from operations.mfa_devices import create_virtual_mfa_device, enable_mfa_device


def codes(seed: str) -> dict[str, str]:
    """Two codes in a row, as a form sends them."""
    step = step_at(now())
    return {"authentication_code1": code_at(seed, step - 1), "authentication_code2": code_at(seed, step)}


def assign_device(root: Caller, user_name: str) -> str:
    """Give the user a device; answers with its serial number."""
    made = create_virtual_mfa_device(root, virtual_mfa_device_name=f"{user_name}-phone")
    serial_number = made.device.serial_number
    enable_mfa_device(root, user_name=user_name, serial_number=serial_number, **codes(made.seed))
    return serial_number
