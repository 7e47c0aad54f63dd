"""The meetings of a case that are not conferences: which wait for something, and which the reader may begin."""

from typing import Any

from django import template
from django.urls import reverse

from meetings.all_meetings import Meeting
from meetings.views.other import STARTS
from workflow.models import Case
from workflow.signed_in import may_do

register = template.Library()


@register.inclusion_tag("meetings/_other_meetings.html", takes_context=True)
def other_meetings(context: Any, case: Case, waiting: list[Meeting]) -> dict[str, object]:
    """What waits, each with its page, and the forms with which others begin."""
    begins = [
        {"title": start.title, "href": reverse(name, args=[case.reference])}
        for name, start in STARTS.items()
        if may_do(context["request"], start.act)
    ]
    return {"waiting": waiting, "begins": begins}
