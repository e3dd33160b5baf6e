"""Making an account: who may, what is asked, and that a password alone opens nothing."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from accounts.models import Account
from accounts.tests.door import code, location, post, shown_seed, type_pair
from tests.cast import ROOT_EMAIL

TOLD = {
    "account_name": "Tea house",
    "email_address": "olga@tea.example",
    "password": "Kettle-on-at-7",
    "confirm_password": "Kettle-on-at-7",
}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/signin/", "/iam/", "/"])
def test_a_fresh_installation_leads_to_signing_up(path: str) -> None:
    response = Browser().get(path, follow=True)

    assert response.redirect_chain[-1][0] == "/signup/"
    assert "Create an account" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("signup", ["closed", "first"])
def test_signing_up_is_refused_when_it_is_closed(account: Account, settings: Settings, signup: str) -> None:
    settings.SIGNUP = signup

    assert Browser().get("/signup/").status_code == 403
    assert Browser().post("/signup/", TOLD).status_code == 403
    assert Account.objects.count() == 1


@pytest.mark.django_db
def test_signing_up_needs_the_token_of_the_form() -> None:
    response = Browser(enforce_csrf_checks=True).post("/signup/", TOLD)

    assert response.status_code == 403
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_signing_up_leads_to_a_second_factor_before_anything_else() -> None:
    browser = Browser()

    assert location(post(browser, "/signup/", TOLD)) == "/signin/mfa/enrol/"
    assert location(browser.get("/iam/")) == "/signin/mfa/enrol/"
    seed = shown_seed(browser)
    assert location(type_pair(browser, code(seed, ago=1), code(seed))) == "/iam/"


@pytest.mark.django_db
def test_the_enrolment_page_tells_the_new_account_id() -> None:
    response = Browser().post("/signup/", TOLD, follow=True)

    assert Account.objects.get().grouped_id in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("password", "short", "It must have 8 to 128 characters"),
        ("confirm_password", "Kettle-off-at-8", "The two passwords differ"),
        ("email_address", "tea.example", "Enter a valid email address"),
        ("account_name", "", "This field is required"),
    ],
)
def test_a_refused_sign_up_says_why_and_keeps_what_was_typed(field: str, value: str, complaint: str) -> None:
    told = {**TOLD, field: value}
    if field == "password":
        told["confirm_password"] = value
    response = Browser().post("/signup/", told)

    assert response.status_code == 422
    assert complaint in response.content.decode()
    assert f'value="{told["email_address"]}"' in response.content.decode()
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_a_password_never_comes_back_with_the_form() -> None:
    response = Browser().post("/signup/", {**TOLD, "account_name": ""})

    assert TOLD["password"] not in response.content.decode()


def test_an_address_belongs_to_one_account(account: Account) -> None:
    response = Browser().post("/signup/", {**TOLD, "email_address": ROOT_EMAIL.upper()})

    assert "This address already belongs to an account" in response.content.decode()
    assert Account.objects.count() == 1
