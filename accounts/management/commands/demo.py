"""`manage.py demo`: the coffee shop, ready to sign in to. Run it again for the codes of this moment."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import coffee_shop, totp
from accounts.models import Account, MFADevice
from accounts.sealing import unseal
from iamconsole import clock
from operations.account import create_account_alias
from operations.attachments import attach_group_policy
from operations.caller import Caller, system_caller
from operations.groups import create_group
from operations.installation import create_account
from operations.login_profiles import create_login_profile
from operations.memberships import add_user_to_group
from operations.mfa_devices import create_virtual_mfa_device, enable_mfa_device
from operations.operation import act
from operations.policies import create_policy
from operations.users import create_user


class Command(BaseCommand):
    help = "Load the coffee-shop account and print how to sign in to each identity."

    def handle(self, *_: object, **__: object) -> None:
        accounts = list(Account.objects.all()[:2])
        if not accounts:
            self.stdout.write("Opening the coffee shop ...")
            accounts = [open_shop()]
        if len(accounts) > 1 or accounts[0].alias != coffee_shop.ALIAS:
            raise CommandError("This database holds other accounts; the demo needs one of its own.")
        for line in instructions(accounts[0]):
            self.stdout.write(line)


def open_shop() -> Account:
    """The account with everybody in it, through the same operations as everything else."""
    made = create_account(
        system_caller(None),
        account_name=coffee_shop.ACCOUNT_NAME,
        email_address=coffee_shop.ROOT_EMAIL,
        password=password_of("root"),
        base32_string_seed=totp.new_seed(),
    )
    caller = system_caller(made.account)
    with act(caller, "OpenCoffeeShop"):
        create_account_alias(caller, account_alias=coffee_shop.ALIAS)
        _policies_and_groups(caller)
        for person in coffee_shop.PEOPLE:
            _hire(caller, person)
    return Account.objects.get(pk=made.account.pk)


def _policies_and_groups(caller: Caller) -> None:
    arns = dict(coffee_shop.AWS_MANAGED)
    for name, (description, document) in coffee_shop.POLICIES.items():
        policy = create_policy(caller, policy_name=name, policy_document=document, description=description)
        arns[name] = policy.arn
    for group_name, policy_names in coffee_shop.GROUPS.items():
        create_group(caller, group_name=group_name)
        for name in policy_names:
            attach_group_policy(caller, group_name=group_name, policy_arn=arns[name])


def _hire(caller: Caller, person: coffee_shop.Person) -> None:
    name = person.user_name
    create_user(caller, user_name=name, path=person.path, tags=[{"Key": "job", "Value": person.job}])
    create_login_profile(caller, user_name=name, password=password_of(name), password_reset_required=False)
    add_user_to_group(caller, group_name=person.group_name, user_name=name)
    new = create_virtual_mfa_device(caller, virtual_mfa_device_name=f"{name}-phone")
    # Two codes of the past, so that the code of this moment is still there to sign in with.
    step = totp.step_at(clock.now()) - 1
    enable_mfa_device(
        caller,
        user_name=name,
        serial_number=new.device.serial_number,
        authentication_code1=totp.code_at(new.seed, step - 1),
        authentication_code2=totp.code_at(new.seed, step),
    )


def password_of(name: str) -> str:
    """A password only this installation can compute, so that it need not be stored to be printed again."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"demo:{name}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest)[:16].decode().lower() + "-Bean7"


def instructions(account: Account) -> Iterator[str]:
    """How to sign in to each identity, with the code of this moment."""
    yield f"Coffee shop, account {account.grouped_id}: {settings.SITE_URL}/signin/{coffee_shop.ALIAS}/"
    devices = account.mfa_devices.filter(enable_date__isnull=False).select_related("user")
    codes = {device.user.user_name if device.user else "root": code_of(device) for device in devices}
    yield f"{'identity':34}{'password':26}code now"
    for name, shown in [
        ("root", f"root, {coffee_shop.ROOT_EMAIL}"),
        *((p.user_name,) * 2 for p in coffee_shop.PEOPLE),
    ]:
        yield f"{shown:34}{password_of(name):26}{codes.get(name, 'no device')}"
    seconds = totp.STEP - int(clock.now().timestamp()) % totp.STEP
    yield f"The codes change in {seconds} seconds: `make demo` prints them again."


def code_of(device: MFADevice) -> str:
    seed = unseal(device.seed, context=device.seal_context)
    return totp.code_at(seed, totp.step_at(clock.now()) + device.drift_steps)
