from __future__ import annotations

import json
from typing import Any

import pytest

from operations.errors import InvalidInput
from operations.key_sets import parse_json_web_key_set
from operations.tests.federation import ec_key, jwk, key_set, rsa_key


def parsed(*keys: Any) -> list[dict[str, Any]]:
    return parse_json_web_key_set(json.dumps({"keys": keys}))["keys"]


def test_of_a_key_only_what_verifies_is_kept() -> None:
    kept = parsed(jwk(rsa_key(), use="sig", alg="RS384", x5t="thumbprint"), jwk(ec_key("P-384"), "second"))

    assert [sorted(key) for key in kept] == [
        ["alg", "e", "kid", "kty", "n", "use"],
        ["crv", "kid", "kty", "x", "y"],
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"kty": "OKP", "crv": "Ed25519", "kid": "other", "x": "AAAA"},
        {"kty": "EC", "crv": "P-521", "kid": "other", "x": "AAAA", "y": "AAAA", "alg": "ES512"},
        {**jwk(rsa_key(), "other"), "use": "enc"},
        {**jwk(rsa_key(), "other"), "key_ops": ["wrapKey"]},
        {**jwk(rsa_key(), "other"), "alg": "RSA-OAEP"},
        {**jwk(rsa_key(), "other"), "alg": ["RS256"]},
        {"kid": "other"},
    ],
)
def test_a_key_for_something_else_is_left_out(other: dict[str, Any]) -> None:
    assert [key["kid"] for key in parsed(other, jwk(rsa_key()))] == ["first"]

    with pytest.raises(InvalidInput, match="no key that can sign"):
        parsed(other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        "{}",
        '{"keys": {}}',
        '{"keys": ["a"]}',
        '{"keys": [{"kty": "RSA", "key_ops": 7}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_key_set_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="Could not parse the JSON Web Key Set"):
        parse_json_web_key_set(text)


@pytest.mark.parametrize(
    "secret", [{**jwk(rsa_key()), "d": "AAAA"}, {"kty": "oct", "kid": "first", "k": "AAAA"}]
)
def test_a_private_key_is_refused(secret: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="private key or a shared secret"):
        parsed(jwk(rsa_key(), "second"), secret)


@pytest.mark.parametrize(
    "broken",
    [
        {"kty": "RSA", "kid": "first"},
        {"kty": "RSA", "kid": "first", "n": 7, "e": "AQAB"},
        {**jwk(ec_key()), "x": "AAAA"},
        {"kty": "EC", "crv": "P-256", "kid": "first", "x": "A" * 43, "y": "A" * 43},
    ],
)
def test_a_key_that_cannot_be_read_is_named(broken: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="The key first cannot be read"):
        parsed(broken)


def test_a_weak_key_is_refused() -> None:
    with pytest.raises(InvalidInput, match="1024 bits long"):
        parsed(jwk(rsa_key("weak", 1024)))


def test_names_of_keys_are_texts_and_differ() -> None:
    nameless = {name: value for name, value in jwk(rsa_key()).items() if name != "kid"}

    assert "kid" not in parsed(nameless)[0]
    with pytest.raises(InvalidInput, match="a kid of its own"):
        parsed(nameless, nameless)
    with pytest.raises(InvalidInput, match="a kid of its own"):
        parsed(jwk(rsa_key()), jwk(ec_key()))
    with pytest.raises(InvalidInput, match="A kid is a text"):
        parsed({**nameless, "kid": ["first"]})


def test_aws_reads_a_hundred_keys_of_a_type() -> None:
    keys = [jwk(rsa_key(), str(number)) for number in range(101)]

    assert len(parsed(*keys[:100], jwk(ec_key()))) == 101
    with pytest.raises(InvalidInput, match="more than 100 keys"):
        parsed(*keys)


def test_a_set_survives_being_read_twice() -> None:
    once = parse_json_web_key_set(json.dumps(key_set(jwk(rsa_key()), jwk(ec_key(), "second"))))

    assert parse_json_web_key_set(json.dumps(once)) == once
