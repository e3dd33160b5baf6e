from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import SAMLProvider
from accounts.sealing import SealBroken, unseal
from audit.models import Event
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    EntityAlreadyExists,
    InvalidInput,
    LimitExceeded,
    NoSuchEntity,
)
from operations.inline_policies import put_user_policy
from operations.saml_providers import (
    SAMLProviderDetails,
    create_saml_provider,
    delete_saml_provider,
    get_saml_provider,
    list_saml_provider_tags,
    list_saml_providers,
    tag_saml_provider,
    untag_saml_provider,
    update_saml_provider,
)
from operations.tests.federation import allowing, ec_key, key_pem, metadata, rsa_key
from tests.cast import MovableClock

JOB = [{"Key": "job", "Value": "cashier"}]


def created(caller: Caller, name: str = "Idp", **more: Any) -> SAMLProvider:
    return create_saml_provider(caller, name=name, **{"saml_metadata_document": metadata(), **more})


def read(caller: Caller, provider: SAMLProvider) -> SAMLProviderDetails:
    return get_saml_provider(caller, saml_provider_arn=provider.arn)


def key_ids(caller: Caller, provider: SAMLProvider) -> list[object]:
    return [key["KeyId"] for key in read(caller, provider).private_key_list or ()]


def test_a_provider_is_registered_by_its_metadata(root: Caller) -> None:
    document = metadata(valid_until="2030-01-01T00:00:00Z")
    provider = created(root, saml_metadata_document=document, tags=JOB)

    found = read(root, provider)
    assert provider.saml_provider_arn == f"arn:aws:iam::{root.account_id}:saml-provider/Idp"
    assert found.saml_metadata_document == document
    assert found.valid_until == datetime(2030, 1, 1, tzinfo=UTC)
    assert (found.tags, found.assertion_encryption_mode, found.private_key_list) == (JOB, None, None)


def test_metadata_without_an_end_is_good_for_a_hundred_years(root: Caller) -> None:
    found = read(root, created(root))

    assert found.valid_until == found.create_date.replace(year=found.create_date.year + 100)


def test_a_hundred_years_after_a_leap_day_is_the_28th(root: Caller, clock: MovableClock) -> None:
    start = datetime(2000, 2, 29, 12, tzinfo=UTC)
    clock.travel(seconds=(start - created(root, "now").create_date).total_seconds())

    found = created(root)
    assert (found.create_date.date(), found.valid_until.date()) == (
        start.date(),
        datetime(2100, 2, 28, tzinfo=UTC).date(),
    )


def test_what_is_no_metadata_is_refused(root: Caller) -> None:
    with pytest.raises(InvalidInput, match="Could not parse metadata"):
        created(root, saml_metadata_document="1" * 1000)

    assert list_saml_providers(root) == []


def test_names_differ_in_more_than_case(root: Caller) -> None:
    created(root)

    with pytest.raises(EntityAlreadyExists, match="Provider with name IDP already exists"):
        created(root, "IDP")


def test_the_number_of_providers_is_limited(root: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "SAML_PROVIDERS": 1}
    created(root)

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for SAMLProvidersPerAccount: 1"):
        created(root, "other")


def test_providers_are_listed_by_name(root: Caller) -> None:
    for name in ("b", "A", "c"):
        created(root, name)

    assert [one.name for one in list_saml_providers(root)] == ["A", "b", "c"]


def test_new_metadata_replaces_the_old(root: Caller) -> None:
    provider, document = created(root), metadata(valid_until="2030-01-01T00:00:00Z")

    updated = update_saml_provider(root, saml_provider_arn=provider.arn, saml_metadata_document=document)

    assert updated.saml_provider_arn == provider.arn
    assert read(root, provider).saml_metadata_document == document
    assert read(root, provider).valid_until == datetime(2030, 1, 1, tzinfo=UTC)


def test_an_update_that_fails_changes_nothing(root: Caller) -> None:
    provider = created(root)

    with pytest.raises(InvalidInput, match="Could not parse metadata"):
        update_saml_provider(
            root,
            saml_provider_arn=provider.arn,
            saml_metadata_document="1" * 1000,
            assertion_encryption_mode="Allowed",
        )

    assert read(root, provider).assertion_encryption_mode is None


def test_an_update_of_nothing_is_refused(root: Caller) -> None:
    with pytest.raises(InvalidInput, match="No updates are defined for metadata or encryption assertion"):
        update_saml_provider(root, saml_provider_arn=created(root).arn)


def test_of_a_private_key_the_id_and_the_date_are_shown(root: Caller) -> None:
    provider = created(root, add_private_key=key_pem(rsa_key()), assertion_encryption_mode="Required")

    found = read(root, provider)
    assert found.assertion_encryption_mode == "Required"
    assert found.private_key_list is not None
    assert [set(key) for key in found.private_key_list] == [{"KeyId", "Timestamp"}]
    assert found.private_key_list[0]["Timestamp"] == provider.create_date
    event = Event.objects.get(event_name="CreateSAMLProvider")
    assert event.request_parameters["addPrivateKey"] == "HIDDEN_DUE_TO_SECURITY_REASONS"


def test_a_private_key_is_sealed_for_its_provider_and_id(root: Caller) -> None:
    provider = created(root, add_private_key=key_pem(rsa_key()))
    other = created(root, "other")

    (key,) = provider.private_keys
    assert unseal(key["PrivateKey"], context=provider.seal_context(key["KeyId"])) == key_pem(rsa_key())
    with pytest.raises(SealBroken):
        unseal(key["PrivateKey"], context=other.seal_context(key["KeyId"]))


