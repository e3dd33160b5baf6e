"""Temporary credentials: for oneself, for a role, for somebody one vouches for."""

from __future__ import annotations

from dataclasses import replace

import pyotp
import pytest

from accounts.names import account_of_key
from accounts.totp import STEP, step_at
from iamconsole import clock as time_source
from operations.attachments import attach_user_policy
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    ExpiredToken,
    InvalidClientTokenId,
    InvalidInput,
    MalformedPolicyDocument,
    NoSuchEntity,
    PackedPolicyTooLarge,
    ValidationError,
)
from operations.inline_policies import put_role_policy, put_user_policy
from operations.mfa_devices import create_virtual_mfa_device, enable_mfa_device
from operations.roles import create_role, delete_role
from operations.sts import (
    RoleSession,
    assume_role,
    get_access_key_info,
    get_caller_identity,
    get_federation_token,
    get_session_token,
)
from operations.tests.temporary import allow, bearer_of, role_for, trust, with_key
from operations.trail import uses_collected
from operations.users import create_user, delete_user, get_user, list_users
from tests.cast import ADMINISTRATOR, READ_ONLY, MovableClock, new_account, new_user, signed_in


@pytest.fixture
def carol_arn(carol: Caller) -> str:
    return carol.principal.arn


@pytest.fixture
def till(root: Caller, carol_arn: str) -> str:
    """A role that carol may assume, and that reads IAM."""
    arn = role_for(root, trust({"AWS": carol_arn}))
    put_role_policy(
        root, role_name="till", policy_name="read", policy_document=allow("iam:Get*", "iam:List*")
    )
    return arn


def enter(caller: Caller, role_arn: str, **more: object) -> RoleSession:
    return assume_role(caller, role_arn=role_arn, role_session_name="shift-1", **more)  # type: ignore[arg-type]


def test_in_a_role_one_has_its_permissions_and_gives_up_ones_own(
    root: Caller, carol: Caller, till: str
) -> None:
    put_user_policy(root, user_name="carol", policy_name="own", policy_document=allow("iam:CreateUser"))
    session = enter(with_key(carol), till)

    caller = bearer_of(session.credentials)

    assert session.assumed_role_user.arn == f"arn:aws:sts::{root.account_id}:assumed-role/till/shift-1"
    assert get_caller_identity(caller).arn == session.assumed_role_user.arn
    assert list_users(caller).items
    with pytest.raises(AccessDenied, match="assumed-role/till/shift-1 is not authorized"):
        create_user(caller, user_name="dora")


def test_a_role_that_trusts_somebody_else_and_one_that_is_not_there_are_refused_alike(
    root: Caller, bob: Caller, till: str
) -> None:
    caller = with_key(bob)
    nowhere = till.replace("till", "bank")

    for arn in (till, nowhere, "arn:aws:iam::111122223333:role/bank"):
        with pytest.raises(AccessDenied, match=f"sts:AssumeRole on resource: {arn}"):
            enter(caller, arn)


def test_a_role_that_trusts_the_account_wants_a_right_of_the_user_too(root: Caller, carol: Caller) -> None:
    arn = role_for(root, trust({"AWS": root.account_id}))
    caller = with_key(carol)
    with pytest.raises(AccessDenied):
        enter(caller, arn)

    put_user_policy(root, user_name="carol", policy_name="switch", policy_document=allow("sts:AssumeRole"))

    assert enter(with_key(carol), arn).assumed_role_user.arn.endswith("/shift-1")


def test_nobody_becomes_a_role_as_root(root: Caller) -> None:
    arn = role_for(root, trust({"AWS": root.account_id}))

    with pytest.raises(AccessDenied):
        enter(with_key(root), arn)


def test_across_accounts_both_sides_must_allow(root: Caller, carol: Caller) -> None:
    away = new_account("away@coffee.example", "Away")
    arn = role_for(signed_in(away.root, away), trust({"AWS": root.account_id}))
    with pytest.raises(AccessDenied):
        enter(with_key(carol), arn)

    put_user_policy(root, user_name="carol", policy_name="switch", policy_document=allow("sts:AssumeRole"))
    session = enter(with_key(carol), arn)

    assert bearer_of(session.credentials).account_id == away.id
    assert account_of_key(session.credentials.access_key_id) == away.id


def test_an_external_id_must_be_the_one_agreed_on(root: Caller, carol: Caller, carol_arn: str) -> None:
    arn = role_for(root, trust({"AWS": carol_arn}, StringEquals={"sts:ExternalId": "shop-7"}))
    caller = with_key(carol)

    for wrong in (None, "shop-8"):
        with pytest.raises(AccessDenied):
            enter(caller, arn, external_id=wrong)
    assert enter(caller, arn, external_id="shop-7").assumed_role_user.arn.endswith("/shift-1")


