"""`manage.py retention [--dry-run] [--on DAY]`: until when each case is kept, or what is due and would be destroyed."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import clock
from config.keeping import Clock, clocks, in_words, read_logs, would_go
from workflow.destruction import What, holds_on
from workflow.models import Case, DestructionOrder


class Command(BaseCommand):
    help = (
        "Lists until when each case is kept, and under which rule. With --dry-run only what is due, what keeps it, and "
        "how much would go. Destroys nothing: that takes an order by two people, and is done on the page of the case."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only what is due, and how much would go.")
        parser.add_argument("--on", metavar="DAY", help="As if it were that day, such as 2051-01-01.")

    def handle(self, *args: Any, **options: Any) -> None:
        on = _day(options["on"])
        found = [*clocks(Case.objects.all(), on), *read_logs(on)]
        if options["dry_run"]:
            found = [one for one in found if one.is_due(on)]
        for one in found:
            self.stdout.write(_line(one, on))
            if options["dry_run"] and one.what == What.CASE:
                for kind, rows, lines in in_words(would_go(one.case)):
                    self.stdout.write(f"    {kind}: {rows}, lines of history: {lines}")
        self.stdout.write(
            f"{len(found)} {'due' if options['dry_run'] else 'kept'} on {on:%-d %b %Y}. Nothing was changed."
        )


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else clock.today()
    except ValueError as unclear:
        raise CommandError(f"{text} is no day such as 2051-01-01.") from unclear


def _line(one: Clock, on: date) -> str:
    order = one.case.destruction_orders.filter(what=one.what, state__in=DestructionOrder.OPEN).first()
    held = [f"held: {hold.get_why_display().lower()}, by {hold.put_on_by}" for hold in holds_on(one.case)]
    words = [
        f"{one.case.reference} {one.what.label.lower()}",
        f"until {one.due_on:%-d %b %Y}",
        one.rule,
        *one.open,
        *held,
        *([f"order {order.pk} {order.get_state_display().lower()}"] if order else []),
    ]
    return "; ".join(words)
