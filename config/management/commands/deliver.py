"""`manage.py deliver`: sends what waits, one mail to one person."""

from typing import Any

from django.core.management.base import BaseCommand

from config import clock
from notifications.deliver import deliver


class Command(BaseCommand):
    help = "Sends every message that is due, one mail to one person. Two at once send nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        done = deliver(clock.now())
        self.stdout.write(
            f"{done.sent} messages sent in {done.mails} mails, {done.put_off} to be tried again, {done.failed} failed."
        )
