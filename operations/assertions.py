"""What identity providers say of somebody, verified: OpenID Connect tokens and SAML responses.

Pure: keys, metadata and the moment come from outside, and nothing is fetched. Only registered keys verify a signature,
and only what a verified signature covers is believed; what is not signed can do no more than have it refused.
"""

from __future__ import annotations

import math
from base64 import b64decode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from xml.etree.ElementTree import Element

import jwt
from cryptography.x509 import Certificate
from jwt.types import Options
from lxml.etree import LxmlError
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from operations.errors import ExpiredIdentityToken, IDPRejectedClaim, InvalidIdentityToken
from operations.key_sets import KEY_TYPES, signing_key
from operations.saml_metadata import SIGNATURE, moment_of, parse_saml_metadata, parsed_xml, text_of

# The clock of a provider may run ahead of ours by this much. None is allowed at the end: late is late.
CLOCK_SKEW: Final = timedelta(minutes=1)

NOT_A_JWT: Final = (
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
)
NO_KEY: Final = (
    "Couldn't retrieve verification key from your identity provider, please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)
NOT_VALIDATED: Final = (
    "The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for "
    "requirements."
)

# The signature and the kinds of claims. Times are ours to check, for the clock is the account's; so is the audience.
CHECKED_BY_PYJWT: Final[Options] = {
    "require": ["iss", "sub", "aud", "exp", "iat"],
    "enforce_minimum_key_length": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
}

PROTOCOL: Final = "{urn:oasis:names:tc:SAML:2.0:protocol}"
ASSERTION: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
NAME_ID_FORMATS: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
AWS_AUDIENCE: Final = "urn:amazon:webservices"
# "Token must be redeemed within 5 minutes of issuance" (STS).
REDEEMABLE: Final = timedelta(minutes=5)
INVALID_RESPONSE: Final = "Your request included an invalid SAML response."


def verify_identity_token(
    token: str, *, jwks: Mapping[str, Any], audiences: Collection[str], issuer: str, now: datetime
) -> Mapping[str, Any]:
    """The claims of an OpenID Connect token that a key of `jwks` signed; `issuer` is an address with its scheme.

    Raises InvalidIdentityToken and ExpiredIdentityToken.
    """
    claims = _signed_claims(token, jwks)
    if claims["iss"] != issuer:
        raise InvalidIdentityToken(
            f"No OpenIDConnect provider found in your account for {str(claims['iss'])[:256]}"
        )
    _check_times(claims, now)
    if token_audience(claims) not in audiences:
        raise InvalidIdentityToken("Incorrect token audience")
    return claims


def claimed_issuer(token: str) -> str:
    """Who a token says has made it, not verified: good for finding the provider whose keys verify it.

    Raises InvalidIdentityToken.
    """
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, UnicodeError) as error:
        raise InvalidIdentityToken(NOT_A_JWT) from error
    if not isinstance(issuer, str):
        raise InvalidIdentityToken("Missing a required claim: iss.")
    return issuer


def token_audience(claims: Mapping[str, Any]) -> str:
    """Whom a token is for, as STS reads it: `azp` where it is set, or else the one `aud`.

    Raises InvalidIdentityToken for several `aud` without `azp`, as OpenID Connect wants it.
    """
    named = claims.get("azp") or claims.get("aud")
    if isinstance(named, list) and len(named) == 1:
        named = named[0]
    if not isinstance(named, str):
        raise InvalidIdentityToken("Incorrect token audience")
    return named


def _signed_claims(token: str, jwks: Mapping[str, Any]) -> dict[str, Any]:
    algorithm, kid = _said_of_key(token)
    try:
        key = signing_key(jwks, kid=kid, algorithm=algorithm)
        if key is None:
            raise InvalidIdentityToken(NO_KEY)
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            options=CHECKED_BY_PYJWT,
        )
    except jwt.MissingRequiredClaimError as error:
        raise InvalidIdentityToken(f"Missing a required claim: {error.claim}.") from error
    except jwt.PyJWTError as error:
        raise InvalidIdentityToken(NOT_VALIDATED) from error


def _said_of_key(token: str) -> tuple[str, str | None]:
    """The algorithm, one of ours, and the name of the key. Keys that come with a token are not looked at."""
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, UnicodeError) as error:
        raise InvalidIdentityToken(NOT_A_JWT) from error
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in KEY_TYPES:
        raise InvalidIdentityToken(NOT_VALIDATED)
    return algorithm, header.get("kid")


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    moment, end = now.timestamp(), _seconds(claims["exp"])
    if moment >= end:
        raise ExpiredIdentityToken(
            f"Token expired: current date/time {int(moment)} must be before the expiration date/time {int(end)}"
        )
    begins = [_seconds(claims[name]) for name in ("iat", "nbf") if name in claims]
    if max(begins) > moment + CLOCK_SKEW.total_seconds():
        raise InvalidIdentityToken(NOT_VALIDATED)


