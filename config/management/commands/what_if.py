"""`manage.py what_if --policy FILE --from DATE --to DATE`: what the nights would have raised under other rules."""

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from config.management.of_the_service import OfTheService
from config.policy_file import UnreadableFile, read_file
from escalation.what_differs import Comparison, asked
from escalation.what_if import OtherRules, UnreadablePolicy
from workflow.models import Case

SHOWN = 10


class Command(OfTheService):
    help = (
        "Plays the recorded nights again under another ladder or other time limits and says what would have been "
        "raised, to whom, how much earlier or later, and what would have been missed. Changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--policy", required=True, help="A TOML or JSON file with the keys that differ.")
        parser.add_argument("--from", required=True, type=_day, dest="first", help="The first night: 2026-09-01.")
        parser.add_argument("--to", required=True, type=_day, dest="last", help="The last night.")
        parser.add_argument("--case", help="Only the case with this reference.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rules = OtherRules.read(read_file(options["policy"]))
        except UnreadableFile as fault:
            raise CommandError(str(fault)) from fault
        except UnreadablePolicy as faults:
            raise CommandError("\n".join(f"{key}: {why}" for key, why in faults.faults.items())) from faults
        if options["last"] < options["first"]:
            raise CommandError("--to is before --from.")
        cases = Case.objects.filter(reference=options["case"]) if options["case"] else Case.objects.all()
        if not cases.exists():
            raise CommandError("There is no such case.")
        console = Console(file=self.stdout, highlight=False)
        with Progress(console=Console(stderr=True), transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("Playing the nights again")
            found = asked(
                list(cases.values_list("pk", flat=True)),
                rules,
                first=options["first"],
                last=options["last"],
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        say(console, found)


def say(console: Console, found: Comparison) -> None:
    """The figures on the terminal."""
    console.print(
        f"From {found.first:%-d %b %Y} to {found.last:%-d %b %Y} {len(found.was)} alerts were raised; "
        f"{len(found.now)} would have been."
    )
    console.print(
        f"Of those in both, {len(found.earlier)} would have come earlier{_days(found.earlier)}, "
        f"{len(found.later)} later{_days(found.later)}, {len(found.same_day)} on the same day. "
        f"{len(found.missed)} would not have been raised; {len(found.added)} would have been new."
    )
    console.print(
        f"{len(found.newly_late)} duties would have been late that were not; "
        f"{len(found.no_longer_late)} that were late would not have been."
    )
    rungs = Table("Rung", "Was", "Would be")
    for rung, was, now in found.by_rung:
        rungs.add_row(str(rung), str(was), str(now))
    console.print(rungs)
    heard = Table("Who", "Agency", "Rung", "Was", "Would be")
    for role, agency, rung, was, now in found.by_hearer:
        heard.add_row(role, agency, str(rung), str(was), str(now))
    console.print(heard)
    for title, rows in (("Would not have been raised", found.missed), ("Would have been new", found.added)):
        if rows:
            console.print(f"{title}, the first {min(SHOWN, len(rows))} of {len(rows)}:")
        for one in rows[:SHOWN]:
            console.print(
                f"  {one.raised_on:%-d %b %Y}  rung {one.rung}  {found.references[one.case_id]}  {one.what}, "
                f"due {one.due:%-d %b %Y}",
                soft_wrap=True,
            )


def _days(shifts: Any) -> str:
    if not shifts:
        return ""
    days = sorted(abs(one.days) for one in shifts)
    return f" (by {days[len(days) // 2]} working days in the middle, {days[-1]} at most)"


def _day(text: str) -> date:
    return date.fromisoformat(text)
