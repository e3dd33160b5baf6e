"""Signing in: password, second factor, and what is due before the session is whole.

The steps between the password and the whole session are authorized by the half session itself; together with
signing up and the root user's password reset they are the only operations outside IAM policies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q

from accounts import passwords, throttling
from accounts.models import Account, RootUser, User
from accounts.names import name_key
from iamconsole import clock
from operations.call import Call
from operations.caller import Caller, Client, Credential, CredentialKind, nobody
from operations.errors import EntityTemporarilyUnmodifiable, PasswordPolicyViolation, SignInFailed, Throttling
from operations.login_profiles import (
    ensure_conforms,
    ensure_right_password,
    is_expired,
    is_hard_expired,
    keep_former,
)
from operations.mfa_devices import devices_of, ensure_consecutive, registered, spend_code
from operations.operation import operation

FAILED = (
    "Your sign-in information is incorrect. Check the account, the name and the password; "
    "after several failures, wait a few minutes before the next try."
)
HIDDEN_NAME = "HIDDEN_DUE_TO_SECURITY_REASONS"


class Step(StrEnum):
    """What is still to do before the session is whole."""

    CODE = "code"
    ENROL = "enrol"
    CHANGE_PASSWORD = "change-password"  # noqa: S105  the name of a step
    DONE = "done"


@dataclass(frozen=True, slots=True)
class SignInName:
    """Who somebody says to be: the root user by e-mail, or a user by account (id or alias) and name."""

    email: str = ""
    account: str = ""
    user_name: str = ""


def verify_password(client: Client, who: SignInName, password: str) -> Caller:
    """The half session of whoever has this password; raises SignInFailed (one text for all reasons) or Throttling."""
    at = clock.now()
    if throttling.is_network_slowed(client.source_ip, at):
        raise Throttling("Many sign-ins from your network have failed. Wait a moment, then try again.")
    account, identity = _find(who)
    # The hash is computed for everybody, found or not, blocked or not: the time tells nothing.
    is_right = passwords.is_right(password, identity.password if identity else "")
    blocked = identity is not None and throttling.is_blocked(identity.password_blocked_until, at)
    if identity is None or account is None or blocked or not is_right:
        _note_failure(client, account, identity, at, is_blocked=blocked)
        raise SignInFailed(FAILED)
    if identity.failed_passwords:
        with transaction.atomic():
            throttling.forget_wrong_passwords(identity)
    return Caller(
        identity, Credential(CredentialKind.HALF, issued=at, epoch=identity.session_epoch), account, client
    )


def _find(who: SignInName) -> tuple[Account | None, User | RootUser | None]:
    if who.email:
        root = RootUser.objects.select_related("account").filter(email_key=who.email.lower()).first()
        return (root.account, root) if root else (None, None)
    account = Account.objects.filter(Q(pk=who.account) | Q(alias=who.account.lower())).first()
    if account is None:
        return None, None
    user = (
        account.users.select_related("permissions_boundary").filter(name_key=name_key(who.user_name)).first()
    )
    return account, user


def _note_failure(
    client: Client,
    account: Account | None,
    identity: User | RootUser | None,
    at: datetime,
    *,
    is_blocked: bool,
) -> None:
    """Count it; chain it too, unless the identity is already made to wait (then the counter tells enough)."""
    with transaction.atomic():
        throttling.note_network_failure(client.source_ip, at)
        if identity is not None:
            throttling.note_wrong_password(identity, at)
    if not is_blocked:
        try:
            refuse_password(nobody(client, account), user_name=identity.label if identity else HIDDEN_NAME)
        except SignInFailed:
            return


@operation("iamconsole:ConsoleLogin")
def console_login(call: Call, *, authentication_code: str | None = None) -> Caller:
    """Finish the sign-in with a code, or without one where no device is asked for; returns the whole caller.

    Raises InvalidAuthenticationCode and Throttling. With a password change due the session stays half.
    """
    call.admit(CredentialKind.HALF)
    caller, credential = call.caller, call.caller.credential
    if credential.mfa_time is None and devices_of(caller).exists():
        spend_code(call, authentication_code or "")
        credential = replace(credential, mfa_time=call.real_now)
    return _advanced(call, replace(caller, credential=replace(credential, proof_time=call.real_now)))


@operation("iamconsole:RefuseLogin")
def refuse_password(call: Call, *, user_name: str) -> None:
    """Leave the failed sign-in in the trail."""
    call.admit(CredentialKind.NOBODY)
    raise SignInFailed("Failed authentication")


@operation("iamconsole:EnrolMFADevice")
def enrol_mfa_device(
    call: Call,
    *,
    virtual_mfa_device_name: str,
    base32_string_seed: str,
    authentication_code1: str,
    authentication_code2: str,
) -> Caller:
    """The first device of an identity that has none, in the middle of its sign-in.

    Raises EntityTemporarilyUnmodifiable when there is a device already: a half session never adds a second.
    """
    call.admit(CredentialKind.HALF)
    if devices_of(call.caller).exists():
        raise EntityTemporarilyUnmodifiable("An MFA device is already registered. Sign in with its code.")
    codes = (authentication_code1, authentication_code2)
    step = ensure_consecutive(base32_string_seed, codes, call.real_now)
    registered(call, virtual_mfa_device_name, base32_string_seed, step)
    credential = replace(call.caller.credential, mfa_time=call.real_now, proof_time=call.real_now)
    return _advanced(call, replace(call.caller, credential=credential))


@operation("iamconsole:ChangeExpiredPassword")
def change_expired_password(call: Call, *, old_password: str, new_password: str) -> Caller:
    """The change that is due before the session is whole; raises PasswordPolicyViolation and SignInFailed."""
    call.admit(CredentialKind.HALF)
    user = call.caller.user
    if user is None or step_of(call.caller, call.real_now) is not Step.CHANGE_PASSWORD:
        raise EntityTemporarilyUnmodifiable("No password change is due.")
    if is_hard_expired(call.caller, user):
        raise EntityTemporarilyUnmodifiable("Your password has expired. An administrator can set a new one.")
    ensure_right_password(call, user, old_password, parameter="old_password")
    if old_password == new_password:
        raise PasswordPolicyViolation(
            "The new password must differ from the old one.", parameter="new_password"
        )
    ensure_conforms(call, user, new_password)
    keep_former(user)
    user.set_password(passwords.hashed(new_password), at=call.now, reset_required=False)
    user.save()
    credential = replace(call.caller.credential, epoch=user.session_epoch)
    return _advanced(call, replace(call.caller, principal=user, credential=credential))


def _advanced(call: Call, caller: Caller) -> Caller:
    """The whole session when nothing more is due, else the half one with what it has proved."""
    if step_of(caller, call.real_now) is not Step.DONE:
        return caller
    caller.identity.password_last_used = call.real_now
    caller.identity.save(update_fields=["password_last_used"])
    call.respond(ConsoleLogin="Success", MFAUsed="Yes" if caller.has_mfa else "No")
    return replace(caller, credential=replace(caller.credential, kind=CredentialKind.CONSOLE))


def step_of(caller: Caller, at: datetime) -> Step:
    """What comes next for a half session."""
    if caller.credential.mfa_time is None:
        if devices_of(caller).exists():
            return Step.CODE
        if must_enrol(caller, at):
            return Step.ENROL
    return Step.CHANGE_PASSWORD if _is_change_due(caller) else Step.DONE


def must_enrol(caller: Caller, at: datetime) -> bool:
    """Root always; a user when the account's days of grace since its creation are over."""
    user, account = caller.user, caller.account
    if user is None or account is None:
        return True
    return at + account.clock_offset >= user.create_date + timedelta(days=account.mfa_grace_days)


