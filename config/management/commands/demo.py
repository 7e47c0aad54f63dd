"""`manage.py demo`: makes a believable partnership when there is none yet, then opens the site."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from config import demo
from config.management.commands.serve import listen
from config.management.of_the_service import OfTheService
from meetings.documents.pdf import WHAT_TO_INSTALL, can_be_drawn


class Command(OfTheService):
    help = "Makes an invented partnership by playing stories, prints who can sign in, and serves the site on PORT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--build-only", action="store_true", help="Make the partnership and stop there.")
        parser.add_argument("--again", action="store_true", help="Forget the demonstration there is and make it anew.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            start_again_as_a_demonstration(options["port"])
        self.console = Console(highlight=False)
        if not options["build_only"]:
            listen(options["port"]).close()
        if options["again"]:
            demo.start_over()
        if not demo.is_ready():
            self._build()
        self._say_who_can_sign_in(options["port"])
        if not options["build_only"]:
            call_command("serve", port=options["port"])

    def _build(self) -> None:
        try:
            if demo.clear_away():
                self.console.print("An earlier run was not finished, or was of another version. Starting over.")
        except demo.NotADemonstration as other:
            raise CommandError(str(other)) from other
        self.console.print("Making an invented partnership: eight families, about a minute.")
        bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=self.console, transient=True
        )
        with bar if self.console.is_terminal else _Steps(self.console) as progress:
            tasks: dict[str, Any] = {}

            def hear(step: str, done: int, total: int) -> None:
                if step not in tasks:
                    tasks[step] = progress.add_task(step, total=total)
                progress.update(tasks[step], completed=done)

            demo.build(hear)

    def _say_who_can_sign_in(self, port: int) -> None:
        table = Table("Sign-in name", "Who that is", title=f"Password for everybody: {demo.PASSWORD}")
        for key, who in demo.FACES:
            table.add_row(key, who)
        self.console.print(table)
        self.console.print(
            f"Open http://127.0.0.1:{port}. Here it is {demo.clock.today():%A %-d %B %Y}; in another terminal "
            "`THROUGHLINE_DEMO=1 .venv/bin/python manage.py wind +1` makes it a day later. Ctrl-C ends the site."
        )
        if not can_be_drawn():
            self.console.print(WHAT_TO_INSTALL)


class _Steps:
    """Progress where nobody watches a bar: one line per step."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def __enter__(self) -> "_Steps":
        return self

    def __exit__(self, *trouble: object) -> None: ...

    def add_task(self, step: str, total: int) -> str:
        self.console.print(f"{step} …")
        return step

    def update(self, step: str, completed: int) -> None: ...


def start_again_as_a_demonstration(port: int) -> None:
    """The same command under a demonstration's settings: its own clock, its own SQLite file, its own address."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    environment |= {"THROUGHLINE_DEMO": "1", "THROUGHLINE_ENV": "local", "SITE_URL": f"http://127.0.0.1:{port}"}
    environment["LIVE_ORIGINS"] = f"http://127.0.0.1:{port},http://localhost:{port}"
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)