def test_a_session_policy_only_takes_away(root: Caller, carol: Caller, till: str) -> None:
    caller = with_key(carol)
    reading = bearer_of(enter(caller, till, policy=allow("iam:ListUsers", "iam:CreateUser")).credentials)

    assert list_users(reading).items
    with pytest.raises(AccessDenied, match="no session policy allows"):
        get_user(reading, user_name="carol")
    with pytest.raises(AccessDenied, match="no identity-based policy allows"):
        create_user(reading, user_name="dora")


def test_managed_session_policies_count_together_with_the_text(carol: Caller, till: str) -> None:
    session = enter(with_key(carol), till, policy=allow("s3:*"), policy_arns=[{"arn": READ_ONLY}])

    assert list_users(bearer_of(session.credentials)).items
    assert session.packed_policy_size
    with pytest.raises(NoSuchEntity):
        enter(with_key(carol), till, policy_arns=[{"arn": READ_ONLY + "x"}])


@pytest.mark.parametrize(
    ("policy", "error"),
    [
        ("{", MalformedPolicyDocument),
        (trust("*"), MalformedPolicyDocument),
        (allow("s3:*").replace("s3:*", "s3:" + "x" * 2100), PackedPolicyTooLarge),
    ],
)
def test_a_session_policy_that_is_none_is_refused(
    carol: Caller, till: str, policy: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        enter(with_key(carol), till, policy=policy)


def test_tags_need_a_right_of_their_own_and_go_on_when_they_are_transitive(
    root: Caller, carol: Caller, carol_arn: str
) -> None:
    tags = [{"Key": "Team", "Value": "tea"}, {"Key": "shift", "Value": "early"}]
    caller = with_key(carol)
    plain = role_for(root, trust({"AWS": carol_arn}), "plain")
    with pytest.raises(AccessDenied, match="sts:TagSession"):
        enter(caller, plain, tags=tags)
    both = ("sts:AssumeRole", "sts:TagSession")
    first = role_for(root, trust({"AWS": carol_arn}, *both), "first", tags=[{"Key": "team", "Value": "milk"}])
    second = role_for(root, trust({"AWS": first}, *both), "second")

    one = bearer_of(enter(caller, first, tags=tags, transitive_tag_keys=["Team"]).credentials)
    two = bearer_of(enter(one, second).credentials)

    assert {tag["Key"]: tag["Value"] for tag in one.principal.tags} == {"Team": "tea", "shift": "early"}
    assert two.principal.tags == [{"Key": "Team", "Value": "tea"}]
    with pytest.raises(InvalidInput, match="transitive"):
        enter(one, second, tags=[{"Key": "team", "Value": "other"}])
    with pytest.raises(ValidationError, match="must be included"):
        enter(caller, first, tags=tags, transitive_tag_keys=["size"])


def test_a_source_identity_stays_for_ever(root: Caller, carol: Caller, carol_arn: str) -> None:
    both = ("sts:AssumeRole", "sts:SetSourceIdentity")
    first = role_for(root, trust({"AWS": carol_arn}, *both), "first")
    second = role_for(root, trust({"AWS": first}, *both), "second")

    one = enter(with_key(carol), first, source_identity="carol@shop")
    two = enter(bearer_of(one.credentials), second)

    assert (one.source_identity, two.source_identity) == ("carol@shop", "carol@shop")
    with pytest.raises(ValidationError, match="cannot be changed"):
        enter(bearer_of(one.credentials), second, source_identity="somebody")


def test_a_session_lasts_as_long_as_the_role_allows(root: Caller, carol: Caller, carol_arn: str) -> None:
    long = role_for(root, trust({"AWS": carol_arn}), "long", max_session_duration=7200)
    onward = role_for(root, trust({"AWS": long}), "onward", max_session_duration=7200)
    session = enter(with_key(carol), long, duration_seconds=7200)

    assert (session.credentials.expiration - time_source.now()).total_seconds() == pytest.approx(7200, abs=5)
    with pytest.raises(ValidationError, match="MaxSessionDuration"):
        enter(with_key(carol), long, duration_seconds=7201)
    with pytest.raises(ValidationError, match="role chaining"):
        enter(bearer_of(session.credentials), onward, duration_seconds=3601)


def test_credentials_end(carol: Caller, till: str, clock: MovableClock) -> None:
    credentials = enter(with_key(carol), till, duration_seconds=900).credentials

    clock.travel(minutes=14)
    assert bearer_of(credentials).role
    clock.travel(minutes=2)
    with pytest.raises(ExpiredToken):
        bearer_of(credentials)


def test_a_token_is_ours_and_belongs_to_its_key(carol: Caller, till: str) -> None:
    first, second = (enter(with_key(carol), till).credentials for _ in range(2))

    for wrong in (
        replace(first, session_token=second.session_token),
        replace(first, session_token=first.session_token[:-4] + "AAAA"),
        replace(first, session_token=""),
        replace(first, session_token="k1:" + "A" * 20_000),
    ):
        with pytest.raises(InvalidClientTokenId):
            bearer_of(wrong)


def test_a_role_made_anew_is_another_one(root: Caller, carol: Caller, carol_arn: str) -> None:
    arn = role_for(root, trust({"AWS": carol_arn}), "brief")
    credentials = enter(with_key(carol), arn).credentials
    delete_role(root, role_name="brief")
    create_role(root, role_name="brief", assume_role_policy_document=trust({"AWS": carol_arn}))

    with pytest.raises(InvalidClientTokenId):
        bearer_of(credentials)


def test_a_user_made_anew_is_not_the_one_who_was_trusted(root: Caller, carol: Caller, till: str) -> None:
    delete_user(root, user_name="carol")
    imposter = new_user(root, "carol")

    with pytest.raises(AccessDenied):
        enter(with_key(imposter), till)


def test_sessions_are_revoked_by_the_time_they_began(root: Caller, carol: Caller, till: str) -> None:
    caller = bearer_of(enter(with_key(carol), till).credentials)
    moment = time_source.now().isoformat(timespec="seconds").replace("+00:00", "Z")
    older = allow("*", effect="Deny", Condition={"DateLessThanEquals": {"aws:TokenIssueTime": moment}})
    put_role_policy(root, role_name="till", policy_name="AWSRevokeOlderSessions", policy_document=older)

    with pytest.raises(AccessDenied, match="explicit deny"):
        list_users(caller)


def test_a_session_token_without_mfa_does_not_reach_iam(alice: Caller) -> None:
    caller = bearer_of(get_session_token(with_key(alice))["Credentials"])

    assert get_caller_identity(caller).arn == alice.principal.arn
    with pytest.raises(InvalidClientTokenId):
        list_users(caller)
    with pytest.raises(AccessDenied, match="session credentials"):
        get_session_token(caller)


def test_a_session_token_with_mfa_does(alice: Caller, clock: MovableClock) -> None:
    device = create_virtual_mfa_device(alice, virtual_mfa_device_name="phone")
    codes = pyotp.TOTP(device.seed)
    serial, step = device.device.serial_number, step_at(time_source.now())
    first, second = codes.generate_otp(step - 1), codes.generate_otp(step)
    enable_mfa_device(
        alice,
        user_name="alice",
        serial_number=serial,
        authentication_code1=first,
        authentication_code2=second,
    )
    clock.travel(seconds=STEP)
    code = codes.generate_otp(step_at(time_source.now()))
    key = with_key(alice)

    caller = bearer_of(get_session_token(key, serial_number=serial, token_code=code)["Credentials"])

    assert list_users(caller).items
    for wrong in (code, "000000"):
        with pytest.raises(AccessDenied, match="MultiFactorAuthentication failed"):
            get_session_token(key, serial_number=serial, token_code=wrong)
    with pytest.raises(ValidationError, match="come together"):
        get_session_token(key, serial_number=serial)


def test_a_federated_user_is_never_more_than_who_vouches(root: Caller, carol: Caller) -> None:
    with pytest.raises(AccessDenied):
        get_federation_token(with_key(carol), name="visitor")
    attach_user_policy(root, user_name="carol", policy_arn=ADMINISTRATOR)

    token = get_federation_token(with_key(carol), name="visitor", policy=allow("*"))
    caller = bearer_of(token.credentials)

    assert token.federated_user.arn == f"arn:aws:sts::{root.account_id}:federated-user/visitor"
    assert get_caller_identity(caller).user_id == f"{root.account_id}:visitor"
    with pytest.raises(InvalidClientTokenId):
        list_users(caller)


def test_the_root_users_tokens_last_an_hour(root: Caller) -> None:
    credentials = get_session_token(with_key(root), duration_seconds=36_000)["Credentials"]

    assert (credentials.expiration - time_source.now()).total_seconds() == pytest.approx(3600, abs=5)
    assert get_caller_identity(bearer_of(credentials)).arn == root.principal.arn


def test_a_keys_id_names_its_account(root: Caller, carol: Caller) -> None:
    key = with_key(carol)

    found = get_access_key_info(root, access_key_id=key.credential.access_key_id)

    assert found == {"Account": root.account_id}
    with pytest.raises(ValidationError):
        get_access_key_info(root, access_key_id="AKIA00000000000000000000")


def test_the_uses_of_a_role_are_noted_once_however_many_sessions_there_are(carol: Caller, till: str) -> None:
    caller = with_key(carol)
    with uses_collected() as uses:
        for _ in range(3):
            list_users(bearer_of(enter(caller, till).credentials))

    assert [use.action for use in uses if use.role_key] == ["iam:ListUsers"]
