"""The number of users that an account keeps is that of its users, whatever has been done."""

from __future__ import annotations

import pytest

from accounts.models import Account
from operations.caller import Caller, system_caller
from operations.errors import DeleteConflict, EntityAlreadyExists
from operations.groups import create_group
from operations.installation import seed_users
from operations.memberships import add_user_to_group
from operations.operation import act
from operations.tests.dumps import DUMP, bring
from operations.users import create_user, delete_user
from tests.cast import new_account


def counts(account_id: str) -> tuple[int, int]:
    """The number kept, and the rows."""
    account = Account.objects.get(pk=account_id)
    return account.user_count, account.users.count()


def create_together(caller: Caller, *names: str) -> None:
    with act(caller, "CreateUserWizard"):
        for name in names:
            create_user(caller, user_name=name)


def test_made_and_deleted_users_are_counted(root: Caller) -> None:
    for name in ("ana", "ben", "cleo"):
        create_user(root, user_name=name)
    delete_user(root, user_name="ben")

    assert counts(root.account_id) == (2, 2)


def test_what_is_refused_is_not_counted(root: Caller) -> None:
    create_group(root, group_name="Staff")
    create_user(root, user_name="ana")
    add_user_to_group(root, group_name="Staff", user_name="ana")
    with pytest.raises(EntityAlreadyExists):
        create_user(root, user_name="ANA")
    with pytest.raises(DeleteConflict):
        delete_user(root, user_name="ana")
    with pytest.raises(EntityAlreadyExists):
        create_together(root, "ben", "ana")

    assert counts(root.account_id) == (1, 1)


def test_many_at_once_are_counted(root: Caller) -> None:
    seed_users(system_caller(root.account), users=23)

    assert counts(root.account_id) == (23, 23)


@pytest.mark.django_db
def test_users_of_a_dump_are_counted() -> None:
    empty = new_account("empty@coffee.example", "Empty")

    bring(system_caller(empty), DUMP)

    kept, rows = counts(empty.pk)
    assert kept == rows > 0
