"""Signatures of SAML responses: only a registered key counts, and only for what it signed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy

import pytest
from hypothesis import given, settings, strategies
from lxml import etree

from operations.errors import InvalidIdentityToken, ServiceError
from operations.tests.federation import (
    NAMESPACES,
    Tree,
    find,
    metadata,
    opened,
    response,
    rsa_key,
    sent,
    sign,
    signed_response,
    verified,
)

SIGNED = sent(signed_response())
BOTH = pytest.mark.parametrize("part", [".", "saml:Assertion"], ids=["response", "assertion"])


def test_an_unsigned_response_is_refused() -> None:
    with pytest.raises(InvalidIdentityToken, match="Response signature invalid"):
        verified(sent(response()))


@BOTH
def test_a_stranger_brings_its_own_certificate_in_vain(part: str) -> None:
    with pytest.raises(InvalidIdentityToken, match="Response signature invalid"):
        verified(sent(signed_response(rsa_key("stranger"), part=part)))


def test_a_key_for_encryption_does_not_sign() -> None:
    keys = metadata(rsa_key("stranger")).replace(
        "</IDPSSODescriptor>",
        metadata(use=' use="encryption"').partition('protocol">')[2].partition("</IDPSSODescriptor>")[0]
        + "</IDPSSODescriptor>",
    )

    with pytest.raises(InvalidIdentityToken, match="Response signature invalid"):
        verified(sent(signed_response()), keys)


@BOTH
@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".//saml:NameID", "olga"),
        (".//saml:AttributeValue", "olga"),
        (".//saml:Assertion/saml:Issuer", "https://idp.example/other"),
        (".//ds:SignatureValue", "AAAA"),
        (".//ds:DigestValue", "AAAA"),
    ],
)
def test_a_response_changed_after_signing_is_refused(part: str, path: str, text: str) -> None:
    tree = signed_response(part=part)
    find(tree, path).text = text

    with pytest.raises(InvalidIdentityToken):
        verified(sent(tree))


def test_a_signature_without_its_value_is_refused() -> None:
    tree = signed_response()
    find(tree, ".//ds:SignatureValue").text = None

    with pytest.raises(InvalidIdentityToken, match="Response signature invalid"):
        verified(sent(tree))


def test_sha_1_is_refused() -> None:
    text = etree.tostring(signed_response()).decode()
    weak = text.replace(
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
    )
    assert weak != text

    with pytest.raises(InvalidIdentityToken, match="Response signature invalid"):
        verified(b64encode(weak.encode()).decode())


def forged(tree: Tree) -> Tree:
    """The assertion of a response, copied without its signature, about somebody else."""
    copy = deepcopy(find(tree, "saml:Assertion"))
    for signature in copy.findall("ds:Signature", NAMESPACES):
        copy.remove(signature)
    find(copy, ".//saml:NameID").text = "olga"
    return copy


def beside(tree: Tree) -> None:
    copy = forged(tree)
    copy.set("ID", "forged")
    find(tree, "saml:Assertion").addprevious(copy)


def after_it(tree: Tree) -> None:
    find(tree, "saml:Assertion").addnext(forged(tree))


def around(tree: Tree) -> None:
    copy, signed = forged(tree), find(tree, "saml:Assertion")
    copy.set("ID", "forged")
    tree.replace(signed, copy)
    copy.append(signed)


def in_its_signature(tree: Tree) -> None:
    copy, signed = forged(tree), find(tree, "saml:Assertion")
    signature = find(signed, "ds:Signature")
    tree.replace(signed, copy)
    copy.insert(1, signature)
    etree.SubElement(signature, f"{{{NAMESPACES['ds']}}}Object").append(signed)


def in_an_extension(tree: Tree) -> None:
    copy, signed = forged(tree), find(tree, "saml:Assertion")
    signature = find(signed, "ds:Signature")
    tree.replace(signed, copy)
    copy.insert(1, signature)
    extension = etree.Element(f"{{{NAMESPACES['samlp']}}}Extensions")
    extension.append(signed)
    tree.insert(1, extension)


@pytest.mark.parametrize("wrap", [beside, after_it, around, in_its_signature, in_an_extension])
def test_a_signed_assertion_wrapped_in_another_is_refused(wrap: Callable[[Tree], None]) -> None:
    tree = signed_response()
    wrap(tree)

    with pytest.raises(InvalidIdentityToken, match="must hold one assertion"):
        verified(sent(tree))


def test_a_signed_response_wrapped_in_another_is_refused() -> None:
    signed = signed_response(part=".")
    outer = response(name_id="<saml:NameID>olga</saml:NameID>")
    signature = find(signed, "ds:Signature")
    outer.insert(1, signature)
    etree.SubElement(signature, f"{{{NAMESPACES['ds']}}}Object").append(signed)

    with pytest.raises(InvalidIdentityToken):
        verified(sent(outer))


@BOTH
def test_a_signature_of_something_else_says_nothing_of_an_assertion(part: str) -> None:
    tree = response(name_id="<saml:NameID>olga</saml:NameID>")
    extension = etree.Element(f"{{{NAMESPACES['samlp']}}}Extensions", ID="extension-1")
    tree.insert(1, extension)
    sign(extension)
    find(tree, part).insert(1, find(extension, "ds:Signature"))

    with pytest.raises(InvalidIdentityToken, match="Response signature invalid"):
        verified(sent(tree))


def test_a_second_element_of_the_same_id_is_refused() -> None:
    tree = signed_response()
    tree.insert(1, etree.Element(f"{{{NAMESPACES['samlp']}}}Extensions", ID="assertion-1"))

    with pytest.raises(InvalidIdentityToken, match="Response signature invalid"):
        verified(sent(tree))


def test_an_assertion_deeper_in_the_response_is_refused() -> None:
    tree = signed_response()
    extension = etree.Element(f"{{{NAMESPACES['samlp']}}}Extensions")
    extension.append(find(tree, "saml:Assertion"))
    tree.append(extension)

    with pytest.raises(InvalidIdentityToken, match="must have one Assertion"):
        verified(sent(tree))


def test_an_encrypted_assertion_is_refused() -> None:
    tree = response()
    find(tree, "saml:Assertion").tag = f"{{{NAMESPACES['saml']}}}EncryptedAssertion"
    sign(tree)

    with pytest.raises(InvalidIdentityToken, match="not encrypted"):
        verified(sent(tree))


def test_a_response_with_any_part_cut_out_says_what_was_signed_or_nothing() -> None:
    document = opened(sent(signed_response()))
    whole = verified(b64encode(document).decode())

    for number in range(1, len(list(etree.fromstring(document).iter()))):
        tree = etree.fromstring(document)
        victim = list(tree.iter())[number]
        victim.getparent().remove(victim)
        with suppress(ServiceError):
            assert verified(sent(tree)) == whole


@settings(max_examples=200, deadline=None)
@given(data=strategies.data())
def test_a_response_with_any_bytes_changed_says_what_was_signed_or_nothing(
    data: strategies.DataObject,
) -> None:
    document = opened(SIGNED)
    start = data.draw(strategies.integers(0, len(document)))
    end = data.draw(strategies.integers(start, min(len(document), start + 8)))
    inserted = data.draw(strategies.binary(max_size=8))

    with suppress(ServiceError):
        changed = b64encode(document[:start] + inserted + document[end:]).decode()
        assert verified(changed) == verified(SIGNED)
