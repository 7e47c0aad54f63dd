"""`manage.py deliver`: sends what waits, one mail to one person, and the mail to the outside."""

from typing import Any

from config import clock
from config.management.of_the_service import OfTheService
from notifications.deliver import deliver
from notifications.digest import send_digests
from notifications.outside import deliver_outside
from notifications.webhooks import deliver_webhooks


class Command(OfTheService):
    help = "Sends every message that is due, one mail to one person. Two at once send nothing twice."

    def handle(self, *args: Any, **options: Any) -> None:
        done, kept, outside = deliver(clock.now()), send_digests(clock.now()), deliver_outside(clock.now())
        self.stdout.write(
            f"{done.sent} messages sent in {done.mails} mails, {done.put_off} to be tried again, {done.failed} failed."
        )
        self.stdout.write(f"{kept.sent} messages that were kept sent in {kept.mails} mails of the day and of the week.")
        self.stdout.write(
            f"{outside.sent} mails sent to the outside, {outside.put_off} to be tried again, {outside.failed} failed."
        )
        calls = deliver_webhooks(clock.now())
        self.stdout.write(
            f"{calls.sent} calls to partners taken, {calls.put_off} to be tried again, {calls.failed} given up."
        )
