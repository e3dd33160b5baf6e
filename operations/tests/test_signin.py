"""The door: passwords, codes, and what stands between them."""

from __future__ import annotations

import pytest

from accounts import totp
from accounts.models import Account, MFADevice, RootUser, User
from accounts.sealing import unseal
from audit.models import Event
from iamconsole import clock as time_source
from operations.account import update_sign_in_settings
from operations.caller import Caller, Client, CredentialKind
from operations.errors import (
    AccessDenied,
    EntityTemporarilyUnmodifiable,
    InvalidAuthenticationCode,
    PasswordPolicyViolation,
    SignInFailed,
    Throttling,
)
from operations.login_profiles import create_login_profile
from operations.password_policy import update_account_password_policy
from operations.signin import (
    FAILED,
    SignInName,
    Step,
    change_expired_password,
    confirm_identity,
    console_login,
    enrol_mfa_device,
    step_of,
    verify_password,
)
from operations.users import create_user, list_users
from tests.cast import ROOT_EMAIL, ROOT_PASSWORD, MovableClock

PASSWORD = "Cinnamon-buns-4"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def half_root() -> Caller:
    return verify_password(Client(), SignInName(email=ROOT_EMAIL), ROOT_PASSWORD)


def code(seed: str = SEED, *, ahead: int = 0) -> str:
    return totp.code_at(seed, totp.step_at(time_source.now()) + ahead)


def enrolled(half: Caller) -> Caller:
    return enrol_mfa_device(
        half,
        virtual_mfa_device_name="phone",
        base32_string_seed=SEED,
        authentication_code1=code(ahead=-1),
        authentication_code2=code(),
    )


@pytest.fixture
def ana(root: Caller) -> User:
    user = create_user(root, user_name="ana")
    create_login_profile(root, user_name="ana", password=PASSWORD)
    return user


def half_ana(account_id: str, password: str = PASSWORD) -> Caller:
    return verify_password(Client(), SignInName(account=account_id, user_name="ana"), password)


def test_a_password_alone_reaches_nothing(account: Account) -> None:
    with pytest.raises(AccessDenied):
        list_users(half_root())


def test_enrolment_makes_the_session_whole(account: Account) -> None:
    whole = enrolled(half_root())

    assert whole.credential.kind is CredentialKind.CONSOLE
    assert whole.has_mfa
    assert list(list_users(whole).items) == []


def test_the_enrolment_codes_are_spent(account: Account, clock: MovableClock) -> None:
    enrolled(half_root())

    with pytest.raises(InvalidAuthenticationCode, match="used already"):
        console_login(half_root(), authentication_code=code())


def test_a_code_opens_one_session_and_no_second(account: Account, clock: MovableClock) -> None:
    enrolled(half_root())
    clock.travel(seconds=30)
    console_login(half_root(), authentication_code=code())

    with pytest.raises(InvalidAuthenticationCode):
        console_login(half_root(), authentication_code=code())


@pytest.mark.parametrize(
    "spelling", ["{} ", " {}", "{:.3} {}", "١٢٣٤٥٦"], ids=["trailing", "leading", "inside", "arabic"]
)
def test_no_other_spelling_of_a_code_is_accepted(
    account: Account, clock: MovableClock, spelling: str
) -> None:
    enrolled(half_root())
    clock.travel(seconds=30)

    with pytest.raises(InvalidAuthenticationCode):
        console_login(half_root(), authentication_code=spelling.format(code(), code()))


def test_a_half_session_cannot_add_a_device_beside_another(account: Account) -> None:
    enrolled(half_root())

    with pytest.raises(EntityTemporarilyUnmodifiable):
        enrolled(half_root())


