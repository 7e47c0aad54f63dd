"""`manage.py watchdog`: says what is wrong with the watch over lateness, and exits 1 if anything is."""

from typing import Any

from django.core.management.base import BaseCommand

from config import clock
from config.health import GRACE
from escalation.watchdog import check, last_clean


class Command(BaseCommand):
    help = (
        "Looks at every late deadline again, without the sweep: was each rung raised, did the sweep run, was it clean? "
        "Exit 0 and one line when all is well, 1 and a line for each finding when not. Changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        day = (clock.now() - GRACE).date()
        findings = check(day)
        for finding in findings:
            self.stderr.write(str(finding))
        if findings:
            raise SystemExit(1)
        self.stdout.write(f"All that was owed by {day:%-d %B %Y} was raised. Last clean sweep: {last_clean(day)}.")
