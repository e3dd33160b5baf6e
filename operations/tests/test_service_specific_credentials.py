from __future__ import annotations

import json
from base64 import b64decode
from datetime import timedelta
from hashlib import sha256

import pytest
from pytest_django import Settings

from accounts.models import ServiceSpecificCredential
from audit.models import Event
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    LimitExceeded,
    NoSuchEntity,
    NotSupportedService,
    ValidationError,
)
from operations.inline_policies import put_user_policy
from operations.service_specific_credentials import (
    delete_service_specific_credential,
    list_service_specific_credentials,
    reset_service_specific_credential,
    update_service_specific_credential,
)
from operations.tests.service_credentials import (
    BEDROCK,
    CASSANDRA,
    CODECOMMIT,
    UNKNOWN_ID,
    create,
    created_id,
    of_ana,
    the_only,
)
from operations.users import create_user, update_user
from tests.cast import MovableClock, new_account, signed_in


@pytest.fixture(autouse=True)
def _ana(root: Caller) -> None:
    create_user(root, user_name="ana")


@pytest.mark.parametrize("service_name", [CODECOMMIT, CASSANDRA])
def test_a_new_credential_has_a_name_and_a_password(root: Caller, service_name: str) -> None:
    made = create(root, service_name=service_name)

    assert made.service_specific_credential_id.startswith("ACCA")
    assert len(made.service_specific_credential_id) == 21
    assert (made.user_name, made.service_name, made.status) == ("ana", service_name, "Active")
    assert made.service_user_name == f"ana-at-{root.account_id}"
    assert made.service_password is not None
    assert len(made.service_password) == 60
    assert (made.service_credential_alias, made.service_credential_secret) == (None, None)
    assert made.expiration_date is None


def test_an_api_key_has_an_alias_that_its_secret_bears(root: Caller) -> None:
    made = create(root, service_name=BEDROCK)

    assert made.service_credential_alias == f"ana-at-{root.account_id}"
    assert (made.service_user_name, made.service_password) == (None, None)
    assert made.service_credential_secret is not None
    assert made.service_credential_secret.startswith("ABSK")
    inside = b64decode(made.service_credential_secret[4:]).decode()
    assert inside.startswith(f"ana-at-{root.account_id}:")


@pytest.mark.parametrize("service_name", [CODECOMMIT, BEDROCK])
def test_a_secret_is_shown_once_and_kept_as_a_hash(root: Caller, service_name: str) -> None:
    made = create(root, service_name=service_name)

    secret = made.service_password or made.service_credential_secret or ""
    assert ServiceSpecificCredential.objects.get().secret_hash == sha256(secret.encode()).hexdigest()
    assert (the_only(root).service_password, the_only(root).service_credential_secret) == (None, None)


@pytest.mark.parametrize("service_name", [CODECOMMIT, BEDROCK])
def test_a_secret_reaches_no_event(root: Caller, service_name: str) -> None:
    made = create(root, service_name=service_name)

    secret = made.service_password or made.service_credential_secret or ""
    hashed = ServiceSpecificCredential.objects.get().secret_hash
    event = Event.objects.latest("sequence")
    written = json.dumps([event.request_parameters, event.response_elements, event.additional_event_data])
    assert secret not in written
    assert hashed not in written


def test_a_second_credential_takes_the_next_free_name(root: Caller) -> None:
    create_user(root, user_name="ana+1")
    create(root, "ana+1")
    create(root)

    assert create(root).service_user_name == f"ana+2-at-{root.account_id}"
    assert create(root, service_name=CASSANDRA).service_user_name == f"ana-at-{root.account_id}"


def test_a_name_stays_when_the_user_is_renamed_and_is_not_given_again(root: Caller) -> None:
    create(root)
    update_user(root, user_name="ana", new_user_name="anna")
    create_user(root, user_name="ana")

    (old,) = list_service_specific_credentials(root, user_name="anna").items
    assert (old.user_name, old.service_user_name) == ("anna", f"ana-at-{root.account_id}")
    assert create(root).service_user_name == f"ana+1-at-{root.account_id}"


def test_a_user_has_two_credentials_for_each_service(root: Caller) -> None:
    create_user(root, user_name="ben")
    for service_name in (CODECOMMIT, CODECOMMIT, BEDROCK):
        create(root, service_name=service_name)

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2"):
        create(root)
    create(root, "ben")


def test_the_quota_of_credentials_can_be_changed(root: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "SERVICE_CREDENTIALS_PER_USER": 1}
    create(root)

    with pytest.raises(LimitExceeded):
        create(root)


@pytest.mark.parametrize("service_name", ["lambda.amazonaws.com", "codecommit", ""])
def test_other_services_have_no_credentials(root: Caller, service_name: str) -> None:
    with pytest.raises(NotSupportedService, match="is supported for Service Specific Credentials"):
        create(root, service_name=service_name)
    with pytest.raises(NotSupportedService):
        list_service_specific_credentials(root, user_name="ana", service_name=service_name)


def test_an_age_is_for_api_keys_alone(root: Caller) -> None:
    with pytest.raises(ValidationError, match="not supported for service codecommit"):
        create(root, days=30)

    assert not ServiceSpecificCredential.objects.exists()


def test_an_api_key_expires_at_the_end_of_its_age(root: Caller, clock: MovableClock) -> None:
    made = create(root, service_name=BEDROCK, days=30)
    assert made.expiration_date == made.create_date + timedelta(days=30)

    clock.travel(days=29)
    assert the_only(root).status == "Active"
    clock.travel(days=1)
    assert the_only(root).status == "Expired"


