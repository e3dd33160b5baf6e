from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pytest_django import Settings

from accounts.models import SigningCertificate
from audit.models import Event
from iamconsole import clock as time_source
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    DuplicateCertificate,
    FreshProofRequired,
    InvalidCertificate,
    LimitExceeded,
    MalformedCertificate,
    NoSuchEntity,
    ValidationError,
)
from operations.operation import perform
from operations.signing_certificates import (
    delete_signing_certificate,
    list_signing_certificates,
    update_signing_certificate,
    upload_signing_certificate,
)
from operations.users import create_user
from tests.cast import MovableClock, new_account, signed_in

KEY = ec.generate_private_key(ec.SECP256R1())
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Coffee shop")])
UNKNOWN_ID = "NONEXISTENTCERTID12345678901"


def new_body(*, begins: timedelta = timedelta(), ends: timedelta = timedelta(days=30)) -> str:
    """A fresh certificate in PEM, valid from now on unless told otherwise."""
    now: datetime = time_source.now()
    builder = x509.CertificateBuilder(NAME, NAME, KEY.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now + begins).not_valid_after(now + ends)
    return builder.sign(KEY, SHA256()).public_bytes(Encoding.PEM).decode()


def of_unknown_version() -> str:
    """A certificate that says it is of the version 9: `cryptography` refuses those in a way of its own."""
    der = x509.load_pem_x509_certificate(new_body().encode()).public_bytes(Encoding.DER)
    damaged = der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020109"), 1)
    return f"-----BEGIN CERTIFICATE-----\n{b64encode(damaged).decode()}\n-----END CERTIFICATE-----"


def upload(caller: Caller, user_name: str | None = "ana", body: str | None = None) -> SigningCertificate:
    return upload_signing_certificate(caller, user_name=user_name, certificate_body=body or new_body())


def undo_newest(caller: Caller) -> None:
    """Do what the newest event names as its inverse."""
    inverse = Event.objects.latest("sequence").additional_event_data["inverse"]
    perform(caller, inverse["operation"], inverse["parameters"])


@pytest.fixture(autouse=True)
def _ana(root: Caller) -> None:
    create_user(root, user_name="ana")


def test_a_new_certificate_is_active_and_has_an_id(root: Caller) -> None:
    body = new_body()

    certificate = upload(root, body=body)

    assert len(certificate.certificate_id) == 32
    assert certificate.certificate_id.isalnum()
    assert certificate.certificate_id.isupper()
    assert (certificate.user_name, certificate.status) == ("ana", "Active")
    assert certificate.certificate_body == body


def test_without_a_name_everything_is_about_the_caller(root: Caller, alice: Caller) -> None:
    certificate_id = upload(alice, user_name=None).certificate_id

    update_signing_certificate(alice, certificate_id=certificate_id, status="Inactive")
    (own,) = list_signing_certificates(alice).items
    assert (own.user_name, own.certificate_id, own.status) == ("alice", certificate_id, "Inactive")

    delete_signing_certificate(alice, certificate_id=certificate_id)
    assert list(list_signing_certificates(alice).items) == []


def test_the_root_user_has_to_name_a_user(root: Caller) -> None:
    with pytest.raises(ValidationError, match="Must specify userName"):
        upload(root, user_name=None)


def test_what_is_no_certificate_is_malformed_in_awss_words(root: Caller) -> None:
    with pytest.raises(MalformedCertificate, match=r"Certificate invalid-certificate-body is malformed\."):
        upload(root, body="invalid-certificate-body")


def test_a_broken_certificate_is_malformed(root: Caller) -> None:
    body = new_body()

    for broken in (body.replace("MII", "MIJ", 1), body[:100], of_unknown_version()):
        with pytest.raises(MalformedCertificate) as refused:
            upload(root, body=broken)
        assert refused.value.parameter == "certificate_body"


def test_a_body_holds_one_certificate_and_nothing_secret(root: Caller) -> None:
    secret = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    for body in (new_body() + new_body(), new_body() + secret):
        with pytest.raises(MalformedCertificate):
            upload(root, body=body)

    assert not SigningCertificate.objects.exists()


def test_a_message_shows_the_beginning_of_a_long_body(root: Caller) -> None:
    with pytest.raises(MalformedCertificate) as refused:
        upload(root, body="x" * 16384)

    assert len(refused.value.message) < 300


def test_a_certificate_is_taken_within_its_time_alone(root: Caller, clock: MovableClock) -> None:
    body = new_body(begins=timedelta(minutes=1), ends=timedelta(minutes=3))

    with pytest.raises(InvalidCertificate, match="not yet valid"):
        upload(root, body=body)
    clock.travel(minutes=4)
    with pytest.raises(InvalidCertificate, match="no longer valid"):
        upload(root, body=body)
    clock.travel(minutes=-2)
    upload(root, body=body)