def test_a_second_key_follows_the_first_and_replaces_it(root: Caller) -> None:
    provider = created(root, add_private_key=key_pem(rsa_key()), assertion_encryption_mode="Required")
    (first,) = key_ids(root, provider)

    update_saml_provider(root, saml_provider_arn=provider.arn, add_private_key=key_pem(rsa_key("other")))
    _, second = key_ids(root, provider)
    update_saml_provider(root, saml_provider_arn=provider.arn, remove_private_key=str(first))

    assert key_ids(root, provider) == [second]


def test_a_third_key_is_refused(root: Caller) -> None:
    provider = created(root, add_private_key=key_pem(rsa_key()))
    update_saml_provider(root, saml_provider_arn=provider.arn, add_private_key=key_pem(rsa_key()))

    with pytest.raises(LimitExceeded, match=r"Private key limit of 2 is reached\."):
        update_saml_provider(root, saml_provider_arn=provider.arn, add_private_key=key_pem(rsa_key()))


def test_keys_are_added_and_removed_one_at_a_time(root: Caller) -> None:
    provider = created(root, add_private_key=key_pem(rsa_key()))

    with pytest.raises(InvalidInput, match="Unable to add and remove private keys in the same request"):
        update_saml_provider(
            root,
            saml_provider_arn=provider.arn,
            add_private_key=key_pem(rsa_key()),
            remove_private_key=str(key_ids(root, provider)[0]),
        )


def test_a_key_that_is_not_there_is_not_removed(root: Caller) -> None:
    with pytest.raises(InvalidInput, match="the Key ID does not match a private key"):
        update_saml_provider(root, saml_provider_arn=created(root).arn, remove_private_key="A" * 26)


@pytest.mark.parametrize("text", ["coffee", key_pem(ec_key())], ids=["no key", "not rsa"])
def test_a_key_that_opens_nothing_is_refused(root: Caller, text: str) -> None:
    with pytest.raises(InvalidInput, match=r"Invalid private key\."):
        created(root, add_private_key=text)


def test_encryption_is_required_only_with_a_key(root: Caller) -> None:
    message = "Unable to set assertion encryption mode to Required because no private key is provided"
    with pytest.raises(InvalidInput, match=message):
        created(root, assertion_encryption_mode="Required")

    provider = created(root, add_private_key=key_pem(rsa_key()), assertion_encryption_mode="Required")
    with pytest.raises(InvalidInput, match=message):
        update_saml_provider(
            root, saml_provider_arn=provider.arn, remove_private_key=str(key_ids(root, provider)[0])
        )


def test_a_deleted_provider_is_in_its_event_without_its_keys(root: Caller) -> None:
    provider = created(root, add_private_key=key_pem(rsa_key()))

    delete_saml_provider(root, saml_provider_arn=provider.arn)

    deleted = Event.objects.get(event_name="DeleteSAMLProvider").additional_event_data["deleted"]
    assert set(deleted) == {"Name", "SAMLMetadataDocument", "Tags"}
    with pytest.raises(NoSuchEntity, match=f"Manifest not found for arn {provider.arn}"):
        delete_saml_provider(root, saml_provider_arn=provider.arn)


def test_tags_are_added_and_taken(root: Caller) -> None:
    arn = created(root, tags=JOB).arn

    tag_saml_provider(root, saml_provider_arn=arn, tags=[{"Key": "JOB", "Value": "barista"}])
    assert list_saml_provider_tags(root, saml_provider_arn=arn).items == [{"Key": "JOB", "Value": "barista"}]

    untag_saml_provider(root, saml_provider_arn=arn, tag_keys=["job"])
    assert list_saml_provider_tags(root, saml_provider_arn=arn).items == []


def test_tags_need_a_right_of_their_own(root: Caller, carol: Caller) -> None:
    put_user_policy(
        root, user_name="carol", policy_name="one", policy_document=allowing("iam:CreateSAMLProvider")
    )

    assert created(carol).tags == []
    with pytest.raises(AccessDenied, match="iam:TagSAMLProvider"):
        created(carol, "other", tags=JOB)


@pytest.mark.parametrize(
    "operation", [get_saml_provider, update_saml_provider, delete_saml_provider, list_saml_provider_tags]
)
def test_who_may_not_see_providers_does_not_learn_which_there_are(
    root: Caller, carol: Caller, operation: Any
) -> None:
    arn = created(root).arn

    for one in (arn, f"{arn}-other"):
        with pytest.raises(AccessDenied, match=f"{one} because"):
            operation(carol, saml_provider_arn=one)


def test_a_provider_of_another_account_is_not_found(root: Caller) -> None:
    arn = created(root).arn.replace(root.account_id, "999999999999")

    with pytest.raises(NoSuchEntity):
        get_saml_provider(root, saml_provider_arn=arn)


def test_each_write_leaves_one_event_of_its_name(root: Caller) -> None:
    before = Event.objects.count()

    arn = created(root).arn
    tag_saml_provider(root, saml_provider_arn=arn, tags=JOB)
    untag_saml_provider(root, saml_provider_arn=arn, tag_keys=["job"])
    update_saml_provider(root, saml_provider_arn=arn, assertion_encryption_mode="Allowed")
    delete_saml_provider(root, saml_provider_arn=arn)

    assert [event.event_name for event in Event.objects.order_by("sequence")[before:]] == [
        "CreateSAMLProvider",
        "TagSAMLProvider",
        "UntagSAMLProvider",
        "UpdateSAMLProvider",
        "DeleteSAMLProvider",
    ]
