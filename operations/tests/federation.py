"""What an identity provider has, made for tests: keys, certificates, metadata, tokens and signed responses."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from operations.assertions import SamlAssertion, verify_saml_response

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Tree = Any  # an element of lxml, which has no types

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ENTITY_ID = "https://idp.example/metadata"
ISSUER = "https://login.example/tenant"
CLIENT_ID = "coffee-shop"
RECIPIENT = "https://console.example/saml"
RECIPIENTS = ["https://signin.aws.amazon.com/saml", RECIPIENT]
NAMESPACES = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}


@cache
def rsa_key(name: str = "provider", bits: int = 2048) -> rsa.RSAPrivateKey:
    """The same key for the same name, for making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ec_key(curve: str = "P-256") -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1() if curve == "P-256" else ec.SECP384R1())


def key_pem(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def certificate(
    key: Any,
    name: str = "idp.example",
    *,
    issuer: tuple[str, Key] | None = None,
    start: datetime = datetime(2020, 1, 1, tzinfo=UTC),
    end: datetime = datetime(2080, 1, 1, tzinfo=UTC),
) -> x509.Certificate:
    """A certificate for a key; signed by the key itself when it has no issuer."""
    issuer_name, signing_key = issuer or (name, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    return builder.sign(signing_key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate_pem(made: x509.Certificate) -> str:
    return made.public_bytes(Encoding.PEM).decode()


def allowing(action: str, resource: str = "*") -> str:
    """A policy of one statement."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


# OpenID Connect


def jwk(key: Key, kid: str = "first", **more: str) -> dict[str, Any]:
    public = key.public_key()
    algorithm = RSAAlgorithm if isinstance(public, rsa.RSAPublicKey) else ECAlgorithm
    return {**algorithm.to_jwk(public, as_dict=True), "kid": kid, **more}  # type: ignore[call-overload]


def key_set(*keys: Mapping[str, Any]) -> dict[str, Any]:
    return {"keys": list(keys or [jwk(rsa_key())])}


def claims(**changes: Any) -> dict[str, Any]:
    """A change to None leaves the claim out."""
    at = int(NOW.timestamp())
    said = {"iss": ISSUER, "sub": "ana", "aud": CLIENT_ID, "iat": at, "exp": at + 300, **changes}
    return {name: value for name, value in said.items() if value is not None}


def token(
    key: Key | None = None,
    *,
    algorithm: str = "RS256",
    headers: Mapping[str, Any] | None = None,
    **changes: Any,
) -> str:
    named = {"kid": "first"} if headers is None else dict(headers)
    return jwt.encode(claims(**changes), key or rsa_key(), algorithm=algorithm, headers=named)


def handmade_token(header: Mapping[str, Any], secret: bytes = b"", **changes: Any) -> str:
    """A token that no library would make: any header, and HMAC with whatever is at hand."""
    signed = f"{_base64url(json.dumps(header).encode())}.{_base64url(json.dumps(claims(**changes)).encode())}"
    return f"{signed}.{_base64url(hmac.digest(secret, signed.encode(), hashlib.sha256)) if secret else ''}"


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


# SAML


def metadata(
    *keys: Any, valid_until: str = "", use: str = ' use="signing"', entity_id: str = ENTITY_ID
) -> str:
    """Metadata of a provider with these keys or certificates; long enough for AWS, whatever they are."""
    descriptors = "".join(
        f"<KeyDescriptor{use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        f"{b64encode(_certified(key).public_bytes(Encoding.DER)).decode()}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"
        for key in (keys or (rsa_key(),))
    )
    until = f' validUntil="{valid_until}"' if valid_until else ""
    return (
        '<?xml version="1.0"?><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" '
        f'xmlns:ds="{NAMESPACES["ds"]}" entityID="{entity_id}"{until}>'
        '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        f"{descriptors}</IDPSSODescriptor><!--{' ' * 1000}--></EntityDescriptor>"
    )


def _certified(key: Any) -> x509.Certificate:
    return key if isinstance(key, x509.Certificate) else certificate(key)


RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="response-1" Version="2.0" {destination}>
<saml:Issuer>{issuer}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></samlp:Status>
<saml:Assertion ID="assertion-1" Version="2.0" IssueInstant="{issued}">
<saml:Issuer>{issuer}</saml:Issuer>
<saml:Subject>{name_id}
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:{method}">
<saml:SubjectConfirmationData Recipient="{recipient}" {confirmed}/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions {conditions}>{audiences}</saml:Conditions>
<saml:AuthnStatement AuthnInstant="{issued}" {session}/>
<saml:AttributeStatement>{attributes}</saml:AttributeStatement>
</saml:Assertion></samlp:Response>"""


def after(minutes: float) -> str:
    return (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def restriction(*audiences: str) -> str:
    named = "".join(f"<saml:Audience>{audience}</saml:Audience>" for audience in audiences)
    return f"<saml:AudienceRestriction>{named}</saml:AudienceRestriction>"


def attribute(name: str, *values: str) -> str:
    texts = "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
    return f'<saml:Attribute Name="{name}">{texts}</saml:Attribute>'


def response(**changes: str) -> Tree:
    """The tree of a response that nobody has signed."""
    said = {
        "destination": f'Destination="{RECIPIENT}"',
        "issuer": ENTITY_ID,
        "status": "Success",
        "issued": after(0),
        "name_id": '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ana</saml:NameID>',
        "method": "bearer",
        "recipient": RECIPIENT,
        "confirmed": f'NotOnOrAfter="{after(5)}"',
        "conditions": f'NotBefore="{after(0)}" NotOnOrAfter="{after(60)}"',
        "audiences": restriction("urn:amazon:webservices"),
        "session": "",
        "attributes": attribute("https://aws.amazon.com/SAML/Attributes/RoleSessionName", "ana"),
    }
    return etree.fromstring(RESPONSE.format(**{**said, **changes}))


def find(tree: Tree, path: str) -> Tree:
    return tree.find(path, NAMESPACES)


def sign(
    element: Tree, key: Key | None = None, *, method: str = "RSA_SHA256", digest: str = "SHA256"
) -> None:
    """Sign an element where it stands, as providers do: enveloped, by its ID."""
    signer = XMLSigner(
        signature_algorithm=SignatureMethod[method],
        digest_algorithm=DigestAlgorithm[digest],
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signing_key = key or rsa_key()
    signed = signer.sign(
        element,
        key=signing_key,
        cert=[certificate(signing_key)],
        reference_uri=element.get("ID"),
        id_attribute="ID",
    )
    element.insert(1, find(signed, "ds:Signature"))


def sent(tree: Tree) -> str:
    return b64encode(etree.tostring(tree)).decode()


def opened(text: str) -> bytes:
    return b64decode(text)


def signed_response(key: Key | None = None, /, part: str = "saml:Assertion", **changes: str) -> Tree:
    """A response of which `part` is signed: the assertion, or (`.`) all of it."""
    tree = response(**changes)
    sign(find(tree, part), key)
    return tree


def verified(text: str, document: str = "", *, minutes: float = 0) -> SamlAssertion:
    """As the console would: by the metadata that was registered, at a moment near the response's."""
    return verify_saml_response(
        text,
        metadata=document or metadata(),
        recipients=RECIPIENTS,
        now=NOW + timedelta(minutes=minutes),
    )
