"""What the room shows while a conference sits: who is here, if that is enough, where the agenda has got to."""

from dataclasses import dataclass
from datetime import datetime

from meetings import quorum
from meetings.models import AgendaItem, Attendance, Conference, Revision, Sitting
from meetings.sittings import reported_apologies
from notifications.live import look_again
from workflow.acting import day_of
from workflow.models import CaseLink, Professional

ITEM_COLOURS = {
    AgendaItem.State.PLANNED: "grey",
    AgendaItem.State.UNDER_WAY: "blue",
    AgendaItem.State.DONE: "green",
    AgendaItem.State.SKIPPED: "yellow",
}


def nudge(conference: Conference) -> None:
    """Something changed in the meeting: every open page of whoever has the case or came looks again."""
    case = conference.case
    linked = CaseLink.objects.filter(case=case, until_on=None).values_list("professional", flat=True)
    came = Attendance.objects.filter(sitting__conference=conference).exclude(professional=None)
    holders = [getattr(case, f"{role}_id") for role in case.ROLES]
    people = {*linked, *came.values_list("professional", flat=True), *holders, conference.chair_id}
    look_again({person for person in people if person is not None})


@dataclass(frozen=True)
class InTheRoom:
    """Everybody who came to a sitting, and whether that is enough."""

    sitting: Sitting
    attendance: list[Attendance]
    judged: quorum.Quorum

    @property
    def here(self) -> list[Attendance]:
        return [each for each in self.attendance if each.is_here]

    @property
    def professionals(self) -> list[Professional]:
        return [each.professional for each in self.here if each.professional]

    @property
    def gone(self) -> list[Attendance]:
        """Those who came and have left."""
        here = {each.person for each in self.here}
        return [each for each in self.attendance if each.left_early and not each.why_struck and each.person not in here]

    @property
    def quorum_in_words(self) -> str:
        return quorum_in_words(self.judged)

    @property
    def is_quorate(self) -> bool:
        return self.sitting.is_quorate


def in_the_room(sitting: Sitting, at: datetime) -> InTheRoom:
    """Who is here now, and quorum judged by it."""
    rows = list(sitting.attendance.select_related("professional__agency", "family_member"))
    people = [each.professional for each in rows if each.professional and each.is_here]
    judged = quorum.of_sitting(people, reported_apologies(sitting), day_of(at))
    return InTheRoom(sitting, rows, judged)


def quorum_in_words(judged: quorum.Quorum) -> str:
    """Quorum: social care and 2 of 2 other groups are here."""
    others = f"{len(judged.others)} of {judged.needed} other groups"
    if judged.is_quorate:
        return f"Quorum: social care and {others} are here"
    if judged.social_care:
        return f"No quorum: social care is here, but only {others}"
    return f"No quorum: social care is not here; {others} are here"


# The agenda


@dataclass(frozen=True)
class Row:
    """One item as the room shows it: how it stands, and for how long it has been going on, in minutes."""

    item: AgendaItem
    minutes: int | None

    @property
    def colour(self) -> str:
        return ITEM_COLOURS[AgendaItem.State(self.item.state)]

    @property
    def takes_too_long(self) -> bool:
        return self.minutes is not None and self.minutes > self.item.minutes_planned

    @property
    def time_in_words(self) -> str:
        planned = f"{self.item.minutes_planned} minutes planned"
        return planned if self.minutes is None else f"{self.minutes} min of {self.item.minutes_planned} planned"


def rows_of(conference: Conference, at: datetime) -> list[Row]:
    """The agenda in its order."""
    return [Row(item, _minutes(item, at)) for item in conference.agenda.all()]


def _minutes(item: AgendaItem, at: datetime) -> int | None:
    if item.taken_up_at is None or item.state == AgendaItem.State.SKIPPED:
        return None
    until = item.finished_at if item.is_done and item.finished_at else at
    return max(0, int((until - item.taken_up_at).total_seconds() // 60))


def under_way(rows: list[Row]) -> Row | None:
    """The item the meeting is at."""
    return next((row for row in rows if row.item.state == AgendaItem.State.UNDER_WAY), None)


def next_planned(rows: list[Row]) -> Row | None:
    """The item that comes next: the first still to come."""
    return next((row for row in rows if row.item.state == AgendaItem.State.PLANNED), None)


def text_under(item: AgendaItem) -> str:
    """What is written under the item now."""
    written = Revision.objects.filter(writing__item=item).exclude(number=None).order_by("-number")
    return written.values_list("text", flat=True).first() or ""
