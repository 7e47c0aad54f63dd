"""The pages made of everything: Today, the cases, a child's story."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.wording import RATINGS, act_in_words, details_in_words, in_words
from escalation import board
from escalation.models import SweepRun
from meetings.agenda import OnTheAgenda, conferences_between, with_reports
from meetings.forecast import QuorumForecast, quorum_forecasts
from meetings.waiting import waiting_for
from notifications.outside import failed_mails
from plans import drift, editions, new_dates, ratings
from plans.flags import flag_in_words, still_standing
from plans.models import Plan, PlanMeeting
from workflow import history
from workflow.acting import LONDON
from workflow.audiences import may_read_act
from workflow.errors import REFUSALS
from workflow.lateness import lateness
from workflow.models import AgencyContact, AgencyPart, Case, Deadline, Entry
from workflow.policy import calendar
from workflow.reads import SEALING
from workflow.scope import by_the_service
from workflow.signed_in import asked_on, case_for, hats_of, own_cases, person_of, visible_cases_of
from workflow.working_days import Calendar, add_working_days, book_by

SOON = timedelta(days=10)
CASES_ON_A_PAGE = 25
ENTRIES_ON_A_PAGE = 30
WAITING_SHOWN = 15
KEPT = "What was said is kept from some readers."


# Today


@login_required
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What is next, what waits for the person, what moved, and when lateness was last looked for."""
    person, on, days = person_of(request), asked_on(request), calendar()
    cases = own_cases(person)
    waiting = _together(_owed(Deadline.objects.pending().filter(owner_professional__in=hats_of(request)), on, days))
    since = add_working_days(on, -1, days)
    alerts = board.with_what_a_list_shows(board.waiting_for(person, on, hats_of(request)))
    alerts = alerts.order_by("-rung", "due_on", "id")
    with by_the_service():  # those that went to the reader may be about a case they do not see
        told = [_alert(alert, on, days) for alert in alerts]
    request.alerts_counted = len(told)  # type: ignore[attr-defined]
    shown = {
        "on": on,
        **_meetings(cases, on),
        "to_do": waiting_for(hats_of(request), cases.values("pk")),
        "dates_asked_for": new_dates.waiting_for(hats_of(request)),
        "to_sign": editions.waiting_for(hats_of(request)),
        "undelivered": failed_mails(cases.filter(administrator__in=hats_of(request)).values("pk")),
        "waiting": waiting[:WAITING_SHOWN],
        "more_waiting": len(waiting) - WAITING_SHOWN,
        "alerts": told,
        "moved": history.moved_since(cases, datetime.combine(since, time(), LONDON)),
        "since": since,
        "sweep": SweepRun.objects.exclude(finished_at=None).last(),
    }
    return render(request, "pages/today.html", shown)


@dataclass(frozen=True)
class Meeting:
    """One meeting in a list: what has come for it, and who is likely to be there as far as they have answered."""

    on_the_agenda: OnTheAgenda
    quorum: QuorumForecast

    @property
    def conference(self) -> Any:
        return self.on_the_agenda.conference

    @property
    def reports_in_words(self) -> str:
        return self.on_the_agenda.reports_in_words


def _meetings(cases: Any, on: date) -> dict[str, Any]:
    """The meetings of today, those of the next days, and the next one when there is none before."""
    mine = conferences_between(on).filter(case__in=cases.values("pk"))
    coming = with_reports(mine.filter(booked_for__lte=on + SOON))
    quorum = quorum_forecasts([each.conference for each in coming], on, whom_to_ring=False) if coming else {}
    rows = [Meeting(each, quorum[each.conference.pk]) for each in coming]
    return {
        "today": [row for row in rows if row.conference.booked_for == on],
        "coming": [row for row in rows if row.conference.booked_for != on],
        "until": on + SOON,
        "next": None if coming else mine.first(),
    }


def _alert(alert: Any, on: date, days: Calendar) -> dict[str, Any]:
    return {
        "alert": alert,
        "what": board.title_of(alert),
        "rung": board.RUNG_IN_WORDS[alert.rung],
        "colour": board.RUNG_COLOURS[alert.rung],
        "late": lateness(alert.deadline, on, days),
    }


@dataclass(frozen=True)
class Owed:
    """One duty in a list: how late or soon it is in words, and by when a conference for it has to be booked."""

    deadline: Deadline
    late: str
    tag: tuple[str, str]
    book_by: date | None

    @property
    def told(self) -> str:
        """Whom the highest rung raised for it went to."""
        return board.RUNG_IN_WORDS.get(getattr(self.deadline, "rung", 0), "")


