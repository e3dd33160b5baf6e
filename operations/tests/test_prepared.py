"""What a process remembers of an account, and when it forgets it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.models import Account
from operations import prepared
from operations.attachments import attach_group_policy
from operations.caller import Caller
from operations.errors import AccessDenied
from operations.groups import create_group
from operations.inline_policies import put_user_policy
from operations.memberships import add_user_to_group
from operations.users import list_users
from tests.cast import READ_ONLY, new_user

ALLOW = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}}'


@pytest.fixture(autouse=True)
def _request() -> Iterator[None]:
    with prepared.remembering():
        yield


def at_present(caller: Caller) -> Caller:
    """The caller as the next request resolves it."""
    return caller.at(Account.objects.get().revision)


@pytest.fixture
def team(root: Caller, bob: Caller, carol: Caller) -> list[Caller]:
    """Two who hold nothing but a group's policy, in a request that has written nothing."""
    create_group(root, group_name="Readers")
    attach_group_policy(root, group_name="Readers", policy_arn=READ_ONLY)
    for name in ("bob", "carol"):
        add_user_to_group(root, group_name="Readers", user_name=name)
    return [at_present(bob), at_present(carol)]


def test_a_caller_is_prepared_once_at_a_revision(team: list[Caller]) -> None:
    with prepared.remembering():
        first, second = (prepared.policies_of_caller(team[1]) for _ in range(2))

    assert first is second


def test_a_policy_is_shared_by_all_who_hold_it(team: list[Caller]) -> None:
    with prepared.remembering():
        bob, carol = map(prepared.policies_of_caller, team)

    assert carol.sources[0] in bob.sources
    assert next(source for source in bob.sources if source == carol.sources[0]) is carol.sources[0]


def test_those_who_hold_the_same_share_one_set(root: Caller, team: list[Caller]) -> None:
    dora = new_user(root, "dora")
    add_user_to_group(root, group_name="Readers", user_name="dora")
    with prepared.remembering():
        carol, dora_too = (prepared.policies_of_caller(at_present(it)) for it in (team[1], dora))

    assert carol is dora_too


def test_everybody_is_asked_about_with_the_same_policies(team: list[Caller]) -> None:
    with prepared.remembering():
        remembered = prepared.policies_of_caller(team[1])
        everybody = prepared.everybody_of(Account.objects.get())

    held = {id(source) for _, holder in everybody for source in holder.sources}
    assert held >= {id(source) for source in remembered.sources}


def test_at_the_next_revision_everything_is_read_again(root: Caller, carol: Caller) -> None:
    with prepared.remembering(), pytest.raises(AccessDenied):
        list_users(at_present(carol))

    put_user_policy(root, user_name="carol", policy_name="own", policy_document=ALLOW)

    with prepared.remembering():
        assert list_users(at_present(carol)).items


def test_a_request_that_has_written_no_longer_believes_its_revision(root: Caller, carol: Caller) -> None:
    carol = at_present(carol)
    with pytest.raises(AccessDenied):
        list_users(carol)

    put_user_policy(root, user_name="carol", policy_name="own", policy_document=ALLOW)

    assert list_users(carol).items


def test_a_process_remembers_only_so_many_callers(
    team: list[Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "MOST_CALLERS", 1)
    with prepared.remembering():
        for caller in team:
            prepared.policies_of_caller(caller)

        assert len(prepared.remembered_of(Account.objects.get()).callers) == 1


def test_a_process_remembers_only_so_many_accounts(
    team: list[Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "MOST_ACCOUNTS", 1)
    memory, first, second = prepared.Memory(), "1" * 12, "2" * 12
    kept = memory.at(first, "now")
    memory.at(second, "now")

    assert memory.at(first, "now") is not kept
