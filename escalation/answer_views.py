"""What somebody does about one alert besides answering it: give it to somebody, keep it quiet, sign for its end."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from escalation import board
from escalation.answering import (
    accept_alert,
    decline_alert,
    hand_over_alert,
    may_sign,
    sign_end_of_ladder,
    snooze_alert,
    take_back_alert,
)
from escalation.forms import HandOverForm, SignForm, SnoozeForm, WhyForm
from escalation.models import Alert, HandOver
from workflow.errors import Refused
from workflow.models import Professional, Role
from workflow.refusals import show_refusal
from workflow.scope import beyond_the_net
from workflow.signed_in import asked_at, asked_on, hats_of, open_case, person_of


def readable(request: HttpRequest, pk: int) -> Alert:
    """The alert, if the person may read it."""
    found = (
        board.readable_by(hats_of(request)).select_related("case", "ladder", "deadline__agency").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    open_case(request, found.case)
    return found


@login_required
@beyond_the_net("alerts that went to the reader")
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """To whom, and why. It stays with whoever gives it until it is accepted."""
    alert, on = readable(request, pk), asked_on(request)
    people = Professional.objects.in_post(on).exclude(pk=person_of(request).pk).exclude(role=Role.AUDITOR)
    colleagues = people.filter(agency=person_of(request).agency) if not alert.is_resolved else people.none()
    form = HandOverForm(request.POST or None, people=colleagues.select_related("agency").order_by("name"))
    return _asked(
        request,
        alert,
        form,
        lambda told: hand_over_alert(alert, **told, by=person_of(request), at=asked_at(request)),
        title="Hand over",
        about="They are asked to accept it. Until they do, it is still yours.",
        said="It is offered. Until it is accepted it is still yours.",
    )


@login_required
@beyond_the_net("alerts that went to the reader")
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Until when, and why."""
    alert = readable(request, pk)
    return _asked(
        request,
        alert,
        SnoozeForm(request.POST or None),
        lambda told: snooze_alert(alert, **told, by=person_of(request), at=asked_at(request)),
        title="Keep my reminders quiet",
        about="Only your own reminders stop, until the day you promised at the latest. The ladder goes on.",
        said="Your reminders stay quiet until that day. The ladder goes on.",
    )


@login_required
@beyond_the_net("alerts that went to the reader")
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """An executive signs that everybody has been told, and what is done now."""
    alert = readable(request, pk)
    return _asked(
        request,
        alert,
        SignForm(request.POST or None),
        lambda told: sign_end_of_ladder(alert, **told, by=person_of(request), at=asked_at(request)),
        title="Sign for the end of the ladder",
        about="Your name closes this alert. It does not meet the duty, which stays owed and late.",
        said="You have signed for it. The duty stays owed.",
        not_for_you=""
        if any(may_sign(hat, alert) for hat in hats_of(request))
        else "Only the executive of the agency that owes it, a director for social care, or the partnership may sign.",
    )


@login_required
@beyond_the_net("alerts that went to the reader")
def answer_offer(request: HttpRequest, pk: int, offer_id: int) -> HttpResponse:
    """Accept, decline with a reason, or take back; each by one button."""
    alert = readable(request, pk)
    offer = alert.hand_overs.filter(pk=offer_id).first()
    if offer is None:
        raise Http404
    if request.method != "POST":
        return redirect("alert", pk=pk)
    form = WhyForm(request.POST)
    form.is_valid()
    person, at = person_of(request), asked_at(request)
    try:
        match request.POST.get("answer"):
            case "accept":
                accept_alert(offer, by=person, at=at)
                messages.success(request, "It is yours now.")
            case "decline":
                decline_alert(offer, reason=form.cleaned_data.get("reason", ""), by=person, at=at)
                messages.success(request, f"Declined. It stays with {offer.by}, who is told why.")
            case "take back":
                take_back_alert(offer, by=person, at=at)
                messages.success(request, "It stays with you.")
    except Refused as refused:
        messages.warning(request, refused.message)
    return redirect("alert", pk=pk)


def _asked(
    request: HttpRequest,
    alert: Alert,
    form: forms.Form,
    do: Callable[[dict[str, object]], object],
    *,
    title: str,
    about: str,
    said: str,
    not_for_you: str = "",
) -> HttpResponse:
    """One question on a page of its own: shown, answered, or shown again with what was refused."""
    if request.method == "POST" and form.is_valid():
        try:
            do(form.cleaned_data)
        except Refused as refused:
            show_refusal(form, refused, {"DATE_IN_PAST": "until_on", "REASON_REQUIRED": "reason"})
        else:
            messages.success(request, said)
            return redirect("alert", pk=alert.pk)
    shown = {
        "alert": alert,
        "what": board.title_of(alert),
        "form": form,
        "title": title,
        "about": about,
        "not_for_you": not_for_you,
    }
    return render(request, "escalation/ask.html", shown)


def offers_of(alert: Alert) -> list[HandOver]:
    return list(alert.hand_overs.select_related("by", "to").order_by("id"))
