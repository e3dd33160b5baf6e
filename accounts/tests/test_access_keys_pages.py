"""Access keys on the console: listed, made once, switched, deleted, rotated; a user's and one's own."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.test import Client as Browser

from accounts.models import AccessKey
from accounts.sealing import unseal
from iamconsole.clock import now
from operations.access_keys import create_access_key, list_access_keys, update_access_key
from operations.caller import Caller
from operations.inline_policies import put_user_policy
from operations.users import create_user
from tests.cast import MovableClock

Browse = Callable[[Caller], Browser]
OWN = "/iam/security-credentials/"
TAB = "/iam/users/ana/credentials/"
PAGES = "/iam/users/ana/access-keys/"
USE_CASE = {"use_case": "cli", "is_understood": "on"}
SECRET = re.compile(r'<code id="secret-access-key">([^<]+)</code>')
SEALED = re.compile(r'name="sealed" value="([^"]+)"')
LISTING = (
    '{"Version":"2012-10-17","Statement":'
    '[{"Effect":"Allow","Action":["iam:GetUser","iam:ListAccessKeys"],"Resource":"*"}]}'
)


@pytest.fixture
def ana(root: Caller) -> None:
    create_user(root, user_name="ana")


@pytest.fixture
def key(root: Caller, ana: None) -> AccessKey:
    return create_access_key(root, user_name="ana").access_key


def keys_of(caller: Caller, user_name: str | None = "ana") -> list[AccessKey]:
    return list(list_access_keys(caller, user_name=user_name).items)


def create(browser: Browser, pages: str = PAGES, run: str = "0123456789abcdef") -> str:
    """Through the form to the page that shows the secret."""
    made = browser.post(f"{pages}create/?run={run}", USE_CASE)
    assert made.status_code == HTTPStatus.SEE_OTHER
    return made.headers["Location"]


def used(key: AccessKey, clock: MovableClock, **since_creation: float) -> None:
    """As if a request had been signed with the key."""
    clock.travel(**since_creation)
    AccessKey.objects.filter(pk=key.pk).update(
        last_used_date=now(), last_used_service="iam", last_used_region="us-east-1"
    )


# The list


def test_the_tab_lists_keys_with_state_and_last_use(
    root: Caller, key: AccessKey, browse: Browse, clock: MovableClock
) -> None:
    text = browse(root).get(TAB).content.decode()
    used(key, clock, minutes=5)
    after = browse(root).get(TAB).content.decode()

    assert key.access_key_id in text
    assert re.search(r'data-label="Last used">\s*<span class="hint">Never</span>', text)
    assert "iam, us-east-1" in after


def test_with_two_keys_the_button_is_dead_and_says_why(root: Caller, key: AccessKey, browse: Browse) -> None:
    create_access_key(root, user_name="ana")

    text = browse(root).get(TAB).content.decode()

    assert f'href="{PAGES}create/"' not in text
    assert "There can be 2 access keys at most. Delete one to make room for another." in text


def test_whoever_may_only_list_sees_dead_buttons_and_no_last_use(
    root: Caller, key: AccessKey, carol: Caller, browse: Browse
) -> None:
    put_user_policy(root, user_name="carol", policy_name="List", policy_document=LISTING)

    text = browse(carol).get(TAB).content.decode()

    assert key.access_key_id in text
    assert "Needs <code>iam:GetAccessKeyLastUsed</code>" in text
    for action in ("iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey"):
        assert f"You may not perform {action} here" in text


def test_whoever_may_not_list_is_told_so_on_the_own_page(carol: Caller, browse: Browse) -> None:
    text = browse(carol).get(OWN).content.decode()

    assert "<code>iam:ListAccessKeys</code>" in text
    assert 'id="access-keys"' not in text


# Making one


def test_a_key_is_made_after_the_recommendation_and_its_secret_shown_once(
    root: Caller, ana: None, browse: Browse
) -> None:
    browser = browse(root)
    address = create(browser)
    browser.head(address)

    first, again = browser.get(address), browser.get(address)

    [key] = keys_of(root)
    shown = SECRET.search(first.content.decode())
    assert shown
    assert html.unescape(shown[1]) == unseal(key.secret, context=key.seal_context)
    assert first.headers["Cache-Control"] == "no-store"
    assert not SECRET.search(again.content.decode())
    assert "The secret was shown once" in again.content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"is_understood": "on"}, "Choose what the key is for."),
        ({"use_case": "outside"}, "Read the recommendation, then tick this."),
    ],
)
def test_without_use_case_or_tick_no_key_is_made(
    root: Caller, ana: None, browse: Browse, sent: dict[str, str], said: str
) -> None:
    response = browse(root).post(f"{PAGES}create/?run=0123456789abcdef", sent)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in response.content.decode()
    assert keys_of(root) == []


def test_a_second_click_makes_no_second_key(root: Caller, ana: None, browse: Browse) -> None:
    browser = browse(root)

    assert create(browser) == create(browser)
    assert len(keys_of(root)) == 1


def test_a_third_key_is_refused_beside_the_form(root: Caller, key: AccessKey, browse: Browse) -> None:
    create_access_key(root, user_name="ana")

    response = browse(root).post(f"{PAGES}create/?run=0123456789abcdef", USE_CASE)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Cannot exceed quota for AccessKeysPerUser: 2" in response.content.decode()


def test_a_key_is_made_only_after_a_fresh_proof(
    root: Caller, ana: None, browse: Browse, clock: MovableClock
) -> None:
    browser = browse(root)
    clock.travel(minutes=11)

    asked, sent = (
        browser.get(f"{PAGES}create/"),
        browser.post(f"{PAGES}create/?run=0123456789abcdef", USE_CASE),
    )

    assert asked.headers["Location"].startswith("/iam/confirm/?next=%2Fiam%2Fusers%2Fana%2Faccess-keys")
    assert sent.headers["Location"].startswith("/iam/confirm/")
    assert keys_of(root) == []


def test_whoever_may_not_is_refused_with_the_reason(bob: Caller, ana: None, browse: Browse) -> None:
    response = browse(bob).post(f"{PAGES}create/?run=0123456789abcdef", USE_CASE)

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert "iam:CreateAccessKey" in response.content.decode()


def test_roots_own_key_comes_with_a_warning(root: Caller, browse: Browse) -> None:
    browser, pages = browse(root), f"{OWN}access-keys/"
    form = browser.get(f"{pages}create/").content.decode()
    browser.get(create(browser, pages))

    assert "A key of the root user opens everything in this account" in form
    assert len(keys_of(root, None)) == 1
    assert keys_of(root, None)[0].access_key_id in browser.get(OWN).content.decode()


def test_ones_own_key_is_ones_own(alice: Caller, browse: Browse) -> None:
    browser = browse(alice)
    browser.get(create(browser, f"{OWN}access-keys/"))

    assert [one.user_name for one in keys_of(alice, None)] == ["alice"]


def test_the_secret_of_one_user_is_not_shown_on_the_page_of_another(
    root: Caller, ana: None, carol: Caller, browse: Browse
) -> None:
    browser = browse(root)
    address = create(browser)

    response = browser.get(address.replace("/ana/", "/carol/"), follow=True)

    assert not SECRET.search(response.content.decode())
    assert "shown once" in response.content.decode()


# The file


def test_the_file_holds_the_two_values_as_they_are(root: Caller, ana: None, browse: Browse) -> None:
    browser = browse(root)
    page = browser.get(create(browser)).content.decode()
    sealed = SEALED.search(page)
    assert sealed
    response = browser.post(f"{OWN}access-keys/csv/", {"sealed": sealed[1]})

    [key] = keys_of(root)
    headings, values = csv.reader(io.StringIO(response.content.decode()))
    assert headings == ["Access key ID", "Secret access key"]
    assert values == [key.access_key_id, unseal(key.secret, context=key.seal_context)]
    assert response.headers["Content-Disposition"] == 'attachment; filename="ana_accessKeys.csv"'
    assert response.headers["Cache-Control"] == "no-store"


def test_the_file_is_made_for_nobody_else(root: Caller, ana: None, alice: Caller, browse: Browse) -> None:
    browser = browse(root)
    sealed = SEALED.search(browser.get(create(browser)).content.decode())
    assert sealed
    response = browse(alice).post(f"{OWN}access-keys/csv/", {"sealed": sealed[1]})

    assert response.headers["Location"] == OWN


# Switching and deleting


def test_a_key_is_switched_off_and_on_by_a_button(root: Caller, key: AccessKey, browse: Browse) -> None:
    browser, sent = browse(root), {"access_key_id": key.access_key_id}
    off = browser.post(f"{PAGES}switch/", {**sent, "status": "Inactive"}, follow=True)
    assert not keys_of(root)[0].is_active
    browser.post(f"{PAGES}switch/", {**sent, "status": "Active", "then": "https://elsewhere.example/"})

    assert "is inactive: requests signed with it are refused" in off.content.decode()
    assert keys_of(root)[0].is_active


def test_a_reader_switches_nothing(root: Caller, key: AccessKey, bob: Caller, browse: Browse) -> None:
    sent = {"access_key_id": key.access_key_id, "status": "Inactive"}

    assert browse(bob).post(f"{PAGES}switch/", sent).status_code == HTTPStatus.FORBIDDEN
    assert keys_of(root)[0].is_active


def test_an_active_key_is_not_deleted_here(root: Caller, key: AccessKey, browse: Browse) -> None:
    browser, url = browse(root), f"{PAGES}delete/?key={key.access_key_id}"
    asked, sent = browser.get(url), browser.post(url, {"confirmation": key.access_key_id})

    assert "Deactivate it first" in asked.content.decode()
    assert sent.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert len(keys_of(root)) == 1


def test_deactivating_on_the_way_to_delete_leads_back_there(
    root: Caller, key: AccessKey, browse: Browse
) -> None:
    sent = {"access_key_id": key.access_key_id, "status": "Inactive", "then": "delete"}

    response = browse(root).post(f"{PAGES}switch/", sent)

    assert response.headers["Location"] == f"{PAGES}delete/?key={key.access_key_id}"


def test_an_inactive_key_is_deleted_when_its_id_was_typed(
    root: Caller, key: AccessKey, browse: Browse
) -> None:
    update_access_key(root, user_name="ana", access_key_id=key.access_key_id, status="Inactive")
    browser, url = browse(root), f"{PAGES}delete/?key={key.access_key_id}"
    mistyped = browser.post(url, {"confirmation": "AKIA"})
    assert len(keys_of(root)) == 1
    deleted = browser.post(url, {"confirmation": key.access_key_id})

    assert mistyped.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert deleted.headers["Location"] == TAB
    assert keys_of(root) == []


def test_a_key_of_somebody_else_is_not_found(
    root: Caller, key: AccessKey, carol: Caller, browse: Browse
) -> None:
    response = browse(root).get(f"/iam/users/carol/access-keys/delete/?key={key.access_key_id}")

    assert response.status_code == HTTPStatus.NOT_FOUND