@pytest.mark.parametrize("user_name", ["ana", "ben"], ids=["the same user", "another user"])
def test_a_certificate_stands_for_one_user_of_the_account(root: Caller, user_name: str) -> None:
    create_user(root, user_name="ben")
    body = new_body()
    upload(root, body=body)

    with pytest.raises(DuplicateCertificate):
        upload(root, user_name, "Of another look:\n" + body)


def test_the_quota_of_certificates_holds_for_each_user(root: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "SIGNING_CERTIFICATES_PER_USER": 1}
    create_user(root, user_name="ben")
    upload(root)

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for CertificatesPerUser: 1"):
        upload(root)
    upload(root, "ben")


def test_a_list_shows_the_certificates_of_one_user_page_by_page(root: Caller) -> None:
    create_user(root, user_name="ben")
    ids = sorted(upload(root).certificate_id for _ in range(2))
    upload(root, "ben")

    first = list_signing_certificates(root, user_name="ana", max_items=1)
    second = list_signing_certificates(root, user_name="ana", max_items=1, marker=first.marker)

    assert [one.certificate_id for one in (*first.items, *second.items)] == ids
    assert (first.is_truncated, second.is_truncated) == (True, False)


def test_nobody_sets_a_certificate_to_expired(root: Caller) -> None:
    certificate_id = upload(root).certificate_id

    with pytest.raises(ValidationError, match="Active or Inactive"):
        update_signing_certificate(root, user_name="ana", certificate_id=certificate_id, status="Expired")


@pytest.mark.parametrize("user_name", ["ana", "ben"], ids=["unknown id", "somebody else's"])
def test_a_certificate_that_the_user_does_not_have_is_not_found(root: Caller, user_name: str) -> None:
    create_user(root, user_name="ben")
    certificate_id = UNKNOWN_ID if user_name == "ana" else upload(root).certificate_id
    missing = f"The Certificate with id {certificate_id} cannot be found."

    with pytest.raises(NoSuchEntity, match=missing):
        update_signing_certificate(
            root, user_name=user_name, certificate_id=certificate_id, status="Inactive"
        )
    with pytest.raises(NoSuchEntity, match=missing):
        delete_signing_certificate(root, user_name=user_name, certificate_id=certificate_id)


def test_another_account_may_have_the_same_certificate_and_cannot_reach_it(root: Caller) -> None:
    body = new_body()
    certificate_id = upload(root, body=body).certificate_id
    elsewhere = new_account("tea@shop.example", "Tea shop")
    other = signed_in(elsewhere.root, elsewhere)
    create_user(other, user_name="ana")

    upload(other, body=body)
    with pytest.raises(NoSuchEntity):
        delete_signing_certificate(other, user_name="ana", certificate_id=certificate_id)


def test_whoever_has_no_permission_learns_nothing(root: Caller, carol: Caller) -> None:
    certificate_id = upload(root).certificate_id

    for known in (certificate_id, UNKNOWN_ID):
        with pytest.raises(AccessDenied):
            delete_signing_certificate(carol, user_name="ana", certificate_id=known)
    for user_name in ("ana", "zoe", None):
        with pytest.raises(AccessDenied):
            upload(carol, user_name, "coffee")
        with pytest.raises(AccessDenied):
            list_signing_certificates(carol, user_name=user_name)


def test_an_upload_in_the_console_wants_a_fresh_proof(root: Caller, clock: MovableClock) -> None:
    clock.travel(minutes=11)

    with pytest.raises(FreshProofRequired):
        upload(root)


def test_an_upload_is_recorded_and_can_be_undone(root: Caller) -> None:
    certificate = upload(root)
    event = Event.objects.latest("sequence")

    assert event.event_name == "UploadSigningCertificate"
    assert event.response_elements == {"certificateId": certificate.certificate_id, "status": "Active"}
    undo_newest(root)
    assert not SigningCertificate.objects.exists()


def test_a_switch_is_recorded_and_can_be_undone(root: Caller) -> None:
    certificate_id = upload(root).certificate_id

    update_signing_certificate(root, user_name="ana", certificate_id=certificate_id, status="Inactive")

    assert Event.objects.latest("sequence").event_name == "UpdateSigningCertificate"
    undo_newest(root)
    assert SigningCertificate.objects.get().status == "Active"


def test_a_deletion_is_recorded_with_what_is_gone(root: Caller) -> None:
    certificate = upload(root)

    delete_signing_certificate(root, user_name="ana", certificate_id=certificate.certificate_id)

    event = Event.objects.latest("sequence")
    assert event.event_name == "DeleteSigningCertificate"
    assert event.additional_event_data["deleted"] == {
        "UserName": "ana",
        "CertificateId": certificate.certificate_id,
        "CertificateBody": certificate.certificate_body,
        "Status": "Active",
        "UploadDate": certificate.upload_date.isoformat(),
    }
