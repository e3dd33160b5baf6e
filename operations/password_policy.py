"""The account's password policy. Each update replaces all of it, as in AWS: what is left out falls back."""

from __future__ import annotations

from accounts.models import PasswordPolicy
from operations.call import Call
from operations.errors import NoSuchEntity
from operations.login_profiles import policy_of
from operations.operation import operation

LEAST_LENGTH = 6


@operation("iam:GetAccountPasswordPolicy", reads=True)
def get_account_password_policy(call: Call) -> PasswordPolicy:
    """The account's own policy; raises NoSuchEntity while IAM's default rules hold."""
    call.authorize("*")
    return _present(call)


@operation("iam:UpdateAccountPasswordPolicy")
def update_account_password_policy(
    call: Call,
    *,
    minimum_password_length: int | None = None,
    require_symbols: bool | None = None,
    require_numbers: bool | None = None,
    require_uppercase_characters: bool | None = None,
    require_lowercase_characters: bool | None = None,
    allow_users_to_change_password: bool | None = None,
    max_password_age: int | None = None,
    password_reuse_prevention: int | None = None,
    hard_expiry: bool | None = None,
) -> None:
    """Set rules of the account's own for the passwords of its users."""
    call.authorize("*")
    policy = PasswordPolicy(
        account=call.account,
        minimum_password_length=minimum_password_length or LEAST_LENGTH,
        require_symbols=bool(require_symbols),
        require_numbers=bool(require_numbers),
        require_uppercase_characters=bool(require_uppercase_characters),
        require_lowercase_characters=bool(require_lowercase_characters),
        allow_users_to_change_password=bool(allow_users_to_change_password),
        max_password_age=max_password_age,
        password_reuse_prevention=password_reuse_prevention,
        hard_expiry=bool(hard_expiry),
    )
    policy.save()


@operation("iam:DeleteAccountPasswordPolicy")
def delete_account_password_policy(call: Call) -> None:
    """Go back to IAM's default rules; raises NoSuchEntity when they hold already."""
    call.authorize("*")
    _present(call).delete()


def _present(call: Call) -> PasswordPolicy:
    policy = policy_of(call.account.pk)
    if policy is None:
        raise NoSuchEntity(f"The Password Policy with domain name {call.account.id} cannot be found.")
    return policy
