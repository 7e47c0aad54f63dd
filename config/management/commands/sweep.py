"""`manage.py sweep`: runs the nights that are due, and says what they raised."""

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config import clock
from config.management.of_the_service import OfTheService
from config.nightly import catch_up, run_night
from escalation.sweep import Swept


class Command(OfTheService):
    help = "Raises every alert owed and not yet raised. Run twice, it raises nothing twice; missed, it catches up."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--date",
            type=date.fromisoformat,
            metavar="DATE",
            help="Run this day's night alone; a day to come is refused.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        today, day = clock.today(), options["date"]
        if day and day > today:
            raise CommandError(f"{day:%-d %B %Y} has not come yet: today is {today:%-d %B %Y}.")
        nights = [run_night(day)] if day else list(catch_up(today))
        for night in nights:
            self.stdout.write(told(night))
        if not nights:
            self.stdout.write(f"{today:%-d %B %Y} has been swept already.")
        if any(night.failures for night in nights):
            raise CommandError("Some deadlines could not be looked at; the others were.")


def told(night: Swept) -> str:
    """What one night raised, in words."""
    lines = [f"{night.day:%a %-d %B %Y}: {len(night.alerts)} alerts, {len(night.lapsed)} promises lapsed"]
    lines += [
        f"  {alert.case.reference} {alert.deadline.key}, rung {alert.rung}, owed on {alert.owed_on:%-d %b %Y}"
        for alert in night.alerts
    ]
    lines += [
        f"  not looked at: {failure['case']} {failure['deadline']}: {failure['why']}" for failure in night.failures
    ]
    return "\n".join(lines)