def _owed(found: Any, on: date, days: Calendar) -> list[Owed]:
    """Pending duties, the longest due first."""
    found = board.with_top_rung(found).select_related("case", "agency", "owner_professional", "owner_family_member")
    return [
        Owed(each, lateness(each, on, days), _tag(each, on, days), _book_by(each, days))
        for each in found.order_by("due_on", "id")
    ]


def _together(owed: Iterable[Owed]) -> list[list[Owed]]:
    """What is due the same day for the same reason from the same person stands together: siblings, mostly."""
    found: dict[tuple[Any, ...], list[Owed]] = {}
    for each in owed:
        due = each.deadline
        alike = (due.case_id, due.code, due.due_on, due.explanation, str(due.owner))
        found.setdefault(alike, []).append(each)
    return list(found.values())


def _tag(deadline: Deadline, on: date, days: Calendar) -> tuple[str, str]:
    if deadline.due_on < on:
        return "Overdue", "red"
    return ("Due soon", "yellow") if deadline.due_on <= add_working_days(on, 5, days) else ("Later", "grey")


def _book_by(deadline: Deadline, days: Calendar) -> date | None:
    """A limit in months may fall on a weekend; a conference may not."""
    span = deadline.span
    if span is None or span.unit != "m":
        return None
    last = book_by(deadline.due_on, days)
    return last if last != deadline.due_on else None


# The cases


