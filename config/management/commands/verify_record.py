"""`manage.py verify_record [--case REF] [--heads FILE]`: is the record whole? Names everything that is not."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from config.management.of_the_service import OfTheService
from meetings.report_files import check_files
from plans.editions import check_seals
from workflow import audit
from workflow.chain import Head
from workflow.destruction import destroyed_in_words
from workflow.finding import Finding
from workflow.models import Case

WHOLE, NOT_WHOLE = 0, 1


class Command(OfTheService):
    help = (
        "Holds every record against its history, its declared transitions, the journal and its chain of seals, "
        "every file against its hash, and every signed edition of a plan against its seal. "
        "Exit 0 when the record is whole, 1 when it is not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--case", metavar="REF", help="Only the case with this reference.")
        parser.add_argument("--heads", metavar="FILE", type=Path, help="Heads kept elsewhere, from `export_heads`.")

    def handle(self, *args: Any, **options: Any) -> None:
        case = _case(options["case"])
        found = self._look(case, _heads(options["heads"]))
        for finding in found:
            self.stdout.write(str(finding))
        for line in destroyed_in_words(case):
            self.stdout.write(line)
        self.stdout.write(_verdict(len(found)))
        raise SystemExit(NOT_WHOLE if found else WHOLE)

    def _look(self, case: Case | None, kept: list[Head]) -> list[Finding]:
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("", total=audit.steps(case))

            def show(kind: str) -> None:
                progress.update(task, description=kind, advance=1)

            return [*audit.check(case, looking_at=show, kept=kept), *check_files(case), *check_seals(case)]


def _case(reference: str | None) -> Case | None:
    if reference is None:
        return None
    case = Case.objects.filter(reference=reference).first()
    if case is None:
        raise CommandError(f"There is no case {reference}.")
    return case


def _heads(path: Path | None) -> list[Head]:
    if path is None:
        return []
    try:
        return [Head.from_line(line) for line in path.read_text().splitlines() if line.strip()]
    except (OSError, ValueError) as trouble:
        raise CommandError(str(trouble)) from trouble


def _verdict(findings: int) -> str:
    if not findings:
        return "The record is whole."
    return "1 finding." if findings == 1 else f"{findings} findings."
