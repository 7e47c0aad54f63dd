"""Who hears when it is late: the rungs, the days they are owed, the people on them.

Rung 1 is the owner and the lead practitioner, 2 the lead of the owner's agency, 3 that agency's executive and the
chair, 4 the partnership. A vacant post is replaced at once by the next rung, and so on upwards, and each vacant post
met is a dead letter. Product default: no national figure exists for when to escalate.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from escalation.models import RUNGS
from workflow import people
from workflow.errors import CalendarMissingYear
from workflow.models import Deadline, Professional
from workflow.timescales import Span
from workflow.working_days import Calendar, latest_start_reaching

ONE_DAY = timedelta(days=1)

# Who hears on which rung, by role. When each rung is owed is policy data (`ladder`, `fast_ladder`).
WHO_HEARS = {
    1: ("owner", "lead_practitioner"),
    2: ("agency_lead",),
    3: ("agency_exec", "chair"),
    4: ("partnership",),
}


def owed_on(deadline: Deadline, offset: Span, days: Calendar) -> date | None:
    """The first day on which a rung is owed: the deadline is late, and `offset` has passed since its due date.

    Not before the day after its date was set: a sweep comes before the events of its day. None when the day lies beyond
    the holiday table.
    """
    try:
        reached = offset.after(deadline.due_on, days)
    except CalendarMissingYear:
        return None
    return max(reached, deadline.due_on + ONE_DAY, deadline.running_since + ONE_DAY)


def latest_due_owed(today: date, offset: Span, days: Calendar) -> date:
    """The latest due date for which a rung with this offset is owed by `today`: the ladder asked backwards."""
    yesterday = today - ONE_DAY
    if offset.in_working_days:
        return min(latest_start_reaching(today, offset.amount, days), yesterday)
    return min(offset.before(today, days), yesterday)


@dataclass(frozen=True)
class Post:
    """One place on a rung and who holds it; `name` is what a dead letter calls it."""

    name: str
    holder: Professional | None


@dataclass(frozen=True)
class Heard:
    """Who hears a rung, and the vacant posts met on the way."""

    people: list[Professional]
    vacant: list[str]


class Ladder:
    """Who stands on which rung on one day. Each post is looked up once, however many deadlines are late."""

    def __init__(self, on: date) -> None:
        self.on = on
        self._covers = people.covers_on(on)
        self._lead = cache(lambda agency: people.lead_of(agency, on))
        self._executive = cache(lambda agency: people.executive_of(agency, on))
        self._partnership = cache(lambda: people.partnership_officer(on))

    def who_hears(self, deadline: Deadline, rung: int) -> Heard:
        """The people of a rung and their cover, every vacant post replaced by the people of the next rung."""
        present: list[Professional | None] = []
        vacant: list[str] = []
        for level in range(rung, RUNGS[-1] + 1):
            posts = self.posts(deadline, level)
            present += [post.holder for post in posts]
            empty = [post.name for post in posts if post.holder is None]
            vacant += empty
            if not empty:
                break
        return Heard(people.hearers(present, self.on, self._covers), vacant)

    def posts(self, deadline: Deadline, rung: int) -> list[Post]:
        """The posts on one rung for this deadline, as they are held on the day."""
        return [post for role in WHO_HEARS[rung] if (post := self._post(role, deadline))]

    def _post(self, role: str, deadline: Deadline) -> Post | None:
        """The post a role of the ladder means for this deadline; none for an owner who is family."""
        case, agency = deadline.case, deadline.agency
        match role:
            case "owner":
                owner = deadline.owner_professional
                return Post(f"owner:{deadline.key}", self._present(owner)) if owner else None
            case "lead_practitioner":
                return Post(role, self._present(case.lead_practitioner))
            case "chair":
                return Post(role, self._present(case.chair))
            case "agency_lead":
                return Post(f"{role}:{agency.key}", self._lead(agency))
            case "agency_exec":
                return Post(f"{role}:{agency.key}", self._executive(agency))
            case _:
                return Post("partnership", self._partnership())

    def _present(self, person: Professional) -> Professional | None:
        return person if person.is_in_post(self.on) else None
