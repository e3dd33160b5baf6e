"""Every setting, safe when nothing is said. `.env.example` documents what the environment may say."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote

from iamconsole.environment import (
    LARGEST_PORT,
    LOOPBACK_HOSTS,
    choice,
    database,
    distinct,
    fernet_keys,
    flag,
    mail_server,
    number,
    site,
    strong,
    text,
    words,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
CATALOG_DIR = VAR_DIR / "catalog"

# Who we are and what we may trust

PORT = number("PORT", 8000, largest=LARGEST_PORT)
SITE_URL = text("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
SITE = site(SITE_URL)
LOOPBACK = SITE.scheme == "http"
ALLOWED_HOSTS = words("ALLOWED_HOSTS") or (list(LOOPBACK_HOSTS) if LOOPBACK else [str(SITE.hostname)])
DEBUG = flag("DEBUG")
SERVER_TIMING = flag("SERVER_TIMING")
SIGNUP = choice("SIGNUP", ("open", "first", "closed"), "open" if LOOPBACK else "first")

SECRET_KEY = strong("SECRET_KEY", text("SECRET_KEY"))
AUDIT_KEY = strong("AUDIT_KEY", text("AUDIT_KEY"))
CONSOLE_KEYS = fernet_keys(text("CONSOLE_KEYS"))
distinct({"SECRET_KEY": SECRET_KEY, "AUDIT_KEY": AUDIT_KEY, **CONSOLE_KEYS})

API_CALLS_PER_SECOND = number("API_CALLS_PER_SECOND", 500)

# AWS's own figures; an operator who outgrows one raises it with QUOTA_<NAME>

AWS_QUOTAS = {
    "USERS": 5000,
    "GROUPS": 300,
    "POLICIES": 1500,
    "VERSIONS_PER_POLICY": 5,
    "ATTACHED_POLICIES_PER_USER": 10,
    "ATTACHED_POLICIES_PER_GROUP": 10,
    "GROUPS_PER_USER": 10,
    "ACCESS_KEYS_PER_USER": 2,
    "MFA_DEVICES_PER_USER": 8,
    "TAGS": 50,
    "POLICY_SIZE": 6144,
    "INLINE_USER": 2048,
    "INLINE_GROUP": 5120,
    "INLINE_ROLE": 10240,
    "ROLES": 1000,
    "TRUST_POLICY": 2048,
    "ATTACHED_POLICIES_PER_ROLE": 10,
    "INSTANCE_PROFILES": 1000,
    "SERVER_CERTIFICATES": 20,
    "SIGNING_CERTIFICATES_PER_USER": 2,
    "SSH_PUBLIC_KEYS_PER_USER": 5,
    "SERVICE_CREDENTIALS_PER_USER": 2,
    "SAML_PROVIDERS": 100,
    "OIDC_PROVIDERS": 100,
    "CLIENT_IDS_PER_OIDC_PROVIDER": 100,
    "THUMBPRINTS_PER_OIDC_PROVIDER": 5,
}
QUOTAS = {name: number(f"QUOTA_{name}", figure) for name, figure in AWS_QUOTAS.items()}

# The application

INSTALLED_APPS = [
    "django.forms",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_ace",
    "accounts",
    "policies",
    "audit",
]
MIDDLEWARE = [
    # First: a signed request needs nothing of what a browser needs.
    "api.endpoint.answer_api",
    "iamconsole.middleware.identify_request",
    "iamconsole.middleware.time_queries",
    "iamconsole.middleware.add_headers",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "iamconsole.middleware.refuse_methods",
    "iamconsole.middleware.refuse_other_sites",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "iamconsole.middleware.refuse_doubled_fields",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "iamconsole.middleware.AnswerExceptions",
    # Last: it sees an exception first, and some of them lead back to the sign-in.
    "accounts.signin.middleware.CallerMiddleware",
]
ROOT_URLCONF = "iamconsole.urls"
WSGI_APPLICATION = "iamconsole.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        # The widgets of forms come with Django.
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "iamconsole.pages.console",
            ],
            "builtins": ["iamconsole.templatetags.console"],
        },
    }
]
FORM_RENDERER = "iamconsole.forms.ConsoleRenderer"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

# The database

VAR_DIR.mkdir(mode=0o700, exist_ok=True)
DATABASES = {"default": database(text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'iamconsole.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Identities, sessions and cookies

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "accounts.hashers.OwaspArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
COOKIE_PREFIX = "" if LOOPBACK else "__Host-"
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = not LOOPBACK
SESSION_COOKIE_HTTPONLY = True
# Strict would sign a person out who comes by a link in an e-mail.
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SECURE = not LOOPBACK
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "iamconsole.pages.csrf_failure"

# Transport: nothing to protect on loopback; with https everything Django knows

SECURE_SSL_REDIRECT = not LOOPBACK
SECURE_REDIRECT_EXEMPT = ["^healthz$"]
SECURE_HSTS_SECONDS = 0 if LOOPBACK else 365 * 24 * 60 * 60
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Loopback never leaves the machine, so HSTS (W004), redirect (W008) and Secure cookies (W011, W016) have no
# subject there. With https, HSTS for other names of the domain (W005, W021) is left to the domain's owner.
SILENCED_SYSTEM_CHECKS = [
    f"security.{check}" for check in (("W004", "W008", "W011", "W016") if LOOPBACK else ("W005", "W021"))
]

# E-mail and logs

MAIL_SERVER = mail_server(text("EMAIL_URL", "console://"))
MAIL_OPTIONS = parse_qs(MAIL_SERVER.query, keep_blank_values=True)
EMAIL_BACKEND = f"django.core.mail.backends.{MAIL_SERVER.scheme}.EmailBackend"
EMAIL_HOST = MAIL_SERVER.hostname or "localhost"
EMAIL_PORT = MAIL_SERVER.port or 25
EMAIL_HOST_USER = unquote(MAIL_SERVER.username or "")
EMAIL_HOST_PASSWORD = unquote(MAIL_SERVER.password or "")
EMAIL_USE_TLS = "tls" in MAIL_OPTIONS
EMAIL_USE_SSL = "ssl" in MAIL_OPTIONS
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = MAIL_OPTIONS.get("from", ["iamconsole@localhost"])[0]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "iamconsole.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "iamconsole": {"level": "INFO"},
    },
}
