"""Who hears when it is late: the rungs, the days they are owed, the people on them.

Which rung comes when and goes to which roles is policy data (`workflow.ladders`). A vacant post is replaced at once by
the next rung, and so on upwards, and each vacant post met is a dead letter. Everything here is asked, nothing written.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from workflow import people
from workflow.acting import LONDON, day_of
from workflow.errors import CalendarMissingYear
from workflow.ladders import ORDINARILY, Rung, Rungs
from workflow.models import Cover, Deadline, Professional, Role
from workflow.spans import Span
from workflow.timescales import ENGLAND_DEFAULT, Policy
from workflow.working_days import Calendar, latest_start_reaching

ONE_DAY = timedelta(days=1)
POSTS = (Role.AGENCY_LEAD, Role.AGENCY_EXEC, Role.PARTNERSHIP)
RUNGS = tuple(range(1, len(ORDINARILY) + 1))


def owed_on(deadline: Deadline, at: Span | Rung, days: Calendar) -> date | None:
    """The first day on which a rung is owed: its day has come, and unless it comes before the due date, that is past.

    Not before the day after its date was set: a sweep comes before the events of its day. None when the day lies beyond
    the holiday table.
    """
    day = reached_on(deadline.due_on, at, days)
    return None if day is None else max(day, deadline.running_since + ONE_DAY)


def reached_on(due: date, at: Span | Rung, days: Calendar) -> date | None:
    """The day a rung comes for something due on `due`, whenever that date was set. None beyond the holiday table."""
    rung = at if isinstance(at, Rung) else Rung(at, ())
    try:
        if rung.before:
            return _hours(due, -rung.offset.amount) if rung.offset.unit == "h" else rung.offset.before(due, days)
        day = _hours(due, rung.offset.amount) if rung.offset.unit == "h" else rung.offset.after(due, days)
    except CalendarMissingYear:
        return None
    return max(day, due + ONE_DAY)


def _hours(due: date, hours: int) -> date:
    """The London day on which so many real hours from the end of the due day have passed, or are still to pass.

    A rung that falls due at three in the afternoon is told that morning: rather some hours early than a night late.
    """
    end = datetime.combine(due + ONE_DAY, time(), LONDON)
    return day_of(datetime.fromtimestamp(end.timestamp() + hours * 3600, LONDON))


def latest_due_owed(today: date, at: Span | Rung, days: Calendar) -> date:
    """The latest due date for which a rung is owed by `today`: the ladder asked backwards."""
    rung = at if isinstance(at, Rung) else Rung(at, ())
    offset, yesterday = rung.offset, today - ONE_DAY
    if rung.before or offset.unit == "h":
        return _found_backwards(today, rung, days)
    if offset.in_working_days:
        return min(latest_start_reaching(today, offset.amount, days), yesterday)
    return min(offset.before(today, days), yesterday)


def _found_backwards(today: date, rung: Rung, days: Calendar) -> date:
    """From a day certainly too late, back to the first that is not. The last day of the calendar is never too late."""
    ahead = rung.offset.amount * 2 + 14 if rung.before and rung.offset.in_working_days else rung.offset.amount // 24 + 2
    if rung.before and rung.offset.unit == "d":
        ahead = rung.offset.amount
    due = min(today + ahead * ONE_DAY, date(days.years[-1], 12, 31))
    while due.year in days.years:
        day = reached_on(due, rung, days)
        if day is not None and day <= today:
            break
        due -= ONE_DAY
    return due


def rungs_for(deadline: Deadline, policy: Policy) -> Rungs:
    """The ladder a duty climbs if it starts to climb under this policy."""
    return policy.rungs(timescale=deadline.timescale, code=deadline.code, fast=deadline.is_fast)


@dataclass(frozen=True)
class Post:
    """One place on a rung and who holds it; `name` is what a dead letter calls it."""

    name: str
    holder: Professional | None


@dataclass(frozen=True)
class Heard:
    """Who hears a rung, and the vacant posts met on the way. `covering`: whom those hear for who are only cover."""

    people: list[Professional]
    vacant: list[str]
    covering: dict[int, Professional]


class Ladder:
    """Who stands on which rung on one day. Each post is looked up once, however many deadlines are late.

    `without`: people by their id who hold a post and can answer nothing; to the ladder it is vacant.
    """

    def __init__(
        self,
        on: date,
        covers: Iterable[Cover] | None = None,
        holders: Iterable[Professional] | None = None,
        without: Iterable[int] = (),
    ):
        self.on, self._without = on, frozenset(without)
        self._all_covers = list(
            Cover.objects.filter(until_on__gte=on).select_related("cover") if covers is None else covers
        )
        self._covers: dict[int, list[Professional]] = {}
        for each in self._all_covers:
            if each.from_on <= on <= each.until_on and self._is_there(each.cover):
                self._covers.setdefault(each.covered_id, []).append(each.cover)
        self._all_holders = holders

    def on_day(self, day: date) -> "Ladder":
        """The same posts as they will be on a later day, as far as it is known now. Asks nothing more."""
        if day == self.on:
            return self
        return Ladder(day, self._all_covers, self._holders(), self._without)

    def _holders(self) -> list[Professional]:
        """Everybody who may hold a post of an agency or of the partnership, in the order of the partnership's list."""
        if self._all_holders is None:
            posts = Professional.objects.in_post(self.on).filter(role__in=POSTS).select_related("agency")
            self._all_holders = list(posts.order_by("id"))
        return list(self._all_holders)

    def _first(self, role: Role, agency: int | None = None) -> Professional | None:
        """The first in post, as `workflow.people.first_in_post`; looked up once for all duties."""
        return next(
            (
                each
                for each in self._holders()
                if each.role == role and self._is_there(each) and agency in (None, each.agency_id)
            ),
            None,
        )

    def who_hears(self, deadline: Deadline, rung: int, rungs: Rungs | None = None) -> Heard:
        """The people of a rung and their cover, every vacant post replaced by the people of the next rung.

        `rungs`: the ladder that is climbed; the ordinary one when it is not said.
        """
        rungs = rungs or ENGLAND_DEFAULT.ordinary_rungs(fast=deadline.is_fast)
        present: list[Professional] = []
        vacant: list[str] = []
        for level in rungs[rung - 1 :]:
            posts = self.posts(deadline, level.to)
            present += [post.holder for post in posts if post.holder is not None]
            empty = [post.name for post in posts if post.holder is None]
            vacant += [name for name in empty if name not in vacant]
            if not empty:
                break
        return Heard(people.hearers(present, self.on, self._covers), vacant, self._covering(present))

    def _covering(self, present: list[Professional]) -> dict[int, Professional]:
        """Whom each of the covering hears for; nobody for somebody who hears in their own right."""
        own = {person.pk for person in present}
        found: dict[int, Professional] = {}
        for person in sorted(present, key=lambda one: one.pk):
            for cover in self._covers.get(person.pk, []):
                if cover.pk not in own:
                    found.setdefault(cover.pk, person)
        return found

    def posts(self, deadline: Deadline, roles: Iterable[str]) -> list[Post]:
        """The posts these roles mean for this deadline, as they are held on the day."""
        return [post for role in roles if (post := self._post(role, deadline))]

    def _post(self, role: str, deadline: Deadline) -> Post | None:
        """The post a role of the ladder means for this deadline; none for an owner who is family."""
        case, agency = deadline.case, deadline.agency
        match role:
            case "owner":
                owner = deadline.owner_professional
                return Post(f"owner:{deadline.key}", self._present(owner)) if owner else None
            case "lead_practitioner" | "team_manager" | "chair":
                return Post(role, self._present(getattr(case, role)))
            case "agency_lead":
                return Post(f"{role}:{agency.key}", self._first(Role.AGENCY_LEAD, agency.pk))
            case "agency_exec":
                return Post(f"{role}:{agency.key}", self._first(Role.AGENCY_EXEC, agency.pk))
            case _:
                return Post("partnership", self._first(Role.PARTNERSHIP))

    def _present(self, person: Professional) -> Professional | None:
        return person if self._is_there(person) else None

    def _is_there(self, person: Professional) -> bool:
        return person.is_in_post(self.on) and person.pk not in self._without

    # Dead letters

    def is_held(self, name: str) -> bool:
        """Whether the post a dead letter names is held on this day; an owner or a role of one case is not looked up."""
        role, _, agency = name.partition(":")
        if role == "partnership":
            return self._first(Role.PARTNERSHIP) is not None
        wanted = {"agency_lead": Role.AGENCY_LEAD, "agency_exec": Role.AGENCY_EXEC}.get(role)
        return any(
            each.role == wanted and each.agency.key == agency and self._is_there(each) for each in self._holders()
        )

    @staticmethod
    def post_in_words(name: str) -> str:
        """The post a dead letter names, for a person."""
        role, _, of = name.partition(":")
        said = {
            "owner": "Who owed",
            "agency_lead": "Lead of",
            "agency_exec": "Executive of",
            "lead_practitioner": "Lead practitioner",
            "team_manager": "Team manager",
        }.get(role, role.capitalize())
        # A key may hold a name, and who reads this may not have the case.
        what = of.partition(":")[0] if role == "owner" else of
        return f"{said} {what.replace('_', ' ')}".strip()
