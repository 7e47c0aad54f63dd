"""The chair's brief: one page about one sitting, made from the record the evening before and kept as it was.

Source: learning from reviews (a chair who has not read up is told what the room tells).
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import F

from meetings.forecast import quorum_forecast
from meetings.hearing import said_before
from meetings.last_time import open_from_last_time
from meetings.models import Brief, Conference, ConferenceChild, CoreGroupChild, Invitation, Presence
from meetings.register import CLOSED, register
from meetings.reporting import reports_to
from notifications.tell import tell
from plans.models import Plan
from workflow import history
from workflow.acting import LONDON, day_of
from workflow.acts import act
from workflow.lateness import lateness
from workflow.models import Case, Child, Deadline, FamilyMember, Protection
from workflow.policy import calendar
from workflow.working_days import Calendar, add_working_days, whole_months_between

MADE_FROM = time(17)
WAITING = (
    Conference.State.BOOKED,
    Conference.State.INVITED,
    Conference.State.ADJOURNED_INQUORATE,
    Conference.State.ADJOURNED_OTHER,
)
# So that it stays one printed page.
LINES = 8
# What changed about a person, in words; where somebody lives or is reached is never printed.
CHANGED = {
    "name": "name",
    "relation": "relation",
    "language": "language",
    "factors": "what burdens them",
    "missing": "details on record",
    "email": "contact details",
    "postal_address": "contact details",
    "safe_contact": "contact details",
    "expected_on": "expected day",
}


@dataclass(frozen=True)
class AboutAChild:
    """One child in the brief: on a plan since when and for what, why, and what the child said last."""

    name: str
    plan: str
    why: str
    said: str


@dataclass(frozen=True)
class BriefContent:
    """Everything a chair reads before one sitting, in words."""

    since: str
    quorum: str
    children: list[AboutAChild]
    sections: list[dict[str, Any]] = field(default_factory=list)


def brief_for(conference: Conference, at: datetime) -> BriefContent:
    """The brief as the record stands at that moment."""
    on, begin = day_of(at), last_time(conference)
    found: list[tuple[str, Sequence[str], str]] = [
        ("Back for the third time", _third_time(conference, on), "No action is back for the third time."),
        ("Overdue", _overdue(conference.case, on), "Nothing is overdue."),
        ("Reports missing", _reports_missing(conference, on), "No report that was asked for is missing."),
        ("Likely absences", _likely_absences(conference), "Nobody has declined, kept silent or been absent lately."),
        ("Dissent and disagreement", _differences(conference.case, at), "Nobody is on record as differing."),
        ("Changes in the family", _family(conference.case, begin), "No change is on record."),
        ("Dates that moved", _moved(conference.case, begin), "No date has moved."),
    ]
    forecast = quorum_forecast(conference, on)
    return BriefContent(
        since=f"{begin:%-d %b %Y}",
        quorum=f"{forecast.verdict.capitalize()}: {forecast.in_words}.",
        children=[_about(child, conference, on) for child in conference.children],
        sections=[
            {"heading": heading, "lines": list(lines[:LINES]), "more": max(0, len(lines) - LINES), "empty": empty}
            for heading, lines, empty in found
        ],
    )


def last_time(conference: Conference) -> date:
    """The day of the last conference that decided about one of the children; the case's first day if there was none."""
    before = Conference.objects.filter(about__child__in=conference.children, state__in=Conference.DECIDED)
    decided = before.exclude(pk=conference.pk).order_by("decided_at").last()
    if decided is None or decided.decided_at is None:
        return conference.case.opened_on
    return day_of(decided.decided_at)


# The children


def _about(child: Child, conference: Conference, on: date) -> AboutAChild:
    plan = Plan.objects.open().filter(child=child).first()
    words = "Not on a plan."
    if plan:
        months = whole_months_between(plan.original_started_on, on)
        words = (
            f"On a plan for {plan.get_category_display().lower()} since {_day(plan.original_started_on)} "
            f"({months} month{'' if months == 1 else 's'})."
        )
    return AboutAChild(child.name, words, _why(child, plan), _said(child, conference))


def _why(child: Child, plan: Plan | None) -> str:
    """The risk as the plan states it; before that, the reason the last conference gave."""
    risk = plan.risks.order_by("-edition", "id").first() if plan else None
    if risk:
        return risk.text
    decided = ConferenceChild.objects.filter(child=child).exclude(reason="").order_by("id").last()
    return decided.reason if decided else "No risk has been written down yet."


def _said(child: Child, conference: Conference) -> str:
    """The child's words at the last meeting; if there are none, what a core group wrote of the child's life."""
    view = next(iter(said_before(conference, child)), None)
    if view:
        when = f", {_day(view.said_on)}" if view.said_on else ""
        return f"“{view.words}” ({view.get_how_display().lower()}{when})"
    life = CoreGroupChild.objects.filter(child=child).exclude(lived_experience="").select_related("core_group").last()
    if life:
        return f"No words of the child. A core group wrote on {_day(life.core_group.held_on)}: {life.lived_experience}"
    return "Nothing the child said is on record."


# The sections


def _third_time(conference: Conference, on: date) -> list[str]:
    back = [each for each in open_from_last_time(conference, on) if each.is_third_time]
    return [
        f"{each.action.text} ({each.deadline.owner}, first due {_day(each.deadline.first_due_on)})" for each in back
    ]


