"""What every answer carries, and what is refused before any page is asked."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import DjangoDbBlocker, Settings

from iamconsole import middleware

UNSAFE_METHODS = ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"]


def answer(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("a page")


def locked(_request: HttpRequest) -> HttpResponse:
    raise OperationalError("database is locked")


def test_every_answer_carries_a_request_id_of_its_own(rf: RequestFactory) -> None:
    identified = middleware.identify_request(answer)

    first, second = (identified(rf.get("/", headers={"X-Request-Id": "mine"})) for _ in range(2))

    assert UUID(first["X-Request-Id"]) != UUID(second["X-Request-Id"])


def test_pages_forbid_foreign_content_and_caching(rf: RequestFactory) -> None:
    response = middleware.add_headers(answer)(rf.get("/iam/users/"))

    assert response["Content-Security-Policy"] == (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert response["Cache-Control"] == "no-store"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.parametrize("path", ["/static/css/console.css", "/healthz"])
def test_static_files_and_the_health_page_keep_their_own_caching(path: str, rf: RequestFactory) -> None:
    response = middleware.add_headers(answer)(rf.get(path))

    assert "Cache-Control" not in response


@pytest.mark.parametrize("method", UNSAFE_METHODS)
def test_methods_that_no_page_uses_are_refused(method: str, client: Client) -> None:
    response = client.generic(method, "/healthz")

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://testserver"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_form_sent_by_another_site_is_refused(headers: dict[str, str], rf: RequestFactory) -> None:
    response = middleware.refuse_other_sites(answer)(rf.post("/iam/users/", headers=headers))

    assert response.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://testserver"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}],
    ids=str,
)
def test_a_form_of_our_own_passes(headers: dict[str, str], rf: RequestFactory) -> None:
    response = middleware.refuse_other_sites(answer)(rf.post("/iam/users/", headers=headers))

    assert response.status_code == 200


def test_an_unknown_host_is_refused(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["console.example"]

    response = client.get("/healthz", headers={"host": "evil.example"})

    assert response.status_code == 400


def test_a_locked_database_is_a_503_that_asks_to_come_again(rf: RequestFactory) -> None:
    response = middleware.AnswerExceptions(answer).process_exception(
        rf.get("/iam/users/"), OperationalError("database is locked")
    )

    assert response is not None
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_a_database_that_fails_outside_the_views_is_a_503_too(rf: RequestFactory) -> None:
    request = rf.get("/iam/users/")

    try:
        locked(request)
    except OperationalError:
        response = middleware.server_error(request)

    assert response.status_code == 503


def test_any_other_exception_stays_an_error(rf: RequestFactory) -> None:
    handler = middleware.AnswerExceptions(answer)

    assert handler.process_exception(rf.get("/"), ValueError()) is None


@pytest.mark.django_db
def test_server_timing_counts_the_queries(rf: RequestFactory, settings: Settings) -> None:
    settings.SERVER_TIMING = True

    def two_queries(_request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.execute("SELECT 2")
        return HttpResponse()

    response = middleware.time_queries(two_queries)(rf.get("/"))

    assert response["Server-Timing"].startswith("db;desc=2;dur=")


@pytest.mark.django_db
def test_health_page_answers_while_the_database_does(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_health_page_says_when_the_database_is_gone(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> None:
    def refuse() -> None:
        raise OperationalError("unable to open database file")

    with django_db_blocker.unblock():
        monkeypatch.setattr(connection, "cursor", refuse)
        response = client.get("/healthz")

    assert response.status_code == 503


@pytest.mark.django_db
def test_a_field_that_is_sent_twice_is_refused(client: Client) -> None:
    answer = client.post("/signin/", {"kind": "user", "user_name": ["ana", "ben"], "password": "x"})

    assert answer.status_code == 400
    assert "was sent twice" in answer.text
