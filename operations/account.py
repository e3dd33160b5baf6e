"""The account as a whole: alias, summary, sign-in settings, and the tasks that only root can do."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.utils.crypto import get_random_string

from accounts import passwords
from accounts.models import Account, RootUser
from operations import letters
from operations.call import Call
from operations.errors import (
    EntityAlreadyExists,
    InvalidAuthenticationCode,
    NoSuchEntity,
    ValidationError,
)
from operations.login_profiles import ensure_right_password
from operations.mfa_devices import root_of
from operations.operation import operation
from operations.paging import Page
from operations.quotas import quota
from operations.signup import ensure_root_password

# `/signin/mfa/` and `/signin/password/` are pages, not accounts.
RESERVED = frozenset({"mfa", "password"})
CODE_DIGITS = "0123456789"
CODE_LENGTH = 6
CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5
# AWS counts the versions of all policies together as well. Here the quotas of both are the limit.
POLICY_VERSIONS_IN_USE = 10_000
TOKEN_VERSIONS = {"v1Token": 1, "v2Token": 2}
SUMMARY_QUOTAS = {
    "UsersQuota": "USERS",
    "GroupsQuota": "GROUPS",
    "RolesQuota": "ROLES",
    "PoliciesQuota": "POLICIES",
    "InstanceProfilesQuota": "INSTANCE_PROFILES",
    "ServerCertificatesQuota": "SERVER_CERTIFICATES",
    "GroupsPerUserQuota": "GROUPS_PER_USER",
    "AccessKeysPerUserQuota": "ACCESS_KEYS_PER_USER",
    "SigningCertificatesPerUserQuota": "SIGNING_CERTIFICATES_PER_USER",
    "UserPolicySizeQuota": "INLINE_USER",
    "GroupPolicySizeQuota": "INLINE_GROUP",
    "RolePolicySizeQuota": "INLINE_ROLE",
    "PolicySizeQuota": "POLICY_SIZE",
    "AssumeRolePolicySizeQuota": "TRUST_POLICY",
    "AttachedPoliciesPerUserQuota": "ATTACHED_POLICIES_PER_USER",
    "AttachedPoliciesPerGroupQuota": "ATTACHED_POLICIES_PER_GROUP",
    "AttachedPoliciesPerRoleQuota": "ATTACHED_POLICIES_PER_ROLE",
    "VersionsPerPolicyQuota": "VERSIONS_PER_POLICY",
}


@operation("iam:CreateAccountAlias")
def create_account_alias(call: Call, *, account_alias: str) -> None:
    """Name the account in its sign-in address; one alias an account, unique in the installation."""
    call.authorize("*")
    if account_alias in RESERVED or (account_alias.isdigit() and len(account_alias) == len(call.account.id)):
        raise ValidationError(
            "An alias must not look like an account id or a page of the sign-in.", parameter="account_alias"
        )
    if Account.objects.exclude(pk=call.account.pk).filter(alias=account_alias).exists():
        raise EntityAlreadyExists(
            f"The account alias {account_alias} already exists.", parameter="account_alias"
        )
    call.account.alias = account_alias
    call.account.save(update_fields=["alias"])


@operation("iam:DeleteAccountAlias")
def delete_account_alias(call: Call, *, account_alias: str) -> None:
    """Leave the account without an alias; raises NoSuchEntity for one that it does not have."""
    call.authorize("*")
    if call.account.alias != account_alias:
        raise NoSuchEntity(f"The account alias {account_alias} cannot be found.")
    call.account.alias = None
    call.account.save(update_fields=["alias"])


@operation("iam:ListAccountAliases", reads=True)
def list_account_aliases(call: Call, *, marker: str | None = None, max_items: int | None = None) -> Page[str]:
    """The alias of the account, when it has one."""
    call.authorize("*")
    aliases = Account.objects.filter(pk=call.account.pk, alias__isnull=False).values_list("alias", flat=True)
    return Page([alias for alias in aliases if alias])


@operation("iam:GetAccountSummary", reads=True)
def get_account_summary(call: Call) -> dict[str, int]:
    """Counts and quotas under AWS's names."""
    call.authorize("*")
    quotas = {shown: quota(name) for shown, name in SUMMARY_QUOTAS.items()}
    return {**_counts(call.account), **quotas, "PolicyVersionsInUseQuota": POLICY_VERSIONS_IN_USE}


