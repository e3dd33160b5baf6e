from __future__ import annotations

import pytest

from accounts.models import AccessKey
from operations.access_keys import create_access_key, delete_access_key, list_access_keys
from operations.acts import delete_user_with_everything
from operations.caller import Caller
from operations.errors import DeleteConflict, NoSuchEntity
from operations.users import create_user, delete_user


@pytest.fixture
def key(root: Caller) -> AccessKey:
    create_user(root, user_name="ana")
    return create_access_key(root, user_name="ana").access_key


def test_a_key_is_its_owners(root: Caller, key: AccessKey) -> None:
    assert [one.access_key_id for one in list_access_keys(root, user_name="ana").items] == [key.access_key_id]
    assert list_access_keys(root).items == []


def test_a_key_is_deleted_by_naming_its_owner(root: Caller, key: AccessKey, carol: Caller) -> None:
    with pytest.raises(NoSuchEntity):
        delete_access_key(root, user_name="carol", access_key_id=key.access_key_id)

    delete_access_key(root, user_name="ana", access_key_id=key.access_key_id)
    assert not AccessKey.objects.exists()


@pytest.mark.usefixtures("key")
def test_a_user_with_a_key_is_not_deleted_but_with_everything(root: Caller) -> None:
    with pytest.raises(DeleteConflict, match="must delete access keys first"):
        delete_user(root, user_name="ana")

    delete_user_with_everything(root, "ana")
    assert not AccessKey.objects.exists()
