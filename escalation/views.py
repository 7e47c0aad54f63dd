"""Pages about lateness: the alerts, what is overdue, one alert and the answer to it."""

from collections.abc import Iterable, Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from escalation import board
from escalation.answer_views import offers_of
from escalation.answering import acknowledge_alert, may_sign, see_alert
from escalation.forms import PromiseForm
from escalation.ladder import rungs_for
from escalation.models import Alert, AlertQuerySet, AlertRecipient, Snooze, SweepRun
from notifications.models import Notification
from notifications.seeing import not_seen
from workflow.errors import Refused
from workflow.ladders import differences
from workflow.lateness import lateness
from workflow.models import Deadline, Professional
from workflow.policy import calendar, policy_on
from workflow.refusals import show_refusal
from workflow.scope import beyond_the_net
from workflow.signed_in import asked_at, asked_on, hats_of, open_case, person_of
from workflow.working_days import Calendar

VIEWS = {
    "mine": "Mine",
    "agency": "My agency",
    "handed": "Handed over",
    "done": "Done",
    "all": "Everything I may see",
}
OVERDUE_VIEWS = {"mine": "Mine", "agency": "My agency", "all": "Everything I may see"}
ON_A_PAGE = 50
ALERT_ORDERS = {
    "due": ("due_on", "id"),
    "-due": ("-due_on", "id"),
    "rung": ("rung", "due_on", "id"),
    "-rung": ("-rung", "due_on", "id"),
}
OVERDUE_ORDERS = {"due": ("due_on", "id"), "-due": ("-due_on", "id")}


# All alerts


@login_required
@require_safe
@beyond_the_net("alerts that went to the reader")
def alerts(request: HttpRequest) -> HttpResponse:
    shown = _alerts(request) | _views(request, "alerts", VIEWS)
    if not shown["rows"]:
        shown |= watch_and_mail(request)
    return render(request, "escalation/alerts.html", shown)


@login_required
@require_safe
@beyond_the_net("alerts that went to the reader")
def alerts_fragment(request: HttpRequest) -> HttpResponse:
    """The list alone, shown again whenever the socket says so."""
    shown = _alerts(request)
    if not shown["rows"]:
        shown |= watch_and_mail(request)
    return render(request, "escalation/_alerts.html", shown)


def watch_and_mail(request: HttpRequest) -> dict[str, object]:
    """What makes an empty list believable: when lateness was last looked for, and when mail last reached the reader."""
    mail = Notification.objects.filter(recipient=person_of(request))
    return {
        "sweep": SweepRun.objects.exclude(finished_at=None).last(),
        "last_mail": mail.exclude(sent_at=None).order_by("-sent_at").first(),
        "failed_mail": mail.filter(state=Notification.State.FAILED).order_by("-id").first(),
    }


def _alerts(request: HttpRequest) -> dict[str, object]:
    hats, chosen = hats_of(request), _chosen(request, VIEWS)
    found = _of_the_view(chosen, hats)
    order = ALERT_ORDERS.get(request.GET.get("sort", ""), ALERT_ORDERS["-rung"])
    page = Paginator(board.with_what_a_list_shows(found).order_by(*order), ON_A_PAGE).get_page(request.GET.get("page"))
    return {"page": page, "rows": [*_alert_rows(request, page.object_list)], "chosen": chosen}


def _of_the_view(chosen: str, hats: list[Professional]) -> AlertQuerySet:
    if chosen == "done":
        return board.done_for(hats)
    if chosen == "handed":
        return board.handed_over_by_or_to(hats)
    standing = board.readable_by(hats).standing().filter(closing=None)
    if chosen == "mine":
        return board.gone_to(standing, hats)
    standing = board.highest_only(standing)
    return standing.filter(deadline__agency=hats[0].agency) if chosen == "agency" else standing


def _alert_rows(request: HttpRequest, found: Iterable[Alert]) -> Iterable[dict[str, object]]:
    today, days, hats = asked_on(request), calendar(), hats_of(request)
    mine = {hat.pk for hat in hats}
    for alert in found:
        promises = [promise for promise in alert.acknowledgements.all() if promise.is_open]
        yield {
            "alert": alert,
            "what": board.title_of(alert),
            "late": lateness(alert.deadline, today, days),
            "rung": board.RUNG_IN_WORDS[alert.rung],
            "colour": board.RUNG_COLOURS[alert.rung],
            "people": [each.professional for each in alert.recipients.all()],
            "promises": promises,
            "ended": alert.how_resolved,
            "closing": getattr(alert, "closing", None),
            "waits_for_me": getattr(alert, "is_mine", False)
            and not alert.is_resolved
            and not any(each.by_id in mine for each in promises),
        }


# Everything overdue


@login_required
@require_safe
def overdue(request: HttpRequest) -> HttpResponse:
    return render(request, "escalation/overdue.html", _overdue(request) | _views(request, "overdue", OVERDUE_VIEWS))


@login_required
@require_safe
def overdue_fragment(request: HttpRequest) -> HttpResponse:
    """The list alone, shown again whenever the socket says so."""
    return render(request, "escalation/_overdue.html", _overdue(request))


