"""Making an account with exactly its root user, and the root user's way back after a forgotten password."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.signing import BadSignature, Signer
from django.core.validators import validate_email

from accounts import passwords
from accounts.models import Account, RootUser
from accounts.names import new_account_id
from iamconsole import clock
from operations import letters
from operations.call import Call
from operations.caller import Caller, Credential, CredentialKind
from operations.errors import (
    AccessDenied,
    EntityAlreadyExists,
    PasswordPolicyViolation,
    ValidationError,
)
from operations.operation import operation
from operations.principals import Nobody

LINK_LIFE = timedelta(hours=1)
LETTER_INTERVAL = timedelta(minutes=5)


def is_fresh_installation() -> bool:
    """Whether nobody has signed up yet: the first page then leads to the sign-up."""
    return not Account.objects.exists()


def is_open() -> bool:
    """Whether somebody may sign up: SIGNUP is open, or it is `first` and there is no account yet."""
    if settings.SIGNUP == "first":
        return is_fresh_installation()
    return bool(settings.SIGNUP == "open")


@operation("iamconsole:SignUp")
def sign_up(call: Call, *, account_name: str, email_address: str, password: str) -> Caller:
    """Make an account and its root user; returns the half session in which root enrols MFA.

    Raises AccessDenied (signing up is closed), EntityAlreadyExists, ValidationError, PasswordPolicyViolation.
    """
    call.admit(CredentialKind.NOBODY)
    if not is_open():
        raise AccessDenied("Signing up is closed in this installation.")
    account = make_account(call, account_name, email_address, password)
    half = Credential(CredentialKind.HALF, issued=call.real_now)
    call.belongs_to(Caller(account.root, half, account, call.caller.client))
    call.respond(AccountId=account.id)
    return call.caller


def make_account(
    call: Call, account_name: str, email_address: str, password: str, *, account_id: str | None = None
) -> Account:
    """The rows of a new account; its id is drawn at random unless it is given."""
    _ensure_email(email_address)
    ensure_root_password(password, email_address, account_name)
    if account_id and Account.objects.filter(pk=account_id).exists():
        raise EntityAlreadyExists(f"Account {account_id} already exists.")
    account = Account.objects.create(
        id=account_id or new_account_id(), name=account_name, create_date=call.real_now
    )
    root = RootUser(account=account, email=email_address, email_key=email_address.lower())
    root.set_password(passwords.hashed(password), at=call.real_now, reset_required=False)
    root.session_epoch = 0
    root.save()
    return account


def _ensure_email(email_address: str) -> None:
    try:
        validate_email(email_address)
    except DjangoValidationError as error:
        raise ValidationError("This is not an e-mail address.", parameter="email_address") from error
    if RootUser.objects.filter(email_key=email_address.lower()).exists():
        raise EntityAlreadyExists("This address already belongs to an account.", parameter="email_address")


def ensure_root_password(
    password: str, email_address: str, account_name: str, *, parameter: str = "password"
) -> None:
    """IAM's default rules hold for root; an account's own policy binds IAM users only."""
    names = [email_address, email_address.partition("@")[0], account_name]
    faults = list(passwords.Rules().broken_by(password, names=names))
    if faults:
        raise PasswordPolicyViolation(" ".join(faults), parameter=parameter)


@operation("iamconsole:RequestPasswordReset")
def request_password_reset(call: Call, *, email_address: str) -> None:
    """Send root a link when the address is an account's; the answer is the same when it is not."""
    call.admit(CredentialKind.NOBODY)
    root = RootUser.objects.select_related("account").filter(email_key=email_address.lower()).first()
    if root is None or _was_just_asked(root, call.real_now):
        return
    root.reset_asked = call.real_now
    root.save(update_fields=["reset_asked"])
    link = f"{settings.SITE_URL}/password-reset/{_signer().sign(_claim(root))}/"
    letters.send(
        "Set a new password for the root user",
        f"Somebody, probably you, asked for a new root password for account {root.account_id}.\n"
        f"This link works once and for an hour: {link}\n\n"
        "Your MFA device stays as it is. If this was not you, ignore this message: nothing has changed.",
        root.email,
    )


@operation("iamconsole:ResetRootPassword")
def reset_root_password(call: Call, *, token: str, new_password: str) -> None:
    """Set root's password by the e-mailed link. It opens no session: the code is asked for at the sign-in."""
    call.admit(CredentialKind.NOBODY)
    root = root_of_token(token)
    if root is None:
        raise ValidationError("This link has been used or has run out. Ask for a new one.", parameter="token")
    ensure_root_password(new_password, root.email, root.account.name, parameter="new_password")
    root.set_password(passwords.hashed(new_password), at=call.real_now, reset_required=False)
    root.failed_passwords, root.password_blocked_until = 0, None
    root.save()
    call.belongs_to(Caller(Nobody(), call.caller.credential, root.account, call.caller.client))


def _was_just_asked(root: RootUser, at: datetime) -> bool:
    """One letter in five minutes: nobody's mailbox is flooded from here."""
    return root.reset_asked is not None and at - root.reset_asked < LETTER_INTERVAL


def root_of_token(token: str) -> RootUser | None:
    """Whose link this is, while it is valid. It dies with the password it replaces, by the session epoch."""
    try:
        account_id, epoch, expires = _signer().unsign(token).split(".")
    except BadSignature:
        return None
    if clock.now().timestamp() > int(expires):
        return None
    return RootUser.objects.select_related("account").filter(pk=account_id, session_epoch=int(epoch)).first()


def _claim(root: RootUser) -> str:
    expires = clock.now() + LINK_LIFE
    return f"{root.account_id}.{root.session_epoch}.{int(expires.timestamp())}"


def _signer() -> Signer:
    return Signer(salt="root password reset", sep="~")
