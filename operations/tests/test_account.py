from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Account, RootUser
from operations.access_keys import create_access_key
from operations.account import (
    change_root_password,
    confirm_email_change,
    create_account_alias,
    delete_account_alias,
    get_account_summary,
    list_account_aliases,
    request_email_change,
    update_account_name,
    update_sign_in_settings,
    update_support_plan,
)
from operations.caller import Caller
from operations.errors import (
    EntityAlreadyExists,
    InvalidAuthenticationCode,
    NoSuchEntity,
    PasswordPolicyViolation,
    SignInFailed,
    ValidationError,
)
from operations.instance_profiles import create_instance_profile
from operations.password_policy import (
    delete_account_password_policy,
    get_account_password_policy,
    update_account_password_policy,
)
from operations.policies import create_policy
from operations.policy_versions import create_policy_version
from operations.roles import create_role
from operations.shapes import service_model
from tests.cast import ROOT_EMAIL, ROOT_PASSWORD, new_account, signed_in

DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'


def test_an_alias_is_set_listed_and_deleted(root: Caller) -> None:
    create_account_alias(root, account_alias="coffee-shop")
    assert list_account_aliases(root).items == ["coffee-shop"]

    delete_account_alias(root, account_alias="coffee-shop")
    assert list_account_aliases(root).items == []


def test_an_alias_is_unique_in_the_installation(root: Caller) -> None:
    create_account_alias(root, account_alias="coffee-shop")
    other = new_account("mallory@other.example", "Other shop")

    with pytest.raises(EntityAlreadyExists):
        create_account_alias(signed_in(other.root, other), account_alias="coffee-shop")


@pytest.mark.parametrize("alias", ["ab", "Coffee", "123456789012", "-x-", "mfa", "password"])
def test_an_alias_that_would_mislead_is_refused(root: Caller, alias: str) -> None:
    with pytest.raises(ValidationError):
        create_account_alias(root, account_alias=alias)


def test_deleting_another_alias_than_the_own_is_refused(root: Caller) -> None:
    with pytest.raises(NoSuchEntity):
        delete_account_alias(root, account_alias="coffee-shop")


def test_a_new_account_counts_no_users(root: Caller) -> None:
    summary = get_account_summary(root)

    assert (summary["Users"], summary["Groups"], summary["UsersQuota"]) == (0, 0, 5000)
    assert set(summary) == set(service_model("iam").shape_for("summaryKeyType").metadata["enum"])


def test_the_summary_counts_roles_policies_and_keys_of_root(root: Caller) -> None:
    trust = '{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}'
    create_role(root, role_name="Cook", assume_role_policy_document=trust)
    create_instance_profile(root, instance_profile_name="Till")
    create_policy(root, policy_name="Read", policy_document=DOCUMENT)
    create_policy_version(
        root, policy_arn=f"arn:aws:iam::{root.account_id}:policy/Read", policy_document=DOCUMENT
    )
    create_access_key(root)

    summary = get_account_summary(root)

    counted = ("Roles", "InstanceProfiles", "Policies", "PolicyVersionsInUse", "AccountAccessKeysPresent")
    assert [summary[key] for key in counted] == [1, 1, 1, 2, 1]
    assert (summary["AssumeRolePolicySizeQuota"], summary["RolePolicySizeQuota"]) == (2048, 10240)
    assert (summary["GlobalEndpointTokenVersion"], summary["Providers"]) == (1, 0)


def test_the_password_policy_is_replaced_as_a_whole(root: Caller) -> None:
    update_account_password_policy(root, minimum_password_length=12, require_symbols=True)
    update_account_password_policy(root, max_password_age=90)

    policy = get_account_password_policy(root)
    assert (policy.minimum_password_length, policy.require_symbols, policy.expire_passwords) == (
        6,
        False,
        True,
    )


def test_without_a_policy_there_is_none_to_get_or_delete(root: Caller) -> None:
    with pytest.raises(
        NoSuchEntity, match=f"The Password Policy with domain name {root.account_id} cannot be found"
    ):
        get_account_password_policy(root)

    update_account_password_policy(root)
    delete_account_password_policy(root)
    with pytest.raises(NoSuchEntity):
        delete_account_password_policy(root)


@pytest.mark.parametrize("age", [0, 1096])
def test_the_age_has_its_bounds(root: Caller, age: int) -> None:
    with pytest.raises(ValidationError) as refused:
        update_account_password_policy(root, max_password_age=age)

    assert refused.value.parameter == "max_password_age"


ROOT_ONLY: dict[str, Callable[[Caller], None]] = {
    "support plan": lambda caller: update_support_plan(caller, support_plan="business"),
    "account name": lambda caller: update_account_name(caller, account_name="Mine"),
    "days of grace": lambda caller: update_sign_in_settings(caller, mfa_grace_days=9),
    "address": lambda caller: request_email_change(caller, email_address="a@b.example", password="x"),
    "password": lambda caller: change_root_password(caller, old_password="x", new_password="y"),
}


@pytest.mark.parametrize("task", ROOT_ONLY.values(), ids=ROOT_ONLY)
def test_root_only_tasks_are_refused_to_an_administrator(
    alice: Caller, task: Callable[[Caller], None]
) -> None:
    with pytest.raises(ValidationError, match="Only the root user"):
        task(alice)


def test_root_changes_the_support_plan_and_the_name(root: Caller) -> None:
    update_support_plan(root, support_plan="business")
    update_account_name(root, account_name="Tea shop")

    account = Account.objects.get()
    assert (account.support_plan, account.name) == ("business", "Tea shop")


def test_the_address_changes_with_the_code_from_the_new_one(
    root: Caller,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request_email_change(root, email_address="olga@new.example", password=ROOT_PASSWORD)
    assert RootUser.objects.get().email == ROOT_EMAIL

    confirm_email_change(root, code=code_in(str(mailoutbox[0].body)))

    assert RootUser.objects.get().email_key == "olga@new.example"


def code_in(letter: str) -> str:
    found = re.search(r"\b[0-9]{6}\b(?!\d)", letter.partition("type this code")[2])
    assert found
    return found.group()


def test_five_wrong_codes_end_the_change(
    root: Caller,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        request_email_change(root, email_address="olga@new.example", password=ROOT_PASSWORD)
    for _ in range(5):
        with pytest.raises(InvalidAuthenticationCode, match="not right"):
            confirm_email_change(root, code="none")

    with pytest.raises(InvalidAuthenticationCode, match="No change is waiting"):
        confirm_email_change(root, code=code_in(str(mailoutbox[0].body)))


def test_the_change_of_address_wants_the_password_and_a_free_address(root: Caller) -> None:
    new_account("mallory@other.example", "Other shop")

    with pytest.raises(SignInFailed):
        request_email_change(root, email_address="olga@new.example", password="wrong")
    with pytest.raises(EntityAlreadyExists):
        request_email_change(root, email_address="MALLORY@other.example", password=ROOT_PASSWORD)


def test_roots_new_password_keeps_the_rules(root: Caller) -> None:
    with pytest.raises(PasswordPolicyViolation):
        change_root_password(root, old_password=ROOT_PASSWORD, new_password="short")

    change_root_password(root, old_password=ROOT_PASSWORD, new_password="Walnut-bread-7")
    assert RootUser.objects.get().session_epoch == 1
