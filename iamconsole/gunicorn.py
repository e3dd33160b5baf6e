"""How gunicorn serves the console: on loopback, behind whatever terminates TLS."""

import os
import sys

from django.conf import settings

from iamconsole.garbage import spare

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamconsole.settings")

wsgi_app = "iamconsole.wsgi:application"
bind = f"127.0.0.1:{settings.PORT}"
worker_class = "iamconsole.worker.Worker"
workers = 2
threads = 4
preload_app = True
# Questions to the engine stand in addresses; the default cuts them at half of what gunicorn can take.
limit_request_line = 8190
# A session token that holds policies and tags is longer than the default lets a header be.
limit_request_field_size = 16_380
# The control socket would need a writable home directory.
control_socket_disable = True
# Nobody is believed about the scheme, except a proxy on this machine when the site is served by https.
forwarded_allow_ips = "" if settings.LOOPBACK else "127.0.0.1,::1"
secure_scheme_headers = {} if settings.LOOPBACK else {"X-FORWARDED-PROTO": "https"}
loglevel = "warning"


def when_ready(_server: object) -> None:
    # What is there now is shared with the workers as long as nobody writes to it, the collector included.
    spare()
    sys.stdout.write(f"The console is at {settings.SITE_URL}/ (Ctrl+C stops it)\n")
    sys.stdout.flush()


def post_worker_init(_worker: object) -> None:
    # Not before the application is loaded: it uses the database's settings.
    from operations.write_turns import queue_up  # noqa: PLC0415

    queue_up()
    spare()
