"""Responses of SAML providers: what is believed, and what is not."""

from __future__ import annotations

from base64 import b64encode
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from operations.assertions import SamlAssertion, verify_saml_response
from operations.errors import (
    ExpiredIdentityToken,
    IDPRejectedClaim,
    InvalidIdentityToken,
    InvalidInput,
    ServiceError,
)
from operations.tests.federation import (
    ENTITY_ID,
    NOW,
    RECIPIENT,
    RECIPIENTS,
    after,
    attribute,
    ec_key,
    find,
    metadata,
    opened,
    response,
    restriction,
    rsa_key,
    sent,
    sign,
    signed_response,
    verified,
)

BOTH = pytest.mark.parametrize("part", [".", "saml:Assertion"], ids=["response", "assertion"])


@BOTH
def test_a_signed_response_says_who_somebody_is(part: str) -> None:
    role = "arn:aws:iam::123456789012:role/Bar,arn:aws:iam::123456789012:saml-provider/Idp"
    attributes = attribute("Role", role, "other") + attribute("Name", "ana") + attribute("Role", "third")

    assert verified(sent(signed_response(part=part, attributes=attributes))) == SamlAssertion(
        issuer=ENTITY_ID,
        subject="ana",
        subject_type="persistent",
        audience=RECIPIENT,
        attributes={"Role": (role, "other", "third"), "Name": ("ana",)},
        not_on_or_after=NOW + timedelta(minutes=5),
        session_not_on_or_after=None,
    )


def test_both_may_be_signed() -> None:
    tree = signed_response()
    sign(tree)

    assert verified(sent(tree)).subject == "ana"


@pytest.mark.parametrize("digest", ["SHA256", "SHA384", "SHA512"])
@pytest.mark.parametrize("kind", ["RSA", "ECDSA"])
def test_a_response_of_each_algorithm_is_believed(kind: str, digest: str) -> None:
    key, tree = rsa_key() if kind == "RSA" else ec_key(), response()
    sign(find(tree, "saml:Assertion"), key, method=f"{kind}_{digest}", digest=digest)

    assert verified(sent(tree), metadata(key)).subject == "ana"


def test_any_of_the_registered_keys_verifies() -> None:
    assert verified(sent(signed_response()), metadata(rsa_key("former"), rsa_key())).subject == "ana"


def test_the_dates_of_a_certificate_decide_nothing() -> None:
    moment = datetime(2090, 1, 1, tzinfo=UTC)
    said = {
        "issued": moment.isoformat(),
        "conditions": "",
        "confirmed": 'NotOnOrAfter="2090-01-01T00:05:00Z"',
    }

    found = verify_saml_response(
        sent(signed_response(**said)), metadata=metadata(), recipients=RECIPIENTS, now=moment
    )

    assert found.not_on_or_after == moment + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ('Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"', "transient"),
        (
            'Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"',
            "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
        ),
        ("", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
    ],
)
def test_the_format_of_a_name_is_shortened_as_sts_does(given: str, shown: str) -> None:
    tree = signed_response(name_id=f"<saml:NameID {given}> ana </saml:NameID>")

    assert (verified(sent(tree)).subject, verified(sent(tree)).subject_type) == ("ana", shown)


def test_a_comment_does_not_end_a_name() -> None:
    tree = signed_response(name_id="<saml:NameID>ana<!-- -->.evil.example</saml:NameID>")

    assert verified(sent(tree)).subject == "ana.evil.example"


def test_the_earliest_end_of_a_session_counts() -> None:
    tree = response(session=f'SessionNotOnOrAfter="{after(30)}"')
    statement = find(tree, "saml:Assertion/saml:AuthnStatement")
    other = deepcopy(statement)
    other.set("SessionNotOnOrAfter", after(20))
    statement.addnext(other)
    sign(tree)

    assert verified(sent(tree)).session_not_on_or_after == NOW + timedelta(minutes=20)


# What is no response

ENTITY = '<!DOCTYPE r [<!ENTITY who "olga">]>'
BILLION = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/never.dtd">'


@BOTH
@pytest.mark.parametrize("doctype", [ENTITY, BILLION, OUTSIDE], ids=["entity", "bomb", "fetched"])
def test_a_document_type_declaration_is_refused(doctype: str, part: str) -> None:
    document = doctype.encode() + opened(sent(signed_response(part=part)))

    with pytest.raises(InvalidIdentityToken, match="invalid SAML response"):
        verified(b64encode(document).decode())


@pytest.mark.parametrize(
    "document",
    [b"", b"ana", b"<a", b"<a/>", b"\xff\xfe", b'<?xml version="1.0" encoding="ana"?><a/>', b"<a>" * 10000],
)
def test_what_is_no_response_is_refused(document: bytes) -> None:
    with pytest.raises(InvalidIdentityToken, match="invalid SAML response"):
        verified(b64encode(document).decode())


