"""The server's entry: `iamconsole.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamconsole.settings")

application = get_wsgi_application()

# What every process would load with its first call is loaded once, and shared by all that are forked from this one.
from api.endpoint import load  # noqa: E402  it needs the applications

load()
