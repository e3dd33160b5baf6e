"""Tokens of OpenID Connect providers: what is believed, and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from operations.assertions import claimed_issuer, token_audience, verify_identity_token
from operations.errors import ExpiredIdentityToken, InvalidIdentityToken
from operations.tests.federation import (
    CLIENT_ID,
    ISSUER,
    NOW,
    Key,
    ec_key,
    handmade_token,
    jwk,
    key_set,
    rsa_key,
    token,
)

AT = int(NOW.timestamp())
PUBLIC_PEM = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def verified(text: str, *keys: Mapping[str, Any], after: timedelta = timedelta()) -> Mapping[str, Any]:
    return verify_identity_token(
        text, jwks=key_set(*keys), audiences=[CLIENT_ID], issuer=ISSUER, now=NOW + after
    )


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        pytest.param(algorithm, key, id=algorithm)
        for algorithm, key in (
            ("RS256", rsa_key()),
            ("RS384", rsa_key()),
            ("RS512", rsa_key()),
            ("ES256", ec_key()),
            ("ES384", ec_key("P-384")),
        )
    ],
)
def test_a_token_of_each_algorithm_is_believed(algorithm: str, key: Key) -> None:
    said = verified(token(key, algorithm=algorithm, department="bar"), jwk(key))

    assert (said["sub"], said["department"]) == ("ana", "bar")


def test_the_key_is_found_by_its_name() -> None:
    keys = [jwk(rsa_key("other"), "other"), jwk(rsa_key(), "first")]

    assert verified(token(), *keys)["sub"] == "ana"


def test_a_token_that_names_no_key_is_believed_where_there_is_one_alone() -> None:
    assert verified(token(headers={}), jwk(rsa_key()), jwk(ec_key(), "second"))["sub"] == "ana"

    with pytest.raises(InvalidIdentityToken, match="Couldn't retrieve verification key"):
        verified(token(headers={}), jwk(rsa_key()), jwk(rsa_key("other"), "second"))


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(InvalidIdentityToken, match="Couldn't retrieve verification key"):
        verified(token(headers={"kid": "elsewhere"}))


def test_without_any_keys_no_token_is_believed() -> None:
    with pytest.raises(InvalidIdentityToken, match="Couldn't retrieve verification key"):
        verify_identity_token(token(), jwks={}, audiences=[CLIENT_ID], issuer=ISSUER, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(handmade_token({"alg": "none", "kid": "first"}), id="none"),
        pytest.param(handmade_token({"alg": "None", "kid": "first"}), id="none, spelt otherwise"),
        pytest.param(
            handmade_token({"alg": "HS256", "kid": "first"}, PUBLIC_PEM), id="hmac with the public key"
        ),
        pytest.param(handmade_token({"alg": "RS256", "kid": "first"}, PUBLIC_PEM), id="hmac called rsa"),
        pytest.param(handmade_token({"alg": ["RS256"], "kid": "first"}), id="a list of algorithms"),
        pytest.param(handmade_token({"kid": "first"}), id="no algorithm"),
        pytest.param(token(algorithm="PS256"), id="an algorithm that is not ours"),
        pytest.param(token(rsa_key("stranger")), id="signed by a stranger"),
        pytest.param(
            token(rsa_key("stranger"), headers={"kid": "first", "jwk": jwk(rsa_key("stranger"))}),
            id="with a key of its own",
        ),
        pytest.param(token(ec_key(), algorithm="ES256"), id="elliptic under the name of an rsa key"),
        pytest.param(token(headers={"kid": "first", "crit": ["exp"]}), id="with a critical extension"),
        pytest.param(token(sub=7), id="a subject that is no text"),
    ],
)
def test_a_forged_token_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentityToken):
        verified(text)


def test_a_shared_secret_among_the_keys_verifies_nothing() -> None:
    secret = {"kty": "oct", "kid": "first", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ"}

    with pytest.raises(InvalidIdentityToken):
        verified(
            handmade_token({"alg": "HS256", "kid": "first"}, b"secret-secret-secret-secret-1234"), secret
        )


def test_a_weak_key_verifies_nothing() -> None:
    weak = rsa_key("weak", 1024)

    with (
        pytest.warns(UserWarning, match="below the minimum"),
        pytest.raises(InvalidIdentityToken),
    ):
        verified(token(weak), jwk(weak))


@pytest.mark.parametrize("more", [{"use": "enc"}, {"alg": "RS512"}], ids=["encryption", "another algorithm"])
def test_a_key_serves_only_what_it_is_for(more: dict[str, str]) -> None:
    with pytest.raises(InvalidIdentityToken, match="Couldn't retrieve verification key"):
        verified(token(), jwk(rsa_key(), **more))


def test_a_key_on_another_curve_verifies_nothing() -> None:
    with pytest.raises(InvalidIdentityToken):
        verified(token(ec_key(), algorithm="ES256"), jwk(ec_key("P-384")))


def test_a_changed_token_is_refused() -> None:
    header, _, signature = token().split(".")
    _, payload, _ = token(sub="olga").split(".")

    with pytest.raises(InvalidIdentityToken):
        verified(f"{header}.{payload}.{signature}")


@pytest.mark.parametrize("text", ["", "ana", "a.b.c", "\ud800.b.c", "e30.e30."])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentityToken):
        verified(text)


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "iat"])
def test_a_claim_that_is_missing_is_named(name: str) -> None:
    missing: dict[str, Any] = {name: None}

    with pytest.raises(InvalidIdentityToken, match=rf"Missing a required claim: {name}\."):
        verified(token(**missing))


def test_another_issuer_is_refused() -> None:
    with pytest.raises(
        InvalidIdentityToken, match="No OpenIDConnect provider found in your account for https://evil"
    ):
        verified(token(iss="https://evil.example"))


def test_a_token_is_believed_until_the_second_it_expires() -> None:
    assert verified(token(), after=timedelta(seconds=299))

    with pytest.raises(
        ExpiredIdentityToken, match=f"Token expired: current date/time {AT + 300} must be before"
    ):
        verified(token(), after=timedelta(seconds=300))


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_a_token_from_the_future_is_refused_but_for_the_skew_of_clocks(name: str) -> None:
    soon: dict[str, Any] = {name: AT + 60}
    later: dict[str, Any] = {name: AT + 61}

    assert verified(token(**soon))["sub"] == "ana"
    with pytest.raises(InvalidIdentityToken):
        verified(token(**later))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "9999999999", [AT]])
def test_a_time_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(InvalidIdentityToken):
        verified(token(exp=value))


@pytest.mark.parametrize(
    "said",
    [
        {"aud": "another-shop"},
        {"aud": ["another-shop", CLIENT_ID]},
        {"aud": []},
        {"aud": {CLIENT_ID: 1}},
        {"aud": [[CLIENT_ID]]},
        {"aud": CLIENT_ID, "azp": "another-shop"},
    ],
)
def test_a_token_for_somebody_else_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(InvalidIdentityToken, match="Incorrect token audience"):
        verified(token(**said))


@pytest.mark.parametrize(
    "said",
    [
        {"aud": [CLIENT_ID]},
        {"aud": "backend", "azp": CLIENT_ID},
        {"aud": ["backend", "other"], "azp": CLIENT_ID},
    ],
)
def test_the_party_that_asked_for_the_token_is_its_audience(said: dict[str, Any]) -> None:
    assert token_audience(verified(token(**said))) == CLIENT_ID


def test_who_a_token_says_has_made_it_is_read_before_it_is_verified() -> None:
    assert claimed_issuer(token(rsa_key("stranger"))) == ISSUER


@pytest.mark.parametrize("text", ["ana", "a.b.c", "\ud800.b.c"])
def test_what_is_no_token_has_no_issuer(text: str) -> None:
    with pytest.raises(InvalidIdentityToken, match="not a valid JWT"):
        claimed_issuer(text)


@pytest.mark.parametrize("issuer", [None, 7])
def test_a_token_without_an_issuer_is_refused(issuer: object) -> None:
    with pytest.raises(InvalidIdentityToken, match=r"Missing a required claim: iss\."):
        claimed_issuer(handmade_token({"alg": "RS256"}, b"none", iss=issuer))
