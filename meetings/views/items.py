"""What the pages for writing the minutes share: the item meant, who may write, who is who."""

from django.http import Http404, HttpRequest

from meetings.models import AgendaItem, Conference, Minutes
from workflow.signed_in import hats_of

HERE = "meeting-minutes"


def minutes_of(conference: Conference) -> Minutes | None:
    return Minutes.objects.filter(conference=conference).first()


def writes(request: HttpRequest, conference: Conference, minutes: Minutes | None) -> bool:
    """Whether the page offers writing; `meetings.writing` has the last word."""
    case = conference.case
    writers = {case.administrator_id, case.chair_id, conference.chair_id}
    return not (minutes and minutes.is_locked) and any(hat.pk in writers for hat in hats_of(request))


def family_of(conference: Conference) -> dict[str, str]:
    """Who is who in the family, by key: name and relation."""
    return {each.key: f"{each.name} ({each.relation})" for each in conference.case.family_members.all()}


def item_for(request: HttpRequest, conference: Conference, number: int) -> AgendaItem:
    """The item with this number, or the one a page named: items change places while somebody writes under them."""
    said = request.POST.get("item") or request.GET.get("item") or ""
    named = {"pk": int(said)} if said.isdecimal() and len(said) < 19 else {"number": number}
    found = AgendaItem.objects.filter(conference=conference, **named).select_related("conference__case").first()
    if found is None:
        raise Http404
    return found


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