def _seconds(value: object) -> float:
    """A time of a token. JSON as Python reads it knows NaN, which is neither before nor after anything."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidIdentityToken(NOT_VALIDATED)
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidIdentityToken(NOT_VALIDATED)
    return value


@dataclass(frozen=True, slots=True)
class SamlAssertion:
    """Who somebody is, by the word of a registered provider.

    `audience` is the Recipient, which STS answers as Audience; `subject_type` is the format of the name, shortened as
    STS does it.
    """

    issuer: str
    subject: str
    subject_type: str
    audience: str
    attributes: Mapping[str, tuple[str, ...]]
    not_on_or_after: datetime
    session_not_on_or_after: datetime | None


def verify_saml_response(
    text_base64: str, *, metadata: str, recipients: Sequence[str], now: datetime
) -> SamlAssertion:
    """The one assertion of a response that a certificate of `metadata` signed, itself or with the whole response.

    `recipients` are our own addresses for it. Raises InvalidIdentityToken, ExpiredIdentityToken and IDPRejectedClaim.
    """
    provider = parse_saml_metadata(metadata)
    if provider.valid_until is not None and now >= provider.valid_until:
        raise InvalidIdentityToken("The metadata of the identity provider is no longer valid.")
    document, response = _opened(text_base64)
    _check_envelope(response, recipients)
    assertion = _signed_assertion(document, response, provider.certificates)
    if _text(assertion, "Issuer") != provider.entity_id:
        raise InvalidIdentityToken("Issuer not present in specified provider")
    confirmation = _confirmation(assertion, recipients)
    conditions = _one(assertion, "Conditions")
    _check_audience(conditions, recipients)
    _check_issue(assertion, now)
    ends = [_check_window(element, now) for element in (conditions, confirmation)]
    return _read(assertion, provider.entity_id, confirmation, min(end for end in ends if end), now)


def _opened(text_base64: str) -> tuple[bytes, Element]:
    try:
        document = b64decode("".join(text_base64.split()), validate=True)
        response = parsed_xml(document)
    except ValueError as error:
        raise InvalidIdentityToken(INVALID_RESPONSE) from error
    if response.tag != f"{PROTOCOL}Response":
        raise InvalidIdentityToken(INVALID_RESPONSE)
    return document, response


def _check_envelope(response: Element, recipients: Sequence[str]) -> None:
    """Whether the provider meant this for us, and as a success."""
    destination = response.get("Destination")
    if destination and destination not in recipients:
        raise InvalidIdentityToken(f"The SAML response is meant for another destination: {destination[:256]}")
    status = response.find(f"{PROTOCOL}Status/{PROTOCOL}StatusCode")
    if status is None:
        raise InvalidIdentityToken(INVALID_RESPONSE)
    if status.get("Value") != SUCCESS:
        raise IDPRejectedClaim("The identity provider reported that authentication failed.")


def _signed_assertion(document: bytes, response: Element, certificates: Sequence[Certificate]) -> Element:
    """The assertion as the signature covers it.

    Signature wrapping puts a second assertion beside the signed one; so a second one, wherever it is, is refused.
    """
    if len(list(response.iter(f"{ASSERTION}Assertion"))) != 1:
        raise InvalidIdentityToken("The SAML response must hold one assertion, which is not encrypted.")
    if response.find(f"{SIGNATURE}Signature") is not None:
        signed = _verified(document, response, "./", certificates)
        return _one(signed, "Assertion")
    return _verified(document, _one(response, "Assertion"), f"./{ASSERTION}Assertion/", certificates)


def _verified(
    document: bytes, claimed: Element, location: str, certificates: Sequence[Certificate]
) -> Element:
    """`claimed`, read anew from the very bytes that were signed."""
    for certificate in certificates:
        signed = _signed_by(certificate, document, location)
        if signed is not None and signed.tag == claimed.tag and signed.get("ID") == claimed.get("ID"):
            return signed
    raise InvalidIdentityToken("Response signature invalid")


def _signed_by(certificate: Certificate, document: bytes, location: str) -> Element | None:
    """What the signature at `location` covers, when it is one of this certificate's key."""
    try:
        result = XMLVerifier().verify(
            document,
            x509_cert=certificate,
            id_attribute="ID",
            expect_config=_expected(location, certificate),
        )
        return parsed_xml(result.signed_data) if isinstance(result, VerifyResult) else None
    except (SignXMLException, LxmlError, ValueError, TypeError):
        return None


