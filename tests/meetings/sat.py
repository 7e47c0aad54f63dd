"""A review of Mira's plan in any state a test of the room wants it in, and the people who are in it."""

from datetime import date, datetime

from meetings.models import Conference
from tests.stories.small import CHILDREN, at, play, running
from workflow.acting import LONDON
from workflow.models import Agency, Child, FamilyMember, Professional

TODAY = date(2026, 9, 18)
FAMILY = {
    "ida": {"name": "Ida Lowe", "relation": "mother", "of": ["mira"], "parental_responsibility": ["mira"]},
    "ole": {
        "name": "Ole Lowe",
        "relation": "father",
        "of": ["mira"],
        "parental_responsibility": ["mira"],
    },
}
THERE = ("social_worker", "health_visitor", "teacher")
INVITED = ("social_care", "health", "education", "police", "ida", "ole")


def ten(minute: int = 0, hour: int = 10) -> datetime:
    return datetime(2026, 9, 18, hour, minute, tzinfo=LONDON)


def booked(*before, between=(), then=(), family=None, children=None, about=("mira",)):
    """The review is booked; `before` is played first, `between` next, `then` last."""
    told = {"conference": "rcpc-1", "kind": "review", "children": list(about), "date": "2026-09-18"}
    booking = at("2026-08-06", "clerk", "book_conference", told)
    player = play(
        running(),
        *before,
        booking,
        *between,
        *then,
        family=FAMILY if family is None else family,
        children=children or CHILDREN,
    )
    return player, Conference.objects.get(key="rcpc-1")


def invited(*before, who=INVITED, then=(), **told):
    """The invitations are out."""
    sent = at("2026-08-07", "clerk", "send_invitations", {"conference": "rcpc-1", "invited": list(who)})
    return booked(*before, between=[sent], then=then, **told)


def sitting(*before, there=THERE, family_present=("ida",), then=(), **told):
    """The review sits, opened with these people."""
    opened = {"conference": "rcpc-1", "attended": list(there), "family_present": list(family_present)}
    return invited(*before, then=[*then, at("2026-09-18", "cp_chair", "open_conference", opened)], **told)


def person(key: str) -> Professional:
    return Professional.objects.get(key=key)


def agency(key: str) -> Agency:
    return Agency.objects.get(key=key)


def child(key: str) -> Child:
    return Child.objects.get(key=key)


def relative(key: str) -> FamilyMember:
    return FamilyMember.objects.get(key=key)