def _is_change_due(caller: Caller) -> bool:
    user = caller.user
    return user is not None and (user.password_reset_required or is_expired(caller, user))


@operation("iamconsole:ConfirmIdentity")
def confirm_identity(
    call: Call, *, authentication_code: str | None = None, password: str | None = None
) -> Caller:
    """A fresh proof before a sensitive act: a code, or the password where there is no device."""
    call.admit(CredentialKind.CONSOLE)
    caller = call.caller
    credential = replace(caller.credential, proof_time=call.real_now)
    if devices_of(caller).exists():
        spend_code(call, authentication_code or "")
        return replace(caller, credential=replace(credential, mfa_time=call.real_now))
    ensure_right_password(call, caller.identity, password or "", parameter="password")
    return replace(caller, credential=credential)


@operation("iamconsole:SignOut")
def sign_out(call: Call) -> None:
    """End this session. What it leaves behind is the event."""
    call.admit(CredentialKind.CONSOLE, CredentialKind.HALF)


@operation("iamconsole:SignOutEverywhere")
def sign_out_everywhere(call: Call) -> None:
    """End every session of the caller, this one included."""
    call.admit(CredentialKind.CONSOLE)
    identity = call.caller.identity
    identity.end_sessions()
    identity.save(update_fields=["session_epoch"])
