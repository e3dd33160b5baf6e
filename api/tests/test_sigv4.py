"""Signatures of botocore are accepted, and nothing that was changed after signing is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.sigv4 import Claim, Received, claim_of, ensure_match, signing_key
from api.tests.signing import Key, Signed, presigned, signed
from operations.errors import (
    IncompleteSignature,
    MissingAuthenticationToken,
    ServiceError,
    SignatureDoesNotMatch,
)

KEY = Key("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
SERVICES, REGIONS = {"iam", "sts"}, {"us-east-1", "eu-west-1"}


def received(request: Signed) -> Received:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Received(request.method, request.path, request.query, headers)


def accepted(request: Received, body: str) -> Claim:
    claim = claim_of(request, services=SERVICES, regions=REGIONS, now=datetime.now(UTC))
    ensure_match(request, claim, body.encode(), signing_key(KEY.secret, claim))
    return claim


def changed(request: Signed, **headers: str | None) -> Received:
    """The request with headers set, or taken away."""
    asked = {name.replace("_", "-"): value for name, value in headers.items()}
    merged = {**received(request).headers, **asked}
    return replace(
        received(request), headers={name: value for name, value in merged.items() if value is not None}
    )


def authorization(request: Signed, change: Callable[[str], str]) -> Received:
    return changed(request, authorization=change(request.headers["Authorization"]))


def test_a_header_of_botocore_is_accepted() -> None:
    request = signed(KEY, "ListUsers", PathPrefix="/a b/é+~*'()/")

    claim = accepted(received(request), request.body)

    assert (claim.access_key_id, claim.region, claim.service) == (KEY.access_key_id, "us-east-1", "iam")


def test_a_token_comes_with_its_key() -> None:
    request = signed(Key(KEY.access_key_id, KEY.secret, "a/token+="), "ListUsers")

    assert accepted(received(request), request.body).session_token == "a/token+="


def test_an_address_of_botocore_is_accepted() -> None:
    assert accepted(received(presigned(KEY, "GetCallerIdentity")), "").service == "sts"


def signed_at(request: Received) -> datetime:
    text = request.headers.get("x-amz-date") or request.parameters["X-Amz-Date"]
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def claimed(request: Received, seconds: float) -> Claim:
    """The claim of a request that arrives so long after it was signed."""
    now = signed_at(request) + timedelta(seconds=seconds)
    return claim_of(request, services=SERVICES, regions=REGIONS, now=now)


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_clocks_may_differ_by_a_quarter_of_an_hour_and_no_second_more(sign: int) -> None:
    request = received(signed(KEY, "ListUsers"))

    assert claimed(request, sign * 900).service == "iam"
    with pytest.raises(
        SignatureDoesNotMatch, match=r"^Signature (expired|not yet current): \d{8}T\d{6}Z is "
    ):
        claimed(request, sign * 901)


def test_an_address_lasts_the_seconds_that_it_says() -> None:
    request = received(presigned(KEY, "GetCallerIdentity", expires=60))

    assert claimed(request, 60).service == "sts"
    with pytest.raises(SignatureDoesNotMatch, match="expired"):
        claimed(request, 61)


def test_an_address_lasts_no_longer_than_a_header() -> None:
    request = received(presigned(KEY, "GetCallerIdentity", expires=86_400))

    assert claimed(request, 900).service == "sts"
    with pytest.raises(SignatureDoesNotMatch, match="expired"):
        claimed(request, 901)


def test_the_body_is_hashed_here_whatever_a_header_says() -> None:
    request = signed(KEY, "ListUsers")

    with pytest.raises(SignatureDoesNotMatch):
        accepted(received(request), request.body + "&MaxItems=1")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda it: replace(received(it), method="GET"), SignatureDoesNotMatch),
        (lambda it: replace(received(it), path="/api"), SignatureDoesNotMatch),
        (lambda it: replace(received(it), query="a=b"), SignatureDoesNotMatch),
        (lambda it: changed(it, host="evil.example"), SignatureDoesNotMatch),
        (lambda it: changed(it, content_type="text/plain"), SignatureDoesNotMatch),
        (lambda it: changed(it, x_amz_security_token="stolen"), SignatureDoesNotMatch),
        (lambda it: changed(it, x_amz_content_sha256="UNSIGNED-PAYLOAD"), SignatureDoesNotMatch),
        (lambda it: changed(it, x_amz_date=None), IncompleteSignature),
        (lambda it: changed(it, x_amz_date="yesterday"), IncompleteSignature),
        (lambda it: changed(it, x_amz_date="20269999T999999Z"), SignatureDoesNotMatch),
        (lambda it: changed(it, authorization=None), MissingAuthenticationToken),
    ],
)
def test_what_was_changed_is_refused(change: Callable[[Signed], Received], error: type[ServiceError]) -> None:
    request = signed(KEY, "ListUsers")

    with pytest.raises(error):
        accepted(change(request), request.body)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1", IncompleteSignature),
        ("AWS4-HMAC-SHA256", "Bearer", IncompleteSignature),
        ("us-east-1", "mars-north-1", SignatureDoesNotMatch),
        ("us-east-1", "eu-west-1", SignatureDoesNotMatch),
        ("/iam/", "/s3/", SignatureDoesNotMatch),
        ("/iam/", "/sts/", SignatureDoesNotMatch),
        ("aws4_request", "aws4", SignatureDoesNotMatch),
        ("/iam/aws4_request", "/iam", IncompleteSignature),
        ("content-type;host;x-amz-date", "content-type;x-amz-date", SignatureDoesNotMatch),
        ("content-type;host;x-amz-date", "content-type;host", SignatureDoesNotMatch),
        ("content-type;host;x-amz-date", "host;content-type;x-amz-date", IncompleteSignature),
        ("content-type;host;x-amz-date", "Host;content-type;x-amz-date", IncompleteSignature),
        ("content-type;host;x-amz-date", "content-type;host;host;x-amz-date", IncompleteSignature),
        ("Signature=", "Signature=XY", SignatureDoesNotMatch),
        ("Signature=", "Sig=", IncompleteSignature),
        ("SignedHeaders=", "Headers=", IncompleteSignature),
        (", Signature=", ", Signature=A, Signature=", IncompleteSignature),
        ("Credential=", "Credential=A,Credential=", IncompleteSignature),
        (", Signature=", ", Nonsense, Signature=", IncompleteSignature),
    ],
)
def test_a_header_that_claims_something_else_is_refused(
    old: str, new: str, error: type[ServiceError]
) -> None:
    request = signed(KEY, "ListUsers")

    with pytest.raises(error):
        accepted(authorization(request, lambda text: text.replace(old, new)), request.body)


def test_a_scope_of_another_day_is_refused() -> None:
    request = signed(KEY, "ListUsers")
    day = request.headers["X-Amz-Date"][:8]

    with pytest.raises(SignatureDoesNotMatch, match="Date in Credential scope"):
        accepted(authorization(request, lambda text: text.replace(day, "20200101")), request.body)


def test_a_date_without_x_amz_must_be_signed() -> None:
    request = signed(KEY, "ListUsers")
    moved = changed(request, date=request.headers["X-Amz-Date"], x_amz_date=None)

    with pytest.raises(SignatureDoesNotMatch, match="'date' must be a 'SignedHeader'"):
        accepted(moved, request.body)


@pytest.mark.parametrize("name", ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders"])
def test_an_address_that_says_too_little_is_refused(name: str) -> None:
    request = presigned(KEY, "GetCallerIdentity")
    parts = [part for part in request.query.split("&") if not part.startswith(f"{name}=")]

    with pytest.raises(IncompleteSignature, match=name):
        accepted(replace(received(request), query="&".join(parts)), "")


@pytest.mark.parametrize(
    ("old", "new"),
    [("Expires=60", "Expires=soon"), ("Expires=60", "Expires=%D9%A6"), ("HMAC-SHA256", "HMAC-SHA1")],
)
def test_an_address_that_says_nonsense_is_refused(old: str, new: str) -> None:
    request = received(presigned(KEY, "GetCallerIdentity"))

    with pytest.raises(IncompleteSignature):
        accepted(replace(request, query=request.query.replace(old, new)), "")


def test_a_request_is_signed_in_one_place() -> None:
    request = received(presigned(KEY, "GetCallerIdentity"))
    both = replace(request, headers={**request.headers, "authorization": "AWS4-HMAC-SHA256 x"})

    with pytest.raises(IncompleteSignature, match="not in both"):
        accepted(both, "")


# No letter of a percent-encoding, whose case says nothing.
OTHER_LETTERS = st.sampled_from("ghxyzGHXYZ")


def with_another_letter(text: str, place: int, letter: str) -> str:
    """The text with `letter` in place of another character."""
    assume(text[place] != letter)
    return text[:place] + letter + text[place + 1 :]


@given(st.sampled_from(["Authorization", "Content-Type", "Host", "X-Amz-Date"]), st.data(), OTHER_LETTERS)
def test_no_letter_of_a_header_may_change(name: str, data: st.DataObject, letter: str) -> None:
    request = signed(KEY, "ListUsers", PathPrefix="/shop/")
    # Whose key it is does not go into the signature: another one has another secret.
    first = request.headers[name].index("/iam/") if name == "Authorization" else 0
    place = data.draw(st.integers(first, len(request.headers[name]) - 1))
    request.headers[name] = with_another_letter(request.headers[name], place, letter)

    with pytest.raises(ServiceError):
        accepted(received(request), request.body)


@given(st.data(), OTHER_LETTERS)
def test_no_letter_of_a_body_may_change(data: st.DataObject, letter: str) -> None:
    request = signed(KEY, "ListUsers", PathPrefix="/shop/")
    place = data.draw(st.integers(0, len(request.body) - 1))

    with pytest.raises(SignatureDoesNotMatch):
        accepted(received(request), with_another_letter(request.body, place, letter))


@given(st.data(), OTHER_LETTERS)
def test_no_letter_of_an_address_may_change(data: st.DataObject, letter: str) -> None:
    request = presigned(KEY, "GetCallerIdentity")
    place = data.draw(st.integers(0, len(request.query) - 1))
    begin = request.query.index(KEY.access_key_id)
    assume(not begin <= place < begin + len(KEY.access_key_id))
    request.query = with_another_letter(request.query, place, letter)

    with pytest.raises(ServiceError):
        accepted(received(request), "")


@given(st.text(), st.text(), st.text(alphabet="&=%+aXé-", max_size=40))
def test_no_text_does_more_than_be_refused(header: str, date: str, query: str) -> None:
    request = Received("POST", "/api/", query, {"authorization": header, "x-amz-date": date, "host": "h"})

    with pytest.raises(ServiceError):
        claim_of(request, services=SERVICES, regions=REGIONS, now=datetime.now(UTC))


@given(
    st.from_regex(
        r"AWS4-HMAC-SHA256 Credential=[^,]{0,60}, SignedHeaders=[^,]{0,40}, Signature=[0-9a-f]{60,66}"
    )
)
def test_no_header_of_the_right_form_does_either(header: str) -> None:
    request = Received(
        "POST",
        "/api/",
        "",
        {"authorization": header, "x-amz-date": f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}", "host": "h"},
    )

    with pytest.raises(ServiceError):
        accepted(request, "")
