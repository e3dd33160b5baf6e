from __future__ import annotations

import pytest

from accounts.first_steps import first_steps
from accounts.recommendations import (
    AccountFacts,
    Level,
    SharedPolicy,
    UserFacts,
    findings,
    named,
)

ALICE = UserFacts("alice", is_administrator=True)
SECURE = AccountFacts(root_has_mfa=True, users=[ALICE])


def titles(facts: AccountFacts, level: Level) -> list[str]:
    return [finding.title for finding in findings(facts) if finding.level is level]


def test_an_account_in_order_has_nothing_open() -> None:
    assert not any(finding.is_open for finding in findings(SECURE))


def test_a_root_user_without_mfa_is_the_worst_finding() -> None:
    facts = AccountFacts(root_has_mfa=False, users=[UserFacts("bob", lacks_mfa=True)])

    assert findings(facts)[0].title == "The root user has no MFA device"


@pytest.mark.parametrize(
    ("user", "said"),
    [
        (UserFacts("bob", lacks_mfa=True), "1 user has a password and no MFA device"),
        (UserFacts("bob", has_old_password=True), "1 user has a password older than 90 days"),
    ],
    ids=["no device", "old password"],
)
def test_what_is_wrong_with_a_user_is_a_warning(user: UserFacts, said: str) -> None:
    facts = AccountFacts(root_has_mfa=True, users=[ALICE, user])

    assert titles(facts, Level.WARN) == [said]


def test_an_unused_user_is_a_suggestion() -> None:
    facts = AccountFacts(root_has_mfa=True, users=[ALICE, UserFacts("bob", is_unused=True)])

    assert titles(facts, Level.INFO) == ["1 user was not active for 90 days"]


def test_the_use_of_root_is_said_only_when_there_is_somebody_else_to_do_the_work() -> None:
    alone = AccountFacts(root_has_mfa=True, root_was_used=True)
    helped = AccountFacts(root_has_mfa=True, root_was_used=True, users=[ALICE])

    assert titles(alone, Level.INFO) == []
    assert titles(helped, Level.INFO) == ["The root user was used in the last 90 days"]


def test_a_policy_on_many_users_suggests_a_group() -> None:
    facts = AccountFacts(root_has_mfa=True, users=[ALICE], shared=[SharedPolicy("ReceiptsRead", 3)])

    assert titles(facts, Level.INFO) == ["3 users have ReceiptsRead directly"]


def test_many_administrators_are_said_by_name_and_number() -> None:
    many = [UserFacts(name, is_administrator=True) for name in ("alice", "bob", "carol", "olga")]

    said = [finding for finding in findings(AccountFacts(True, users=many)) if finding.is_open]

    assert said[0].title == "4 users have AdministratorAccess"
    assert said[0].text.startswith("alice, bob, carol and 1 more.")


@pytest.mark.parametrize(
    ("names", "said"),
    [([], ""), (["ana"], "ana"), (["ana", "ben"], "ana and ben"), (list("abcde"), "a, b, c and 2 more")],
    ids=["none", "one", "two", "five"],
)
def test_names_are_told_as_people_tell_them(names: list[str], said: str) -> None:
    assert named(names) == said


def test_a_new_account_begins_with_mfa_for_root() -> None:
    steps = first_steps(AccountFacts(root_has_mfa=False), is_root=True)

    assert [step.key for step in steps if step.is_next] == ["secure-root"]


def test_root_is_asked_to_sign_out_once_there_is_an_administrator() -> None:
    steps = first_steps(SECURE, is_root=True)

    assert [step.key for step in steps if step.is_next] == ["sign-out"]


def test_the_first_steps_end_when_the_administrator_has_signed_in() -> None:
    at_work = UserFacts("alice", is_administrator=True, has_signed_in=True)

    steps = first_steps(AccountFacts(root_has_mfa=True, users=[at_work]), is_root=True)

    assert all(step.is_done for step in steps)
