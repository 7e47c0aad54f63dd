"""Writing the minutes, item by item: every save is kept, nobody's words cover anybody else's.

Working text, not acts: it becomes part of the record when the minute-taker gives the draft to the chair
(`meetings.minutes.draft_minutes`). A save names the revision it began from. When somebody else has saved meanwhile,
the later text is parked beside theirs until a person has chosen.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from django.db import transaction
from django.db.models import F, QuerySet

from meetings.models import AgendaItem, Conference, Minutes, Revision, Writing
from notifications.live import look_again
from workflow.acting import day_of
from workflow.errors import MinutesLocked, WrongState
from workflow.models import Case, CaseLink, Professional
from workflow.permissions import require_wears

HELD_FOR = timedelta(seconds=60)


@dataclass(frozen=True)
class Saved:
    """The text stands, under this number."""

    number: int
    revision: Revision | None


@dataclass(frozen=True)
class Conflict:
    """Somebody else had saved `now` meanwhile; this text is `parked` beside it."""

    parked: Revision
    now: Revision


Outcome: TypeAlias = Saved | Conflict


# Who may write


def require_may_write(conference: Conference, by: Professional, on: date) -> None:
    """Raises NotPermitted unless they are the minute-taker, a chair of the case or the meeting, or cover one of them.

    Raises MinutesLocked once the minutes are approved.
    """
    case = conference.case
    require_wears(by, [case.administrator, case.chair, conference.chair], on)
    if Minutes.objects.filter(conference=conference).exclude(state__in=Minutes.UNLOCKED).exists():
        raise MinutesLocked(about=[conference.key])


# Writing


def write(
    item: AgendaItem, text: str, *, by: Professional, at: datetime, based_on: int, unsure: Collection[str] = ()
) -> Outcome:
    """Saves the text under an item, as the next revision after `based_on`; typing holds the item for its writer.

    `unsure` is every text this writer sent since then and never heard about: whichever of them arrived, it is what they
    began from. The same text twice is one revision. Raises NotPermitted, MinutesLocked.
    """
    require_may_write(item.conference, by, day_of(at))
    with transaction.atomic():
        writing = _locked(item)
        now = _latest(writing)
        if unsure and _all_sent_by(writing, by, based_on, unsure):
            based_on = writing.number
        _hold(writing, by, at)
        outcome = _next(writing, text, now, by, at, based_on)
        writing.save()
    nudge_readers(item.conference)
    return outcome


def settle(parked: Revision, text: str, *, by: Professional, at: datetime, based_on: int) -> Outcome:
    """A person has chosen between two texts, or merged them: `text` stands, and the parked one stays on file.

    Somebody else may have saved again since they looked: then both are kept once more. Raises NotPermitted,
    MinutesLocked, WrongState when it was settled before.
    """
    item = parked.writing.item
    require_may_write(item.conference, by, day_of(at))
    with transaction.atomic():
        writing = _locked(item)
        waiting = Revision.objects.select_for_update().get(pk=parked.pk)
        if waiting.number is not None or waiting.settled_at is not None:
            raise WrongState("Somebody has already chosen between these texts.", about=[str(item)])
        waiting.settled_at = at
        waiting.save()
        outcome = _next(writing, text, _latest(writing), by, at, based_on)
        writing.save()
    nudge_readers(item.conference)
    return outcome


def _next(writing: Writing, text: str, now: Revision | None, by: Professional, at: datetime, based_on: int) -> Outcome:
    if text == (now.text if now else ""):
        return Saved(writing.number, now)
    revision = Revision(writing=writing, text=text, by=by, written_at=at, based_on=based_on)
    if now is None or based_on == writing.number:
        revision.based_on = writing.number
        revision.number = writing.number = writing.number + 1
        revision.save()
        return Saved(revision.number, revision)
    _overtaken(writing, by, based_on, at)
    revision.save()
    return Conflict(revision, now)


def _all_sent_by(writing: Writing, by: Professional, based_on: int, unsure: Collection[str]) -> bool:
    """Whether everything that was saved after `based_on` is what this writer never heard about."""
    since = writing.revisions.filter(number__gt=based_on)
    return all(each.by_id == by.pk and each.text in unsure for each in since)


def _overtaken(writing: Writing, by: Professional, based_on: int, at: datetime) -> None:
    """Of what one writer goes on typing beside another's text, only the last waits for a choice; all of it is kept."""
    for earlier in waiting_texts(writing.item).filter(by=by, based_on=based_on):
        earlier.settled_at = at
        earlier.save()


