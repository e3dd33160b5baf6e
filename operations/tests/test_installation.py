from __future__ import annotations

import json
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts import totp
from accounts.models import AccessKey, Account, Membership, MFADevice, User
from accounts.sealing import SealBroken, is_current, seal, unseal
from iamconsole.clock import now
from operations.access_keys import create_access_key
from operations.caller import Caller
from operations.errors import AccessDenied, LimitExceeded
from operations.installation import create_account, remove_root_mfa

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ARGUMENTS = ("--email", "olga@shop.example", "--name", "Shop", "--password", "Beans-and-water-9")


def output(*command: str) -> str:
    stream = StringIO()
    call_command(*command, stdout=stream)
    return stream.getvalue()


def test_create_account_prints_one_line_of_json(db: None) -> None:
    answer = json.loads(output("create_account", *ARGUMENTS, "--account-id", "123456789012"))

    assert answer == {"AccountId": "123456789012"}
    assert Account.objects.get().root.email == "olga@shop.example"


def test_with_access_key_it_prints_the_key_once(db: None) -> None:
    answer = json.loads(output("create_account", *ARGUMENTS, "--access-key"))

    key = AccessKey.objects.get()
    assert (answer["AccessKeyId"], key.for_root) == (key.access_key_id, True)
    assert unseal(key.secret, context=key.seal_context) == answer["SecretAccessKey"]


def test_with_a_totp_secret_a_device_is_registered(db: None) -> None:
    output("create_account", *ARGUMENTS, "--totp-secret", SEED)

    device = MFADevice.objects.get()
    assert device.is_enabled
    assert unseal(device.seed, context=device.seal_context) == SEED


def test_create_account_says_what_is_wrong(account: Account) -> None:
    with pytest.raises(CommandError, match="already exists"):
        output("create_account", *ARGUMENTS, "--account-id", account.id)


def test_nobody_but_the_system_makes_accounts_like_this(root: Caller) -> None:
    with pytest.raises(AccessDenied):
        create_account(root, account_name="B", email_address="b@b.example", password="Beans-and-water-9")


def test_seed_bench_fills_an_account(account: Account) -> None:
    output("seed_bench", "--account-id", account.id, "--users", "25")

    assert (User.objects.count(), Membership.objects.count()) == (25, 25)


def test_an_account_that_is_not_there_is_named(db: None) -> None:
    with pytest.raises(CommandError, match="There is no account 999999999999"):
        output("seed_bench", "--account-id", "999999999999", "--users", "1")


def test_lost_devices_of_root_are_removed_by_the_operator_alone(root: Caller, db: None) -> None:
    output("create_account", *ARGUMENTS, "--account-id", "123456789012", "--totp-secret", SEED)

    output("remove_root_mfa", "--account-id", "123456789012")

    assert not MFADevice.objects.exists()
    with pytest.raises(AccessDenied):
        remove_root_mfa(root)


def test_rotating_reseals_everything_and_a_second_run_nothing(db: None, settings: Settings) -> None:
    output("create_account", *ARGUMENTS, "--totp-secret", SEED, "--access-key")
    settings.CONSOLE_KEYS = {"k2": Fernet.generate_key().decode(), **settings.CONSOLE_KEYS}

    assert "2 secrets sealed anew" in output("rotate_secrets")
    assert "0 secrets sealed anew" in output("rotate_secrets")
    assert is_current(MFADevice.objects.get().seed)


def test_a_secret_moved_to_another_row_is_refused(db: None) -> None:
    sealed = seal("secret", context="totp:1:phone")

    with pytest.raises(SealBroken):
        unseal(sealed, context="totp:2:phone")
    with pytest.raises(SealBroken):
        unseal("k9:x", context="totp:1:phone")


def test_a_third_access_key_is_refused(root: Caller) -> None:
    create_access_key(root)
    create_access_key(root)

    with pytest.raises(LimitExceeded, match="AccessKeysPerUser: 2"):
        create_access_key(root)


def test_the_demo_opens_the_shop_once_and_refuses_other_databases(db: None) -> None:
    assert "owner-admin" in output("demo")
    assert "already" not in output("demo")
    output("create_account", *ARGUMENTS)

    with pytest.raises(CommandError, match="other accounts"):
        output("demo")


def test_the_demos_codes_are_those_of_the_moment(db: None) -> None:
    text = output("demo")

    device = MFADevice.objects.get(user__user_name="ana")
    code = totp.code_at(unseal(device.seed, context=device.seal_context), totp.step_at(now()))
    assert code in text
