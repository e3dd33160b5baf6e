"""What the operator does through manage.py: accounts for scripts, bulk users, a way back for a lost root device."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Account, Group, Membership, SAMLProvider, User
from accounts.names import IdPrefix, new_unique_id
from accounts.sealing import is_current, seal, unseal
from operations.access_keys import new_access_key
from operations.call import Call
from operations.caller import Caller, CredentialKind
from operations.mfa_devices import root_device
from operations.operation import operation
from operations.signup import make_account

BATCH = 2000
BENCH_GROUPS = 10


@dataclass(frozen=True, slots=True)
class NewAccount:
    account: Account
    access_key_id: str = ""
    secret_access_key: str = ""


@operation("iamconsole:CreateAccount")
def create_account(
    call: Call,
    *,
    account_name: str,
    email_address: str,
    password: str,
    account_id: str | None = None,
    access_key: bool | None = None,
    base32_string_seed: str | None = None,
) -> NewAccount:
    """What signing up does, by the operator; with a root access key and a registered device when asked for."""
    call.admit(CredentialKind.SYSTEM)
    account = make_account(call, account_name, email_address, password, account_id=account_id)
    call.belongs_to(Caller(call.caller.principal, call.caller.credential, account, call.caller.client))
    call.respond(accountId=account.id)
    if base32_string_seed:
        root_device(call, "root-device", base32_string_seed).save()
    if not access_key:
        return NewAccount(account)
    made = new_access_key(call, None)
    return NewAccount(account, made.access_key.access_key_id, made.secret_access_key)


@operation("iamconsole:SeedUsers", action="iam:CreateUser")
def seed_users(call: Call, *, users: int) -> int:
    """Fill an account with users in ten groups, for measurements: bulk rows, one event, no quota."""
    call.authorize(User.arn_of(call.account.id, "*"))
    first = call.account.users.count()
    groups = [_bench_group(call, number) for number in range(BENCH_GROUPS)]
    for start in range(first, first + users, BATCH):
        numbers = range(start, min(start + BATCH, first + users))
        made = User.objects.bulk_create(_bench_user(call, number) for number in numbers)
        Membership.objects.bulk_create(
            Membership(account=call.account, user=user, group=groups[number % BENCH_GROUPS])
            for number, user in zip(numbers, made, strict=True)
        )
    call.account.gain_users(users)
    return users


def _bench_user(call: Call, number: int) -> User:
    name = f"bench-{number:06}"
    return User(
        account=call.account,
        user_id=new_unique_id(IdPrefix.USER),
        user_name=name,
        name_key=name,
        path=f"/bench/{number % BENCH_GROUPS}/",
        create_date=call.now,
    )


def _bench_group(call: Call, number: int) -> Group:
    name = f"bench-group-{number}"
    defaults = {"group_name": name, "group_id": new_unique_id(IdPrefix.GROUP), "create_date": call.now}
    return call.account.groups.get_or_create(name_key=name, defaults=defaults)[0]


@operation("iamconsole:RemoveRootMFA")
def remove_root_mfa(call: Call) -> int:
    """Take every device from a root user who lost them: the next sign-in enrols a new one. Sessions end."""
    call.admit(CredentialKind.SYSTEM)
    devices = call.account.mfa_devices.filter(for_root=True)
    count = devices.count()
    devices.delete()
    root = call.account.root
    root.end_sessions()
    root.save(update_fields=["session_epoch"])
    return count


@operation("iamconsole:RotateSecrets")
def rotate_secrets(call: Call) -> int:
    """Seal the account's secrets with the first of CONSOLE_KEYS. It can be stopped and started again at will."""
    call.admit(CredentialKind.SYSTEM)
    count = 0
    for device in call.account.mfa_devices.all():
        if not is_current(device.seed):
            device.seed = _sealed_again(device.seed, device.seal_context)
            device.save(update_fields=["seed"])
            count += 1
    for key in call.account.access_keys.all():
        if not is_current(key.secret):
            key.secret = _sealed_again(key.secret, key.seal_context)
            key.save(update_fields=["secret"])
            count += 1
    for certificate in call.account.server_certificates.all():
        if not is_current(certificate.private_key):
            certificate.private_key = _sealed_again(certificate.private_key, certificate.seal_context)
            certificate.save(update_fields=["private_key"])
            count += 1
    return count + sum(map(_rotate_keys_of, call.account.samlproviders.all()))


def _rotate_keys_of(provider: SAMLProvider) -> int:
    """How many private keys of a provider had to be sealed again."""
    old = [key for key in provider.private_keys if not is_current(key["PrivateKey"])]
    for key in old:
        key["PrivateKey"] = _sealed_again(key["PrivateKey"], provider.seal_context(key["KeyId"]))
    if old:
        provider.save(update_fields=["private_keys"])
    return len(old)


def _sealed_again(sealed: str, context: str) -> str:
    return seal(unseal(sealed, context=context), context=context)
