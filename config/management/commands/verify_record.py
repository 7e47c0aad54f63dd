"""`manage.py verify_record [--case REF]`: is the record whole? Names everything that is not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from workflow import audit
from workflow.models import Case

WHOLE, NOT_WHOLE = 0, 1


class Command(BaseCommand):
    help = (
        "Holds every record against its history, its declared transitions and the journal. "
        "Exit 0 when the record is whole, 1 when it is not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--case", metavar="REF", help="Only the case with this reference.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = self._look(_case(options["case"]))
        for finding in found:
            self.stdout.write(str(finding))
        self.stdout.write(_verdict(len(found)))
        raise SystemExit(NOT_WHOLE if found else WHOLE)

    def _look(self, case: Case | None) -> list[audit.Finding]:
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("", total=audit.steps(case))

            def show(kind: str) -> None:
                progress.update(task, description=kind, advance=1)

            return audit.check(case, looking_at=show)


def _case(reference: str | None) -> Case | None:
    if reference is None:
        return None
    case = Case.objects.filter(reference=reference).first()
    if case is None:
        raise CommandError(f"There is no case {reference}.")
    return case


def _verdict(findings: int) -> str:
    if not findings:
        return "The record is whole."
    return "1 finding." if findings == 1 else f"{findings} findings."
