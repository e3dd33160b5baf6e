"""What else a user shows to services: SSH public keys, signing certificates, passwords of one service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final

from django.db import models

from accounts.models.account import Account
from accounts.models.identity import User

# Nobody sets this status: it comes with a passed expiration date.
EXPIRED: Final = "Expired"


class Status(models.TextChoices):
    """What a credential can be set to."""

    ACTIVE = "Active", "Active"
    INACTIVE = "Inactive", "Inactive"


class SSHPublicKey(models.Model):
    """A key with which a user reaches CodeCommit. `fingerprint` is MD5 in colons, as AWS shows it."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="ssh_public_keys")
    user = models.ForeignKey(User, models.PROTECT, related_name="ssh_public_keys", db_index=False)
    ssh_public_key_id = models.CharField(max_length=128, unique=True)
    ssh_public_key_body = models.TextField()
    fingerprint = models.CharField(max_length=48)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    upload_date = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "fingerprint"], name="ssh_public_key_unique")
        ]

    def __str__(self) -> str:
        return self.ssh_public_key_id

    @property
    def user_name(self) -> str:
        return self.user.user_name

    def snapshot(self) -> Mapping[str, object]:
        return {
            "UserName": self.user_name,
            "SSHPublicKeyId": self.ssh_public_key_id,
            "SSHPublicKeyBody": self.ssh_public_key_body,
            "Fingerprint": self.fingerprint,
            "Status": self.status,
            "UploadDate": self.upload_date.isoformat(),
        }


class SigningCertificate(models.Model):
    """An X.509 certificate with which a user signs; `fingerprint` is the SHA-256 of its bytes."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="signing_certificates", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="signing_certificates")
    certificate_id = models.CharField(max_length=128, unique=True)
    certificate_body = models.TextField()
    fingerprint = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    upload_date = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "fingerprint"], name="signing_certificate_unique")
        ]

    def __str__(self) -> str:
        return self.certificate_id

    @property
    def user_name(self) -> str:
        return self.user.user_name

    def snapshot(self) -> Mapping[str, object]:
        return {
            "UserName": self.user_name,
            "CertificateId": self.certificate_id,
            "CertificateBody": self.certificate_body,
            "Status": self.status,
            "UploadDate": self.upload_date.isoformat(),
        }


class ServiceSpecificCredential(models.Model):
    """A name and a password for one service alone. The password is kept as a hash, and shown once."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="service_specific_credentials")
    user = models.ForeignKey(User, models.PROTECT, related_name="service_specific_credentials")
    service_specific_credential_id = models.CharField(max_length=128, unique=True)
    service_name = models.CharField(max_length=128)
    # One of the two, by the service: a user name with a password, or the name of a key with its secret.
    service_user_name = models.CharField(max_length=200, default="", blank=True)
    service_credential_alias = models.CharField(max_length=200, default="", blank=True)
    secret_hash = models.CharField(max_length=128)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    create_date = models.DateTimeField()
    expiration_date = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.service_specific_credential_id

    @property
    def user_name(self) -> str:
        return self.user.user_name

    def status_at(self, now: datetime) -> str:
        """What AWS shows as the status: Expired once the expiration date has passed, whatever was set."""
        is_expired = self.expiration_date is not None and self.expiration_date <= now
        return EXPIRED if is_expired else self.status

    def snapshot(self) -> Mapping[str, object]:
        """The password is not in it, nor its hash: what is deleted does not come back to life."""
        expiration = self.expiration_date
        return {
            "UserName": self.user_name,
            "ServiceSpecificCredentialId": self.service_specific_credential_id,
            "ServiceName": self.service_name,
            "ServiceUserName": self.service_user_name,
            "ServiceCredentialAlias": self.service_credential_alias,
            "Status": self.status,
            "CreateDate": self.create_date.isoformat(),
            "ExpirationDate": expiration.isoformat() if expiration else None,
        }
