"""What else a user shows to services: SSH public keys, signing certificates, passwords of one service."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models.account import Account
from accounts.models.identity import User


class Status(models.TextChoices):
    ACTIVE = "Active", "Active"
    INACTIVE = "Inactive", "Inactive"


class SSHPublicKey(models.Model):
    """A key with which a user reaches CodeCommit. `fingerprint` is MD5 in colons, as AWS shows it."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="ssh_public_keys")
    user = models.ForeignKey(User, models.PROTECT, related_name="ssh_public_keys")
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


class SigningCertificate(models.Model):
    """An X.509 certificate with which a user signs; `fingerprint` is the SHA-256 of its bytes."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="signing_certificates")
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
