"""One's own messages, how each went, and how one wants to hear."""

from django.conf import settings
from django.contrib import messages as said
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from notifications import reaching
from notifications.choosing import choose_how_to_be_told
from notifications.forms import HowIAmTold
from notifications.models import Notification
from notifications.seeing import log_of, mark_seen
from notifications.wording import message_in_words
from workflow.errors import Refused
from workflow.permissions import may
from workflow.policy import policy_on
from workflow.refusals import show_refusal
from workflow.scope import beyond_the_net
from workflow.signed_in import asked_at, asked_on, hats_of, person_of, visible_cases_of

ON_A_PAGE = 50
BESIDE = {"QUIET_HOURS_NOT_USABLE": "quiet_until", "NUMBER_NOT_USABLE": "mobile"}


@login_required
@require_safe
@beyond_the_net("messages that were written to the reader")
def messages(request: HttpRequest) -> HttpResponse:
    """Everything that was ever told to the reader, the newest first, and how it went."""
    person = person_of(request)
    found = Notification.objects.filter(recipient=person, copy_of=None).select_related("case").order_by("-pk")
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    visible = set(visible_cases_of(request).filter(pk__in={each.case_id for each in page}).values_list("pk", flat=True))
    rows = [
        {"message": each, "what": words_for(each), "sees_case": each.case_id in visible, "new": each.seen_at is None}
        for each in page
    ]
    last = found.exclude(sent_at=None).order_by("-sent_at").first()
    mark_seen(list(page), person, asked_at(request))
    return render(request, "notifications/messages.html", {"page": page, "rows": rows, "last": last})


def words_for(message: Notification) -> str:
    """What a message is, without a word about the child."""
    return message_in_words(message.code)


@login_required
@require_safe
@beyond_the_net("messages that were written to the reader")
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message and every step of its way: for its reader, and for whoever may see its case."""
    found = Notification.objects.filter(pk=pk).select_related("case", "recipient__agency", "copy_of").first()
    mine = found is not None and found.recipient_id in {hat.pk for hat in hats_of(request)}
    sees = found is not None and visible_cases_of(request).filter(pk=found.case_id).exists()
    if found is None or not (mine or sees):
        raise Http404
    mark_seen([found], person_of(request), asked_at(request))
    shown = {"message": found, "what": words_for(found), "sees_case": sees, "log": log_of(found)}
    return render(request, "notifications/message.html", shown)


@login_required
def how_i_am_told(request: HttpRequest) -> HttpResponse:
    """The choice, and what cannot be chosen."""
    person, policy = person_of(request), policy_on(asked_on(request))
    wishes = reaching.wishes_of([person], policy)[person.pk]
    form = HowIAmTold(request.POST if request.method == "POST" else None, texts=settings.TEXT_MESSAGES, wishes=wishes)
    allowed = may("choose_how_to_be_told", person, asked_on(request))
    if request.method == "POST" and form.is_valid():
        try:
            choose_how_to_be_told(person, **form.chosen(), by=person, at=asked_at(request))
        except Refused as refused:
            show_refusal(form, refused, BESIDE)
        else:
            said.success(request, "From now on you hear in the way you chose. Urgent messages come at once.")
            return redirect("how-i-am-told")
    shown = {
        "form": form,
        "allowed": allowed,
        "unmutable": reaching.unmutable(policy),
        "address": person.email,
    }
    return render(request, "notifications/how_i_am_told.html", shown)
