"""SAML providers: whose assertions an account believes, by the metadata they publish."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from accounts.models import SAMLProvider
from accounts.names import ID_ALPHABET, name_key
from accounts.sealing import seal
from operations.call import Call
from operations.errors import EntityAlreadyExists, InvalidInput, LimitExceeded
from operations.operation import operation
from operations.paging import Page
from operations.quotas import ensure_room
from operations.saml_metadata import parse_saml_metadata
from operations.tags import Tag, checked, merged, tag_conditions, without

ID_CHARACTERS: Final = 26
VALID_FOR_YEARS: Final = 100
MOST_PRIVATE_KEYS: Final = 2


@dataclass(frozen=True, slots=True)
class SAMLProviderDetails:
    """A provider as GetSAMLProvider shows it: of its private keys the ids and dates alone."""

    saml_provider_uuid: str
    saml_metadata_document: str
    create_date: datetime
    valid_until: datetime
    tags: list[dict[str, str]]
    assertion_encryption_mode: str | None
    private_key_list: Sequence[Mapping[str, object]] | None


@operation("iam:CreateSAMLProvider")
def create_saml_provider(
    call: Call,
    *,
    saml_metadata_document: str,
    name: str,
    tags: Sequence[Tag] = (),
    assertion_encryption_mode: str | None = None,
    add_private_key: str | None = None,
) -> SAMLProvider:
    """Register a provider by its metadata, and the key that opens its encrypted assertions.

    Raises InvalidInput (metadata, key), EntityAlreadyExists and LimitExceeded. Tags need iam:TagSAMLProvider as well.
    """
    arn = SAMLProvider.arn_of(call.account.id, name)
    call.authorize(arn, tag_conditions(tags))
    if tags:
        call.authorize(arn, tag_conditions(tags), action="iam:TagSAMLProvider")
    _ensure_free(call, name)
    ensure_room(call.account.samlproviders.all(), "SAML_PROVIDERS", "SAMLProvidersPerAccount")
    provider = SAMLProvider(
        account=call.account,
        name=name,
        name_key=name_key(name),
        create_date=call.now,
        saml_provider_uuid=_new_id(),
        tags=checked(tags),
    )
    _set_metadata(provider, saml_metadata_document)
    _set_encryption(call, provider, assertion_encryption_mode, add_private_key)
    provider.save()
    call.respond(sAMLProviderArn=arn)
    call.undo_by("iam:DeleteSAMLProvider", saml_provider_arn=arn)
    return provider


@operation("iam:GetSAMLProvider", reads=True)
def get_saml_provider(call: Call, *, saml_provider_arn: str) -> SAMLProviderDetails:
    """One provider with its metadata."""
    provider = call.access(SAMLProvider, saml_provider_arn)
    keys = [
        {"KeyId": key["KeyId"], "Timestamp": datetime.fromisoformat(key["Timestamp"])}
        for key in provider.private_keys
    ]
    return SAMLProviderDetails(
        saml_provider_uuid=provider.saml_provider_uuid,
        saml_metadata_document=provider.saml_metadata_document,
        create_date=provider.create_date,
        valid_until=provider.valid_until,
        tags=provider.tags,
        assertion_encryption_mode=provider.assertion_encryption_mode or None,
        private_key_list=keys or None,
    )


@operation("iam:ListSAMLProviders", reads=True)
def list_saml_providers(call: Call) -> list[SAMLProvider]:
    """All providers of the account, in the order of their names."""
    call.authorize(SAMLProvider.arn_of(call.account.id, "*"))
    return list(call.account.samlproviders.defer("saml_metadata_document", "private_keys"))


@operation("iam:UpdateSAMLProvider")
def update_saml_provider(
    call: Call,
    *,
    saml_metadata_document: str | None = None,
    saml_provider_arn: str,
    assertion_encryption_mode: str | None = None,
    add_private_key: str | None = None,
    remove_private_key: str | None = None,
) -> SAMLProvider:
    """Take new metadata, another encryption mode, one key more or one key less.

    Raises InvalidInput for what cannot be read or does not go together, and LimitExceeded for a third key.
    """
    provider = call.access(SAMLProvider, saml_provider_arn)
    if not (saml_metadata_document or assertion_encryption_mode or add_private_key or remove_private_key):
        raise InvalidInput(
            "Unable to update identity provider. No updates are defined for metadata or encryption assertion."
        )
    if add_private_key and remove_private_key:
        raise InvalidInput(
            "Unable to add and remove private keys in the same request. Set a value for only one of the two parameters."
        )
    if saml_metadata_document:
        _set_metadata(provider, saml_metadata_document)
    if remove_private_key:
        _remove_private_key(provider, remove_private_key)
    _set_encryption(call, provider, assertion_encryption_mode, add_private_key)
    provider.save()
    call.respond(sAMLProviderArn=provider.arn)
    return provider


@operation("iam:DeleteSAMLProvider")
def delete_saml_provider(call: Call, *, saml_provider_arn: str) -> None:
    """Delete a provider. Trust policies that name it stay, and admit nobody by it."""
    provider = call.access(SAMLProvider, saml_provider_arn)
    call.deleted(provider.snapshot())
    provider.delete()


@operation("iam:TagSAMLProvider")
def tag_saml_provider(call: Call, *, saml_provider_arn: str, tags: Sequence[Tag]) -> None:
    """Add tags to a provider; a key that is there already gets the new value. Raises LimitExceeded."""
    provider = call.access(SAMLProvider, saml_provider_arn, tag_conditions(tags))
    provider.tags = merged(provider.tags, tags)
    provider.save(update_fields=["tags"])


@operation("iam:UntagSAMLProvider")
def untag_saml_provider(call: Call, *, saml_provider_arn: str, tag_keys: Sequence[str]) -> None:
    """Take tags from a provider; keys that are not there do not matter."""
    provider = call.access(SAMLProvider, saml_provider_arn, {"aws:TagKeys": list(tag_keys)})
    provider.tags = without(provider.tags, tag_keys)
    provider.save(update_fields=["tags"])


@operation("iam:ListSAMLProviderTags", reads=True)
def list_saml_provider_tags(
    call: Call, *, saml_provider_arn: str, marker: str | None = None, max_items: int | None = None
) -> Page[dict[str, str]]:
    """All tags of a provider: fifty always fit one page."""
    return Page(call.access(SAMLProvider, saml_provider_arn).tags)


def _ensure_free(call: Call, name: str) -> None:
    if call.account.samlproviders.filter(name_key=name_key(name)).exists():
        raise EntityAlreadyExists(f"Provider with name {name} already exists.", parameter="name")


def _new_id() -> str:
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_CHARACTERS))


def _set_metadata(provider: SAMLProvider, document: str) -> None:
    """Metadata without an end is good for a hundred years from the provider's creation."""
    metadata = parse_saml_metadata(document)
    provider.saml_metadata_document = document
    provider.valid_until = metadata.valid_until or _after_years(provider.create_date, VALID_FOR_YEARS)


