"""E-mail: sent after the commit, so that no lock waits for a mail server and no letter tells of what was undone."""

from __future__ import annotations

from functools import partial

from django.core.mail import send_mail
from django.db import transaction


def send(subject: str, text: str, address: str) -> None:
    transaction.on_commit(partial(send_mail, subject, text, None, [address]))
