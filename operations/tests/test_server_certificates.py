from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from pytest_django import Settings

from accounts.models import ServerCertificate
from accounts.sealing import unseal
from audit.models import Event
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    EntityAlreadyExists,
    InvalidInput,
    KeyPairMismatch,
    LimitExceeded,
    MalformedCertificate,
    NoSuchEntity,
    ValidationError,
)
from operations.inline_policies import put_user_policy
from operations.server_certificates import (
    StoredServerCertificate,
    delete_server_certificate,
    get_server_certificate,
    list_server_certificate_tags,
    list_server_certificates,
    tag_server_certificate,
    untag_server_certificate,
    update_server_certificate,
    upload_server_certificate,
)
from operations.tests.federation import allowing, certificate, certificate_pem, ec_key, key_pem, rsa_key
from tests.cast import MovableClock

AUTHORITY = ("authority", rsa_key("authority"))
ROOT = ("root authority", rsa_key("root authority"))
BODY = certificate_pem(certificate(rsa_key(), "shop.example", issuer=AUTHORITY))
AUTHORITY_PEM = certificate_pem(certificate(rsa_key("authority"), "authority", issuer=ROOT))
ROOT_PEM = certificate_pem(certificate(rsa_key("root authority"), "root authority"))
JOB = [{"Key": "job", "Value": "cashier"}]


def uploaded(caller: Caller, name: str = "shop", **more: Any) -> StoredServerCertificate:
    arguments = {"certificate_body": BODY, "private_key": key_pem(rsa_key()), **more}
    return upload_server_certificate(caller, server_certificate_name=name, **arguments)


def names(caller: Caller, **arguments: Any) -> list[str]:
    return [one.server_certificate_name for one in list_server_certificates(caller, **arguments).items]


def test_a_certificate_is_kept_with_its_chain_and_its_sealed_key(root: Caller) -> None:
    uploaded(root, path="/shop/", certificate_chain=AUTHORITY_PEM, tags=JOB)

    found = get_server_certificate(root, server_certificate_name="SHOP")
    described = found.server_certificate_metadata
    assert described.arn == f"arn:aws:iam::{root.account_id}:server-certificate/shop/shop"
    assert described.server_certificate_id.startswith("ASCA")
    assert described.expiration.year == 2080
    assert (found.certificate_body, found.certificate_chain, found.tags) == (BODY, AUTHORITY_PEM, JOB)


def test_the_private_key_comes_out_for_nobody(root: Caller) -> None:
    found = uploaded(root).server_certificate_metadata

    assert "PRIVATE KEY" not in found.private_key
    assert unseal(found.private_key, context=found.seal_context) == key_pem(rsa_key())
    event = Event.objects.get(event_name="UploadServerCertificate")
    assert event.request_parameters["privateKey"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert event.response_elements == {"serverCertificateId": found.server_certificate_id, "arn": found.arn}


def test_without_a_chain_none_is_shown(root: Caller) -> None:
    assert uploaded(root).certificate_chain is None


def test_a_key_on_an_elliptic_curve_is_taken(root: Caller) -> None:
    body = certificate_pem(certificate(ec_key(), "shop.example"))

    assert uploaded(root, certificate_body=body, private_key=key_pem(ec_key())).certificate_body == body


@pytest.mark.parametrize("key", [rsa_key("other"), ec_key()], ids=["another key", "another kind"])
def test_a_private_key_of_another_certificate_is_refused(root: Caller, key: Any) -> None:
    with pytest.raises(KeyPairMismatch, match="do not match"):
        uploaded(root, private_key=key_pem(key))

    assert names(root) == []


ENCRYPTED = (
    rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"beans")).decode()
)


@pytest.mark.parametrize("text", ["coffee", BODY, ENCRYPTED, key_pem(rsa_key())[:-60]])
def test_a_private_key_that_cannot_be_read_is_refused(root: Caller, text: str) -> None:
    with pytest.raises(MalformedCertificate, match="Unable to parse private key"):
        uploaded(root, private_key=text)