def _locked(item: AgendaItem) -> Writing:
    Writing.objects.get_or_create(item=item)
    return Writing.objects.select_for_update().get(item=item)


def _latest(writing: Writing) -> Revision | None:
    return writing.revisions.filter(number=writing.number).select_related("by").first() if writing.number else None


# Who holds an item


def hold(item: AgendaItem, *, by: Professional, at: datetime) -> Writing:
    """The item is theirs for a minute, unless somebody else is writing there. Raises NotPermitted, MinutesLocked."""
    return _change_holder(item, by, at, take=False)


def take_over(item: AgendaItem, *, by: Professional, at: datetime) -> Writing:
    """The item is theirs whoever is writing there; the other is told and reads on. Raises as `hold`."""
    return _change_holder(item, by, at, take=True)


def _change_holder(item: AgendaItem, by: Professional, at: datetime, *, take: bool) -> Writing:
    require_may_write(item.conference, by, day_of(at))
    with transaction.atomic():
        writing = _locked(item)
        before = holder_of(writing, at)
        if take:
            writing.holder = None
        _hold(writing, by, at)
        writing.save()
    if before != writing.holder:
        nudge_readers(item.conference)
    return writing


def release(item: AgendaItem, *, by: Professional, at: datetime) -> None:
    """They have stopped writing here; nothing happens when somebody else holds it."""
    with transaction.atomic():
        writing = _locked(item)
        if writing.holder_id != by.pk:
            return
        writing.holder = writing.held_until = None
        writing.save()
    nudge_readers(item.conference)


def _hold(writing: Writing, by: Professional, at: datetime) -> None:
    if holder_of(writing, at) in (None, by):
        writing.holder, writing.held_until = by, at + HELD_FOR


def holder_of(writing: Writing | None, at: datetime) -> Professional | None:
    """Who is writing there at this moment; a hold lapses by itself."""
    lapsed = writing is None or writing.held_until is None or writing.held_until <= at
    return None if lapsed or writing is None else writing.holder


# Reading


def state_of(item: AgendaItem) -> Writing | None:
    """Who holds an item and how often it was saved; None when nobody has begun."""
    return Writing.objects.filter(item=item).select_related("holder").first()


def text_of(item: AgendaItem) -> Revision | None:
    """The text under an item as it stands, or None when nothing was written."""
    found = Revision.objects.filter(writing__item=item, number=F("writing__number"))
    return found.select_related("by").first()


def texts_of(conference: Conference) -> dict[int, Revision]:
    """The text as it stands under each item of a conference, by the item's number in the database: one statement."""
    found = Revision.objects.filter(writing__item__conference=conference, number=F("writing__number"))
    return {each.writing.item_id: each for each in found.select_related("writing", "by")}


def waiting_texts(item: AgendaItem) -> "QuerySet[Revision]":
    """Texts parked under an item between which nobody has chosen yet."""
    return Revision.objects.filter(writing__item=item, number=None, settled_at=None).select_related("by")


def waiting_in(conference: Conference) -> "QuerySet[Revision]":
    """The same of every item of a conference."""
    found = Revision.objects.filter(writing__item__conference=conference, number=None, settled_at=None)
    return found.select_related("by", "writing__item")


def wrote_in(person: Professional, conference: Conference) -> bool:
    """Whether any saved text under the conference's items is theirs."""
    return Revision.objects.filter(writing__item__conference=conference, by=person).exists()


# Telling


def nudge_readers(conference: Conference) -> None:
    """Open pages of everybody linked to the case look again."""
    look_again(_linked(conference))


def _linked(conference: Conference) -> Iterable[int]:
    case = conference.case
    roles = [getattr(case, f"{role}_id") for role in Case.ROLES]
    linked = CaseLink.objects.filter(case=case, until_on=None).values_list("professional", flat=True)
    return {one for one in [*roles, conference.chair_id, *linked] if one}
