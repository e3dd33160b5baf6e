"""The environment of tests and checks: no `.env` is needed, and none has a say."""

from __future__ import annotations

import os

from scripts.setup import BASE_DIR

# Known to everybody, so good for nothing but tests.
SECRETS = {
    "SECRET_KEY": "tests-only-secret-key-that-guards-nothing-0123456789-abcdef",
    "AUDIT_KEY": "tests-only-audit-key-that-guards-nothing-0123456789-abcdef",
    "CONSOLE_KEYS": "k1:dGVzdHMtb25seS1rZXktZ3VhcmRpbmctbm90aGluZyE=",
}


def isolated_environment() -> dict[str, str]:
    """Every documented setting at its default; only the choice of the database may come from outside."""
    lines = (BASE_DIR / ".env.example").read_text(encoding="utf-8").splitlines()
    names = [line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")]
    database_url = os.environ.get("DATABASE_URL") or "sqlite://:memory:"
    return {
        **dict.fromkeys(names, ""),
        **SECRETS,
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "iamconsole.settings",
    }