def _overdue(case: Case, on: date) -> list[str]:
    """Everything overdue but reports, which have a section of their own."""
    days = calendar()
    late = Deadline.objects.overdue(on).filter(case=case).exclude(code="report")
    late = late.select_related("owner_professional", "owner_family_member").order_by("due_on", "id")
    return [f"{each.title}: {lateness(each, on, days)} ({each.owner})" for each in late]


def _reports_missing(conference: Conference, on: date) -> list[str]:
    return [f"{line.agency}: {line.state}" for line in reports_to(conference, on) if line.is_open]


def _likely_absences(conference: Conference) -> list[str]:
    """Who said no, who has not answered, and which agencies missed the last times."""
    rows = Presence.objects.filter(case=conference.case).order_by("id").values_list("agency", "absences_in_a_row")
    absent = dict(rows)
    asked = conference.invitations.filter(state=Invitation.State.INVITED)
    found = []
    for each in asked.select_related("agency", "family_member", "conference"):
        why = _why_absent(each, absent.get(each.agency_id, 0) if each.agency_id else 0)
        if why:
            found.append(f"{each.party}: {why}")
    return found


def _why_absent(invitation: Invitation, missed: int) -> str:
    reasons = []
    if invitation.present_reply == Invitation.Reply.DECLINED:
        reasons.append("does not come")
    elif not invitation.present_reply:
        reasons.append("has not answered")
    if missed:
        reasons.append("absent the last time" if missed == 1 else f"absent the last {missed} times")
    return ", ".join(reasons)


def _differences(case: Case, at: datetime) -> list[str]:
    found = [each for each in register(Case.objects.filter(pk=case.pk), at) if each.standing != CLOSED]
    return [
        f"{each.who}, {'dissent from' if each.is_dissent else 'disagreement with'} {each.against}: {each.about} "
        f"({each.stage}{f', answer due {_day(each.owed.due_on)}' if each.owed else ''})"
        for each in found
    ]


def _family(case: Case, begin: date) -> list[str]:
    """Births, new people, changed details and protections since last time. Three statements."""
    moment = datetime.combine(begin, time(), LONDON)
    found = []
    for each in history.since(Child.history.filter(case=case), moment):
        if any(change.field == "state" and change.now == Child.State.BORN for change in each.changes):
            found.append(f"{each.now.name} was born on {_day(each.now.born_on)}")
        elif any(change.field == "state" and change.now == Child.State.DIED for change in each.changes):
            found.append(f"{each.now.name} has died")
        else:
            found += _person(each, "")
    for each in history.since(FamilyMember.history.filter(case=case), moment):
        found += _person(each, f", {each.now.relation}")
    kept = history.since(Protection.history.filter(protected__case=case), moment)
    found += [f"{each.now.protected} is kept safe from {each.now.kept_from}" for each in kept if each.is_new]
    return found


def _person(each: history.Since, what: str) -> Iterable[str]:
    name = f"{each.now.name}{what}"
    if each.is_new:
        return [f"New on record: {name}"]
    if any(change.field == "is_deceased" and change.now for change in each.changes):
        return [f"{name}, has died"]
    changed = dict.fromkeys(CHANGED[change.field] for change in each.changes if change.field in CHANGED)
    return [f"{name}: changed {', '.join(changed)}"] if changed else []


def _moved(case: Case, begin: date) -> list[str]:
    rows = history.moved_since(Case.objects.filter(pk=case.pk), datetime.combine(begin, time(), LONDON))
    return [f"{row.title}: from {_day(row.was_due)} to {_day(row.due_on)} ({row.moved_because})" for row in rows]


def _day(day: date | None) -> str:
    return f"{day:%-d %b %Y}" if day else "a day not on record"


# Keeping it


@act
def make_brief(conference: Conference, *, on: date, at: datetime) -> Brief:
    """Makes the brief of the sitting the conference is booked for, once, and tells the chair it is there."""
    assert conference.booked_for is not None, "a brief is for a day"
    kept = conference.briefs.filter(for_day=conference.booked_for).first()
    if kept is not None:
        return kept
    content = asdict(brief_for(conference, at))
    brief = Brief(conference=conference, for_day=conference.booked_for, made_at=at, content=content)
    brief.save()
    tell(conference.case, "BRIEF_READY", conference.key, [conference.chair], on=on)
    return brief


def briefs_due(now: datetime) -> list[Conference]:
    """The conferences whose brief is to be made now: from 17:00 on the working day before until the sitting begins."""
    on, days = day_of(now), calendar()
    ahead = Conference.objects.filter(
        state__in=WAITING, booked_for__gte=on, booked_for__lte=add_working_days(on, 1, days)
    ).exclude(briefs__for_day=F("booked_for"))
    found = ahead.select_related("case", "chair").order_by("booked_for", "starts_at", "id")
    return [each for each in found if _is_due(each, now, days)]


def _is_due(conference: Conference, now: datetime, days: Calendar) -> bool:
    assert conference.booked_for is not None
    evening = datetime.combine(add_working_days(conference.booked_for, -1, days), MADE_FROM, LONDON)
    begins = datetime.combine(conference.booked_for, conference.starts_at, LONDON)
    return evening <= now < begins