def _after_years(moment: datetime, years: int) -> datetime:
    """The same day of the calendar; the 29th of February is followed by a 28th where there is none."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)


def _set_encryption(call: Call, provider: SAMLProvider, mode: str | None, added_key: str | None) -> None:
    if added_key:
        _add_private_key(call, provider, added_key)
    provider.assertion_encryption_mode = mode or provider.assertion_encryption_mode
    if provider.assertion_encryption_mode == "Required" and not provider.private_keys:
        raise InvalidInput(
            "Unable to set assertion encryption mode to Required because no private key is provided.",
            parameter="assertion_encryption_mode",
        )


def _add_private_key(call: Call, provider: SAMLProvider, pem: str) -> None:
    """Two at a time, so that one can follow the other."""
    if len(provider.private_keys) >= MOST_PRIVATE_KEYS:
        raise LimitExceeded(
            f"Private key limit of {MOST_PRIVATE_KEYS} is reached.", parameter="add_private_key"
        )
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidInput("Invalid private key.", parameter="add_private_key") from error
    if not isinstance(key, RSAPrivateKey):
        raise InvalidInput("Invalid private key.", parameter="add_private_key")
    key_id = _new_id()
    sealed = seal(pem, context=provider.seal_context(key_id))
    added = {"KeyId": key_id, "Timestamp": call.now.isoformat(), "PrivateKey": sealed}
    provider.private_keys = [*provider.private_keys, added]


def _remove_private_key(provider: SAMLProvider, key_id: str) -> None:
    kept = [key for key in provider.private_keys if key["KeyId"] != key_id]
    if len(kept) == len(provider.private_keys):
        raise InvalidInput(
            "Failed to remove private key because the Key ID does not match a private key.",
            parameter="remove_private_key",
        )
    provider.private_keys = kept
