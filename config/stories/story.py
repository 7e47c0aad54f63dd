"""A story as written: read, held against the schema, its repeats written out. See FORMAT.md beside this file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from workflow.acting import LONDON
from workflow.timescales import Span
from workflow.working_days import add_working_days, england_and_wales

HERE = Path(__file__).parent
LIBRARY = HERE / "library"


class NotAStory(Exception):
    """The file is not a valid story; the message says where and why."""


@dataclass(frozen=True)
class Event:
    """One thing somebody does on a day, and what must be true afterwards."""

    number: int
    moment: datetime
    by: str
    verb: str
    told: dict[str, Any]
    expect: dict[str, Any]

    @property
    def on(self) -> date:
        return self.moment.date()


@dataclass(frozen=True)
class Story:
    """A dated play about one family: the people, the events in order, and what holds at the end."""

    path: Path
    text: dict[str, Any]
    events: list[Event]

    @property
    def title(self) -> str:
        return str(self.text["title"])

    @property
    def is_strict(self) -> bool:
        return bool(self.text.get("strict"))

    @property
    def starts_on(self) -> date:
        return self.events[0].on


def read(path: Path) -> Story:
    """Reads a story. Raises NotAStory with the place and the reason when it is none."""
    try:
        text = json.loads(path.read_text())
    except (OSError, ValueError) as unreadable:
        raise NotAStory(f"{path}: {unreadable}") from unreadable
    problems = sorted(_schema().iter_errors(text), key=lambda problem: list(map(str, problem.path)))
    if problems:
        worst = problems[0]
        place = "/".join(map(str, worst.absolute_path)) or "the top"
        raise NotAStory(f"{path}: at {place}: {worst.message}")
    return Story(path, text, in_order(text["events"], path))


@cache
def _schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads((HERE / "story.schema.json").read_text()))


def in_order(written: list[dict[str, Any]], path: Path) -> list[Event]:
    """The events as they happen: repeats written out, in date order, same date in list order. Raises NotAStory."""
    days = [date.fromisoformat(event["on"]) for event in written]
    for number, (before, after) in enumerate(zip(days, days[1:], strict=False), start=2):
        if after < before:
            raise NotAStory(f"{path}: event {number}: {after} comes before the event above it")
    told = [(day, event) for event in written for day, event in _written_out(event)]
    told.sort(key=lambda pair: pair[0])
    return [_event(number, day, event) for number, (day, event) in enumerate(told, start=1)]


def _event(number: int, day: date, event: dict[str, Any]) -> Event:
    at = time.fromisoformat(event.get("at", "12:00"))
    moment = datetime.combine(day, at, LONDON)
    return Event(number, moment, event["by"], event["do"], event.get("with", {}), event.get("expect", {}))


def _written_out(event: dict[str, Any]) -> Iterator[tuple[date, dict[str, Any]]]:
    """The event, as often as it repeats: a day that is not a working day becomes the working day before."""
    start, repeat = date.fromisoformat(event["on"]), event.get("repeat")
    if not repeat:
        yield start, event
        return
    every, first, calendar = Span.parse(repeat["every"]), repeat.get("first", 1), england_and_wales()
    for n in range(repeat["times"]):
        day = Span(every.amount * n, every.unit).after(start, calendar) if n else start
        if not calendar.is_working_day(day):
            day = add_working_days(day + timedelta(days=1), -1, calendar)
        yield day, {**event, "with": _numbered(event.get("with", {}), first + n)}


def _numbered(value: Any, n: int) -> Any:
    if isinstance(value, str):
        return value.replace("{n}", str(n))
    if isinstance(value, dict):
        return {_numbered(key, n): _numbered(item, n) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbered(item, n) for item in value]
    return value
