"""A story as written: read, held against the schema, its repeats written out. See FORMAT.md beside this file."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from workflow.acting import LONDON
from workflow.timescales import Span
from workflow.working_days import add_working_days, england_and_wales

HERE = Path(__file__).parent
LIBRARY = HERE / "library"
A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


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
    for problem in chain(_unreal_days(text), _strangers(text)):
        raise NotAStory(f"{path}: {problem}")
    return Story(path, text, in_order(text["events"], path))


@cache
def _schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads((HERE / "story.schema.json").read_text()))


def format_verbs() -> list[str]:
    """Every verb of the format, as the schema lists them."""
    schema = _schema().schema
    return list(schema["$defs"]["event"]["properties"]["do"]["enum"])


def _unreal_days(said: Any, place: str = "") -> Iterator[str]:
    """Every 30 February, and where it stands."""
    if isinstance(said, dict):
        for key, item in said.items():
            yield from _unreal_days(item, f"{place}/{key}")
    elif isinstance(said, list):
        for number, item in enumerate(said):
            yield from _unreal_days(item, f"{place}/{number}")
    elif isinstance(said, str) and A_DAY.fullmatch(said):
        try:
            date.fromisoformat(said)
        except ValueError as unreal:
            yield f"{place.lstrip('/')}: {said}: {unreal}"


def _strangers(text: dict[str, Any]) -> Iterator[str]:
    """Whoever the story speaks of without having said who that is.

    (What an event names may well be unknown: UNKNOWN.)
    """
    people, agencies, children = text["professionals"], text["agencies"], text["children"]
    if "social_care" not in agencies:
        yield "agencies: social_care has to be there"
    for key, said in people.items():
        if said["agency"] not in agencies:
            yield f"professionals/{key}: there is no agency {said['agency']}"
    for role in ("lead_practitioner", "team_manager", "chair", "administrator"):
        if text["case"][role] not in people:
            yield f"case/{role}: there is no professional {text['case'][role]}"
    for key, said in agencies.items():
        if said.get("contact") and said["contact"] not in people:
            yield f"agencies/{key}/contact: there is no professional {said['contact']}"
    for key, said in text.get("family", {}).items():
        for child in {*said["of"], *said.get("parental_responsibility", ())} - set(children):
            yield f"family/{key}: there is no child {child}"
    for number, event in enumerate(text["events"]):
        if event["by"] != "system" and event["by"] not in people:
            yield f"events/{number}/by: there is no professional {event['by']}"


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
