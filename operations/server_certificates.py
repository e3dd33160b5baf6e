"""Server certificates: TLS certificates with their private keys, which go in and never come out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import Certificate, load_pem_x509_certificates

from accounts.models import ServerCertificate
from accounts.names import IdPrefix, name_key, new_unique_id
from accounts.sealing import seal
from operations.call import Call
from operations.errors import EntityAlreadyExists, KeyPairMismatch, MalformedCertificate
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import ensure_room
from operations.tags import Tag, checked, merged, tag_conditions, without

UNREADABLE_KEY: Final = (
    "Unable to parse private key. Please ensure the key is in PEM format and not encrypted."
)
BROKEN_CHAIN: Final = (
    "Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, "
    "followed by any intermediaries in order. The index within the chain of the invalid certificate is: "
)


@dataclass(frozen=True, slots=True)
class StoredServerCertificate:
    """A certificate with its texts, as UploadServerCertificate and GetServerCertificate answer it."""

    server_certificate_metadata: ServerCertificate

    @property
    def certificate_body(self) -> str:
        return self.server_certificate_metadata.certificate_body

    @property
    def certificate_chain(self) -> str | None:
        return self.server_certificate_metadata.certificate_chain or None

    @property
    def tags(self) -> list[dict[str, str]]:
        return list(self.server_certificate_metadata.tags)


@operation("iam:UploadServerCertificate")
def upload_server_certificate(
    call: Call,
    *,
    path: str | None = None,
    server_certificate_name: str,
    certificate_body: str,
    private_key: str,
    certificate_chain: str | None = None,
    tags: Sequence[Tag] = (),
) -> StoredServerCertificate:
    """Keep a certificate with its private key and, optionally, the chain above it.

    Raises MalformedCertificate (unreadable, outside its time, or a chain out of order), KeyPairMismatch,
    EntityAlreadyExists and LimitExceeded. Tags need iam:TagServerCertificate as well.
    """
    arn = ServerCertificate.arn_of(call.account.id, server_certificate_name, path or "/")
    call.authorize(arn, tag_conditions(tags))
    if tags:
        call.authorize(arn, tag_conditions(tags), action="iam:TagServerCertificate")
    _ensure_free(call, server_certificate_name)
    present = call.account.server_certificates.all()
    ensure_room(present, "SERVER_CERTIFICATES", "ServerCertificatesPerAccount")
    certificate = ServerCertificate(
        account=call.account,
        server_certificate_id=new_unique_id(IdPrefix.SERVER_CERTIFICATE),
        server_certificate_name=server_certificate_name,
        name_key=name_key(server_certificate_name),
        path=path or "/",
        upload_date=call.now,
        tags=checked(tags),
    )
    _fill(certificate, certificate_body, private_key, certificate_chain)
    certificate.save()
    call.respond(serverCertificateId=certificate.server_certificate_id, arn=certificate.arn)
    call.undo_by("iam:DeleteServerCertificate", server_certificate_name=server_certificate_name)
    return StoredServerCertificate(certificate)


@operation("iam:GetServerCertificate", reads=True)
def get_server_certificate(call: Call, *, server_certificate_name: str) -> StoredServerCertificate:
    """One certificate with its chain, without its private key."""
    return StoredServerCertificate(call.access(ServerCertificate, server_certificate_name))


@operation("iam:ListServerCertificates", reads=True)
def list_server_certificates(
    call: Call, *, path_prefix: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[ServerCertificate]:
    """Certificates in the order of their names."""
    call.authorize(ServerCertificate.arn_of(call.account.id, "*", path_prefix or "/"))
    found = call.account.server_certificates.filter(path__startswith=path_prefix or "/")
    return page_of(found, "name_key", marker=marker, max_items=max_items)


@operation("iam:UpdateServerCertificate")
def update_server_certificate(
    call: Call,
    *,
    server_certificate_name: str,
    new_path: str | None = None,
    new_server_certificate_name: str | None = None,
) -> None:
    """Rename or move to another path; the right is needed on the old ARN and on the new one."""
    found = call.access(ServerCertificate, server_certificate_name)
    path, name = new_path or found.path, new_server_certificate_name or found.server_certificate_name
    call.authorize(ServerCertificate.arn_of(call.account.id, name, path))
    if name_key(name) != found.name_key:
        _ensure_free(call, name)
    call.undo_by(
        "iam:UpdateServerCertificate",
        server_certificate_name=name,
        new_server_certificate_name=found.server_certificate_name,
        new_path=found.path,
    )
    found.server_certificate_name, found.name_key, found.path = name, name_key(name), path
    found.save(update_fields=["server_certificate_name", "name_key", "path"])


@operation("iam:DeleteServerCertificate")
def delete_server_certificate(call: Call, *, server_certificate_name: str) -> None:
    """Delete a certificate, and its private key with it."""
    certificate = call.access(ServerCertificate, server_certificate_name)
    call.deleted(certificate.snapshot())
    certificate.delete()


@operation("iam:TagServerCertificate")
def tag_server_certificate(call: Call, *, server_certificate_name: str, tags: Sequence[Tag]) -> None:
    """Add tags to a certificate; a key that is there already gets the new value. Raises LimitExceeded."""
    certificate = call.access(ServerCertificate, server_certificate_name, tag_conditions(tags))
    certificate.tags = merged(certificate.tags, tags)
    certificate.save(update_fields=["tags"])


@operation("iam:UntagServerCertificate")
def untag_server_certificate(call: Call, *, server_certificate_name: str, tag_keys: Sequence[str]) -> None:
    """Take tags from a certificate; keys that are not there do not matter."""
    certificate = call.access(ServerCertificate, server_certificate_name, {"aws:TagKeys": list(tag_keys)})
    certificate.tags = without(certificate.tags, tag_keys)
    certificate.save(update_fields=["tags"])


@operation("iam:ListServerCertificateTags", reads=True)
def list_server_certificate_tags(
    call: Call, *, server_certificate_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[dict[str, str]]:
    """All tags of a certificate: fifty always fit one page."""
    return Page(call.access(ServerCertificate, server_certificate_name).tags)


def _ensure_free(call: Call, name: str) -> None:
    if call.account.server_certificates.filter(name_key=name_key(name)).exists():
        raise EntityAlreadyExists(
            f"The Server Certificate with name {name} already exists.", parameter="server_certificate_name"
        )


def _fill(certificate: ServerCertificate, body: str, private_key: str, chain: str | None) -> None:
    """Hold the texts against each other, then keep them; the private key is sealed."""
    found = _one_certificate(body, certificate.upload_date)
    _check_key(found, private_key)
    if chain:
        _check_chain([found, *_certificates(chain, "certificate_chain")])
    certificate.certificate_body, certificate.certificate_chain = body, chain or ""
    certificate.expiration = found.not_valid_after_utc
    certificate.private_key = seal(private_key, context=certificate.seal_context)


def _certificates(text: str, parameter: str) -> list[Certificate]:
    try:
        return load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise MalformedCertificate(
            "Unable to parse certificate. Please ensure the certificate is in PEM format.",
            parameter=parameter,
        ) from error


def _one_certificate(body: str, now: datetime) -> Certificate:
    """The certificate itself, within its time; what is above it belongs to the chain."""
    found = _certificates(body, "certificate_body")
    if len(found) > 1:
        raise MalformedCertificate(
            "Unable to parse certificate. The body holds one certificate; others belong to the chain.",
            parameter="certificate_body",
        )
    if now > found[0].not_valid_after_utc:
        raise MalformedCertificate(
            "Certificate is no longer valid. The 'Not After' date on the certificate has passed.",
            parameter="certificate_body",
        )
    if now < found[0].not_valid_before_utc:
        raise MalformedCertificate(
            "Certificate is not yet valid. The 'Not Before' date on the certificate has not been reached.",
            parameter="certificate_body",
        )
    return found[0]


def _check_key(certificate: Certificate, private_key: str) -> None:
    """AWS takes RSA keys and keys on elliptic curves."""
    try:
        public = load_pem_private_key(private_key.encode(), password=None).public_key()
        certified = certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise MalformedCertificate(UNREADABLE_KEY, parameter="private_key") from error
    if not isinstance(public, RSAPublicKey | EllipticCurvePublicKey):
        raise MalformedCertificate("The private key is neither RSA nor ECDSA.", parameter="private_key")
    if public != certified:
        raise KeyPairMismatch(
            "The public key certificate and the private key do not match.", parameter="private_key"
        )


def _check_chain(certificates: Sequence[Certificate]) -> None:
    """Each is signed by the next one. AWS counts the chain from 0, so the certificate itself is -1."""
    for index, (certificate, issuer) in enumerate(pairwise(certificates), start=-1):
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
            raise MalformedCertificate(f"{BROKEN_CHAIN}{index}", parameter="certificate_chain") from error