def test_other_kinds_of_keys_are_refused(root: Caller) -> None:
    key = Ed25519PrivateKey.generate()
    body = certificate_pem(certificate(key, issuer=AUTHORITY))

    with pytest.raises(MalformedCertificate, match="neither RSA nor ECDSA"):
        uploaded(root, certificate_body=body, private_key=key_pem(key))


@pytest.mark.parametrize("text", ["coffee", key_pem(rsa_key()), BODY[:-60]])
def test_what_is_no_certificate_is_refused(root: Caller, text: str) -> None:
    with pytest.raises(MalformedCertificate, match="ensure the certificate is in PEM format"):
        uploaded(root, certificate_body=text)
    with pytest.raises(MalformedCertificate, match="ensure the certificate is in PEM format"):
        uploaded(root, certificate_chain=text)


def test_the_body_is_one_certificate(root: Caller) -> None:
    with pytest.raises(MalformedCertificate, match="others belong to the chain"):
        uploaded(root, certificate_body=BODY + AUTHORITY_PEM)


def test_a_certificate_is_taken_within_its_time(root: Caller, clock: MovableClock) -> None:
    clock.travel(days=-3650)
    with pytest.raises(MalformedCertificate, match="not yet valid"):
        uploaded(root)

    clock.travel(days=3650 + 20_000)
    with pytest.raises(MalformedCertificate, match="no longer valid"):
        uploaded(root)


@pytest.mark.parametrize(
    ("chain", "index"),
    [
        pytest.param(ROOT_PEM, -1, id="not the issuer"),
        pytest.param(BODY, -1, id="the certificate itself"),
        pytest.param(AUTHORITY_PEM + AUTHORITY_PEM, 0, id="twice"),
        pytest.param(AUTHORITY_PEM + ROOT_PEM + AUTHORITY_PEM, 1, id="one too many"),
    ],
)
def test_a_chain_out_of_order_is_refused(root: Caller, chain: str, index: int) -> None:
    with pytest.raises(
        MalformedCertificate, match=f"The index within the chain of the invalid certificate is: {index}"
    ):
        uploaded(root, certificate_chain=chain)


def test_a_chain_in_order_is_taken(root: Caller) -> None:
    assert uploaded(root, certificate_chain=AUTHORITY_PEM + ROOT_PEM).certificate_chain


def test_names_differ_in_more_than_case(root: Caller) -> None:
    uploaded(root)

    with pytest.raises(EntityAlreadyExists, match="The Server Certificate with name SHOP already exists"):
        uploaded(root, "SHOP")


def test_the_number_of_certificates_is_limited(root: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "SERVER_CERTIFICATES": 1}
    uploaded(root)

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for ServerCertificatesPerAccount: 1"):
        uploaded(root, "other")


def test_certificates_are_listed_by_path_and_page(root: Caller) -> None:
    for name, path in (("b", "/shop/"), ("A", "/"), ("c", "/shop/")):
        uploaded(root, name, path=path)

    assert names(root) == ["A", "b", "c"]
    assert names(root, path_prefix="/sh") == ["b", "c"]
    first = list_server_certificates(root, max_items=2)
    assert names(root, marker=first.marker) == ["c"]


def test_a_certificate_is_renamed_and_moved(root: Caller) -> None:
    uploaded(root)

    update_server_certificate(
        root, server_certificate_name="shop", new_server_certificate_name="Shop", new_path="/shop/"
    )

    found = get_server_certificate(root, server_certificate_name="shop").server_certificate_metadata
    assert (found.server_certificate_name, found.path) == ("Shop", "/shop/")
    assert unseal(found.private_key, context=found.seal_context) == key_pem(rsa_key())


def test_a_name_in_use_is_not_taken_again(root: Caller) -> None:
    uploaded(root)
    uploaded(root, "other")

    with pytest.raises(EntityAlreadyExists):
        update_server_certificate(root, server_certificate_name="shop", new_server_certificate_name="OTHER")


