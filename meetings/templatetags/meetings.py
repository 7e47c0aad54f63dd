"""The way round one meeting."""

from django import template
from django.urls import NoReverseMatch, reverse

from meetings.models import Conference

register = template.Library()

# Label and the name of the page, in the order of a meeting's life. A page that is not there is left out.
PAGES = [
    ("Getting ready", "meeting"),
    ("Invitations", "meeting-invitations"),
    ("Agenda", "meeting-agenda"),
    ("Brief", "meeting-brief"),
    ("The meeting", "meeting-room"),
    ("Minutes", "meeting-minutes"),
    ("Sending out", "meeting-sending"),
    ("Proof", "meeting-proof"),
]


@register.simple_tag
def meeting_pages(conference: Conference, here: str) -> list[dict[str, object]]:
    """The pages of this meeting, the one it is called from marked."""
    found = []
    for label, name in PAGES:
        try:
            found.append({"label": label, "href": reverse(name, args=[conference.pk]), "current": name == here})
        except NoReverseMatch:
            continue
    return found
