"""Pages about lateness: the alerts, what is overdue, one alert and the answer to it."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from escalation import board
from escalation.answering import acknowledge_alert
from escalation.forms import PromiseForm
from escalation.models import Alert
from workflow.deadlines import lateness
from workflow.errors import Refused
from workflow.models import Deadline
from workflow.policy import calendar
from workflow.refusals import show_refusal
from workflow.signed_in import asked_at, asked_on, hats_of, person_of
from workflow.timescales import Span
from workflow.working_days import Calendar

VIEWS = {"mine": "Mine", "agency": "My agency", "all": "Everything I may see"}
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
def alerts(request: HttpRequest) -> HttpResponse:
    return render(request, "escalation/alerts.html", _alerts(request) | _views(request, "alerts"))


@login_required
@require_safe
def alerts_fragment(request: HttpRequest) -> HttpResponse:
    """The list alone, shown again whenever the socket says so."""
    return render(request, "escalation/_alerts.html", _alerts(request))


def _alerts(request: HttpRequest) -> dict[str, object]:
    hats, chosen = hats_of(request), _chosen(request)
    found = board.readable_by(hats).standing()
    if chosen == "mine":
        found = board.gone_to(found, hats)
    else:
        found = board.highest_only(found)
        if chosen == "agency":
            found = found.filter(deadline__agency=hats[0].agency)
    order = ALERT_ORDERS.get(request.GET.get("sort", ""), ALERT_ORDERS["-rung"])
    page = Paginator(board.with_what_a_list_shows(found).order_by(*order), ON_A_PAGE).get_page(request.GET.get("page"))
    return {"page": page, "rows": [*_alert_rows(request, page.object_list)], "chosen": chosen}


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
            "waits_for_me": getattr(alert, "is_mine", False) and not any(each.by_id in mine for each in promises),
        }


# Everything overdue


@login_required
@require_safe
def overdue(request: HttpRequest) -> HttpResponse:
    return render(request, "escalation/overdue.html", _overdue(request) | _views(request, "overdue"))


@login_required
@require_safe
def overdue_fragment(request: HttpRequest) -> HttpResponse:
    """The list alone, shown again whenever the socket says so."""
    return render(request, "escalation/_overdue.html", _overdue(request))


def _overdue(request: HttpRequest) -> dict[str, object]:
    hats, chosen, today = hats_of(request), _chosen(request), asked_on(request)
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


def _chosen(request: HttpRequest) -> str:
    chosen = request.GET.get("view", "mine")
    return chosen if chosen in VIEWS else "mine"


def _views(request: HttpRequest, name: str) -> dict[str, object]:
    """The three ways to look at a list, and where its fragment is."""
    chosen, query = _chosen(request), request.GET.urlencode()
    here = reverse(name)
    fragment = reverse(f"{name}-fragment")
    return {
        "views": [
            {"label": label, "href": f"{here}?view={view}", "current": view == chosen} for view, label in VIEWS.items()
        ],
        "fragment": f"{fragment}?{query}" if query else fragment,
        "view_in_words": VIEWS[chosen],
    }


# One alert


@login_required
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
                found.deadline, found.rung, **form.cleaned_data, by=person_of(request), at=asked_at(request)
            )
        except Refused as refused:
            show_refusal(form, refused, {"DATE_IN_PAST": "intend_by"})
        else:
            messages.success(request, "Your promise is recorded. The ladder goes on until the duty is met.")
            return redirect("alert", pk=found.pk)
    return render(request, "escalation/alert.html", _everything_about(found, request) | {"form": form})


def _alert(request: HttpRequest, pk: int) -> Alert:
    """The alert, if the person may read it; its duty knows its case and who holds the posts of the ladder there."""
    readable = board.readable_by(hats_of(request)).select_related(
        "case",
        "deadline__agency",
        "deadline__owner_professional",
        "deadline__owner_family_member",
        "deadline__case__lead_practitioner__agency",
        "deadline__case__chair__agency",
    )
    found = readable.filter(pk=pk).first()
    if found is None:
        raise Http404
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
        "offsets": [Span.parse(offset).in_words for offset in alert.ladder],
        "steps": board.steps_of(alert, raised, today, days),
        "promises": [promise for each in raised for promise in each.acknowledgements.all()],
        "went_to_me": any(each.professional_id in mine for each in this.recipients.all()),
        "messages_about": board.messages_about(alert, raised),
    }