def _overdue(request: HttpRequest) -> dict[str, object]:
    hats, chosen, today = hats_of(request), _chosen(request, OVERDUE_VIEWS), asked_on(request)
    found = board.overdue_for(hats, today)
    if chosen == "mine":
        found = found.filter(owner_professional__in=hats)
    elif chosen == "agency":
        found = found.filter(agency=hats[0].agency)
    order = OVERDUE_ORDERS.get(request.GET.get("sort", ""), OVERDUE_ORDERS["due"])
    page = Paginator(found.order_by(*order), ON_A_PAGE).get_page(request.GET.get("page"))
    days = calendar()
    return {"page": page, "rows": [_overdue_row(each, request, days) for each in page], "chosen": chosen}


def _overdue_row(deadline: Deadline, request: HttpRequest, days: Calendar) -> dict[str, object]:
    rung = getattr(deadline, "rung", None)
    return {
        "deadline": deadline,
        "late": lateness(deadline, asked_on(request), days),
        "rung": board.RUNG_IN_WORDS.get(rung or 0, ""),
        "colour": board.RUNG_COLOURS.get(rung or 0, ""),
    }


def _chosen(request: HttpRequest, views: Mapping[str, str]) -> str:
    chosen = request.GET.get("view", "mine")
    return chosen if chosen in views else "mine"


def _views(request: HttpRequest, name: str, views: Mapping[str, str]) -> dict[str, object]:
    """The ways to look at a list, and where its fragment is."""
    chosen, query = _chosen(request, views), request.GET.urlencode()
    here = reverse(name)
    fragment = reverse(f"{name}-fragment")
    return {
        "views": [
            {"label": label, "href": f"{here}?view={view}", "current": view == chosen} for view, label in views.items()
        ],
        "fragment": f"{fragment}?{query}" if query else fragment,
        "view_in_words": views[chosen],
    }


# One alert


@login_required
@beyond_the_net("alerts that went to the reader")
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """What, why, by which rule; who was told and who comes next; how the messages went; and the promise."""
    found = _alert(request, pk)
    if request.method == "POST" and found.is_resolved:
        messages.warning(request, f"Nothing was recorded: this alert has ended, the duty was {found.how_resolved}.")
        return redirect("alert", pk=found.pk)
    form = PromiseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            acknowledge_alert(
                found.deadline,
                found.rung,
                **form.cleaned_data,
                seen=_seen(request),
                by=person_of(request),
                at=asked_at(request),
            )
        except Refused as refused:
            show_refusal(form, refused, {"DATE_IN_PAST": "intend_by"})
        else:
            messages.success(request, "Your promise is recorded. The ladder goes on until the duty is met.")
            return redirect("alert", pk=found.pk)
    _opened(found, request)
    return render(request, "escalation/alert.html", _everything_about(found, request) | {"form": form})


def _seen(request: HttpRequest) -> int | None:
    """The version of the alert whose page the answer was typed on."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isdecimal() and len(seen) < 10 else None


def _opened(alert: Alert, request: HttpRequest) -> None:
    """The first time somebody it went to, or was told of it, looks at it, that is kept."""
    if getattr(alert, "unseen_by_me", False):
        see_alert(alert, by=person_of(request), at=asked_at(request))


def _alert(request: HttpRequest, pk: int) -> Alert:
    """The alert, if the person may read it; its duty knows its case and who holds the posts of the ladder there."""
    readable = board.readable_by(hats_of(request)).select_related(
        "case",
        "ladder",
        "closing__by",
        "deadline__agency",
        "deadline__owner_professional",
        "deadline__owner_family_member",
        "deadline__case__lead_practitioner__agency",
        "deadline__case__chair__agency",
    )
    person = person_of(request)
    key = Concat(OuterRef("deadline__code"), Value(":"), OuterRef("deadline__subject"))
    went_to_me = AlertRecipient.objects.filter(alert=OuterRef("pk"), professional=person, seen_at=None)
    unseen = Exists(went_to_me) | Exists(not_seen(person).filter(case=OuterRef("case"), about=key))
    quiet = Snooze.objects.filter(alert=OuterRef("pk"), by=person, until_on__gt=asked_on(request)).order_by("-id")
    found = readable.annotate(unseen_by_me=unseen, quiet_until=quiet.values("until_on")[:1]).filter(pk=pk).first()
    if found is None:
        raise Http404
    open_case(request, found.case)
    return found


def _everything_about(alert: Alert, request: HttpRequest) -> dict[str, object]:
    today, days, mine = asked_on(request), calendar(), {hat.pk for hat in hats_of(request)}
    raised = list(board.raised_with(alert))
    this = next(each for each in raised if each.pk == alert.pk)
    return {
        "alert": alert,
        "deadline": alert.deadline,
        "what": board.title_of(alert),
        "sees_case": getattr(alert, "sees_case", False),
        "rung": board.RUNG_IN_WORDS[alert.rung],
        "colour": board.RUNG_COLOURS[alert.rung],
        "late": lateness(alert.deadline, today, days),
        "rungs": alert.ladder.read,
        "steps": board.steps_of(alert, raised, today, days),
        "promises": [promise for each in raised for promise in each.acknowledgements.all()],
        "offers": offers_of(alert),
        "may_sign": alert.ends_its_ladder and any(may_sign(hat, alert) for hat in hats_of(request)),
        "still_to_answer": board.who_still_has_to_answer(this),
        "promised_by_me": any(each.is_open and each.by_id in mine for each in this.acknowledgements.all()),
        "changed_since": differences(alert.ladder.read, rungs_for(alert.deadline, policy_on(today))),
        "seen_by": [each for each in this.recipients.all() if each.seen_at],
        "went_to_me": any(each.professional_id in mine for each in this.recipients.all()),
        "messages_about": board.messages_about(alert, raised),
    }
