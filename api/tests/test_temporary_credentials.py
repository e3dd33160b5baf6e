"""Temporary credentials on the wire: who their bearers are, what they reach, and when they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import MFADevice
from accounts.names import KeyPrefix, new_access_key_id
from accounts.tests.devices import codes
from accounts.totp import STEP, code_at, step_at
from api.tests.signing import DENIED, FINE, INVALID, Key, ask, enter
from iamconsole import clock as time_source
from operations.access_keys import create_access_key, delete_access_key, update_access_key
from operations.acts import delete_user_with_everything
from operations.attachments import detach_user_policy
from operations.caller import Caller
from operations.inline_policies import put_user_policy
from operations.mfa_devices import create_virtual_mfa_device, enable_mfa_device
from operations.roles import create_role, delete_role, update_assume_role_policy
from operations.tests.temporary import allow, role_for, trust
from operations.users import create_user, update_user
from tests.cast import ADMINISTRATOR, MovableClock

JOB = [{"Key": "job", "Value": "baker"}]


def lists(client: Client, key: Key) -> tuple[int, str]:
    """The outcome of listing the users."""
    return ask(client, key, "iam:ListUsers").outcome


def identity(client: Client, key: Key) -> dict[str, str]:
    said = ask(client, key, "sts:GetCallerIdentity").said
    return {name: said[name] for name in ("Account", "Arn", "UserId")}


# Who one is


def test_everybody_learns_who_they_are(
    client: Client, root: Caller, alice: Caller, key: Key, till: str
) -> None:
    owner = Key.of(create_access_key(root))
    shop, user = root.account_id, alice.principal
    role = enter(client, key, till)
    guest = ask(client, key, "sts:GetFederationToken", Name="guest")
    known = {
        owner: (f"arn:aws:iam::{shop}:root", shop),
        ask(client, owner, "sts:GetSessionToken").key: (f"arn:aws:iam::{shop}:root", shop),
        key: (user.arn, user.unique_id),
        ask(client, key, "sts:GetSessionToken").key: (user.arn, user.unique_id),
        role.key: (
            f"arn:aws:sts::{shop}:assumed-role/till/morning",
            role.said["AssumedRoleUser"]["AssumedRoleId"],
        ),
        guest.key: (f"arn:aws:sts::{shop}:federated-user/guest", f"{shop}:guest"),
    }

    for bearer, (arn, unique_id) in known.items():
        assert identity(client, bearer) == {"Account": shop, "Arn": arn, "UserId": unique_id}


def test_no_policy_keeps_anybody_from_learning_who_they_are(
    client: Client, root: Caller, powerless: Key
) -> None:
    put_user_policy(root, user_name="carol", policy_name="no", policy_document=allow("*", effect="Deny"))

    assert ask(client, powerless, "sts:GetCallerIdentity").outcome == FINE


def test_a_keys_id_tells_its_account_even_if_there_is_no_such_key(client: Client, key: Key) -> None:
    elsewhere = new_access_key_id(KeyPrefix.LASTING, "123456789012")

    answer = ask(client, key, "sts:GetAccessKeyInfo", AccessKeyId=elsewhere)

    assert answer.said["Account"] == "123456789012"


def test_a_session_follows_its_user_to_another_name(client: Client, root: Caller, key: Key) -> None:
    session = ask(client, key, "sts:GetSessionToken").key
    update_user(root, user_name="alice", new_user_name="Alicia")

    assert identity(client, session)["Arn"] == f"arn:aws:iam::{root.account_id}:user/Alicia"


# When they end


def test_credentials_end_to_the_second_that_they_say(client: Client, key: Key, clock: MovableClock) -> None:
    answer = ask(client, key, "sts:GetSessionToken", DurationSeconds=900)
    left = answer.said["Credentials"]["Expiration"] - time_source.now()

    clock.travel(seconds=left.total_seconds() - 1)
    assert ask(client, answer.key, "sts:GetCallerIdentity").outcome == FINE
    clock.travel(seconds=1)
    ended = ask(client, answer.key, "sts:GetCallerIdentity")
    assert ended.outcome == (403, "ExpiredToken")
    assert ended.message == "The security token included in the request is expired"


@pytest.mark.parametrize(
    ("name", "seconds", "hours"),
    [
        ("GetSessionToken", {}, 12),
        ("GetFederationToken", {}, 12),
        ("GetSessionToken", {"DurationSeconds": 129_600}, 36),
    ],
)
def test_users_have_half_a_day_unless_they_ask_for_more_or_less(
    client: Client, key: Key, name: str, seconds: dict[str, int], hours: int
) -> None:
    more = {"Name": "guest"} if name == "GetFederationToken" else {}
    answer = ask(client, key, f"sts:{name}", **seconds, **more)

    lifetime = answer.said["Credentials"]["Expiration"] - datetime.now(UTC)
    assert abs(lifetime - timedelta(hours=hours)) < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("name", "seconds"), [("GetSessionToken", 899), ("GetSessionToken", 129_601), ("AssumeRole", 899)]
)
def test_no_session_is_shorter_or_longer_than_awss(
    client: Client, key: Key, till: str, name: str, seconds: int
) -> None:
    more = {"RoleArn": till, "RoleSessionName": "morning"} if name == "AssumeRole" else {}
    refused = ask(client, key, f"sts:{name}", DurationSeconds=seconds, **more)

    assert refused.outcome == (400, "ValidationError")
    assert "'durationSeconds'" in refused.message


def test_a_session_outlives_its_key_but_not_its_users_rights(
    client: Client, root: Caller, key: Key, till: str
) -> None:
    session = ask(client, key, "sts:GetSessionToken").key
    update_access_key(root, user_name="alice", access_key_id=key.access_key_id, status="Inactive")
    assert ask(client, key, "sts:GetCallerIdentity").outcome == INVALID
    delete_access_key(root, user_name="alice", access_key_id=key.access_key_id)

    assert enter(client, session, till).outcome == FINE
    detach_user_policy(root, user_name="alice", policy_arn=ADMINISTRATOR)
    assert enter(client, session, till).outcome == DENIED


@pytest.mark.parametrize("is_made_anew", [False, True])
@pytest.mark.parametrize("name", ["GetSessionToken", "GetFederationToken"])
def test_a_session_ends_with_its_user_even_if_there_is_one_of_the_same_name(
    client: Client, root: Caller, key: Key, name: str, *, is_made_anew: bool
) -> None:
    session = ask(
        client, key, f"sts:{name}", **({"Name": "guest"} if name == "GetFederationToken" else {})
    ).key
    assert ask(client, session, "sts:GetCallerIdentity").outcome == FINE
    delete_user_with_everything(root, "alice")
    if is_made_anew:
        create_user(root, user_name="alice")

    assert ask(client, session, "sts:GetCallerIdentity").outcome == INVALID


@pytest.mark.parametrize("is_made_anew", [False, True])
def test_a_session_ends_with_its_role_even_if_there_is_one_of_the_same_name(
    client: Client, root: Caller, key: Key, *, is_made_anew: bool
) -> None:
    document = trust({"AWS": root.account_id})
    session = enter(client, key, role_for(root, document, "brief")).key
    assert ask(client, session, "sts:GetCallerIdentity").outcome == FINE
    delete_role(root, role_name="brief")
    if is_made_anew:
        create_role(root, role_name="brief", assume_role_policy_document=document)

    assert ask(client, session, "sts:GetCallerIdentity").outcome == INVALID


def test_who_is_no_longer_trusted_keeps_the_session(
    client: Client, root: Caller, key: Key, till: str
) -> None:
    session = enter(client, key, till).key
    nobody = trust({"Service": "ec2.amazonaws.com"})
    update_assume_role_policy(root, role_name="till", policy_document=nobody)

    assert lists(client, session) == FINE
    assert enter(client, key, till).outcome == DENIED


def test_a_token_that_is_not_the_keys_own_is_refused(client: Client, key: Key, till: str) -> None:
    one, other = enter(client, key, till).key, enter(client, key, till).key
    assert one.token is not None
    middle = len(one.token) // 2
    changed = one.token[:middle] + ("A" if one.token[middle] != "A" else "B") + one.token[middle + 1 :]

    for token in (other.token, changed, one.token[:-8], f"k9:{one.token[3:]}", "", "x", None):
        wrong = Key(one.access_key_id, one.secret, token)
        assert ask(client, wrong, "sts:GetCallerIdentity").outcome == INVALID
    assert ask(client, Key(one.access_key_id, other.secret, one.token), "iam:ListUsers").outcome == (
        403,
        "SignatureDoesNotMatch",
    )


# The user's own sessions


@pytest.fixture
def seed(root: Caller, key: Key, clock: MovableClock) -> str:
    """Of alice's device, which shows a fresh code."""
    made = create_virtual_mfa_device(root, virtual_mfa_device_name="phone")
    enable_mfa_device(root, user_name="alice", serial_number=made.device.serial_number, **codes(made.seed))
    clock.travel(seconds=STEP)
    return made.seed


