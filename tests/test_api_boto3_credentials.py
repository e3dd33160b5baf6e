"""Keys, passwords, devices and certificates as boto3 sees them: made, used, switched off and taken away."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accounts.models import MFADevice
from operations.tests.federation import allowing, certificate, certificate_pem, key_pem, rsa_key
from tests.api_server import Key, Shop
from tests.codes import codes, present_step, read_qr

CHANGE_PASSWORD = "arn:aws:iam::aws:policy/IAMUserChangePassword"
OLD, NEW = "Cinnamon-buns-4", "Walnut-bread-7"


@pytest.fixture
def iam(shop: Shop) -> Any:
    iam = shop.client("iam")
    iam.create_user(UserName="ana")
    return iam


@pytest.fixture
def key(iam: Any) -> Key:
    return Key.of(iam.create_access_key(UserName="ana")["AccessKey"])


def code_of(error: ClientError) -> tuple[str, int]:
    response = error.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


# Access keys


def test_a_key_signs_until_it_is_switched_off(shop: Shop, iam: Any, key: Key) -> None:
    sts = shop.client("sts", key)
    assert sts.get_caller_identity()["Arn"] == shop.arn("user/ana")
    iam.update_access_key(UserName="ana", AccessKeyId=key.access_key_id, Status="Inactive")

    with pytest.raises(ClientError) as refused:
        sts.get_caller_identity()

    assert code_of(refused.value) == ("InvalidClientTokenId", 403)
    iam.update_access_key(UserName="ana", AccessKeyId=key.access_key_id, Status="Active")
    assert sts.get_caller_identity()["Account"] == shop.account_id


def test_a_deleted_key_signs_nothing(shop: Shop, iam: Any, key: Key) -> None:
    iam.delete_access_key(UserName="ana", AccessKeyId=key.access_key_id)

    with pytest.raises(ClientError) as refused:
        shop.client("sts", key).get_caller_identity()

    assert code_of(refused.value) == ("InvalidClientTokenId", 403)
    assert iam.list_access_keys(UserName="ana")["AccessKeyMetadata"] == []


def test_a_wrong_secret_is_told_from_an_unknown_key(shop: Shop, key: Key) -> None:
    said = []
    for wrong in (Key(key.access_key_id, "x" * 40), Key("AKIAIOSFODNN7EXAMPLE", key.secret_access_key)):
        with pytest.raises(ClientError) as refused:
            shop.client("iam", wrong).list_users()
        said.append(code_of(refused.value))

    assert said == [("SignatureDoesNotMatch", 403), ("InvalidClientTokenId", 403)]


def test_the_secret_is_told_once_and_a_third_key_is_refused(iam: Any, key: Key) -> None:
    iam.create_access_key(UserName="ana")

    with pytest.raises(iam.exceptions.LimitExceededException, match="AccessKeysPerUser: 2"):
        iam.create_access_key(UserName="ana")

    listed = iam.list_access_keys(UserName="ana")["AccessKeyMetadata"]
    assert len(key.secret_access_key) == 40
    assert [(one["UserName"], one["Status"]) for one in listed] == [("ana", "Active")] * 2
    assert not any("SecretAccessKey" in one for one in listed)


def test_the_last_use_of_a_key_is_remembered(shop: Shop, iam: Any, key: Key) -> None:
    before = iam.get_access_key_last_used(AccessKeyId=key.access_key_id)["AccessKeyLastUsed"]
    shop.client("sts", key).get_caller_identity()

    # It is noted after the answer, so that nobody waits for it.
    until = time.monotonic() + 5
    while (
        "LastUsedDate"
        not in (found := iam.get_access_key_last_used(AccessKeyId=key.access_key_id))["AccessKeyLastUsed"]
    ):
        assert time.monotonic() < until
    assert before == {"ServiceName": "N/A", "Region": "N/A"}
    assert found["UserName"] == "ana"
    assert found["AccessKeyLastUsed"]["ServiceName"] == "sts"
    assert found["AccessKeyLastUsed"]["Region"] == "us-east-1"


# Passwords


def test_a_user_changes_its_password_with_its_own_key(shop: Shop, iam: Any, key: Key) -> None:
    own = shop.client("iam", key)
    iam.attach_user_policy(UserName="ana", PolicyArn=CHANGE_PASSWORD)
    with pytest.raises(
        iam.exceptions.NoSuchEntityException, match="Login Profile for User ana cannot be found"
    ):
        own.change_password(OldPassword=OLD, NewPassword=NEW)
    iam.create_login_profile(UserName="ana", Password=OLD)
    own.change_password(OldPassword=OLD, NewPassword=NEW)

    with pytest.raises(ClientError, match=r"\(AccessDenied\).*The old password was incorrect\."):
        own.change_password(OldPassword=OLD, NewPassword=NEW)
    with pytest.raises(iam.exceptions.PasswordPolicyViolationException):
        own.change_password(OldPassword=NEW, NewPassword="short")


def test_a_login_profile_is_there_once(iam: Any) -> None:
    iam.create_login_profile(UserName="ana", Password=OLD)
    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.create_login_profile(UserName="ana", Password=NEW)
    iam.update_login_profile(UserName="ana", Password=NEW, PasswordResetRequired=True)
    assert iam.get_login_profile(UserName="ana")["LoginProfile"]["PasswordResetRequired"] is True
    iam.delete_login_profile(UserName="ana")

    with pytest.raises(
        iam.exceptions.NoSuchEntityException, match="Login Profile for User ana cannot be found"
    ):
        iam.get_login_profile(UserName="ana")


def test_the_accounts_password_policy_is_kept_to(shop: Shop, iam: Any) -> None:
    with pytest.raises(
        iam.exceptions.NoSuchEntityException, match=f"domain name {shop.account_id} cannot be"
    ):
        iam.get_account_password_policy()
    iam.update_account_password_policy(MinimumPasswordLength=20, RequireSymbols=True, MaxPasswordAge=90)

    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert (policy["MinimumPasswordLength"], policy["MaxPasswordAge"], policy["ExpirePasswords"]) == (
        20,
        90,
        True,
    )
    with pytest.raises(
        iam.exceptions.PasswordPolicyViolationException, match="must have 20 to 128 characters"
    ):
        iam.create_login_profile(UserName="ana", Password=OLD)
    iam.delete_account_password_policy()
    iam.create_login_profile(UserName="ana", Password=OLD)


# Virtual MFA devices


@pytest.fixture
def device(iam: Any) -> Any:
    return iam.create_virtual_mfa_device(VirtualMFADeviceName="ana-phone")["VirtualMFADevice"]


def seed_of(device: Any) -> str:
    return str(device["Base32StringSeed"].decode())


def pair(device: Any, step: int) -> dict[str, str]:
    """The codes of a step and of the next one."""
    return dict(
        zip(
            ("AuthenticationCode1", "AuthenticationCode2"),
            codes(seed_of(device), step, step + 1),
            strict=True,
        )
    )


def enabled(iam: Any, device: Any) -> int:
    """Ana's device is in use; the present step, whose code is not spent yet."""
    step = present_step()
    iam.enable_mfa_device(UserName="ana", SerialNumber=device["SerialNumber"], **pair(device, step - 2))
    return step


