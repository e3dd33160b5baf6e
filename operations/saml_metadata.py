"""SAML metadata: who an identity provider is, and the certificates it signs with. Pure, and nothing is fetched."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate, DuplicateExtension, load_der_x509_certificate
from defusedxml import ElementTree

from operations.errors import InvalidInput

METADATA: Final = "{urn:oasis:names:tc:SAML:2.0:metadata}"
SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}"
X509_CERTIFICATE: Final = f"{SIGNATURE}KeyInfo/{SIGNATURE}X509Data/{SIGNATURE}X509Certificate"
# "must use a key size of at least 1024 bits" (IAM user guide, Create a SAML identity provider).
SMALLEST_RSA_KEY: Final = 1024


@dataclass(frozen=True, slots=True)
class SAMLMetadata:
    """What of a metadata document decides whose assertions are believed, and for how long."""

    entity_id: str
    certificates: tuple[Certificate, ...]
    valid_until: datetime | None


def parse_saml_metadata(document: str) -> SAMLMetadata:
    """Read the metadata of one identity provider; raises InvalidInput for anything else."""
    try:
        return _metadata(parsed_xml(document))
    except ValueError as error:
        raise InvalidInput(
            f"Could not parse metadata. {error}", parameter="saml_metadata_document"
        ) from error


def parsed_xml(document: str | bytes) -> Element:
    """The root of a document without a DTD, and so without entities; raises ValueError."""
    try:
        root: Element = ElementTree.fromstring(document, forbid_dtd=True)
    except (ParseError, LookupError) as error:
        raise ValueError(f"This is not XML: {error}.") from error
    except ValueError as error:
        raise ValueError("A document type declaration or an unknown encoding is not accepted.") from error
    return root


def text_of(element: Element) -> str:
    """All text within: a comment inside a name does not end the name."""
    return "".join(element.itertext()).strip()


def moment_of(text: str) -> datetime:
    """An `xs:dateTime`; SAML's are in UTC. Raises ValueError."""
    try:
        found = datetime.fromisoformat(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"No such moment: {text[:64]}.") from error


def _metadata(root: Element) -> SAMLMetadata:
    if root.tag != f"{METADATA}EntityDescriptor":
        raise ValueError("The document is no EntityDescriptor.")
    entity_id, valid_until = root.get("entityID"), root.get("validUntil")
    if not entity_id:
        raise ValueError("The EntityDescriptor has no entityID.")
    roles = root.findall(f"{METADATA}IDPSSODescriptor")
    if not roles:
        raise ValueError("The document has no IDPSSODescriptor.")
    certificates = tuple(one for role in roles for one in _signing_certificates(role))
    if not certificates:
        raise ValueError("The IDPSSODescriptor has no certificate for signing.")
    return SAMLMetadata(entity_id, certificates, moment_of(valid_until) if valid_until else None)


def _signing_certificates(role: Element) -> Iterator[Certificate]:
    """A key without a use is for everything (SAML metadata, 2.4.1.1)."""
    for descriptor in role.findall(f"{METADATA}KeyDescriptor"):
        if descriptor.get("use", "signing") == "signing":
            yield from map(_certificate, descriptor.iterfind(X509_CERTIFICATE))


def _certificate(element: Element) -> Certificate:
    """AWS's rules for it: a key of some size, no extension twice."""
    try:
        found = load_der_x509_certificate(b64decode("".join(text_of(element).split()), validate=True))
        key = found.public_key()
        found.extensions  # noqa: B018  they are read when first asked for
    except (ValueError, DuplicateExtension, UnsupportedAlgorithm) as error:
        raise ValueError("A certificate for signing cannot be read.") from error
    if isinstance(key, EllipticCurvePublicKey):
        return found
    if isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_RSA_KEY:
        return found
    raise ValueError(f"A certificate for signing needs an RSA key of {SMALLEST_RSA_KEY} bits, or an EC key.")
