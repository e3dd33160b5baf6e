"""Console passwords of IAM users: given by an administrator, changed by their owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from accounts import passwords, throttling
from accounts.models import FormerPassword, PasswordPolicy, RootUser, User
from operations.call import Call
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    EntityAlreadyExists,
    EntityTemporarilyUnmodifiable,
    InvalidUserType,
    NoSuchEntity,
    PasswordPolicyViolation,
    Throttling,
    ValidationError,
    WrongPassword,
)
from operations.operation import operation
from operations.users import name_or_own

MOST_FORMER = 24


@dataclass(frozen=True, slots=True)
class LoginProfile:
    """What IAM calls a user's console password. The password itself is never part of it."""

    user_name: str
    create_date: datetime | None
    password_reset_required: bool

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(user.user_name, user.password_create_date, user.password_reset_required)


@operation("iam:CreateLoginProfile")
def create_login_profile(
    call: Call,
    *,
    user_name: str | None = None,
    password: str | None = None,
    password_reset_required: bool | None = None,
) -> LoginProfile:
    """Give a user a console password; raises EntityAlreadyExists and PasswordPolicyViolation."""
    user = call.access(User, name_or_own(call, user_name))
    if user.has_console_access:
        raise EntityAlreadyExists(f"Login Profile for user {user.user_name} already exists.")
    if password is None:
        raise ValidationError("A password is needed.", parameter="password")
    _set(call, user, password, reset_required=bool(password_reset_required))
    call.undo_by("iam:DeleteLoginProfile", user_name=user.user_name)
    return LoginProfile.of(user)


@operation("iam:GetLoginProfile", reads=True)
def get_login_profile(call: Call, *, user_name: str | None = None) -> LoginProfile:
    """Since when a user has a console password; raises NoSuchEntity when there is none."""
    return LoginProfile.of(_with_profile(call.access(User, name_or_own(call, user_name))))


@operation("iam:UpdateLoginProfile")
def update_login_profile(
    call: Call, *, user_name: str, password: str | None = None, password_reset_required: bool | None = None
) -> None:
    """Set another password, or ask for a change at the next sign-in. Sessions of the user end with a new one."""
    user = _with_profile(call.access(User, user_name))
    reset_required = (
        user.password_reset_required if password_reset_required is None else password_reset_required
    )
    if password is not None:
        _set(call, user, password, reset_required=reset_required)
        return
    user.password_reset_required = reset_required
    user.save(update_fields=["password_reset_required"])


@operation("iam:DeleteLoginProfile")
def delete_login_profile(call: Call, *, user_name: str | None = None) -> None:
    """Take the console password away; live sessions end at their next request."""
    user = _with_profile(call.access(User, name_or_own(call, user_name)))
    user.remove_password()
    user.save()


@operation("iam:ChangePassword")
def change_password(call: Call, *, old_password: str, new_password: str) -> None:
    """A user changes the own password; the policy must allow it, and so must the account's settings.

    With "allow users to change their own password" the right needs no policy, as in AWS; an explicit deny stands.
    Raises NoSuchEntity for a user without a password.
    """
    user = call.caller.user
    if user is None:
        raise InvalidUserType("Only an IAM user changes a password here: root does so on the account page.")
    _authorize_own_change(call, user)
    call.require_fresh_proof()
    text = "The old password was incorrect."
    ensure_right_password(call, _with_profile(user), old_password, parameter="old_password", text=text)
    if user.password_reset_required:
        raise EntityTemporarilyUnmodifiable("Sign in again: a change of the password is due there.")
    _set(call, user, new_password, reset_required=False, parameter="new_password")


def _authorize_own_change(call: Call, user: User) -> None:
    try:
        call.authorize(user.arn)
    except AccessDenied as error:
        policy = policy_of(call.account.pk)
        is_explicit = error.explanation is not None and error.explanation.is_explicit
        if policy is None or not policy.allow_users_to_change_password or is_explicit:
            raise


def ensure_right_password(
    call: Call,
    identity: User | RootUser,
    password: str,
    *,
    parameter: str,
    text: str = "The password is not right.",
) -> None:
    """Ask for a password that somebody signed in has to know; wrong ones count as at the sign-in.

    Raises Throttling while the identity is made to wait, and WrongPassword.
    """
    if throttling.is_blocked(identity.password_blocked_until, call.real_now):
        raise Throttling("Too many wrong passwords. Wait a few minutes, then try again.", parameter=parameter)
    if not passwords.is_right(password, identity.password):
        call.even_if_refused(lambda: throttling.note_wrong_password(identity, call.real_now))
        raise WrongPassword(text, parameter=parameter)


def policy_of(account_id: str) -> PasswordPolicy | None:
    return PasswordPolicy.objects.filter(account_id=account_id).first()


def rules_of(account_id: str) -> passwords.Rules:
    return passwords.Rules.of(policy_of(account_id))


def ensure_conforms(call: Call, user: User, password: str, *, parameter: str = "new_password") -> None:
    """Raise PasswordPolicyViolation, naming each rule that `password` breaks."""
    policy = policy_of(call.account.pk)
    names = [user.user_name, call.account.name, call.account.alias or "", call.account.id]
    faults = list(passwords.Rules.of(policy).broken_by(password, names=names))
    if policy is not None and policy.password_reuse_prevention and _was_used(user, password, policy):
        faults.append(f"It is one of the last {policy.password_reuse_prevention} passwords.")
    if faults:
        text = "Password does not conform to the account password policy. " + " ".join(faults)
        raise PasswordPolicyViolation(text, parameter=parameter)


def _was_used(user: User, password: str, policy: PasswordPolicy) -> bool:
    former = user.former_passwords.values_list("password", flat=True)[: policy.password_reuse_prevention]
    return any(passwords.is_right(password, stored) for stored in [user.password, *former] if stored)


def keep_former(user: User) -> None:
    """Remember the hash that is about to be replaced, and no more of them than a policy can ask about."""
    if not user.password or user.password_changed_date is None:
        return
    FormerPassword.objects.create(
        account_id=user.account_id, user=user, password=user.password, changed_date=user.password_changed_date
    )
    kept = user.former_passwords.values_list("pk", flat=True)[:MOST_FORMER]
    user.former_passwords.exclude(pk__in=list(kept)).delete()


def is_expired(caller: Caller, user: User, at: datetime | None = None) -> bool:
    """Whether the account's maximum age has passed since the password was set."""
    policy = policy_of(caller.account_id)
    expires = user.password_expires(policy.max_password_age if policy else None)
    moment = at or Call(caller, "").now
    return expires is not None and moment >= expires


def is_hard_expired(caller: Caller, user: User) -> bool:
    """Whether the account leaves an expired password to its administrators."""
    policy = policy_of(caller.account_id)
    return policy is not None and policy.hard_expiry and is_expired(caller, user)


def _set(call: Call, user: User, password: str, *, reset_required: bool, parameter: str = "password") -> None:
    ensure_conforms(call, user, password, parameter=parameter)
    keep_former(user)
    user.set_password(passwords.hashed(password), at=call.now, reset_required=reset_required)
    user.failed_passwords, user.password_blocked_until = 0, None
    user.save()


def _with_profile(user: User) -> User:
    if not user.has_console_access:
        raise NoSuchEntity(f"Login Profile for User {user.user_name} cannot be found.")
    return user
