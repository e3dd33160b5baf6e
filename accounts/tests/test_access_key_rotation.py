"""Rotating an access key: the page shows how far it has come, from the keys themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.test import Client as Browser

from accounts.models import AccessKey
from iamconsole.clock import now
from operations.access_keys import create_access_key, delete_access_key, update_access_key
from operations.caller import Caller
from operations.users import create_user
from tests.cast import MovableClock

Browse = Callable[[Caller], Browser]
PAGES = "/iam/users/ana/access-keys/"
STILL_USED = "something still signs with it"


@pytest.fixture
def old(root: Caller) -> AccessKey:
    create_user(root, user_name="ana")
    return create_access_key(root, user_name="ana").access_key


def second(root: Caller, clock: MovableClock) -> AccessKey:
    clock.travel(minutes=1)
    return create_access_key(root, user_name="ana").access_key


def use(key: AccessKey) -> None:
    """As if a request had been signed with the key."""
    used = {"last_used_date": now(), "last_used_service": "iam", "last_used_region": "us-east-1"}
    AccessKey.objects.filter(pk=key.pk).update(**used)


def shown(browser: Browser, key: AccessKey) -> str:
    answer = browser.get(f"{PAGES}rotate/?key={key.access_key_id}")
    assert answer.status_code == HTTPStatus.OK
    return answer.content.decode()


def test_it_begins_with_a_second_key_and_takes_nothing_away_before(
    root: Caller, old: AccessKey, browse: Browse
) -> None:
    text = shown(browse(root), old)

    assert f'href="{PAGES}create/?rotate={old.access_key_id}"' in text
    assert "Create the second key first." in text
    assert "Deactivate the old key first." in text


def test_creating_leads_back_into_the_rotation(root: Caller, old: AccessKey, browse: Browse) -> None:
    browser = browse(root)
    form = browser.get(f"{PAGES}create/?rotate={old.access_key_id}").content.decode()
    action = re.search(r'id="create-access-key" method="post" action="([^"]+)"', form)
    assert action
    sent = {"use_case": "outside", "is_understood": "on"}
    finished = browser.post(action[1].replace("&amp;", "&"), sent, follow=True)

    assert f'href="{PAGES}rotate/?key={old.access_key_id}"' in finished.content.decode()


def test_it_tells_which_key_is_used_and_warns_while_the_old_one_is(
    root: Caller, old: AccessKey, browse: Browse, clock: MovableClock
) -> None:
    use(old)
    new, browser = second(root, clock), browse(root)
    assert STILL_USED not in shown(browser, old)
    clock.travel(minutes=5)
    use(old)
    assert STILL_USED in shown(browser, old)

    use(new)

    assert STILL_USED in shown(browser, old)


def test_a_new_key_in_use_is_good_news(
    root: Caller, old: AccessKey, browse: Browse, clock: MovableClock
) -> None:
    use(old)
    use(second(root, clock))

    assert "The new key is in use" in shown(browse(root), old)


def test_deactivating_stays_in_the_rotation_and_opens_the_last_step(
    root: Caller, old: AccessKey, browse: Browse, clock: MovableClock
) -> None:
    second(root, clock)
    browser = browse(root)
    assert f'href="{PAGES}delete/?key={old.access_key_id}"' not in shown(browser, old)
    sent = {"access_key_id": old.access_key_id, "status": "Inactive", "then": "rotate"}
    response = browser.post(f"{PAGES}switch/", sent)

    assert response.headers["Location"] == f"{PAGES}rotate/?key={old.access_key_id}"
    assert f'href="{PAGES}delete/?key={old.access_key_id}"' in shown(browser, old)


def test_a_replacement_that_is_inactive_is_pointed_out(
    root: Caller, old: AccessKey, browse: Browse, clock: MovableClock
) -> None:
    new = second(root, clock)
    update_access_key(root, user_name="ana", access_key_id=new.access_key_id, status="Inactive")

    assert "It is inactive. Activate it before anything uses it." in shown(browse(root), old)


def test_without_a_name_the_oldest_key_is_the_one_to_go(
    root: Caller, old: AccessKey, browse: Browse, clock: MovableClock
) -> None:
    second(root, clock)

    text = browse(root).get(f"{PAGES}rotate/").content.decode()

    assert f"Replace <code>{old.access_key_id}</code>" in text


def test_without_any_key_there_is_nothing_to_rotate(root: Caller, old: AccessKey, browse: Browse) -> None:
    delete_access_key(root, user_name="ana", access_key_id=old.access_key_id)

    response = browse(root).get(f"{PAGES}rotate/", follow=True)

    assert "ana has no access key to rotate." in response.content.decode()


def test_a_reader_sees_how_far_it_is_and_dead_buttons(
    root: Caller, old: AccessKey, bob: Caller, browse: Browse
) -> None:
    text = shown(browse(bob), old)

    assert "You may not perform iam:CreateAccessKey here" in text
    assert "You may not perform iam:UpdateAccessKey here" in text
