from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from operations.errors import InvalidInput
from operations.saml_metadata import parse_saml_metadata
from operations.tests.federation import ENTITY_ID, NOW, after, certificate, ec_key, metadata, rsa_key


def test_metadata_says_who_a_provider_is_and_how_it_signs() -> None:
    found = parse_saml_metadata(metadata(rsa_key(), ec_key(), valid_until=after(0)))

    assert (found.entity_id, found.valid_until) == (ENTITY_ID, NOW)
    assert [one.public_key() for one in found.certificates] == [rsa_key().public_key(), ec_key().public_key()]


def test_a_key_without_a_use_is_for_signing_too() -> None:
    assert len(parse_saml_metadata(metadata(use="")).certificates) == 1


@pytest.mark.parametrize(
    "text", ["2026-11-26T12:00:00", "2026-11-26T13:00:00+01:00", "2026-11-26T12:00:00.0000000Z"]
)
def test_times_are_in_utc(text: str) -> None:
    assert parse_saml_metadata(metadata(valid_until=text)).valid_until == NOW


def test_a_byte_order_mark_and_another_encoding_do_not_matter() -> None:
    text = metadata().replace('version="1.0"', 'version="1.0" encoding="UTF-16"')

    assert parse_saml_metadata(f"\ufeff{text}").entity_id == ENTITY_ID


WHOLE = metadata()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        pytest.param("", "not XML", id="nothing"),
        pytest.param("coffee", "not XML", id="text"),
        pytest.param(WHOLE[:-10], "not XML", id="cut off"),
        pytest.param(
            WHOLE.replace("EntityDescriptor", "EntitiesDescriptor"), "no EntityDescriptor", id="several"
        ),
        pytest.param(
            WHOLE.replace("SAML:2.0:metadata", "SAML:1.0:metadata"), "no EntityDescriptor", id="version"
        ),
        pytest.param(WHOLE.replace(f'entityID="{ENTITY_ID}"', ""), "no entityID", id="nameless"),
        pytest.param(
            WHOLE.replace("IDPSSODescriptor", "SPSSODescriptor"), "no IDPSSODescriptor", id="service"
        ),
        pytest.param(metadata(use=' use="encryption"'), "no certificate for signing", id="encryption"),
        pytest.param(
            WHOLE.replace("<ds:X509Certificate>", "<ds:X509Certificate>AAAA"), "cannot be read", id="der"
        ),
        pytest.param(
            WHOLE.replace("<ds:X509Certificate>", "<ds:X509Certificate>%"), "cannot be read", id="base64"
        ),
        pytest.param(metadata(valid_until="soon"), "Invalid isoformat", id="time"),
        pytest.param(metadata(valid_until="0001-01-01T00:00:00+12:00"), "No such moment", id="before time"),
    ],
)
def test_what_is_no_metadata_of_a_provider_is_refused(document: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=rf"Could not parse metadata\. .*{reason}"):
        parse_saml_metadata(document)


@pytest.mark.parametrize(
    "doctype",
    ['<!DOCTYPE e [<!ENTITY a "b">]>', '<!DOCTYPE e SYSTEM "http://127.0.0.1:9/never.dtd">', "<!DOCTYPE e>"],
)
def test_a_document_type_declaration_is_refused_and_nothing_is_fetched(doctype: str) -> None:
    document = WHOLE.replace("<EntityDescriptor", f"{doctype}<EntityDescriptor")

    with pytest.raises(InvalidInput, match="document type declaration"):
        parse_saml_metadata(document)


def test_aws_asks_for_keys_of_some_size() -> None:
    assert parse_saml_metadata(metadata(rsa_key("weak", 1024))).certificates

    with pytest.raises(InvalidInput, match="needs an RSA key of 1024 bits"):
        parse_saml_metadata(metadata(certificate(Ed25519PrivateKey.generate(), issuer=("root", rsa_key()))))