@login_required
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Every case the person may see: its children on plans, how they stand and why, and how much is overdue."""
    on = asked_on(request)
    late = Q(deadlines__state=Deadline.State.PENDING, deadlines__due_on__lt=on)
    visible = Case.objects.filter(pk__in=visible_cases_of(request).values("pk"))
    found = visible.annotate(overdue=Count("deadlines", filter=late)).prefetch_related("children")
    page = Paginator(found.order_by("reference"), CASES_ON_A_PAGE).get_page(request.GET.get("page"))
    rated = ratings.of_cases(list(page))
    rows = [{"case": case, "on_plans": _rated(rated.get(case.pk, []))} for case in page]
    return render(request, "pages/cases.html", {"page": page, "rows": rows})


def _rated(standing: Iterable[ratings.Standing]) -> list[dict[str, Any]]:
    """Children who stand alike are told together: their initials, the rating in a word, and why."""
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in standing:
        times = Counter(flag_in_words(flag.code) for flag in one.reasons)
        reasons = tuple(f"{words} ({number})" if number > 1 else words for words, number in times.items())
        alike.setdefault((one.rating, reasons), []).append(one.plan.child.initials)
    return [
        {"initials": initials, "word": RATINGS[rating][0], "colour": RATINGS[rating][1], "reasons": reasons}
        for (rating, reasons), initials in alike.items()
    ]


# A child's story


@login_required
@require_safe
def story(request: HttpRequest, reference: str) -> HttpResponse:
    """One line through the case: what happened and why, what is owed, what drifts, who is there."""
    roles = [f"{role}__agency" for role in Case.ROLES]
    case = case_for(
        request, reference, Case.objects.select_related(*roles).prefetch_related("children", "family_members")
    )
    on, days = asked_on(request), calendar()
    owed = _owed(Deadline.objects.pending().filter(case=case), on, days)
    entries, earlier = _entries(case, request)
    parts = list(_parts(case))
    shown = {
        "case": case,
        "here": "story",
        "entries": entries,
        "earlier": earlier,
        "refused_too": _refused_too(request),
        "overdue": [each for each in owed if each.deadline.due_on < on],
        "upcoming": _together(each for each in owed if each.deadline.due_on >= on),
        "flags": _flags(case, parts),
        "lines": [_through(plan) for plan in _plans(case)],
        "parts": parts,
        "family": case.family_members.all(),
        "roles": [(in_words(role), getattr(case, role)) for role in Case.ROLES],
    }
    return render(request, "pages/story.html", shown)


def _flags(case: Case, parts: Sequence[AgencyPart]) -> list[dict[str, Any]]:
    """The flags that stand, those of the same kind and facts together, with the names of whom they are about."""
    names = {child.key: child.name for child in case.children.all()}
    names |= {part.agency.key: part.agency.name for part in parts}
    names |= {member.key: member.name for member in case.family_members.all()}
    alike: dict[tuple[str, str, date], list[str]] = {}
    for flag in still_standing([case.pk], parts).get(case.pk, []):
        about = names.get(flag.about, f"action {flag.about}")
        alike.setdefault((flag.code, flag.facts, flag.raised_on), []).append(about)
    return [
        {"words": flag_in_words(code), "about": about, "facts": facts, "since": since}
        for (code, facts, since), about in alike.items()
    ]


def _plans(case: Case) -> Iterable[Plan]:
    meetings = Prefetch("meetings", PlanMeeting.objects.order_by("id"))
    return Plan.objects.filter(case=case).select_related("child").prefetch_related(meetings)


def _through(plan: Plan) -> dict[str, Any]:
    """7 + 33 meetings, 0 outcomes improved: the meetings of a plan beside what they changed."""
    kinds = Counter(meeting.kind for meeting in plan.meetings.all())
    improved = drift.improved(plan.meetings.all())
    return {
        "plan": plan,
        "conferences": kinds[PlanMeeting.Kind.CONFERENCE],
        "core_groups": kinds[PlanMeeting.Kind.CORE_GROUP],
        "improved": improved,
    }


def _parts(case: Case) -> Iterable[AgencyPart]:
    """The agencies in the case, who answers for each, and when each was last heard from."""
    contact = AgencyContact.objects.filter(case=OuterRef("case"), agency=OuterRef("agency"))
    named = Subquery(contact.values("contact__name")[:1])
    return AgencyPart.objects.filter(case=case).select_related("agency").annotate(contact_name=named).order_by("agency")


def _refused_too(request: HttpRequest) -> bool:
    return request.GET.get("show") == "refused"


def _entries(case: Case, request: HttpRequest) -> tuple[list[dict[str, Any]], int | None]:
    """A page of the journal, newest first, and the number to go on from; refused attempts when they are asked for."""
    found = Entry.objects.filter(case=case).exclude(act=SEALING).select_related("by__agency").order_by("-number")
    if not _refused_too(request):
        found = found.filter(outcome=Entry.Outcome.DONE)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 10:
        found = found.filter(number__lt=int(before))
    entries = list(found[: ENTRIES_ON_A_PAGE + 1])
    shown = entries[:ENTRIES_ON_A_PAGE]
    did = history.what_they_did(shown)
    more = shown[-1].number if len(entries) > len(shown) else None
    hats = hats_of(request)
    return [_entry(entry, did.get(entry.pk, []), may_read_act(entry.act, hats)) for entry in shown], more


def _entry(entry: Entry, did: Sequence[Any], reads_it: bool) -> dict[str, Any]:
    refused = entry.outcome == Entry.Outcome.REFUSED
    words = details_in_words(entry.details)
    text = [words if reads_it or not words else KEPT, *([_why_refused(entry)] if refused else _came_of_it(did))]
    late = history.is_late_entry(entry) and not settings.DEMO
    tag = ("Refused", "red") if refused else ("Written down later", "yellow") if late else ("", "")
    return {
        "title": act_in_words(entry.act),
        "when": entry.happened_at,
        "by": _who(entry),
        "text": "\n".join(line for line in text if line),
        "tag": tag[0],
        "tag_colour": tag[1],
    }


def _who(entry: Entry) -> str:
    if entry.by is None:
        return "the system"
    return f"{entry.by}, {in_words(entry.role).lower()}, {entry.by.agency}"


def _why_refused(entry: Entry) -> str:
    refusal = REFUSALS.get(entry.code)
    words = " ".join(((refusal.__doc__ if refusal else "") or in_words(entry.code)).split())
    return f"{words} ({', '.join(entry.about)})" if entry.about else words


def _came_of_it(did: Sequence[Any]) -> list[str]:
    """What the act did to dates, in few lines, the moves first."""
    moved = [
        f"“{row.title}” moved from {_day(row.was_due)} to {_day(row.due_on)}."
        for row in did
        if row.was_due and row.was_due != row.due_on
    ]
    met = [row.title for row in did if row.was_state != row.state == Deadline.State.MET]
    waived = [row.title for row in did if row.was_state != row.state == Deadline.State.WAIVED]
    opened: dict[date, list[str]] = {}
    for row in did:
        if row.was_state is None:
            opened.setdefault(row.due_on, []).append(row.title)
    return [
        *moved,
        *([f"Done: {'; '.join(met)}."] if met else []),
        *([f"No longer owed: {'; '.join(waived)}."] if waived else []),
        *(f"Owed by {_day(day)}: {'; '.join(titles)}." for day, titles in sorted(opened.items())),
    ]


def _day(day: date) -> str:
    return f"{day:%-d %b %Y}"
