"""`manage.py verify_audit`: is the trail whole? The exit status is 0 only when it is."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from audit import chain
from audit.models import Event


class Command(BaseCommand):
    help = "Check the chain of every account; print each break and fail when there is one."

    def handle(self, *_: object, **__: object) -> None:
        count = 0
        for broken in chain.breaks():
            count += 1
            self.stderr.write(f"{broken.chain}, event {broken.sequence}: {broken.text}")
        if count:
            raise CommandError(f"The trail is broken in {count} place{'s' if count > 1 else ''}.")
        self.stdout.write(f"The trail is whole: {Event.objects.count()} events.")
