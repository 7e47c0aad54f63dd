"""`manage.py replay STORY.json ...`: plays stories through the real domain functions and says what differed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import connection, transaction
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from config.management.of_the_service import OfTheService
from config.stories.replay import Played, Player
from config.stories.story import NotAStory, Story, format_verbs, read
from config.stories.verbs import OF_THE_PLAYER, VERBS

HOLDS, DIFFERS, NOT_VALID = 0, 1, 2


class Command(OfTheService):
    help = (
        "Plays dated stories through the real domain functions on a throw-away database and holds every expectation. "
        "Exit 0 when all hold, 1 on differences, 2 on a file that is not a valid story."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("stories", nargs="*", type=Path, metavar="STORY.json")
        parser.add_argument("--keep", action="store_true", help="Play into the present database and keep the result.")
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")
        parser.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="Stop at the end of this day.")
        parser.add_argument("--verbs", action="store_true", help="List the verbs and whether each is built.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.console = Console(stderr=options["json"], highlight=False)
        if options["verbs"]:
            self._list_verbs()
            return
        try:
            stories = [read(path) for path in options["stories"]]
        except NotAStory as wrong:
            self.stderr.write(str(wrong))
            raise SystemExit(NOT_VALID) from wrong
        if not stories:
            self.stderr.write("Name at least one story, for example config/stories/library/two_siblings.json")
            raise SystemExit(NOT_VALID)
        with nullcontext() if options["keep"] else throw_away_database():
            played = [self._play(story, keep=options["keep"], until=options["until"]) for story in stories]
        self._tell(played, as_json=options["json"])
        raise SystemExit(HOLDS if all(each.holds for each in played) else DIFFERS)

    def _play(self, story: Story, *, keep: bool, until: date | None) -> Played:
        last = min(until, story.events[-1].on) if until else story.events[-1].on
        with Progress(console=self.console, transient=True, disable=not self.console.is_terminal) as progress:
            task = progress.add_task(story.path.stem, total=(last - story.starts_on).days + 1)
            with nullcontext() if keep else undone():
                return Player(story).play(until=until, progress=lambda day: progress.advance(task))

    def _tell(self, played: list[Played], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(_as_json(played))
            return
        for each in played:
            verdict = "holds" if each.holds else f"{len(each.differences)} differences"
            self.console.print(f"{'✓' if each.holds else '✗'} {each.story.path.stem}: {each.events} events, {verdict}")
            if not each.holds:
                self.console.print(_table(each))
        held = sum(each.holds for each in played)
        self.console.print(f"{held} of {len(played)} stories hold.")

    def _list_verbs(self) -> None:
        """Every verb of the format, and the domain function it calls; one without is refused as NOT_BUILT."""
        for name in format_verbs():
            what = "the player itself" if name in OF_THE_PLAYER else "NOT_BUILT"
            if name in VERBS:
                what = VERBS[name].does
            self.stdout.write(f"{name:30} {what}")


def _table(played: Played) -> Table:
    table = Table("Event", "Day", "Verb", "What", "Expected", "Found")
    for one in played.differences:
        table.add_row(str(one.event), one.on.isoformat(), one.verb, one.what, str(one.expected), str(one.found))
    return table


def _as_json(played: list[Played]) -> str:
    return json.dumps(
        [
            {
                "story": each.story.path.stem,
                "events": each.events,
                "holds": each.holds,
                "differences": [{**one.__dict__, "on": one.on.isoformat()} for one in each.differences],
            }
            for each in played
        ],
        default=str,
        indent=1,
    )


@contextmanager
def throw_away_database() -> Iterator[None]:
    """A fresh database for as long as this lasts: in memory on SQLite, beside the real one on PostgreSQL."""
    name = connection.settings_dict["NAME"]
    # Without triggers of its own, SQLite is given its tables at once instead of by every migration in turn.
    connection.settings_dict["TEST"]["MIGRATE"] = connection.vendor != "sqlite"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


@contextmanager
def undone() -> Iterator[None]:
    """Everything inside one transaction that is rolled back, so that one story leaves nothing to the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