def test_renaming_needs_the_right_on_both_names(root: Caller, carol: Caller) -> None:
    uploaded(root)
    allow(root, "iam:UpdateServerCertificate", f"arn:aws:iam::{root.account_id}:server-certificate/shop")

    with pytest.raises(AccessDenied, match="server-certificate/other"):
        update_server_certificate(carol, server_certificate_name="shop", new_server_certificate_name="other")


def test_a_deleted_certificate_is_in_its_event_without_its_key(root: Caller) -> None:
    uploaded(root)

    delete_server_certificate(root, server_certificate_name="shop")

    assert not ServerCertificate.objects.exists()
    deleted = Event.objects.get(event_name="DeleteServerCertificate").additional_event_data["deleted"]
    assert deleted["CertificateBody"] == BODY
    assert "PrivateKey" not in deleted


def test_tags_are_added_and_taken(root: Caller) -> None:
    uploaded(root, tags=JOB)

    tag_server_certificate(root, server_certificate_name="shop", tags=[{"Key": "JOB", "Value": "barista"}])
    tags = list_server_certificate_tags(root, server_certificate_name="shop")
    assert (tags.items, tags.is_truncated) == ([{"Key": "JOB", "Value": "barista"}], False)

    untag_server_certificate(root, server_certificate_name="shop", tag_keys=["job"])
    assert list_server_certificate_tags(root, server_certificate_name="shop").items == []


def test_tags_of_a_new_certificate_are_checked(root: Caller) -> None:
    with pytest.raises(InvalidInput, match="Duplicate tag keys"):
        uploaded(root, tags=[*JOB, {"Key": "JOB", "Value": "barista"}])


def test_tags_need_a_right_of_their_own(root: Caller, carol: Caller) -> None:
    allow(root, "iam:UploadServerCertificate", "*")

    assert uploaded(carol).tags == []
    with pytest.raises(AccessDenied, match="iam:TagServerCertificate"):
        uploaded(carol, "other", tags=JOB)


@pytest.mark.parametrize(
    "operation",
    [
        get_server_certificate,
        update_server_certificate,
        delete_server_certificate,
        list_server_certificate_tags,
    ],
)
def test_who_may_not_see_certificates_does_not_learn_which_there_are(
    root: Caller, carol: Caller, operation: Any
) -> None:
    uploaded(root, path="/secret/")

    for name in ("shop", "other"):
        with pytest.raises(AccessDenied, match=f"server-certificate/{name} "):
            operation(carol, server_certificate_name=name)


def test_a_certificate_that_is_not_there_is_named(root: Caller) -> None:
    with pytest.raises(NoSuchEntity, match=r"The Server Certificate with name shop cannot be found\."):
        get_server_certificate(root, server_certificate_name="shop")


def test_a_marker_of_somebody_else_is_refused(root: Caller) -> None:
    with pytest.raises(ValidationError, match="Invalid Marker"):
        list_server_certificates(root, marker="%%%")


def test_each_write_leaves_one_event_of_its_name(root: Caller) -> None:
    before = Event.objects.count()

    uploaded(root)
    tag_server_certificate(root, server_certificate_name="shop", tags=JOB)
    untag_server_certificate(root, server_certificate_name="shop", tag_keys=["job"])
    update_server_certificate(root, server_certificate_name="shop", new_path="/shop/")
    delete_server_certificate(root, server_certificate_name="shop")

    assert [event.event_name for event in Event.objects.order_by("sequence")[before:]] == [
        "UploadServerCertificate",
        "TagServerCertificate",
        "UntagServerCertificate",
        "UpdateServerCertificate",
        "DeleteServerCertificate",
    ]


def allow(root: Caller, action: str, resource: str) -> None:
    """Give carol one right."""
    put_user_policy(root, user_name="carol", policy_name="one", policy_document=allowing(action, resource))
