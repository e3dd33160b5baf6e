"""The console's settings, with Django's admin beside it to be measured against."""

from iamconsole.settings import *  # noqa: F403
from iamconsole.settings import INSTALLED_APPS, TEMPLATES

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
]
AUTH_USER_MODEL = "auth.User"
ROOT_URLCONF = "bench.urls"
TEMPLATES[0]["OPTIONS"]["context_processors"] += [  # type: ignore[index]  # a dictionary of dictionaries
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
ADMIN_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
SILENCED_SYSTEM_CHECKS = ["admin.E408", "admin.E409", "admin.E410"]
# The admin's static files are not collected; how either side names its own costs next to nothing.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