@pytest.mark.parametrize("text", ["%%%", "ana", "\u2603"])
def test_what_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentityToken, match="invalid SAML response"):
        verified(text)


def test_line_breaks_in_base64_do_not_matter() -> None:
    text = sent(signed_response())

    lines = [text[start : start + 76] for start in range(0, len(text), 76)]
    assert verified("\r\n".join(lines)).subject == "ana"


# What a response has to say

REFUSED: list[tuple[dict[str, str], type[ServiceError], str]] = [
    (
        {"destination": 'Destination="https://elsewhere.example/saml"'},
        InvalidIdentityToken,
        "another destination",
    ),
    ({"status": "Responder"}, IDPRejectedClaim, "authentication failed"),
    (
        {"issuer": "https://idp.example/other"},
        InvalidIdentityToken,
        "Issuer not present in specified provider",
    ),
    ({"recipient": "https://elsewhere.example/saml"}, InvalidIdentityToken, "does not name this service"),
    ({"confirmed": ""}, InvalidIdentityToken, "does not name this service"),
    ({"method": "sender-vouches"}, InvalidIdentityToken, "does not name this service"),
    ({"confirmed": f'NotOnOrAfter="{after(0)}"'}, ExpiredIdentityToken, "has expired"),
    ({"conditions": f'NotOnOrAfter="{after(0)}"'}, ExpiredIdentityToken, "has expired"),
    ({"conditions": f'NotBefore="{after(1.1)}"'}, InvalidIdentityToken, "not valid yet"),
    ({"conditions": 'NotBefore="tomorrow"'}, InvalidIdentityToken, "invalid SAML response"),
    (
        {"conditions": 'NotOnOrAfter="9999-12-31T23:59:59-12:00"'},
        InvalidIdentityToken,
        "invalid SAML response",
    ),
    ({"audiences": ""}, InvalidIdentityToken, "does not contain the required audience"),
    ({"audiences": restriction("https://shop.example")}, InvalidIdentityToken, "the required audience"),
    (
        {"audiences": restriction(RECIPIENT) + restriction("https://shop.example")},
        InvalidIdentityToken,
        "the required audience",
    ),
    ({"issued": after(-5.1)}, ExpiredIdentityToken, "Token must be redeemed within 5 minutes of issuance"),
    ({"issued": after(1.1)}, InvalidIdentityToken, "invalid SAML response"),
    ({"name_id": ""}, InvalidIdentityToken, "one NameID"),
    ({"name_id": "<saml:NameID/>"}, InvalidIdentityToken, "empty NameID"),
    (
        {"session": f'SessionNotOnOrAfter="{after(0)}"'},
        ExpiredIdentityToken,
        "session at the identity provider",
    ),
]


@BOTH
@pytest.mark.parametrize(("said", "error", "text"), REFUSED)
def test_a_response_that_says_something_else_is_refused(
    said: dict[str, str], error: type[ServiceError], text: str, part: str
) -> None:
    with pytest.raises(error, match=text):
        verified(sent(signed_response(part=part, **said)))


@pytest.mark.parametrize(
    "said",
    [
        {"destination": ""},
        {"audiences": restriction("https://shop.example", RECIPIENT)},
        {"conditions": ""},
        {"conditions": f'NotBefore="{after(0.9)}"'},
        {"issued": after(-4.9)},
        {"recipient": "https://signin.aws.amazon.com/saml"},
    ],
)
def test_what_may_be_said_otherwise_is_believed(said: dict[str, str]) -> None:
    assert verified(sent(signed_response(**said))).subject == "ana"


def test_a_response_without_a_status_is_refused() -> None:
    tree = response()
    tree.remove(find(tree, "samlp:Status"))
    sign(tree)

    with pytest.raises(InvalidIdentityToken, match="invalid SAML response"):
        verified(sent(tree))


def test_a_response_is_believed_until_the_second_it_ends() -> None:
    text = sent(signed_response(issued=after(4)))

    assert verified(text, minutes=4.99).subject == "ana"
    with pytest.raises(ExpiredIdentityToken):
        verified(text, minutes=5)


def test_metadata_past_its_time_verifies_nothing() -> None:
    text = sent(signed_response())

    assert verified(text, metadata(valid_until=after(1))).subject == "ana"
    with pytest.raises(InvalidIdentityToken, match="no longer valid"):
        verified(text, metadata(valid_until=after(0)))


def test_without_metadata_nothing_is_believed() -> None:
    with pytest.raises(InvalidInput):
        verified(sent(signed_response()), "ana")
