"""Signing certificates: X.509 certificates whose private keys users sign requests with, at services that ask for it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, InvalidVersion, load_pem_x509_certificate

from accounts.models import SigningCertificate, User
from accounts.models.user_credentials import Status
from accounts.names import ID_ALPHABET
from operations.call import Call
from operations.errors import (
    DuplicateCertificate,
    InvalidCertificate,
    MalformedCertificate,
    NoSuchEntity,
    ValidationError,
)
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import ensure_room
from operations.users import name_or_own

ID_CHARACTERS: Final = 32
PEM_BEGIN: Final = "-----BEGIN "
# What a message shows of a body; AWS shows all of it.
SHOWN_CHARACTERS: Final = 200


@operation("iam:UploadSigningCertificate")
def upload_signing_certificate(
    call: Call, *, user_name: str | None = None, certificate_body: str
) -> SigningCertificate:
    """Keep a certificate for a user, or for the caller; active at once. In the console it takes a fresh proof.

    Raises MalformedCertificate, InvalidCertificate (outside its time), DuplicateCertificate (some user of the
    account has it) and LimitExceeded.
    """
    user = call.access(User, name_or_own(call, user_name))
    call.require_fresh_proof()
    fingerprint = _valid_certificate(certificate_body, call.now).fingerprint(SHA256()).hex()
    _ensure_room(call, user, fingerprint)
    certificate = call.account.signing_certificates.create(
        user=user,
        certificate_id="".join(secrets.choice(ID_ALPHABET) for _ in range(ID_CHARACTERS)),
        certificate_body=certificate_body,
        fingerprint=fingerprint,
        upload_date=call.now,
    )
    new_id = certificate.certificate_id
    call.respond(certificateId=new_id, status=certificate.status)
    call.undo_by("iam:DeleteSigningCertificate", user_name=user.user_name, certificate_id=new_id)
    return certificate


@operation("iam:ListSigningCertificates", reads=True)
def list_signing_certificates(
    call: Call, *, user_name: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[SigningCertificate]:
    """The certificates of a user, bodies and all; of the caller when it names nobody."""
    user = call.access(User, name_or_own(call, user_name))
    certificates = call.account.signing_certificates.filter(user=user).select_related("user")
    return page_of(certificates, "certificate_id", marker=marker, max_items=max_items)


@operation("iam:UpdateSigningCertificate")
def update_signing_certificate(
    call: Call, *, user_name: str | None = None, certificate_id: str, status: str
) -> None:
    """Switch a certificate on or off; raises ValidationError for any other status."""
    certificate = _certificate_of(call, user_name, certificate_id)
    if status not in Status.values:
        raise ValidationError(
            "The status of a signing certificate is Active or Inactive.", parameter="status"
        )
    call.undo_by(
        "iam:UpdateSigningCertificate",
        user_name=certificate.user_name,
        certificate_id=certificate_id,
        status=certificate.status,
    )
    certificate.status = status
    certificate.save(update_fields=["status"])


@operation("iam:DeleteSigningCertificate")
def delete_signing_certificate(call: Call, *, user_name: str | None = None, certificate_id: str) -> None:
    """Delete a certificate of that very user; one of somebody else is not found."""
    certificate = _certificate_of(call, user_name, certificate_id)
    call.deleted(certificate.snapshot())
    certificate.delete()


def _ensure_room(call: Call, user: User, fingerprint: str) -> None:
    """A certificate stands for one user of the account alone, and a user has few of them."""
    if call.account.signing_certificates.filter(fingerprint=fingerprint).exists():
        raise DuplicateCertificate(
            "The same certificate is associated with an IAM user in the account.",
            parameter="certificate_body",
        )
    present = call.account.signing_certificates.filter(user=user)
    ensure_room(present, "SIGNING_CERTIFICATES_PER_USER", "CertificatesPerUser")


def _certificate_of(call: Call, user_name: str | None, certificate_id: str) -> SigningCertificate:
    """Decide on the user, and only then say whether the user has such a certificate."""
    user = call.access(User, name_or_own(call, user_name))
    certificates = call.account.signing_certificates.filter(user=user).select_related("user")
    certificate = certificates.filter(certificate_id=certificate_id).first()
    if certificate is None:
        raise NoSuchEntity(
            f"The Certificate with id {certificate_id} cannot be found.", parameter="certificate_id"
        )
    return certificate


def _valid_certificate(body: str, now: datetime) -> Certificate:
    """The one certificate of a body, within its time; raises MalformedCertificate and InvalidCertificate."""
    certificate = _certificate(body)
    if now > certificate.not_valid_after_utc:
        raise InvalidCertificate(
            "Certificate is no longer valid. The 'Not After' date on the certificate has passed.",
            parameter="certificate_body",
        )
    if now < certificate.not_valid_before_utc:
        raise InvalidCertificate(
            "Certificate is not yet valid. The 'Not Before' date on the certificate has not been reached.",
            parameter="certificate_body",
        )
    return certificate


def _certificate(body: str) -> Certificate:
    """One PEM block and no more: another certificate, or a private key, would be kept and shown with it."""
    malformed = MalformedCertificate(
        f"Certificate {body[:SHOWN_CHARACTERS]} is malformed.", parameter="certificate_body"
    )
    if body.count(PEM_BEGIN) != 1:
        raise malformed
    try:
        return load_pem_x509_certificate(body.encode())
    except (ValueError, InvalidVersion) as error:
        raise malformed from error