def test_the_picture_of_a_device_says_its_seed(shop: Shop, device: Any) -> None:
    uri = read_qr(device["QRCodePNG"])

    assert device["SerialNumber"] == shop.arn("mfa/ana-phone")
    assert urlsplit(uri)[:3] == ("otpauth", "totp", f"/IAM%20Console:ana-phone%40{shop.account_id}")
    assert parse_qs(urlsplit(uri).query)["secret"] == [seed_of(device)]


def test_two_codes_in_a_row_enable_a_device(iam: Any, device: Any) -> None:
    step = present_step()
    (code,) = codes(seed_of(device), step)
    with pytest.raises(iam.exceptions.InvalidAuthenticationCodeException):
        iam.enable_mfa_device(
            UserName="ana",
            SerialNumber=device["SerialNumber"],
            AuthenticationCode1=code,
            AuthenticationCode2=code,
        )
    assert iam.list_mfa_devices(UserName="ana")["MFADevices"] == []

    enabled(iam, device)

    listed = iam.list_mfa_devices(UserName="ana")["MFADevices"]
    assert [(one["UserName"], one["SerialNumber"]) for one in listed] == [("ana", device["SerialNumber"])]
    (virtual,) = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert (virtual["User"]["UserName"], "Base32StringSeed" in virtual) == ("ana", False)


def test_a_code_makes_a_session_that_passes_a_condition_on_mfa(
    shop: Shop, iam: Any, key: Key, device: Any
) -> None:
    document = json.loads(allowing("iam:ListUsers"))
    document["Statement"]["Condition"] = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    iam.put_user_policy(UserName="ana", PolicyName="mfa", PolicyDocument=json.dumps(document))
    (code,) = codes(seed_of(device), enabled(iam, device))
    sts, asked = shop.client("sts", key), {"SerialNumber": device["SerialNumber"], "TokenCode": code}

    with pytest.raises(ClientError) as refused:
        shop.client("iam", key).list_users()
    session = Key.of(sts.get_session_token(**asked, DurationSeconds=900)["Credentials"])
    assert code_of(refused.value) == ("AccessDenied", 403)
    assert len(shop.client("iam", session).list_users()["Users"]) == 2
    with pytest.raises(
        ClientError, match="MultiFactorAuthentication failed with invalid MFA one time pass code"
    ):
        sts.get_session_token(**asked)


def test_a_clock_that_is_off_is_learnt(shop: Shop, iam: Any, device: Any) -> None:
    step = enabled(iam, device)
    with pytest.raises(iam.exceptions.InvalidAuthenticationCodeException):
        iam.resync_mfa_device(UserName="ana", SerialNumber=device["SerialNumber"], **pair(device, step + 500))

    iam.resync_mfa_device(UserName="ana", SerialNumber=device["SerialNumber"], **pair(device, step + 20))

    with shop.installation() as caller:
        assert caller.account is not None
        assert caller.account.mfa_devices.get().drift_steps == 21


