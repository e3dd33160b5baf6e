"""Identity providers: whose word an account takes for who somebody is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from django.db import models

from accounts.arns import iam_arn
from accounts.models.account import Account
from accounts.names import KeyField, name_key
from accounts.resources import WithoutResourcePolicy


class IdentityProvider(WithoutResourcePolicy, models.Model):
    """What both kinds have: a name in the account, by which their ARN is made."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="%(class)ss", db_index=False)
    name = models.CharField(max_length=255)
    name_key = KeyField(max_length=255)
    create_date = models.DateTimeField()
    tags = models.JSONField(default=list)

    resource_type: ClassVar[str]

    class Meta:
        abstract = True
        ordering = ("name_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name_key"], name="%(class)s_name_unique")
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def arn_of(cls, account_id: str, name: str) -> str:
        return iam_arn(account_id, cls.resource_type, "/", name)

    @classmethod
    def find(cls, account: Account, identifier: str) -> Self | None:
        """By ARN; one of another account or of the other kind is none of ours."""
        start = cls.arn_of(account.id, "")
        if not identifier.startswith(start):
            return None
        return cls._default_manager.filter(
            account=account, name_key=name_key(identifier[len(start) :])
        ).first()

    @classmethod
    def presumed_arn(cls, account: Account, identifier: str) -> str:
        return identifier

    @property
    def arn(self) -> str:
        return self.arn_of(self.account_id, self.name)


class SAMLProvider(IdentityProvider):
    """An identity provider that signs SAML assertions, as its metadata document describes it."""

    saml_provider_uuid = models.CharField(max_length=64, unique=True)
    saml_metadata_document = models.TextField()
    valid_until = models.DateTimeField()
    assertion_encryption_mode = models.CharField(max_length=8, default="", blank=True)
    # Each with `KeyId`, `Timestamp` and the sealed key itself.
    private_keys = models.JSONField(default=list)

    resource_type: ClassVar[str] = "saml-provider"

    class Meta(IdentityProvider.Meta):
        pass

    @classmethod
    def missing(cls, identifier: str) -> str:
        return f"Manifest not found for arn {identifier}"

    @property
    def saml_provider_arn(self) -> str:
        """The ARN by the name that answers give it."""
        return self.arn

    def seal_context(self, key_id: str) -> str:
        """Binds a private key to its provider and its id, so that keys cannot be swapped."""
        return f"saml-provider:{self.account_id}:{self.saml_provider_uuid}:{key_id}"

    def snapshot(self) -> Mapping[str, object]:
        return {"Name": self.name, "SAMLMetadataDocument": self.saml_metadata_document, "Tags": self.tags}


class OIDCProvider(IdentityProvider):
    """An identity provider that signs OpenID Connect tokens; its name is its address without the scheme.

    `signing_keys` is a JSON Web Key Set: nothing is fetched from anywhere, so it is given by the operator.
    """

    client_id_list = models.JSONField(default=list)
    thumbprint_list = models.JSONField(default=list)
    signing_keys = models.JSONField(default=dict)

    resource_type: ClassVar[str] = "oidc-provider"

    class Meta(IdentityProvider.Meta):
        pass

    @classmethod
    def missing(cls, identifier: str) -> str:
        return f"OpenIDConnect Provider not found for arn {identifier}"

    @property
    def open_id_connect_provider_arn(self) -> str:
        """The ARN by the name that answers give it."""
        return self.arn

    @property
    def issuer(self) -> str:
        """As the provider's tokens name it, in `iss`."""
        return f"https://{self.name}"

    @property
    def url(self) -> str:
        """As the API shows it, without `https://`."""
        return self.name

    def snapshot(self) -> Mapping[str, object]:
        return {
            "Url": self.name,
            "ClientIDList": self.client_id_list,
            "ThumbprintList": self.thumbprint_list,
            "Tags": self.tags,
        }
