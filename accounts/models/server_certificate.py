"""Server certificates: TLS certificates that services of an account present."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from accounts.models.account import Account
from accounts.names import KeyField, name_key
from accounts.resources import NamedInPath


class ServerCertificate(NamedInPath, models.Model):
    """A certificate with its sealed private key, which is never given out again."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="server_certificates", db_index=False)
    server_certificate_id = models.CharField(max_length=128, unique=True)
    server_certificate_name = models.CharField(max_length=128)
    name_key = KeyField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    upload_date = models.DateTimeField()
    expiration = models.DateTimeField()
    certificate_body = models.TextField()
    certificate_chain = models.TextField(default="", blank=True)
    private_key = models.TextField()
    tags = models.JSONField(default=list)

    arn_type: ClassVar[str] = "server-certificate"
    called: ClassVar[str] = "Server Certificate"

    class Meta:
        ordering = ("name_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name_key"], name="server_certificate_name_unique")
        ]

    def __str__(self) -> str:
        return self.server_certificate_name

    @classmethod
    def find(cls, account: Account, identifier: str) -> ServerCertificate | None:
        return account.server_certificates.filter(name_key=name_key(identifier)).first()

    @property
    def seal_context(self) -> str:
        """Binds the private key to its certificate, so that rows cannot be swapped."""
        return f"server-certificate:{self.account_id}:{self.server_certificate_id}"

    def snapshot(self) -> Mapping[str, object]:
        return {
            "ServerCertificateName": self.server_certificate_name,
            "ServerCertificateId": self.server_certificate_id,
            "Path": self.path,
            "UploadDate": self.upload_date.isoformat(),
            "CertificateBody": self.certificate_body,
            "CertificateChain": self.certificate_chain,
            "Tags": self.tags,
        }
