from __future__ import annotations

from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pytest_django import Settings

from accounts.models import SSHPublicKey
from audit.models import Event
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    DuplicateSSHPublicKey,
    FreshProofRequired,
    InvalidPublicKey,
    LimitExceeded,
    NoSuchEntity,
    ServiceError,
    UnrecognizedPublicKeyEncoding,
    ValidationError,
)
from operations.operation import perform
from operations.ssh_public_keys import (
    delete_ssh_public_key,
    get_ssh_public_key,
    list_ssh_public_keys,
    update_ssh_public_key,
    upload_ssh_public_key,
)
from operations.users import create_user
from tests.cast import MovableClock, new_account, signed_in

# The key of AWS's own examples for UploadSSHPublicKey and GetSSHPublicKey, and what AWS shows of it.
IN_SSH = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCy75ak72GGaoZNy0cjUERIn+mrga0C30kmkiwOeN4H6YtvCdUksVppjPOhm485WFRzvIcxaMEu"
    "Z9ISAkp8AfefybxH0PdQWhELSu0pHaMnADAU7dOn3CCerO8+0sycbu4ES4P+cdK1qet3ptsG/zeQNLLmOK5zjIRa1MAS3KnwLwHEVPEe4JD+xfgh"
    "uO0nwzUgpneGNwk7m7qihYLFnNCFdeU8OeIr9Fmc75g5olHm6ZoC/bccAHurHkfcDpanJTLNfLR5Oj14CZSsRP4kNdm+oe5+IPM78w4J9v4pXU4m"
    "izYDE21G4gUDVxOrs0X66lMihX6ArVgmEK+NK5GQgn9z"
)
IN_PEM = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsu+WpO9hhmqGTctHI1BE
SJ/pq4GtAt9JJpIsDnjeB+mLbwnVJLFaaYzzoZuPOVhUc7yHMWjBLmfSEgJKfAH3
n8m8R9D3UFoRC0rtKR2jJwAwFO3Tp9wgnqzvPtLMnG7uBEuD/nHStanrd6bbBv83
kDSy5jiuc4yEWtTAEtyp8C8BxFTxHuCQ/sX4IbjtJ8M1IKZ3hjcJO5u6ooWCxZzQ
hXXlPDniK/RZnO+YOaJR5umaAv23HAB7qx5H3A6WpyUyzXy0eTo9eAmUrET+JDXZ
vqHufiDzO/MOCfb+KV1OJos2AxNtRuIFA1cTq7NF+upTIoV+gK1YJhCvjSuRkIJ/
cwIDAQAB
-----END PUBLIC KEY-----
"""
FINGERPRINT = "7a:1d:ea:9e:b0:80:ac:f8:ec:d8:dc:e6:a7:2c:fc:51"
COMMENTED = f"{IN_SSH} jane@example.com"
UNKNOWN_ID = "APKAXXXXXXXXXXXXXXXXX"


def upload(caller: Caller, user_name: str = "ana", body: str = COMMENTED) -> SSHPublicKey:
    return upload_ssh_public_key(caller, user_name=user_name, ssh_public_key_body=body)


@cache
def rsa_key(bits: int = 2048) -> str:
    public = rsa.generate_private_key(65537, bits).public_key()
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def pem_of_a_curve() -> str:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def ed25519_key() -> str:
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def undo_newest(caller: Caller) -> None:
    """Do what the newest event names as its inverse."""
    inverse = Event.objects.latest("sequence").additional_event_data["inverse"]
    perform(caller, inverse["operation"], inverse["parameters"])


@pytest.fixture(autouse=True)
def _ana(root: Caller) -> None:
    create_user(root, user_name="ana")


def test_a_new_key_is_active_and_has_an_id_and_a_fingerprint(root: Caller) -> None:
    key = upload(root)

    assert key.ssh_public_key_id.startswith("APKA")
    assert len(key.ssh_public_key_id) == 21
    assert (key.user_name, key.status, key.fingerprint) == ("ana", "Active", FINGERPRINT)
    assert key.ssh_public_key_body == COMMENTED


def test_both_encodings_of_a_key_have_one_fingerprint(root: Caller) -> None:
    assert upload(root, body=IN_PEM).fingerprint == FINGERPRINT


@pytest.mark.parametrize(
    ("uploaded", "encoding", "shown"),
    [
        (COMMENTED, "SSH", COMMENTED),
        (COMMENTED, "PEM", IN_PEM),
        (IN_PEM, "PEM", IN_PEM),
        (IN_PEM, "SSH", IN_SSH),
    ],
    ids=["as it is", "ssh to pem", "pem as it is", "pem to ssh"],
)
def test_a_key_is_shown_in_the_encoding_asked_for(
    root: Caller, uploaded: str, encoding: str, shown: str
) -> None:
    key_id = upload(root, body=uploaded).ssh_public_key_id

    found = get_ssh_public_key(root, user_name="ana", ssh_public_key_id=key_id, encoding=encoding)

    assert found.ssh_public_key_body == shown
    assert SSHPublicKey.objects.get().ssh_public_key_body == uploaded


@pytest.mark.parametrize(
    "body",
    [
        "coffee",
        " ",
        "ssh-rsa-AAAA",
        ed25519_key(),
        "-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----",
        "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----",
    ],
    ids=["a word", "nothing", "no space", "ed25519", "pkcs 1", "rfc 4716"],
)
def test_an_encoding_that_is_neither_ssh_rsa_nor_pem_is_not_recognized(root: Caller, body: str) -> None:
    with pytest.raises(UnrecognizedPublicKeyEncoding) as refused:
        upload(root, body=body)

    assert refused.value.parameter == "ssh_public_key_body"


@pytest.mark.parametrize(
    "body",
    [
        "ssh-rsa",
        "ssh-rsa AAAA",
        IN_SSH[:-40],
        ed25519_key().replace("ssh-ed25519", "ssh-rsa"),
        f"{IN_SSH}\n{IN_SSH}",
        IN_PEM.replace("MIIB", "MIIC"),
        IN_PEM + IN_PEM,
        IN_PEM + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        pem_of_a_curve(),
        rsa_key(1024),
    ],
    ids=[
        "no key",
        "short key",
        "cut off",
        "another kind",
        "two lines",
        "broken pem",
        "two of pem",
        "private key behind",
        "a curve",
        "1024 bits",
    ],
)
def test_a_malformed_or_weak_key_is_invalid(root: Caller, body: str) -> None:
    with pytest.raises(InvalidPublicKey):
        upload(root, body=body)

    assert not SSHPublicKey.objects.exists()


def test_a_user_has_a_key_once_and_another_user_may_have_it_too(root: Caller) -> None:
    create_user(root, user_name="ben")
    upload(root)

    with pytest.raises(DuplicateSSHPublicKey, match="already associated with user ana"):
        upload(root, body=IN_PEM)

    assert upload(root, "ben").fingerprint == FINGERPRINT


def test_the_quota_of_keys_holds_for_each_user(root: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "SSH_PUBLIC_KEYS_PER_USER": 1}
    create_user(root, user_name="ben")
    upload(root)

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for SSHPublicKeysPerUser: 1"):
        upload(root, body=rsa_key())
    upload(root, "ben", rsa_key())


def test_a_list_shows_the_keys_of_one_user_page_by_page(root: Caller) -> None:
    create_user(root, user_name="ben")
    ids = sorted([upload(root).ssh_public_key_id, upload(root, body=rsa_key()).ssh_public_key_id])
    upload(root, "ben")

    first = list_ssh_public_keys(root, user_name="ana", max_items=1)
    second = list_ssh_public_keys(root, user_name="ana", max_items=1, marker=first.marker)

    assert [key.ssh_public_key_id for key in (*first.items, *second.items)] == ids
    assert (first.is_truncated, second.is_truncated) == (True, False)


def test_a_list_without_a_name_is_the_callers_own(root: Caller, alice: Caller) -> None:
    own = upload(alice, "alice")
    upload(root)

    assert list(list_ssh_public_keys(alice).items) == [own]
    with pytest.raises(ValidationError, match="Must specify userName"):
        list_ssh_public_keys(root)


def test_a_key_is_switched_off_and_on(root: Caller) -> None:
    key_id = upload(root).ssh_public_key_id

    for status in ("Inactive", "Active"):
        update_ssh_public_key(root, user_name="ana", ssh_public_key_id=key_id, status=status)
        assert SSHPublicKey.objects.get().status == status


def test_nobody_sets_a_key_to_expired(root: Caller) -> None:
    key_id = upload(root).ssh_public_key_id

    with pytest.raises(ValidationError, match="Active or Inactive"):
        update_ssh_public_key(root, user_name="ana", ssh_public_key_id=key_id, status="Expired")


def test_a_deleted_key_is_gone_and_may_come_again(root: Caller) -> None:
    delete_ssh_public_key(root, user_name="ana", ssh_public_key_id=upload(root).ssh_public_key_id)

    assert list(list_ssh_public_keys(root, user_name="ana").items) == []
    upload(root)


@pytest.mark.parametrize("user_name", ["ana", "ben"], ids=["unknown id", "somebody else's"])
def test_a_key_that_the_user_does_not_have_is_not_found(root: Caller, user_name: str) -> None:
    create_user(root, user_name="ben")
    key_id = UNKNOWN_ID if user_name == "ana" else upload(root).ssh_public_key_id
    given = {"user_name": user_name, "ssh_public_key_id": key_id}
    missing = f"The Public Key with id {key_id} cannot be found."

    with pytest.raises(NoSuchEntity, match=missing):
        get_ssh_public_key(root, **given, encoding="SSH")
    with pytest.raises(NoSuchEntity, match=missing):
        update_ssh_public_key(root, **given, status="Inactive")
    with pytest.raises(NoSuchEntity, match=missing):
        delete_ssh_public_key(root, **given)


def test_an_unknown_user_is_named(root: Caller) -> None:
    with pytest.raises(NoSuchEntity, match=r"The user with name zoe cannot be found\."):
        upload(root, "zoe")


def test_keys_of_another_account_are_out_of_reach(root: Caller) -> None:
    key_id = upload(root).ssh_public_key_id
    elsewhere = new_account("tea@shop.example", "Tea shop")
    other = signed_in(elsewhere.root, elsewhere)
    create_user(other, user_name="ana")

    with pytest.raises(NoSuchEntity):
        delete_ssh_public_key(other, user_name="ana", ssh_public_key_id=key_id)


def test_whoever_has_no_permission_learns_nothing(root: Caller, carol: Caller) -> None:
    key_id = upload(root).ssh_public_key_id

    for known in (key_id, UNKNOWN_ID):
        with pytest.raises(AccessDenied):
            get_ssh_public_key(carol, user_name="ana", ssh_public_key_id=known, encoding="SSH")
    for user_name in ("ana", "zoe"):
        with pytest.raises(AccessDenied):
            upload(carol, user_name)
        with pytest.raises(AccessDenied):
            upload(carol, user_name, "coffee")


def test_an_upload_in_the_console_wants_a_fresh_proof(root: Caller, clock: MovableClock) -> None:
    clock.travel(minutes=11)

    with pytest.raises(FreshProofRequired):
        upload(root)


def test_an_upload_is_recorded_and_can_be_undone(root: Caller) -> None:
    key = upload(root)
    event = Event.objects.latest("sequence")

    assert event.event_name == "UploadSSHPublicKey"
    assert event.response_elements == {
        "sSHPublicKeyId": key.ssh_public_key_id,
        "fingerprint": FINGERPRINT,
        "status": "Active",
    }
    undo_newest(root)
    assert not SSHPublicKey.objects.exists()


def test_a_switch_is_recorded_and_can_be_undone(root: Caller) -> None:
    key_id = upload(root).ssh_public_key_id

    update_ssh_public_key(root, user_name="ana", ssh_public_key_id=key_id, status="Inactive")

    assert Event.objects.latest("sequence").event_name == "UpdateSSHPublicKey"
    undo_newest(root)
    assert SSHPublicKey.objects.get().status == "Active"


def test_a_deletion_is_recorded_with_what_is_gone(root: Caller) -> None:
    key = upload(root)

    delete_ssh_public_key(root, user_name="ana", ssh_public_key_id=key.ssh_public_key_id)

    event = Event.objects.latest("sequence")
    assert event.event_name == "DeleteSSHPublicKey"
    assert event.additional_event_data["deleted"] == {
        "UserName": "ana",
        "SSHPublicKeyId": key.ssh_public_key_id,
        "SSHPublicKeyBody": COMMENTED,
        "Fingerprint": FINGERPRINT,
        "Status": "Active",
        "UploadDate": key.upload_date.isoformat(),
    }


def test_a_refused_upload_keeps_nothing(root: Caller) -> None:
    with pytest.raises(ServiceError):
        upload(root, body="coffee")

    assert Event.objects.latest("sequence").error_code == "UnrecognizedPublicKeyEncoding"
    assert not SSHPublicKey.objects.exists()
