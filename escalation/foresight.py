"""What will come: the rungs of the next days with whom they will reach, and the gaps nobody will be there to hear in.

Asked, never stored; nothing here writes. Said as things stand now: whatever is done in the meantime comes to nobody.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from escalation.ladder import Heard, Ladder, owed_on, rungs_for
from escalation.models import Absence, Alert
from workflow.ladders import Rung, Rungs
from workflow.models import Case, Cover, Deadline, Professional
from workflow.policy import calendar, policy_on

# A rung before the due day looks ahead no further than this.
LONGEST_AHEAD = timedelta(days=120)


@dataclass(frozen=True)
class Coming:
    """One rung that will be raised on a day unless the duty is met before: about what, why then, to whom."""

    deadline: Deadline
    number: int
    rung: Rung
    on: date
    heard: Heard
    is_frozen: bool

    @property
    def why(self) -> str:
        due = f"{self.deadline.due_on:%-d %b %Y}"
        return f"due {due}; {self.rung.when}{', on the ladder it already climbs' if self.is_frozen else ''}"

    @property
    def people(self) -> list[tuple[Professional, Professional | None]]:
        """Who will hear, each with whom they hear for when they are cover."""
        return [(person, self.heard.covering.get(person.pk)) for person in self.heard.people]


def will_fire(cases: "QuerySet[Case]", today: date, until: date) -> list[Coming]:
    """Every rung owed after `today` and up to `until` in these cases, in the order of days: a fixed cost.

    Who hears is said as posts and cover will be on that day, as far as it is known now.
    """
    policy, days = policy_on(today), calendar()
    due = Deadline.objects.pending().filter(case__in=cases.values("pk"), due_on__lte=until + LONGEST_AHEAD)
    late = due.select_related(
        "case__lead_practitioner__agency",
        "case__team_manager__agency",
        "case__chair__agency",
        "owner_professional__agency",
        "owner_family_member",
        "agency",
    )
    started = _started(due)
    ladder, found = Ladder(today), []
    for deadline in late:
        frozen, raised = started.get((deadline.pk, deadline.due_on), (None, set()))
        rungs = frozen or rungs_for(deadline, policy)
        for number, rung in enumerate(rungs, 1):
            day = owed_on(deadline, rung, days)
            if number not in raised and day is not None and today < day <= until:
                found.append((day, deadline, number, rung, rungs, frozen is not None))
    found.sort(key=lambda one: (one[0], one[1].due_on, one[1].pk, one[2]))
    return [
        Coming(deadline, number, rung, day, ladder.on_day(day).who_hears(deadline, number, rungs), is_frozen)
        for day, deadline, number, rung, rungs, is_frozen in found
    ]


def _started(due: "QuerySet[Deadline]") -> dict[tuple[int, date], tuple[Rungs, set[int]]]:
    """The ladder each duty climbs already, and the rungs raised of it."""
    found: dict[tuple[int, date], tuple[Rungs, set[int]]] = {}
    for alert in Alert.objects.filter(deadline__in=due.values("pk")).select_related("ladder").order_by("id"):
        found.setdefault((alert.deadline_id, alert.due_on), (alert.ladder.read, set()))[1].add(alert.rung)
    return found


# Gaps


@dataclass(frozen=True)
class Gap:
    """Somebody will be away or gone while they owe something or hold a case, and nobody covers them."""

    person: Professional
    from_on: date
    until_on: date | None
    duties: int
    cases: int

    @property
    def is_for_good(self) -> bool:
        return self.until_on is None


def gaps(people: Iterable[Professional], today: date, until: date) -> list[Gap]:
    """The days up to `until` on which one of them is away uncovered, or gone, with something still theirs."""
    known = {person.pk: person for person in people}
    covers = list(Cover.objects.filter(covered__in=known, until_on__gte=today))
    duties = _count(Deadline.objects.pending().filter(owner_professional__in=known), "owner_professional_id")
    cases: dict[int, int] = {}
    roles = Q(lead_practitioner__in=known) | Q(chair__in=known) | Q(team_manager__in=known)
    held = Case.objects.filter(roles, destroyed_on=None)
    for row in held.values_list("lead_practitioner_id", "chair_id", "team_manager_id"):
        for pk in {*row} & {*known}:
            cases[pk] = cases.get(pk, 0) + 1
    found = []
    for pk, from_on, until_on in _away(known, today, until):
        left = _uncovered(from_on, until_on or until, [each for each in covers if each.covered_id == pk])
        if left and (duties.get(pk) or cases.get(pk)):
            last = None if until_on is None else left[-1]
            found.append(Gap(known[pk], left[0], last, duties.get(pk, 0), cases.get(pk, 0)))
    return sorted(found, key=lambda gap: (gap.from_on, gap.person.name))


def _away(known: dict[int, Professional], today: date, until: date) -> Iterator[tuple[int, date, date | None]]:
    for each in Absence.objects.filter(professional__in=known, from_on__lte=until, until_on__gte=today, is_off=False):
        yield each.professional_id, max(each.from_on, today), min(each.until_on, until)
    for pk, person in known.items():
        if person.left_on is not None and today <= person.left_on <= until:
            yield pk, person.left_on, None


def _uncovered(from_on: date, until_on: date, covers: Sequence[Cover]) -> list[date]:
    days = [from_on + timedelta(days=n) for n in range((until_on - from_on).days + 1)]
    return [day for day in days if not any(each.from_on <= day <= each.until_on for each in covers)]


def _count(found: "QuerySet[Deadline]", by: str) -> dict[int, int]:
    counted: dict[int, int] = {}
    for pk in found.values_list(by, flat=True):
        counted[pk] = counted.get(pk, 0) + 1
    return counted
