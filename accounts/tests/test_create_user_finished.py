"""The end of Create user: the password, shown once, and the file that carries it away."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Account
from accounts.tests.create_user_walk import CONSOLE, PASSWORD, Wizard
from operations.caller import Caller

Browse = Callable[[Caller], Browser]


@pytest.fixture
def wizard(root: Caller, browse: Browse) -> Wizard:
    return Wizard(browse(root))


def test_the_password_is_shown_once(account: Account, wizard: Wizard) -> None:
    wizard.to_permissions(**CONSOLE)
    wizard.post("permissions", go="next")
    wizard.create()

    first, again = wizard.html("finished"), wizard.html("finished")

    assert 'id="password"' in first
    assert 'id="password"' not in again
    assert "The password was shown once" in again


def test_asking_for_the_head_of_the_page_takes_no_password_away(wizard: Wizard) -> None:
    wizard.to_permissions(**CONSOLE)
    wizard.post("permissions", go="next")
    wizard.create()

    wizard.browser.head(wizard.url("finished"))

    assert 'id="password"' in wizard.html("finished")


def test_the_file_holds_what_the_page_shows_and_no_formula(root: Caller, wizard: Wizard) -> None:
    wizard.to_permissions("=cleo", console_access="on", password_kind="custom", password=f"+{PASSWORD}")
    wizard.post("permissions", go="next")
    wizard.create()
    sealed = re.search(r'name="sealed" value="([^"]+)"', wizard.html("finished"))
    assert sealed is not None

    response = wizard.browser.post("/iam/users-create/finished/csv/", {"sealed": sealed[1]})

    assert response["Content-Disposition"] == 'attachment; filename="=cleo_credentials.csv"'
    lines = response.content.decode().splitlines()
    assert lines[0] == "User name,Password,Console sign-in URL"
    assert lines[1].startswith(f"'=cleo,'+{PASSWORD},http")


def test_a_file_asked_for_with_another_text_is_refused(wizard: Wizard) -> None:
    response = wizard.browser.post("/iam/users-create/finished/csv/", {"sealed": "k1:nonsense"}, follow=True)

    assert response.redirect_chain[-1][0] == "/iam/users/"


def test_the_e_mail_draft_never_holds_the_password(wizard: Wizard) -> None:
    wizard.to_permissions(console_access="on", password_kind="custom", password=PASSWORD)
    wizard.post("permissions", go="next")
    wizard.create()

    draft = re.search(r'href="(mailto:[^"]+)"', wizard.html("finished"))

    assert draft is not None
    assert "cleo" in draft[1]
    assert PASSWORD not in draft[1]