def proof(seed: str) -> dict[str, str]:
    """The device's serial number and the code that it shows."""
    device = MFADevice.objects.get()
    return {"SerialNumber": device.serial_number, "TokenCode": code_at(seed, step_at(time_source.now()))}


def test_without_a_code_a_session_reaches_roles_and_nothing_of_iam(
    client: Client, key: Key, till: str
) -> None:
    session = ask(client, key, "sts:GetSessionToken").key

    assert lists(client, session) == INVALID
    assert ask(client, session, "sts:GetAccessKeyInfo", AccessKeyId=key.access_key_id).outcome == INVALID
    assert enter(client, session, till).outcome == FINE


def test_with_a_code_a_session_is_one_with_mfa(client: Client, root: Caller, key: Key, seed: str) -> None:
    session = ask(client, key, "sts:GetSessionToken", **proof(seed)).key
    without = allow(
        "iam:ListUsers", effect="Deny", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    )
    put_user_policy(root, user_name="alice", policy_name="mfa", policy_document=without)

    assert lists(client, session) == FINE
    assert lists(client, key) == DENIED


def test_a_code_is_spent_once_and_a_wrong_one_counts(client: Client, key: Key, seed: str) -> None:
    shown = proof(seed)
    assert ask(client, key, "sts:GetSessionToken", **shown).outcome == FINE

    for code in (shown["TokenCode"], "000000"):
        refused = ask(client, key, "sts:GetSessionToken", **{**shown, "TokenCode": code})
        assert refused.outcome == DENIED
        assert refused.message == "MultiFactorAuthentication failed with invalid MFA one time pass code."
    assert MFADevice.objects.get().failed_codes == 2