def test_what_has_expired_is_not_switched_on_again(root: Caller, clock: MovableClock) -> None:
    made = create(root, service_name=BEDROCK, days=1)
    clock.travel(days=2)

    update_service_specific_credential(root, **of_ana(made.service_specific_credential_id), status="Active")

    assert the_only(root).status == "Expired"


def test_a_list_shows_the_credentials_of_one_user_for_one_service_or_all(root: Caller) -> None:
    create_user(root, user_name="ben")
    git, key = created_id(root), created_id(root, service_name=BEDROCK)
    created_id(root, "ben")

    both = list_service_specific_credentials(root, user_name="ana").items
    keys = list_service_specific_credentials(root, user_name="ana", service_name=BEDROCK).items

    assert {one.service_specific_credential_id for one in both} == {git, key}
    assert [one.service_specific_credential_id for one in keys] == [key]


def test_a_list_of_all_users_goes_page_by_page(root: Caller) -> None:
    create_user(root, user_name="ben")
    ids = sorted([created_id(root), created_id(root, "ben")])
    created_id(root, service_name=BEDROCK)

    first = list_service_specific_credentials(root, all_users=True, service_name=CODECOMMIT, max_items=1)
    second = list_service_specific_credentials(
        root, all_users=True, service_name=CODECOMMIT, max_items=1, marker=first.marker
    )

    assert [one.service_specific_credential_id for one in (*first.items, *second.items)] == ids
    assert (first.is_truncated, second.is_truncated) == (True, False)


def test_a_list_of_all_users_names_none(root: Caller) -> None:
    with pytest.raises(ValidationError, match="AllUsers cannot be specified together with UserName"):
        list_service_specific_credentials(root, user_name="ana", all_users=True)


def test_a_list_of_all_users_wants_the_right_on_all_users(root: Caller, carol: Caller) -> None:
    own = f"arn:aws:iam::{root.account_id}:user/carol"
    statement = {"Effect": "Allow", "Action": "iam:ListServiceSpecificCredentials", "Resource": own}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    put_user_policy(root, user_name="carol", policy_name="own", policy_document=document)

    assert list(list_service_specific_credentials(carol, all_users=False).items) == []
    with pytest.raises(AccessDenied):
        list_service_specific_credentials(carol, all_users=True)


def test_without_a_name_everything_is_about_the_caller(root: Caller, alice: Caller) -> None:
    credential_id = created_id(alice, "alice")

    update_service_specific_credential(alice, service_specific_credential_id=credential_id, status="Inactive")
    reset_service_specific_credential(alice, service_specific_credential_id=credential_id)
    (own,) = list_service_specific_credentials(alice).items
    assert (own.service_specific_credential_id, own.status) == (credential_id, "Inactive")

    delete_service_specific_credential(alice, service_specific_credential_id=credential_id)
    assert list(list_service_specific_credentials(alice).items) == []


def test_the_root_user_has_to_name_a_user(root: Caller) -> None:
    with pytest.raises(ValidationError, match="Must specify userName"):
        list_service_specific_credentials(root)


@pytest.mark.parametrize("service_name", [CODECOMMIT, BEDROCK])
def test_a_reset_gives_another_secret_and_changes_nothing_else(root: Caller, service_name: str) -> None:
    made = create(root, service_name=service_name)

    new = reset_service_specific_credential(root, **of_ana(made.service_specific_credential_id))

    secret = new.service_password or new.service_credential_secret or ""
    assert secret not in ("", made.service_password, made.service_credential_secret)
    assert ServiceSpecificCredential.objects.get().secret_hash == sha256(secret.encode()).hexdigest()
    assert (new.service_user_name, new.service_credential_alias, new.create_date) == (
        made.service_user_name,
        made.service_credential_alias,
        made.create_date,
    )


def test_nobody_sets_a_credential_to_expired(root: Caller) -> None:
    credential_id = created_id(root)

    with pytest.raises(ValidationError, match="Active or Inactive"):
        update_service_specific_credential(root, **of_ana(credential_id), status="Expired")


@pytest.mark.parametrize("user_name", ["ana", "ben"], ids=["unknown id", "somebody else's"])
def test_a_credential_that_the_user_does_not_have_is_not_found(root: Caller, user_name: str) -> None:
    create_user(root, user_name="ben")
    credential_id = UNKNOWN_ID if user_name == "ana" else created_id(root)
    given = {"user_name": user_name, "service_specific_credential_id": credential_id}
    missing = f"No such credential {credential_id} exists"

    with pytest.raises(NoSuchEntity, match=missing):
        update_service_specific_credential(root, **given, status="Inactive")
    with pytest.raises(NoSuchEntity, match=missing):
        reset_service_specific_credential(root, **given)
    with pytest.raises(NoSuchEntity, match=missing):
        delete_service_specific_credential(root, **given)


def test_an_unknown_user_is_named_before_the_service(root: Caller) -> None:
    with pytest.raises(NoSuchEntity, match=r"The user with name zoe cannot be found\."):
        create(root, "zoe", "lambda.amazonaws.com")


def test_credentials_of_another_account_are_out_of_reach(root: Caller) -> None:
    credential_id = created_id(root)
    elsewhere = new_account("tea@shop.example", "Tea shop")
    other = signed_in(elsewhere.root, elsewhere)
    create_user(other, user_name="ana")

    with pytest.raises(NoSuchEntity):
        reset_service_specific_credential(other, **of_ana(credential_id))
    assert list(list_service_specific_credentials(other, all_users=True).items) == []