@pytest.mark.parametrize("codes", [(0, 0), (-1, 1), (0, -1)], ids=["same", "gap", "backwards"])
def test_enrolment_wants_two_consecutive_codes(account: Account, codes: tuple[int, int]) -> None:
    with pytest.raises(InvalidAuthenticationCode):
        enrol_mfa_device(
            half_root(),
            virtual_mfa_device_name="phone",
            base32_string_seed=SEED,
            authentication_code1=code(ahead=codes[0]),
            authentication_code2=code(ahead=codes[1]),
        )


def test_a_phone_whose_clock_is_off_is_told_by_how_much(account: Account) -> None:
    with pytest.raises(InvalidAuthenticationCode, match="about 300 seconds behind"):
        enrol_mfa_device(
            half_root(),
            virtual_mfa_device_name="phone",
            base32_string_seed=SEED,
            authentication_code1=code(ahead=-11),
            authentication_code2=code(ahead=-10),
        )


def test_wrong_codes_slow_the_device_down_whatever_session_they_come_from(
    account: Account, clock: MovableClock
) -> None:
    enrolled(half_root())
    clock.travel(seconds=30)
    for _ in range(5):
        with pytest.raises(InvalidAuthenticationCode):
            console_login(half_root(), authentication_code="000000")

    with pytest.raises(Throttling):
        console_login(half_root(), authentication_code=code())
    clock.travel(seconds=31)
    assert console_login(half_root(), authentication_code=code()).has_mfa


def test_a_right_password_leaves_the_count_of_wrong_codes(account: Account, clock: MovableClock) -> None:
    enrolled(half_root())
    clock.travel(seconds=30)
    with pytest.raises(InvalidAuthenticationCode):
        console_login(half_root(), authentication_code="000000")

    half_root()

    assert MFADevice.objects.get().failed_codes == 1


@pytest.mark.parametrize(
    "who",
    [
        SignInName(email="nobody@coffee.example"),
        SignInName(account="999999999999", user_name="ana"),
        SignInName(account="coffee", user_name="ana"),
    ],
    ids=["unknown e-mail", "unknown account", "unknown alias"],
)
def test_unknown_identities_are_answered_like_wrong_passwords(account: Account, who: SignInName) -> None:
    with pytest.raises(SignInFailed, match=FAILED[:30]) as refused:
        verify_password(Client(), who, PASSWORD)

    assert refused.value.message == FAILED


def test_users_without_a_password_and_wrong_passwords_answer_alike(root: Caller, ana: User) -> None:
    create_user(root, user_name="key-only")
    answers = set()
    for name, password in (("ana", "wrong"), ("key-only", ""), ("key-only", PASSWORD), ("ghost", PASSWORD)):
        with pytest.raises(SignInFailed) as refused:
            verify_password(Client(), SignInName(account=root.account_id, user_name=name), password)
        answers.add(refused.value.message)

    assert answers == {FAILED}


def test_guessed_passwords_slow_the_identity_and_never_lock_it(
    ana: User, account: Account, clock: MovableClock
) -> None:
    for _ in range(5):
        with pytest.raises(SignInFailed):
            half_ana(account.id, "wrong")

    with pytest.raises(SignInFailed):
        half_ana(account.id)
    clock.travel(minutes=6)
    assert half_ana(account.id).label == "ana"


def test_a_failed_sign_in_is_recorded_without_the_unknown_name(account: Account) -> None:
    with pytest.raises(SignInFailed):
        verify_password(Client(), SignInName(account=account.id, user_name="my-password"), "x")

    event = Event.objects.all()[0]
    assert event.error_code == "FailedAuthentication"
    assert "my-password" not in str(event.request_parameters)


def test_a_user_signs_in_by_name_and_root_by_address_only(root: Caller, ana: User) -> None:
    with pytest.raises(SignInFailed):
        verify_password(Client(), SignInName(email="ana"), PASSWORD)
    with pytest.raises(SignInFailed):
        verify_password(Client(), SignInName(account=root.account_id, user_name=ROOT_EMAIL), ROOT_PASSWORD)