def _expected(location: str, certificate: Certificate) -> SignatureConfiguration:
    """One signature at one place, by a strong algorithm; key material that comes with the message counts for nothing.

    The dates of a certificate decide nothing either: it only carries a key, and the metadata has a date of its own.
    """
    hashes = ("SHA256", "SHA384", "SHA512")
    methods = [f"{key}_{name}" for key in ("RSA", "ECDSA") for name in hashes]
    return SignatureConfiguration(
        location=location,
        expect_references=1,
        signature_methods=frozenset(SignatureMethod[name] for name in methods),
        digest_algorithms=frozenset(DigestAlgorithm[name] for name in hashes),
        ignore_ambiguous_key_info=True,
        verification_time=certificate.not_valid_before_utc,
    )


def _one(parent: Element, name: str) -> Element:
    found = parent.findall(f"{ASSERTION}{name}")
    if len(found) != 1:
        raise InvalidIdentityToken(f"The SAML response must have one {name}.")
    return found[0]


def _text(parent: Element, name: str) -> str:
    text = text_of(_one(parent, name))
    if not text:
        raise InvalidIdentityToken(f"The SAML response has an empty {name}.")
    return text


def _moment(element: Element, name: str) -> datetime | None:
    try:
        return moment_of(element.attrib[name]) if name in element.attrib else None
    except ValueError as error:
        raise InvalidIdentityToken(INVALID_RESPONSE) from error


def _confirmation(assertion: Element, recipients: Sequence[str]) -> Element:
    """What entitles whoever brings the assertion: it names one of our addresses, and an end."""
    found = [
        data
        for confirmation in _one(assertion, "Subject").findall(f"{ASSERTION}SubjectConfirmation")
        if confirmation.get("Method") == BEARER
        for data in confirmation.findall(f"{ASSERTION}SubjectConfirmationData")
        if data.get("Recipient") in recipients and "NotOnOrAfter" in data.attrib
    ]
    if not found:
        raise InvalidIdentityToken("The SAML assertion does not name this service as its recipient.")
    return found[0]


def _check_audience(conditions: Element, recipients: Sequence[str]) -> None:
    """Every restriction has to name us; an assertion for anybody is none for us."""
    ours = {AWS_AUDIENCE, *recipients}
    restrictions = conditions.findall(f"{ASSERTION}AudienceRestriction")
    named = [{text_of(one) for one in each.findall(f"{ASSERTION}Audience")} for each in restrictions]
    if not named or not all(ours & audiences for audiences in named):
        raise InvalidIdentityToken("Response does not contain the required audience.")


def _check_issue(assertion: Element, now: datetime) -> None:
    issued = _moment(assertion, "IssueInstant")
    if issued is None or issued > now + CLOCK_SKEW:
        raise InvalidIdentityToken(INVALID_RESPONSE)
    if now - issued > REDEEMABLE:
        raise ExpiredIdentityToken("Token must be redeemed within 5 minutes of issuance")


def _check_window(element: Element, now: datetime) -> datetime | None:
    """The end of what it allows, which is not reached yet."""
    begin, end = _moment(element, "NotBefore"), _moment(element, "NotOnOrAfter")
    if begin is not None and begin > now + CLOCK_SKEW:
        raise InvalidIdentityToken("The SAML assertion is not valid yet.")
    if end is not None and now >= end:
        raise ExpiredIdentityToken("The SAML assertion has expired.")
    return end


def _read(
    assertion: Element, issuer: str, confirmation: Element, not_on_or_after: datetime, now: datetime
) -> SamlAssertion:
    subject = _one(assertion, "Subject")
    return SamlAssertion(
        issuer=issuer,
        subject=_text(subject, "NameID"),
        subject_type=_one(subject, "NameID").get("Format", UNSPECIFIED).removeprefix(NAME_ID_FORMATS),
        audience=confirmation.attrib["Recipient"],
        attributes=_attributes(assertion),
        not_on_or_after=not_on_or_after,
        session_not_on_or_after=_end_of_session(assertion, now),
    )


def _attributes(assertion: Element) -> Mapping[str, tuple[str, ...]]:
    """Values by name; one name written twice has the values of both."""
    found: dict[str, tuple[str, ...]] = {}
    for attribute in assertion.iterfind(f"{ASSERTION}AttributeStatement/{ASSERTION}Attribute"):
        name = attribute.get("Name", "")
        values = (text_of(value) for value in attribute.findall(f"{ASSERTION}AttributeValue"))
        found[name] = (*found.get(name, ()), *values)
    return found


def _end_of_session(assertion: Element, now: datetime) -> datetime | None:
    """When the provider wants the session to end: the earliest that it says."""
    statements = assertion.findall(f"{ASSERTION}AuthnStatement")
    ends = [end for one in statements if (end := _moment(one, "SessionNotOnOrAfter"))]
    if not ends:
        return None
    if now >= min(ends):
        raise ExpiredIdentityToken("The session at the identity provider has ended.")
    return min(ends)
