"""`manage.py watchdog`: says what is wrong with the watch over lateness, and exits 1 if anything is."""

from typing import Any

from config import clock
from config.health import GRACE, workers_alive
from config.management.of_the_service import OfTheService
from escalation.watchdog import Finding, check, last_clean


class Command(OfTheService):
    help = (
        "Looks at every late deadline again, without the sweep: was each rung raised, did the sweep run, was it clean? "
        "Exit 0 and one line when all is well, 1 and a line for each finding when not. Changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        day = (clock.now() - GRACE).date()
        findings = check(day)
        if workers_alive() == 0:
            findings.append(Finding("workers", "none has given a sign of life"))
        for finding in findings:
            self.stderr.write(str(finding))
        if findings:
            raise SystemExit(1)
        self.stdout.write(f"All that was owed by {day:%-d %B %Y} was raised. Last clean sweep: {last_clean(day)}.")
