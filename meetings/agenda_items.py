"""The agenda of one conference: prepared from its template once, changed before and in the meeting, worked through.

Whatever is changed stays in the history: a title, minutes, and above all who may read what is written under an item.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Max
from django.utils.text import Truncator

from meetings.agendas import TEMPLATES, Planned, third_time
from meetings.chair import require_runs_the_meeting
from meetings.expected import family_of
from meetings.last_time import not_looked_at, open_from_last_time
from meetings.models import AgendaItem, Conference, Minutes
from meetings.sittings import require_open
from workflow.acts import act
from workflow.errors import ActionNotReviewed, MinutesLocked, ReasonRequired, WrongState
from workflow.models import Child, FamilyMember, Professional, Protection
from workflow.records import ready

ASIDE = 10_000  # a number no item has, for the moment in which two change places


@act
def prepare_agenda(conference: Conference, *, by: Professional, on: date) -> list[AgendaItem]:
    """The agenda from the template of its kind, once; what is back for the third time leads it.

    After the conference too, so that its minutes can be written item by item. Raises WrongState when there is one
    already or the conference was cancelled, MinutesLocked once the minutes are approved.
    """
    require_runs_the_meeting(conference, by, on)
    _refuse_when_fixed(conference)
    if conference.agenda.exists():
        raise WrongState("There is an agenda already.", about=[conference.key])
    back = [each for each in open_from_last_time(conference, conference.booked_for or on) if each.is_third_time]
    leading = [third_time(Truncator(each.action.text).chars(150)) for each in back]
    items = [
        _item(conference, number, planned, kept_from)
        for number, (planned, kept_from) in enumerate(_spread(conference, [*leading, *TEMPLATES[conference.kind]]), 1)
    ]
    for item in items:
        item.save()
    return items


def _item(conference: Conference, number: int, planned: Planned, kept_from: Sequence[str]) -> AgendaItem:
    return AgendaItem(
        conference=conference,
        number=number,
        code=planned.code,
        section=planned.section,
        title=planned.title,
        prompt=planned.prompt,
        minutes_planned=planned.minutes,
        audience=planned.audience,
        kept_from=list(kept_from),
    )


def _spread(conference: Conference, template: Iterable[Planned]) -> Iterable[tuple[Planned, list[str]]]:
    """Each planned item; what is planned per child or parent, once for each, and from whom it is kept."""
    children = [child for child in conference.children if not child.has_died]
    for planned in template:
        if planned.per == "child":
            yield from ((_named(planned, child.name), []) for child in children if _has_part(planned, child))
        elif planned.per == "parent":
            yield from ((_named(planned, member.name), _kept_from(member)) for member in family_of(children))
        else:
            yield planned, []


def _named(planned: Planned, name: str) -> Planned:
    return replace(planned, title=planned.title.format(name=name))


def _has_part(planned: Planned, child: Child) -> bool:
    """An unborn child says nothing."""
    return child.is_born or planned.code != "child_view"


def _kept_from(member: FamilyMember) -> list[str]:
    """What somebody says who is protected from another is not for that other to read."""
    protections = Protection.objects.filter(protected=member).select_related("kept_from")
    return [each.kept_from.key for each in protections]


# Changing it


@act
def add_agenda_item(
    conference: Conference,
    *,
    title: str,
    section: str = "Other",
    prompt: str = "",
    minutes_planned: int = 5,
    audience: str = AgendaItem.Audience.EVERYONE,
    by: Professional,
    on: date,
) -> AgendaItem:
    """One more item at the end. Raises ReasonRequired without a title, MinutesLocked."""
    require_runs_the_meeting(conference, by, on)
    _refuse_when_fixed(conference)
    if not title.strip():
        raise ReasonRequired("Say what the item is about.", about=[conference.key])
    last = conference.agenda.aggregate(last=Max("number"))["last"] or 0
    planned = Planned("other", section, title, prompt, minutes_planned, audience)
    item = _item(conference, last + 1, planned, [])
    item.save()
    return item


@act
def change_agenda_item(
    item: AgendaItem,
    *,
    title: str | None = None,
    minutes_planned: int | None = None,
    audience: str | None = None,
    kept_from: Sequence[str] | None = None,
    prompt: str | None = None,
    move: str = "",
    by: Professional,
    on: date,
) -> AgendaItem:
    """Other words, minutes or readers for an item; `move` is up or down by one place.

    `kept_from` are keys of family members. Raises MinutesLocked once the minutes are approved.
    """
    require_runs_the_meeting(item.conference, by, on)
    _refuse_when_fixed(item.conference)
    changes = {
        "title": title,
        "minutes_planned": minutes_planned,
        "audience": audience,
        "kept_from": kept_from if kept_from is None else list(kept_from),
        "prompt": prompt,
    }
    for name, value in changes.items():
        if value is not None:
            setattr(item, name, value)
    if move:
        _change_places(item, move)
    else:
        item.save()
    return item


def _refuse_when_fixed(conference: Conference) -> None:
    minutes = Minutes.objects.filter(conference=conference).first()
    if minutes is not None and minutes.is_locked:
        raise MinutesLocked(about=[conference.key])
    if conference.state == Conference.State.CANCELLED:
        raise WrongState("The meeting was cancelled.", about=[conference.key])


def _change_places(item: AgendaItem, move: str) -> None:
    """Two neighbours change places. Nothing happens to the first that goes up or the last that goes down."""
    step = -1 if move == "up" else 1
    other = item.conference.agenda.filter(number=item.number + step).first()
    if other is None:
        return
    mine, other.number = item.number, ASIDE
    other.save()
    item.number = mine + step
    item.save()
    other.number = mine
    other.save()


# Working through it


@act
def take_up_item(item: AgendaItem, *, by: Professional, on: date, at: datetime) -> AgendaItem:
    """The meeting comes to this item; the one that was under way is done.

    One thing at a time. Raises ActionNotReviewed for the one left.
    """
    require_runs_the_meeting(item.conference, by, on)
    require_open(item.conference)
    ready(item.take_up)
    for other in item.conference.agenda.filter(state=AgendaItem.State.UNDER_WAY):
        _finish(other, on, at)
    item.take_up(at=at)
    item.save()
    return item


@act
def finish_item(item: AgendaItem, *, by: Professional, on: date, at: datetime) -> AgendaItem:
    """Done. The actions of the last meeting are not done while one has not been looked at: raises ActionNotReviewed."""
    require_runs_the_meeting(item.conference, by, on)
    require_open(item.conference)
    ready(item.finish)
    _finish(item, on, at)
    return item


def _finish(item: AgendaItem, on: date, at: datetime) -> None:
    if item.code == "last_time" and (left := not_looked_at(item.conference, on)):
        raise ActionNotReviewed(about=[each.action.key for each in left])
    item.finish(at=at)
    item.save()


@act
def skip_item(item: AgendaItem, *, reason: str, by: Professional, on: date) -> AgendaItem:
    """Passed over, with a reason that goes into the minutes. Raises ReasonRequired."""
    require_runs_the_meeting(item.conference, by, on)
    require_open(item.conference)
    ready(item.skip)
    if not reason.strip():
        raise ReasonRequired(about=[str(item.number)])
    item.skip(reason=reason)
    item.save()
    return item
