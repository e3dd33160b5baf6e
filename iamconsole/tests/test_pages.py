from collections.abc import Callable, Mapping

import pytest
from django import forms
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from iamconsole import pages
from iamconsole.pages import flash, page, refused, service_error
from operations.authorization import explanation_of
from operations.errors import (
    AccessDenied,
    EntityAlreadyExists,
    LimitExceeded,
    NoSuchEntity,
    ServiceError,
    ServiceFailure,
)
from policies.engine import Principal, PrincipalKind, Request

ALICE = "arn:aws:iam::123456789012:user/alice"
CAROL = "arn:aws:iam::123456789012:user/carol"
HTMX = {"HX-Request": "true"}


class NameForm(forms.Form):
    user_name = forms.CharField()


def browser(headers: Mapping[str, str] | None = None, method: str = "GET") -> HttpRequest:
    request = RequestFactory().generic(method, "/iam/users/", headers=dict(headers or {}))
    request.session = SessionStore()
    setattr(request, "request_id", "7d1c")  # noqa: B010 -- HttpRequest declares no such attribute
    return request


def shown(headers: Mapping[str, str] | None = None) -> HttpResponse:
    context = {"topics": {"users": "Users"}, "crumbs": [("Only the part", "")]}
    return page(browser(headers), "help/index.html", context, partial="_breadcrumbs.html")


def refusal(
    error: ServiceError, form: forms.Form | None = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    context: dict[str, object] = {"form": form, "topics": {}}
    request = browser(headers, "POST")
    part = "forms/form.html" if form else None
    if form:
        context |= form.get_context()
    return refused(request, error, template="help/index.html", context=context, partial=part, form=form)


def denial() -> AccessDenied:
    principal = Principal(arn=CAROL, kind=PrincipalKind.USER, account_id="123456789012")
    asked = Request(principal, "iam:GetUser", ALICE, "123456789012", {})
    return AccessDenied("not authorized", explanation=explanation_of("carol", asked, (), shown=ALICE))


def test_a_browser_gets_the_whole_page() -> None:
    response = shown()

    assert b"<!doctype html>" in response.content
    assert "HX-Request" in response["Vary"]


def test_htmx_gets_only_the_partial() -> None:
    response = shown(HTMX)

    assert b"Only the part" in response.content
    assert b"<html" not in response.content
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_htmx_gets_the_whole_page_when_it_replaces_the_whole_page(header: str) -> None:
    response = shown(HTMX | {header: "true"})

    assert b"<!doctype html>" in response.content


def test_a_refused_parameter_is_told_at_its_field() -> None:
    form = NameForm({"user_name": "ana"})

    response = refusal(EntityAlreadyExists("`ana` exists.", parameter="user_name"), form)

    assert response.status_code == 422
    assert form.errors["user_name"] == ["`ana` exists."]


def test_a_refusal_of_no_single_field_is_told_above_the_form() -> None:
    form = NameForm({"user_name": "ana"})

    refusal(EntityAlreadyExists("exists.", parameter="path"), form)

    assert form.non_field_errors() == ["exists."]


def test_a_refusal_without_a_form_is_told_above_the_page() -> None:
    response = refusal(LimitExceeded("Cannot exceed quota for `Users`."))

    assert response.status_code == 422
    assert b"Cannot exceed quota for <code>Users</code>." in response.content


def test_a_fault_of_ours_keeps_its_status() -> None:
    assert refusal(ServiceFailure("Try again.")).status_code == 500


def test_a_denial_says_who_may_not_do_what_and_what_is_missing() -> None:
    response = refusal(denial())
    text = response.content.decode()

    assert response.status_code == 403
    assert "carol may not perform <code>iam:GetUser</code>" in text
    assert "Stopped here." in text
    assert "The missing statement" in text
    assert "7d1c" in text


def test_a_denied_form_comes_back_as_it_was_typed() -> None:
    response = refusal(denial(), NameForm({"user_name": "keep-me"}), HTMX)
    text = response.content.decode()

    assert 'value="keep-me"' in text
    assert 'id="refusal" hx-swap-oob' in text
    assert "carol may not perform" in text


def test_a_denied_button_leaves_the_page_and_explains_above_it() -> None:
    response = refusal(denial(), headers=HTMX)

    assert response["HX-Reswap"] == "none"
    assert response.content.strip().startswith(b'<div id="refusal"')


def test_an_object_that_is_not_there_has_a_page() -> None:
    response = service_error(browser(), NoSuchEntity("The user with name `ana` cannot be found."))

    assert response.status_code == 404
    assert b"The user with name <code>ana</code> cannot be found." in response.content


def test_a_message_is_said_once() -> None:
    request = browser()
    flash(request, "ok", "Created user `ana`.", "/iam/users/ana/", "View user")

    first = page(request, "help/index.html", {"topics": {}}).content
    second = page(request, "help/index.html", {"topics": {}}).content

    assert b'Created user <code>ana</code>. <a href="/iam/users/ana/">View user</a>' in first
    assert b"Created user" not in second


def test_a_message_goes_with_a_partial_too() -> None:
    request = browser(HTMX)
    flash(request, "warn", "<b>")

    response = page(request, "help/index.html", {"crumbs": []}, partial="_breadcrumbs.html")

    assert b'<div id="flashes" hx-swap-oob="beforeend">' in response.content
    assert b"&lt;b&gt;" in response.content


FAILURES = [
    (pages.bad_request, 400),
    (pages.permission_denied, 403),
    (pages.page_not_found, 404),
    (pages.server_error, 500),
    (pages.service_unavailable, 503),
    (pages.csrf_failure, 403),
]


@pytest.mark.parametrize(("handler", "status"), FAILURES)
def test_a_failure_page_needs_no_session_and_carries_the_request_id(
    handler: Callable[[HttpRequest], HttpResponse], status: int
) -> None:
    request = browser()
    del request.session

    response = handler(request)

    assert response.status_code == status
    assert b"7d1c" in response.content


def test_a_failure_of_an_htmx_request_is_a_message() -> None:
    response = pages.page_not_found(browser(HTMX))

    assert response["HX-Reswap"] == "none"
    assert b'role="alert"' in response.content


def test_a_form_that_is_too_large_is_called_too_large(client: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    response = client.post(
        "/preferences/", "theme=" + "x" * 20, content_type="application/x-www-form-urlencoded"
    )

    assert response.status_code == 400
    assert "More was sent than any form here takes." in response.content.decode()