def test_somebody_elses_device_is_no_proof(client: Client, powerless: Key, seed: str) -> None:
    assert ask(client, powerless, "sts:GetSessionToken", **proof(seed)).outcome == DENIED
    assert MFADevice.objects.get().failed_codes == 0


def test_a_role_may_ask_for_a_code(client: Client, root: Caller, key: Key, seed: str) -> None:
    present = trust({"AWS": root.account_id}, Bool={"aws:MultiFactorAuthPresent": "true"})
    arn = role_for(root, present, "safe")

    assert enter(client, key, arn).outcome == DENIED
    assert enter(client, key, arn, **proof(seed)).outcome == FINE


@pytest.mark.parametrize("name", ["GetSessionToken", "GetFederationToken"])
def test_sessions_do_not_beget_sessions_of_users(client: Client, key: Key, till: str, name: str) -> None:
    more = {"Name": "guest"} if name == "GetFederationToken" else {}
    bearers = [
        enter(client, key, till),
        ask(client, key, "sts:GetSessionToken"),
        ask(client, key, "sts:GetFederationToken", Name="guest"),
    ]

    for bearer in bearers:
        refused = ask(client, bearer.key, f"sts:{name}", **more)
        assert refused.outcome == DENIED
        assert refused.message == f"Cannot call {name} with session credentials"


def test_a_federated_user_reaches_neither_iam_nor_roles(client: Client, key: Key, till: str) -> None:
    guest = ask(client, key, "sts:GetFederationToken", Name="guest", Policy=allow("*")).key

    assert lists(client, guest) == INVALID
    assert enter(client, guest, till).outcome == INVALID


def test_tags_of_a_federated_user_need_a_right_of_their_own(
    client: Client, root: Caller, powerless: Key
) -> None:
    put_user_policy(
        root, user_name="carol", policy_name="vouch", policy_document=allow("sts:GetFederationToken")
    )

    assert ask(client, powerless, "sts:GetFederationToken", Name="guest").outcome == FINE
    refused = ask(client, powerless, "sts:GetFederationToken", Name="guest", Tags=JOB)
    assert refused.outcome == DENIED
    assert "is not authorized to perform: sts:TagSession" in refused.message
