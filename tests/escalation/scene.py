"""A small partnership and one case, made by hand: enough for somebody to owe something and for others to hear of it."""

from dataclasses import dataclass
from datetime import date, datetime, time

from notifications.models import Notification
from notifications.tell import tell
from workflow import deadlines
from workflow.acting import LONDON
from workflow.acts import PARTNERSHIP, under_way
from workflow.models import SOCIAL_CARE, Agency, Case, Child, Deadline, Family, Professional, Role
from workflow.people import take_part

OPENED = date(2026, 1, 5)

# Key, name, role, agency. Names that would be seen at once in a message that must hold none.
PEOPLE = [
    ("worker", "Ada Quillfeather", Role.LEAD_PRACTITIONER, SOCIAL_CARE),
    ("manager", "Ben Rookwood", Role.TEAM_MANAGER, SOCIAL_CARE),
    ("chair", "Cleo Marrable", Role.CONFERENCE_CHAIR, SOCIAL_CARE),
    ("clerk", "Dai Pennyfather", Role.CONFERENCE_ADMIN, SOCIAL_CARE),
    ("care_lead", "Eve Starling", Role.AGENCY_LEAD, SOCIAL_CARE),
    ("care_exec", "Fay Thrush", Role.AGENCY_EXEC, SOCIAL_CARE),
    ("board", "Gus Wagtail", Role.PARTNERSHIP, SOCIAL_CARE),
    ("nurse", "Hal Linnet", Role.AGENCY_PRACTITIONER, "health"),
    ("health_lead", "Ivy Bunting", Role.AGENCY_LEAD, "health"),
    ("health_exec", "Joy Siskin", Role.AGENCY_EXEC, "health"),
]
CHILD, FAMILY = "Mira Lowenthal", "Lowenthal"


@dataclass
class Scene:
    """The people by their keys, and the case."""

    case: Case
    people: dict[str, Professional]

    def __getattr__(self, key: str) -> Professional:
        if key not in self.__dict__.get("people", {}):
            raise AttributeError(key)
        return self.people[key]

    def owe(
        self,
        subject: str,
        due: date,
        *,
        owner: str = "nurse",
        fast: bool = False,
        on: date = OPENED,
        code: str = "action",
    ) -> Deadline:
        """Something owed by a chosen day."""
        with at_noon(on):
            owed = deadlines.start_chosen(
                self.case,
                code,
                subject,
                due=due,
                because="agreed",
                owner=self.people[owner],
                title="Something owed",
                on=on,
                fast=fast,
            )
        assert owed is not None
        return owed

    def leave(self, key: str, on: date) -> None:
        """Out of post from now, with nothing said to anybody."""
        person = self.people[key].fresh()
        with at_noon(on):
            person.left_on = on
            person.save()
        self.people[key] = person

    def told(self, *keys: str, code: str = "SOMETHING", on: date = OPENED) -> list[Notification]:
        """A message to each of these people, waiting to be sent; in the order of the keys."""
        with at_noon(on):
            notice = tell(self.case, code, "action:A1", [self.people[key] for key in keys], on=on)
        return list(notice.notifications.order_by("pk"))


def set_scene(without: tuple[str, ...] = (), reference: str = "CP-0417") -> Scene:
    """The partnership and the case on the day it is opened; posts named in `without` are vacant."""
    with at_noon(OPENED):
        agencies = {}
        for key in (SOCIAL_CARE, "health"):
            agencies[key] = Agency(key=key, name=key.title(), quorum_group=key)
            agencies[key].save()
        people = {}
        for key, name, role, agency in PEOPLE:
            if key not in without:
                email = f"{key}@{agency.replace('_', '-')}.example"
                people[key] = Professional(key=key, name=name, role=role, agency=agencies[agency], email=email)
                people[key].save()
        return Scene(open_case(people, reference), people)


def open_case(people: dict[str, Professional], reference: str) -> Case:
    """A case of these people; inside an act."""
    family = Family(name=FAMILY)
    family.save()
    case = Case(
        reference=reference,
        family=family,
        lead_practitioner=people["worker"],
        team_manager=people["manager"],
        chair=people["chair"],
        administrator=people["clerk"],
        opened_on=OPENED,
    )
    case.save()
    Child(case=case, key="mira", name=CHILD, born_on=date(2024, 5, 14)).save()
    take_part(case, people["worker"].agency)
    return case


def at_noon(on: date):
    """An act of nobody in particular, at noon of that day."""
    return under_way("set_scene", PARTNERSHIP, by=None, at=datetime.combine(on, time(12), LONDON))
