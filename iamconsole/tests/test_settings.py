"""The two modes of the site, each in a process of its own, since settings are read once."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

HTTPS = {"SITE_URL": "https://iam.example.com"}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- our own command line
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("site", [{}, HTTPS], ids=["loopback", "https"])
def test_deployment_check_is_clean(site: dict[str, str]) -> None:
    result = manage("check", "--deploy", "--fail-level", "WARNING", **site)

    assert result.returncode == 0, result.stderr


def test_https_switches_on_everything_that_protects_the_transport() -> None:
    asked = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
        " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0)"
    )

    result = manage("shell", "--no-imports", "-c", asked, **HTTPS)

    assert result.stdout.split() == ["__Host-sessionid", "__Host-csrftoken", "True", "True", "True", "True"]


def test_loopback_needs_no_secure_cookies() -> None:
    assert (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME) == ("sessionid", "csrftoken")
    assert not settings.SESSION_COOKIE_SECURE


def test_an_empty_secret_key_refuses_to_start_whatever_the_file_says() -> None:
    result = manage("check", SECRET_KEY="")

    assert result.returncode != 0
    assert "SECRET_KEY is missing or weak" in result.stderr


def test_forwarded_headers_are_not_believed() -> None:
    assert not settings.USE_X_FORWARDED_HOST
    assert settings.SECURE_PROXY_SSL_HEADER is None