def test_a_device_in_use_is_deactivated_before_it_is_deleted(shop: Shop, iam: Any, device: Any) -> None:
    enabled(iam, device)
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_virtual_mfa_device(SerialNumber=device["SerialNumber"])
    iam.deactivate_mfa_device(UserName="ana", SerialNumber=device["SerialNumber"])
    iam.delete_virtual_mfa_device(SerialNumber=device["SerialNumber"])

    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
    with shop.server.database():
        assert not MFADevice.objects.filter(account_id=shop.account_id).exists()


# What programs of other kinds show


def test_an_ssh_key_is_read_in_both_forms(iam: Any) -> None:
    public = rsa_key().public_key()
    body = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    made = iam.upload_ssh_public_key(UserName="ana", SSHPublicKeyBody=body)["SSHPublicKey"]
    name = {"UserName": "ana", "SSHPublicKeyId": made["SSHPublicKeyId"]}
    iam.update_ssh_public_key(**name, Status="Inactive")

    shown = {
        form: iam.get_ssh_public_key(**name, Encoding=form)["SSHPublicKey"]["SSHPublicKeyBody"]
        for form in ("SSH", "PEM")
    }
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert (shown["SSH"].strip(), shown["PEM"].strip()) == (body, pem.strip())
    (listed,) = iam.list_ssh_public_keys(UserName="ana")["SSHPublicKeys"]
    assert (listed["Status"], "SSHPublicKeyBody" in listed) == ("Inactive", False)
    with pytest.raises(iam.exceptions.DuplicateSSHPublicKeyException):
        iam.upload_ssh_public_key(UserName="ana", SSHPublicKeyBody=body)
    iam.delete_ssh_public_key(**name)
    assert iam.list_ssh_public_keys(UserName="ana")["SSHPublicKeys"] == []


def test_a_signing_certificate_is_kept_switched_off_and_deleted(iam: Any) -> None:
    body = certificate_pem(certificate(rsa_key(), "ana"))
    made = iam.upload_signing_certificate(UserName="ana", CertificateBody=body)["Certificate"]
    iam.update_signing_certificate(UserName="ana", CertificateId=made["CertificateId"], Status="Inactive")

    (listed,) = iam.list_signing_certificates(UserName="ana")["Certificates"]
    assert (listed["CertificateBody"].strip(), listed["Status"]) == (body.strip(), "Inactive")
    with pytest.raises(iam.exceptions.MalformedCertificateException):
        iam.upload_signing_certificate(UserName="ana", CertificateBody="no certificate")
    iam.delete_signing_certificate(UserName="ana", CertificateId=made["CertificateId"])
    assert iam.list_signing_certificates(UserName="ana")["Certificates"] == []


def test_a_server_certificate_shows_everything_but_its_key(shop: Shop, iam: Any) -> None:
    body = certificate_pem(certificate(rsa_key(), "shop.example"))
    secret = key_pem(rsa_key())
    iam.upload_server_certificate(
        ServerCertificateName="shop", CertificateBody=body, PrivateKey=secret, Path="/cloudfront/"
    )
    iam.update_server_certificate(ServerCertificateName="shop", NewServerCertificateName="till")
    iam.tag_server_certificate(ServerCertificateName="till", Tags=[{"Key": "shop", "Value": "1"}])

    found = iam.get_server_certificate(ServerCertificateName="till")["ServerCertificate"]
    assert found["CertificateBody"].strip() == body.strip()
    assert found["ServerCertificateMetadata"]["Arn"] == shop.arn("server-certificate/cloudfront/till")
    assert (found["Tags"], secret.splitlines()[1] in str(found)) == ([{"Key": "shop", "Value": "1"}], False)
    with pytest.raises(iam.exceptions.KeyPairMismatchException):
        iam.upload_server_certificate(
            ServerCertificateName="other", CertificateBody=body, PrivateKey=key_pem(rsa_key("another"))
        )
    iam.delete_server_certificate(ServerCertificateName="till")
    assert iam.list_server_certificates()["ServerCertificateMetadataList"] == []


def test_a_service_specific_password_is_told_once_and_reset(iam: Any) -> None:
    service = "codecommit.amazonaws.com"
    made = iam.create_service_specific_credential(UserName="ana", ServiceName=service)[
        "ServiceSpecificCredential"
    ]
    name = {"UserName": "ana", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    fresh = iam.reset_service_specific_credential(**name)["ServiceSpecificCredential"]
    iam.update_service_specific_credential(**name, Status="Inactive")

    assert fresh["ServiceUserName"] == made["ServiceUserName"]
    assert fresh["ServicePassword"] != made["ServicePassword"]
    (listed,) = iam.list_service_specific_credentials(UserName="ana")["ServiceSpecificCredentials"]
    assert (listed["Status"], "ServicePassword" in listed) == ("Inactive", False)
    iam.delete_service_specific_credential(**name)
    assert iam.list_service_specific_credentials(UserName="ana")["ServiceSpecificCredentials"] == []
