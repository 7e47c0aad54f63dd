"""Playing a story: its clock, its nights and its events, each held against what the story expects.

Nothing here knows one story from another, and nothing the domain does depends on being played.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import models

from config.nightly import run_night
from config.stories.cast import IN_WORDS_OF_THE_FORMAT, Cast, bring_people, put_on_stage
from config.stories.state import ask, ask_figure, owner_key
from config.stories.story import Event, Story
from config.stories.verbs import OF_THE_PLAYER, VERBS
from escalation.models import Alert
from meetings import kpis
from notifications.models import Notice
from notifications.tell import recipients_of
from plans import drift, flags
from plans.models import Plan
from workflow import history
from workflow.acting import moment_of
from workflow.acts import PARTNERSHIP, under_way
from workflow.errors import NotBuilt, Refused
from workflow.lateness import late_by
from workflow.models import Deadline, Entry
from workflow.policy import add_version, calendar
from workflow.timescales import ENGLAND_SETTINGS

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Difference:
    """One expectation that did not hold."""

    event: int
    on: date
    verb: str
    what: str
    expected: Any
    found: Any


@dataclass
class Played:
    """What came of playing a story."""

    story: Story
    events: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.differences


@dataclass
class Seen:
    """Up to where alerts, notices and journal entries have been looked at."""

    alerts: int = 0
    notices: int = 0
    entries: int = 0


class Player:
    """Plays one story, day by day."""

    def __init__(self, story: Story, *, with_policy: bool = True) -> None:
        self.story = story
        self.played = Played(story)
        self.cast: Cast = put_on_stage(story, with_policy=with_policy)
        self.seen = Seen()
        self._no_sweep_until: date | None = None

    def play(self, *, until: date | None = None, progress: Callable[[date], None] = lambda day: None) -> Played:
        """Every day from the first event to the last, or to `until`: its night, then its events, then the end block."""
        events = [event for event in self.story.events if until is None or event.on <= until]
        if not events:
            return self.played
        last = until if until and until < self.story.events[-1].on else events[-1].on
        for day in days(self.story.starts_on, last):
            progress(day)
            self.night(day)
            for event in (event for event in events if event.on == day):
                self.perform(event)
                self.check(event)
        if last == self.story.events[-1].on:
            self.check_end(last)
        return self.played

    def night(self, day: date) -> None:
        """The sweep of the day, unless the story says it did not run."""
        if self._no_sweep_until is None or day > self._no_sweep_until:
            run_night(day)

    # Doing

    def perform(self, event: Event) -> None:
        """Does what the event says; a refusal is kept to be held against what was expected."""
        self.played.events += 1
        self.refused: Refused | None = None
        self.seen.entries = Entry.objects.aggregate(last=models.Max("pk"))["last"] or 0
        if event.verb in OF_THE_PLAYER:
            self._of_the_player(event)
            return
        try:
            self._do(event)
        except Refused as refused:
            self.refused = refused

    def _do(self, event: Event) -> None:
        verb = VERBS.get(event.verb)
        if verb is None:
            raise NotBuilt(about=[event.verb])
        by = None if event.by == "system" else self.cast.professionals[event.by].fresh()
        verb.do(self.cast, event.told, by=by, at=event.moment)

    def _of_the_player(self, event: Event) -> None:
        if event.verb == "miss_sweep":
            self._no_sweep_until = event.on + timedelta(days=event.told["days"])

    # Holding against

    def check(self, event: Event) -> None:
        """Holds what the event expects against what is so."""
        expect = event.expect
        self._check_refusal(event)
        for what, found in self._lists(event):
            if what in expect or self.story.is_strict:
                self._compare(event, what, _sorted(expect.get(what, [])), _sorted(found))
        for question, expected in expect.get("state", {}).items():
            self._compare(event, question, expected, ask(self.cast, question, event.on))
        self._check_drift(event, expect.get("drift", {}))

    def _check_refusal(self, event: Event) -> None:
        expected = event.expect.get("refused")
        found = self.refused.code if self.refused else None
        self._compare(event, "refused", expected, found)
        if "refused_about" in event.expect and self.refused:
            self._compare(event, "refused_about", sorted(event.expect["refused_about"]), self.refused.about)

    def _lists(self, event: Event) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        done = history.deadline_changes(Entry.objects.filter(pk__gt=self.seen.entries, outcome=Entry.Outcome.DONE))
        days_now, case = calendar(), self.cast.case
        yield (
            "opened",
            [
                {"deadline": key_of(row), "due": iso(row.due_on), "owner": owner_key(self.cast, row)}
                for row in done.opened
                if row.case_id == case.pk
            ],
        )
        yield "met", [self._met(row) for row in done.met if row.case_id == case.pk]
        yield (
            "moved",
            [
                {"deadline": key_of(row), "from": iso(was), "to": iso(row.due_on)}
                for row, was in done.moved
                if row.case_id == case.pk
            ],
        )
        yield (
            "waived",
            [{"deadline": key_of(row), "why": row.why_waived} for row in done.waived if row.case_id == case.pk],
        )
        overdue = Deadline.objects.overdue(event.on).filter(case=case)
        yield (
            "overdue",
            [
                {"deadline": one.key, "due": iso(one.due_on), "late_by": late_by(one, event.on, days_now)}
                for one in overdue
            ],
        )
        if "alerts" in event.expect or self.story.is_strict:
            yield "alerts", self._alerts()
        if "notices" in event.expect or self.story.is_strict:
            yield "notices", self._notices(event.on)

    def _met(self, row: Any) -> dict[str, Any]:
        told = {"deadline": key_of(row), "on": iso(row.met_on)}
        if row.met_on > row.due_on:
            told["late_by"] = late_by(row, row.met_on)
        return told

    def _alerts(self) -> list[dict[str, Any]]:
        """Every rung raised since alerts were last looked at."""
        found = Alert.objects.filter(case=self.cast.case, pk__gt=self.seen.alerts).select_related("deadline")
        told = []
        for alert in found.order_by("pk"):
            self.seen.alerts = alert.pk
            one = {
                "on": iso(alert.owed_on),
                "deadline": alert.deadline.key,
                "rung": alert.rung,
                "to": sorted(self.cast.key_of(each.professional) for each in alert.recipients.all()),
            }
            if alert.raised_on != alert.owed_on:
                one["raised_on"] = iso(alert.raised_on)
            told.append(one)
        return told

    def _notices(self, on: date) -> list[dict[str, Any]]:
        """Every notice since notices were last looked at."""
        told = []
        for notice in Notice.objects.filter(case=self.cast.case, pk__gt=self.seen.notices).order_by("pk"):
            self.seen.notices = notice.pk
            one = {
                "code": notice.code,
                "about": notice.about,
                "to": sorted(self.cast.key_of(person) for person in recipients_of(notice)),
            }
            if notice.raised_on != on:
                one["on"] = iso(notice.raised_on)
            told.append(one)
        return told

    def _check_drift(self, event: Event, expected: dict[str, Any]) -> None:
        if "flags" in expected:
            standing = sorted(str(flag) for flag in flags.standing(self.cast.case))
            self._compare(event, "flags", sorted(expected["flags"]), standing)
        for child, rating in expected.get("rating", {}).items():
            plan = Plan.objects.open().filter(case=self.cast.case, child__key=child).first()
            self._compare(event, f"rating of {child}", rating, plan and drift.rating(plan))
        for question, figure in expected.get("figures", {}).items():
            self._compare(event, question, figure, ask_figure(self.cast, question, event.on))

    def check_end(self, on: date) -> None:
        """Holds the end block: how many alerts of each rung there were, and the key figures."""
        end = self.story.text.get("end", {})
        last = self.story.events[-1]
        for rung, expected in end.get("alerts", {}).items():
            found = Alert.objects.filter(case=self.cast.case, rung=int(rung)).count()
            self._compare(last, f"alerts of rung {rung}", expected, found)
        if "kpis" in end:
            figures = kpis.of_case(self.cast.case, on)
            for name, expected in end["kpis"].items():
                self._compare(last, name, expected, figures.get(name))

    def _compare(self, event: Event, what: str, expected: Any, found: Any) -> None:
        if expected != found:
            self.played.differences.append(Difference(event.number, event.on, event.verb, what, expected, found))


def play_together(
    stories: Sequence[Story], *, until: date, progress: Callable[[date], None] = lambda day: None
) -> list[Player]:
    """Plays several families in one partnership, under one policy and one clock, up to the end of a day.

    Nothing is held against what the stories expect: people and posts are shared, so other people hear. Posts go to the
    people of the story named first.
    """
    first = min(story.starts_on for story in stories)
    ask_when_inviting(IN_WORDS_OF_THE_FORMAT, first)
    for story in stories:
        bring_people(story, first)
    players: list[Player] = []
    for day in days(first, until):
        progress(day)
        players += [Player(story, with_policy=False) for story in stories if story.starts_on == day]
        run_night(day)
        for player in players:
            for event in (event for event in player.story.events if event.on == day):
                player.perform(event)
    ask_when_inviting({name: ENGLAND_SETTINGS[name] for name in IN_WORDS_OF_THE_FORMAT}, until)
    return players


def ask_when_inviting(settings: Mapping[str, Any], on: date) -> None:
    """From that day the partnership asks for this before anybody is invited: for nothing more while stories are told,
    for everything once people take over."""
    with under_way("set_policy", PARTNERSHIP, by=None, at=moment_of(on, None)):
        add_version(settings, on=on)


def days(first: date, last: date) -> Iterator[date]:
    """Every calendar day from the first to the last, both included."""
    return (first + n * ONE_DAY for n in range((last - first).days + 1))


def key_of(row: Any) -> str:
    """The key of a row of a deadline's history."""
    return f"{row.code}:{row.subject}"


def iso(day: date) -> str:
    return day.isoformat()


def _sorted(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lists are unordered, and so are the people in `to`."""
    tidy = [{**item, "to": sorted(item["to"])} if "to" in item else item for item in items]
    return sorted(tidy, key=lambda item: str(sorted(item.items(), key=str)))
