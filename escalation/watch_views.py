"""Pages about the watch itself: what comes next, who will not be there, whom nobody reached, what nobody ended."""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from escalation import board
from escalation.foresight import gaps, will_fire
from escalation.forms import AbsenceForm
from escalation.ladder import Ladder
from escalation.models import Absence, Alert, Closing, SweepRun
from escalation.posts import call_off_absence, record_absence
from notifications.models import Notice
from workflow.errors import Refused
from workflow.lateness import late_by, lateness
from workflow.models import Case, Deadline, Professional, Role
from workflow.policy import calendar
from workflow.refusals import show_refusal
from workflow.scope import beyond_the_net
from workflow.signed_in import asked_at, asked_on, hats_of, person_of, visible_cases_of

ON_A_PAGE = 50
WINDOWS = {"1": "Tomorrow", "7": "7 days", "14": "14 days", "28": "28 days"}
GAPS_AHEAD = timedelta(days=14)


# What comes next


@login_required
@require_safe
def coming(request: HttpRequest) -> HttpResponse:
    """Every rung due in the next days: who, when, why, who covers; and the last sweep with its result."""
    on = asked_on(request)
    window = request.GET.get("days", "7")
    window = window if window in WINDOWS else "7"
    found = will_fire(visible_cases_of(request), on, on + timedelta(days=int(window)))
    shown = {
        "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
        "count": len(found),
        "until": on + timedelta(days=int(window)),
        "window": window,
        "views": [
            {"label": label, "href": f"?days={days}", "current": days == window} for days, label in WINDOWS.items()
        ],
        "sweep": SweepRun.objects.exclude(finished_at=None).last(),
        "on": on,
    }
    return render(request, "escalation/coming.html", shown)


# A manager's team


@login_required
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """What is overdue in the cases the reader manages, by who owes it, the longest late first; no league of people."""
    on, days, hats = asked_on(request), calendar(), hats_of(request)
    late = Deadline.objects.overdue(on).filter(case__in=_managed_by(hats).values("pk"))
    late = board.with_top_rung(late).select_related("case", "agency", "owner_professional", "owner_family_member")
    by_owner: dict[str, list[Deadline]] = {}
    for deadline in late.order_by("due_on", "id"):
        by_owner.setdefault(f"{deadline.owner}, {deadline.agency}", []).append(deadline)
    rows = [
        {
            "who": who,
            "count": len(duties),
            "longest": max(late_by(each, on, days) for each in duties),
            "duties": [
                {
                    "deadline": each,
                    "late": lateness(each, on, days),
                    "told": board.RUNG_IN_WORDS.get(getattr(each, "rung", None) or 0, "Nobody yet"),
                }
                for each in duties
            ],
        }
        for who, duties in by_owner.items()
    ]
    shown = {"rows": rows, "count": sum(len(duties) for duties in by_owner.values())}
    return render(request, "escalation/team.html", shown)


def _managed_by(hats: Iterable[Professional]) -> "QuerySet[Case]":
    """The cases of somebody's team: those they manage; of a head of service, all of social care that they may see."""
    hats = list(hats)
    visible = Case.objects.visible_to(hats[0], wearing=hats)
    if any(hat.role in (Role.SERVICE_MANAGER, Role.DIRECTOR) for hat in hats):
        return visible
    return visible.filter(team_manager__in=hats)


# Whom nobody reached, and who will not be there


@login_required
@require_safe
@beyond_the_net("alerts that went to the reader")
def dead_letters(request: HttpRequest) -> HttpResponse:
    """Posts an alert found vacant, in the cases the reader may see or told to them; and the gaps that are coming."""
    on, hats = asked_on(request), hats_of(request)
    cases = visible_cases_of(request).values("pk")
    mine = Q(case__in=cases) | Q(pk__in=Notice.objects.filter(notifications__recipient__in=hats).values("pk"))
    posts = (
        Notice.objects.filter(mine, code="DEAD_LETTER")
        .order_by()
        .values("about")
        .annotate(times=Count("pk", distinct=True), first=Min("raised_on"), last=Max("raised_on"))
    )
    ladder = Ladder(on)
    rows = [
        each | {"post": ladder.post_in_words(each["about"]), "held": ladder.is_held(each["about"])} for each in posts
    ]
    rows.sort(key=lambda row: (row["held"], -row["last"].toordinal()))
    colleagues = Professional.objects.in_post(on).select_related("agency")
    if not any(hat.role in (Role.PARTNERSHIP, Role.CONFERENCE_ADMIN, Role.SYSTEM_ADMIN) for hat in hats):
        colleagues = colleagues.filter(agency__in=[hat.agency_id for hat in hats])
    shown = {"rows": rows, "gaps": gaps(colleagues, on, on + GAPS_AHEAD), "until": on + GAPS_AHEAD}
    return render(request, "escalation/dead_letters.html", shown)


@login_required
def absence(request: HttpRequest) -> HttpResponse:
    """When the reader is away and who covers; what was said before, and calling it off."""
    person, on = person_of(request), asked_on(request)
    colleagues = Professional.objects.in_post(on).filter(agency=person.agency).exclude(pk=person.pk)
    answered = request.POST if request.method == "POST" and "call_off" not in request.POST else None
    form = AbsenceForm(answered, people=colleagues.exclude(role=Role.AUDITOR).order_by("name"))
    coming = Absence.objects.filter(professional=person, until_on__gte=on, is_off=False)
    if request.method == "POST" and "call_off" in request.POST:
        chosen = request.POST["call_off"]
        for each in coming.filter(pk=chosen) if chosen.isdecimal() and len(chosen) < 10 else []:
            call_off_absence(each, by=person, at=asked_at(request))
            messages.success(request, "Called off. Whoever covers stays named.")
        return redirect("absence")
    if answered and form.is_valid():
        try:
            record_absence(None, person, **form.cleaned_data, by=person, at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused, {"DATE_IN_PAST": "until_on"})
        else:
            messages.success(request, "Recorded. Who covers hears what you hear on those days.")
            return redirect("absence")
    shown = {
        "form": form,
        "coming": coming,
        "covered": person.covered_by.filter(until_on__gte=on).select_related("cover"),
    }
    return render(request, "escalation/absence.html", shown)


# The end of the ladder


@login_required
@require_safe
@beyond_the_net("alerts that went to the reader")
def end_of_ladder(request: HttpRequest) -> HttpResponse:
    """Every alert after which nobody more is told: unsigned first, then signed, then ended without a signature."""
    on, days, hats = asked_on(request), calendar(), hats_of(request)
    last = board.with_what_a_list_shows(board.readable_by(hats).filter(rung=F("ladder__top")))
    found = sorted(
        last.order_by("-raised_on", "-id"), key=lambda alert: (_closing(alert) is not None, alert.is_resolved)
    )
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "alert": alert,
            "what": board.title_of(alert),
            "late": lateness(alert.deadline, on, days),
            "closing": _closing(alert),
        }
        for alert in page
    ]
    return render(request, "escalation/end_of_ladder.html", {"page": page, "rows": rows})


def _closing(alert: Alert) -> Closing | None:
    return getattr(alert, "closing", None)