def _counts(account: Account) -> dict[str, int]:
    devices, providers = account.mfa_devices, (account.samlproviders, account.oidcproviders)
    return {
        "Users": account.users.count(),
        "Groups": account.groups.count(),
        "Roles": account.roles.count(),
        "Policies": account.policies.count(),
        "PolicyVersionsInUse": account.policies.filter(versions__isnull=False).values("versions").count(),
        "InstanceProfiles": account.instance_profiles.count(),
        "ServerCertificates": account.server_certificates.count(),
        "Providers": sum(rows.count() for rows in providers),
        "MFADevices": devices.count(),
        "MFADevicesInUse": devices.filter(enable_date__isnull=False).count(),
        "AccountMFAEnabled": int(devices.filter(for_root=True).exists()),
        "AccountPasswordPresent": 1,
        "AccountAccessKeysPresent": int(account.access_keys.filter(for_root=True).exists()),
        # Signing certificates are for users alone here.
        "AccountSigningCertificatesPresent": 0,
        "GlobalEndpointTokenVersion": TOKEN_VERSIONS[account.global_endpoint_token_version],
    }


@operation("iamconsole:UpdateSignInSettings")
def update_sign_in_settings(call: Call, *, mfa_grace_days: int) -> None:
    """How many days after its creation an IAM user may sign in without an MFA device. Root alone decides."""
    root_of(call)
    call.authorize("*")
    call.account.mfa_grace_days = mfa_grace_days
    call.account.save(update_fields=["mfa_grace_days"])


@operation("iamconsole:UpdateSupportPlan")
def update_support_plan(call: Call, *, support_plan: str) -> None:
    """A root-only task of the story; the plan itself is play."""
    root_of(call)
    call.authorize("*")
    call.account.support_plan = support_plan
    call.account.save(update_fields=["support_plan"])


@operation("iamconsole:UpdateAccountName")
def update_account_name(call: Call, *, account_name: str) -> None:
    """Rename the account, which its root user alone may do."""
    root_of(call)
    call.authorize("*")
    call.account.name = account_name
    call.account.save(update_fields=["name"])


@operation("iamconsole:ChangeRootPassword")
def change_root_password(call: Call, *, old_password: str, new_password: str) -> None:
    """The root user's own password, after a fresh proof and the old one."""
    root = root_of(call)
    call.authorize(root.arn)
    call.require_fresh_proof()
    ensure_right_password(call, root, old_password, parameter="old_password")
    ensure_root_password(new_password, root.email, call.account.name, parameter="new_password")
    root.set_password(passwords.hashed(new_password), at=call.now, reset_required=False)
    root.save()


@operation("iamconsole:RequestEmailChange")
def request_email_change(call: Call, *, email_address: str, password: str) -> None:
    """Send a code to the new address; the old one stays until the code comes back."""
    root = root_of(call)
    call.authorize(root.arn)
    ensure_right_password(call, root, password, parameter="password")
    _ensure_free(email_address)
    code = get_random_string(CODE_LENGTH, CODE_DIGITS)
    root.new_email, root.new_email_code = email_address, passwords.hashed(code)
    root.new_email_expires, root.new_email_failures = call.real_now + CODE_LIFE, 0
    root.save()
    letters.send(
        "Confirm the new e-mail address of your account",
        f"The root user of account {call.account.id} asked to use this address from now on.\n"
        f"To confirm, type this code at {settings.SITE_URL}/iam/account/ within 15 minutes: {code}\n\n"
        "If this was not you, ignore this message: nothing has changed.",
        email_address,
    )


@operation("iamconsole:ConfirmEmailChange")
def confirm_email_change(call: Call, *, code: str) -> None:
    """The code from the new address makes it root's sign-in name; five wrong ones end the attempt."""
    root = root_of(call)
    call.authorize(root.arn)
    if not root.new_email or root.new_email_expires is None or call.real_now > root.new_email_expires:
        raise InvalidAuthenticationCode(
            "No change is waiting, or its code has run out. Ask for a new code.", parameter="code"
        )
    if not check_password(code, root.new_email_code):
        call.even_if_refused(lambda: _note_wrong_code(root))
        raise InvalidAuthenticationCode(
            "The code is not right. Look for the newest message.", parameter="code"
        )
    _ensure_free(root.new_email)
    root.email, root.email_key = root.new_email, root.new_email.lower()
    root.new_email, root.new_email_code, root.new_email_expires = "", "", None
    root.save()


def _note_wrong_code(root: RootUser) -> None:
    root.new_email_failures += 1
    if root.new_email_failures >= CODE_TRIES:
        root.new_email, root.new_email_code, root.new_email_expires = "", "", None
    root.save()


def _ensure_free(email: str) -> None:
    if RootUser.objects.filter(email_key=email.lower()).exists():
        raise EntityAlreadyExists("This address already belongs to an account.", parameter="email_address")
