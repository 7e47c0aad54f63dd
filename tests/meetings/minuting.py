"""A conference that has decided, with an agenda of three items and its minutes not yet begun."""

from dataclasses import dataclass
from typing import Any

from meetings.models import AgendaItem, Conference, Minutes
from tests.making import A_WEDNESDAY, a_case, a_partnership, doing, noon
from workflow.models import FamilyMember, Professional, Role


@dataclass
class Scene:
    people: dict[Any, Professional]
    conference: Conference
    items: list[AgendaItem]
    minutes: Minutes

    @property
    def clerk(self) -> Professional:
        return self.people[Role.CONFERENCE_ADMIN]

    @property
    def chair(self) -> Professional:
        return self.people[Role.CONFERENCE_CHAIR]


def a_scene() -> Scene:
    """Maya's mother and father are in the family; item 2 is kept from the father."""
    people = a_partnership()
    case = a_case(people)
    with doing(case, name="set_the_scene"):
        FamilyMember(case=case, key="dad", name="Tom Hale", relation="father").save()
        conference = Conference(case=case, key="icpc-1", kind="initial")
        conference.book(day=A_WEDNESDAY, chair=case.chair, late_reason="")
        conference.send_invitations()
        conference.open()
        conference.decide(at=noon(A_WEDNESDAY))
        conference.save()
        titles = ("Introductions", "What the father may not read", "For professionals")
        items = [
            AgendaItem(conference=conference, number=number, code=f"part-{number}", section="Part", title=title)
            for number, title in enumerate(titles, 1)
        ]
        items[1].kept_from = ["dad"]
        items[2].audience = AgendaItem.Audience.PROFESSIONALS
        for item in items:
            item.save()
        minutes = Minutes(conference=conference)
        minutes.save()
    return Scene(people, conference, items, minutes)
