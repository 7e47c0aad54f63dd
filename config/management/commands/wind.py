"""`manage.py wind DATE` or `manage.py wind +DAYS`: winds the clock of a demonstration forward."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from config import clock
from config.management.of_the_service import OfTheService


class Command(OfTheService):
    help = "Winds the demonstration's clock forward, to a date or by some days. Only in a demonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("to", metavar="DATE|+DAYS", help="2026-03-02, or +7")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only a demonstration can wind its clock: set THROUGHLINE_DEMO=1.")
        today = clock.today()
        day = day_named(options["to"], today)
        if day < today:
            raise CommandError(f"The clock is not wound back: it is {today:%-d %B %Y} already.")
        clock.wind_to(day)
        self.stdout.write(
            f"It is now {day:%A %-d %B %Y}. A running server works through every night between within seconds, and "
            "open pages look again. Without a server: manage.py sweep"
        )


def day_named(words: str, today: date) -> date:
    """The day meant by `2026-03-02` or `+7`."""
    try:
        return today + timedelta(days=int(words)) if words.startswith("+") else date.fromisoformat(words)
    except (ValueError, OverflowError) as unclear:
        raise CommandError(f"{words!r} is neither a date like 2026-03-02 nor a number of days like +7.") from unclear