def test_a_due_change_comes_after_the_second_factor(root: Caller, account: Account) -> None:
    create_user(root, user_name="ana")
    create_login_profile(root, user_name="ana", password=PASSWORD, password_reset_required=True)
    half = half_ana(account.id)
    assert step_of(half, time_source.now()) is Step.ENROL

    still_half = enrolled(half)
    assert step_of(still_half, time_source.now()) is Step.CHANGE_PASSWORD
    whole = change_expired_password(still_half, old_password=PASSWORD, new_password="Walnut-bread-7")

    assert whole.credential.kind is CredentialKind.CONSOLE


def test_the_change_wants_another_password(root: Caller, account: Account) -> None:
    create_user(root, user_name="ana")
    create_login_profile(root, user_name="ana", password=PASSWORD, password_reset_required=True)
    still_half = enrolled(half_ana(account.id))

    with pytest.raises(PasswordPolicyViolation, match="must differ"):
        change_expired_password(still_half, old_password=PASSWORD, new_password=PASSWORD)


def test_an_old_password_is_changed_at_the_next_sign_in(
    root: Caller, ana: User, account: Account, clock: MovableClock
) -> None:
    update_account_password_policy(root, minimum_password_length=8, max_password_age=30)
    clock.travel(days=31)

    still_half = enrolled(half_ana(account.id))

    assert still_half.credential.kind is CredentialKind.HALF


def test_days_of_grace_let_a_new_user_in_without_a_device_and_never_root(
    root: Caller, account: Account, clock: MovableClock
) -> None:
    update_sign_in_settings(root, mfa_grace_days=3)
    create_user(root, user_name="ana")
    create_login_profile(root, user_name="ana", password=PASSWORD)

    assert console_login(half_ana(account.id)).credential.kind is CredentialKind.CONSOLE
    assert step_of(half_root(), time_source.now()) is Step.ENROL
    clock.travel(days=4)
    assert step_of(half_ana(account.id), time_source.now()) is Step.ENROL


def test_finishing_without_the_factor_that_is_due_stays_half(ana: User, account: Account) -> None:
    assert console_login(half_ana(account.id)).credential.kind is CredentialKind.HALF


def test_a_fresh_proof_counts_ten_minutes(account: Account, clock: MovableClock) -> None:
    whole = enrolled(half_root())
    clock.travel(minutes=11)
    assert not whole.credential.is_fresh(time_source.now())

    confirmed = confirm_identity(whole, authentication_code=code())

    assert confirmed.credential.is_fresh(time_source.now())


def test_the_seed_is_not_readable_in_the_table(account: Account) -> None:
    enrolled(half_root())

    device = MFADevice.objects.get()
    assert SEED not in device.seed
    assert unseal(device.seed, context=device.seal_context) == SEED


def test_the_last_sign_in_is_remembered(account: Account) -> None:
    enrolled(half_root())

    assert RootUser.objects.get().password_last_used is not None


def test_a_session_without_a_device_cannot_guess_the_password(root: Caller) -> None:
    for _ in range(5):
        with pytest.raises(SignInFailed):
            confirm_identity(root, password="wrong")

    with pytest.raises(Throttling):
        confirm_identity(root, password=ROOT_PASSWORD)


def test_a_hard_expiry_is_left_to_the_administrator(
    root: Caller, ana: User, account: Account, clock: MovableClock
) -> None:
    update_account_password_policy(root, minimum_password_length=8, max_password_age=30, hard_expiry=True)
    clock.travel(days=31)
    still_half = enrolled(half_ana(account.id))

    with pytest.raises(EntityTemporarilyUnmodifiable, match="administrator"):
        change_expired_password(still_half, old_password=PASSWORD, new_password="Walnut-bread-7")


def test_no_password_is_changed_in_the_sign_in_when_none_is_due(account: Account, ana: User) -> None:
    with pytest.raises(EntityTemporarilyUnmodifiable, match="No password change is due"):
        change_expired_password(half_ana(account.id), old_password=PASSWORD, new_password="Walnut-bread-7")
