"""`manage.py recount_drift [--check]`: is the summary of drift what history says? Makes it so, or only says."""

from typing import Any

from django.core.management.base import CommandParser

from config.management.of_the_service import OfTheService
from workflow import drift_months


class Command(OfTheService):
    help = (
        "Counts the months of drift anew from the history. With --check it changes nothing and exits 1 if they differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only say what differs.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = drift_months.differences()
        for difference in found:
            self.stdout.write(difference)
        if options["check"]:
            self.stdout.write("The summary differs." if found else "The summary is what history says.")
            raise SystemExit(1 if found else 0)
        self.stdout.write(f"{drift_months.recount()} months were counted anew.")
