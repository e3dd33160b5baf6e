"""Who may handle credentials of one service, and what the trail keeps of it."""

from __future__ import annotations

import pytest

from accounts.models import ServiceSpecificCredential
from audit.models import Event
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    FreshProofRequired,
)
from operations.service_specific_credentials import (
    delete_service_specific_credential,
    reset_service_specific_credential,
    update_service_specific_credential,
)
from operations.tests.service_credentials import (
    BEDROCK,
    CASSANDRA,
    CODECOMMIT,
    UNKNOWN_ID,
    allow,
    create,
    created_id,
    of_ana,
    the_only,
    undo_newest,
)
from operations.users import create_user
from tests.cast import MovableClock


@pytest.fixture(autouse=True)
def _ana(root: Caller) -> None:
    create_user(root, user_name="ana")


def test_whoever_has_no_permission_learns_nothing(root: Caller, carol: Caller) -> None:
    credential_id = created_id(root)

    for known in (credential_id, UNKNOWN_ID):
        with pytest.raises(AccessDenied):
            delete_service_specific_credential(carol, **of_ana(known))
        with pytest.raises(AccessDenied):
            reset_service_specific_credential(carol, **of_ana(known))
    for user_name in ("ana", "zoe"):
        with pytest.raises(AccessDenied):
            create(carol, user_name, "lambda.amazonaws.com")


def test_a_policy_can_allow_credentials_for_one_service(root: Caller, carol: Caller) -> None:
    allow(
        root,
        "carol",
        "iam:*ServiceSpecificCredential",
        {"StringEquals": {"iam:ServiceSpecificCredentialServiceName": CODECOMMIT}},
    )
    key_id = created_id(root, service_name=BEDROCK)

    reset_service_specific_credential(carol, **of_ana(created_id(carol)))
    with pytest.raises(AccessDenied):
        create(carol, service_name=CASSANDRA)
    for known in (key_id, UNKNOWN_ID):
        with pytest.raises(AccessDenied):
            reset_service_specific_credential(carol, **of_ana(known))


def test_a_policy_can_want_api_keys_that_expire_soon(root: Caller, carol: Caller) -> None:
    allow(
        root,
        "carol",
        "iam:CreateServiceSpecificCredential",
        {"NumericLessThanEquals": {"iam:ServiceSpecificCredentialAgeDays": "90"}},
    )

    create(carol, service_name=BEDROCK, days=90)
    for days in (91, None):
        with pytest.raises(AccessDenied):
            create(carol, service_name=BEDROCK, days=days)


def test_a_new_secret_in_the_console_wants_a_fresh_proof(root: Caller, clock: MovableClock) -> None:
    credential_id = created_id(root)
    clock.travel(minutes=11)

    with pytest.raises(FreshProofRequired):
        create(root)
    with pytest.raises(FreshProofRequired):
        reset_service_specific_credential(root, **of_ana(credential_id))


def test_a_creation_is_recorded_and_can_be_undone(root: Caller) -> None:
    credential_id = created_id(root)
    event = Event.objects.latest("sequence")

    assert event.event_name == "CreateServiceSpecificCredential"
    assert event.response_elements == {
        "serviceSpecificCredentialId": credential_id,
        "serviceName": CODECOMMIT,
        "status": "Active",
    }
    undo_newest(root)
    assert not ServiceSpecificCredential.objects.exists()


def test_a_switch_is_recorded_and_can_be_undone(root: Caller) -> None:
    credential_id = created_id(root)

    update_service_specific_credential(root, **of_ana(credential_id), status="Inactive")

    assert the_only(root).status == "Inactive"
    assert Event.objects.latest("sequence").event_name == "UpdateServiceSpecificCredential"
    undo_newest(root)
    assert the_only(root).status == "Active"


def test_a_reset_is_recorded_and_cannot_be_undone(root: Caller) -> None:
    reset_service_specific_credential(root, **of_ana(created_id(root)))

    event = Event.objects.latest("sequence")
    assert event.event_name == "ResetServiceSpecificCredential"
    assert "inverse" not in event.additional_event_data


def test_a_deletion_is_recorded_with_what_is_gone_but_its_secret(root: Caller) -> None:
    made = create(root, service_name=BEDROCK, days=7)
    assert made.expiration_date is not None

    delete_service_specific_credential(root, **of_ana(made.service_specific_credential_id))

    event = Event.objects.latest("sequence")
    assert event.event_name == "DeleteServiceSpecificCredential"
    assert event.additional_event_data["deleted"] == {
        "UserName": "ana",
        "ServiceSpecificCredentialId": made.service_specific_credential_id,
        "ServiceName": BEDROCK,
        "ServiceUserName": "",
        "ServiceCredentialAlias": made.service_credential_alias,
        "Status": "Active",
        "CreateDate": made.create_date.isoformat(),
        "ExpirationDate": made.expiration_date.isoformat(),
    }
