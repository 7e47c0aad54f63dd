"""The register of dissent and disagreement: who differs, about what, where it stands, how long it has taken.

A dissent is about one decision of a conference: noted in it, made formal within real hours, answered by the chair. A
disagreement is between two agencies and climbs stage by stage. Nothing closes by itself. Source: LDN, SUX.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet

from escalation.models import Disagreement
from meetings.models import Dissent
from workflow.acting import day_of
from workflow.models import Agency, Case, Deadline
from workflow.policy import calendar, policies
from workflow.timescales import Policy
from workflow.working_days import Calendar, working_days_between

OPEN, NOTED, CLOSED = "open", "noted", "closed"


@dataclass(frozen=True)
class Difference:
    """One dissent or disagreement as the register tells it. `standing`: open, noted (and left at that) or closed."""

    of: Dissent | Disagreement
    case: Case
    who: Agency
    against: str
    about: str
    stage: str
    since: date
    working_days: int
    standing: str
    owed: Deadline | None = None
    until: datetime | None = None
    outcome: str = ""

    @property
    def is_dissent(self) -> bool:
        return isinstance(self.of, Dissent)


def register(cases: "QuerySet[Case]", at: datetime) -> list[Difference]:
    """Every dissent and disagreement in these cases, the latest first: five statements, whatever the size."""
    on, days, policy_of = day_of(at), calendar(), policies()
    wanted = cases.values("pk")
    owed = _owed(Deadline.objects.filter(case__in=wanted, code__in=("dissent", "disagreement")))
    dissents = Dissent.objects.filter(conference__case__in=wanted).select_related("conference__case", "agency")
    raised = Disagreement.objects.filter(case__in=wanted)
    raised = raised.select_related("case", "agency", "with_agency", "answer_from__agency")
    found = [
        *(_of_dissent(each, owed, at, days, policy_of) for each in dissents),
        *(_of_disagreement(each, owed, on, days) for each in raised),
    ]
    return sorted(found, key=lambda each: (each.since, each.of.pk), reverse=True)


Owed = dict[tuple[int, str, str], Deadline]


def _owed(deadlines: Iterable[Deadline]) -> Owed:
    """The latest deadline under each key."""
    return {(each.case_id, each.code, each.subject): each for each in sorted(deadlines, key=lambda one: one.pk)}


def window_of(dissent: Dissent, policy_of: Callable[[date], Policy]) -> datetime:
    """Until when a dissent may be made formal: real hours from the decision."""
    decided = dissent.conference.decided_at
    assert decided is not None, "a dissent is noted with the decision"
    return decided.astimezone(UTC) + timedelta(hours=policy_of(day_of(decided)).span("dissent_formal").amount)


def _of_dissent(
    dissent: Dissent, owed: Owed, at: datetime, days: Calendar, policy_of: Callable[[date], Policy]
) -> Difference:
    conference = dissent.conference
    assert conference.decided_at is not None
    clock = owed.get((conference.case_id, "dissent", f"{conference.key}:{dissent.agency.key}"))
    until = window_of(dissent, policy_of) if dissent.state == Dissent.State.NOTED else None
    since = day_of(conference.decided_at)
    standing = _standing(dissent, until, at)
    ended = clock.met_on if clock and clock.met_on else day_of(at)
    if standing == NOTED and until is not None:
        ended = day_of(until)
    return Difference(
        of=dissent,
        case=conference.case,
        who=dissent.agency,
        against=f"the decision of the {conference.get_kind_display().lower()}",
        about=dissent.text,
        stage=dissent.get_state_display(),
        since=since,
        working_days=working_days_between(since, ended, days),
        standing=standing,
        owed=clock if clock and clock.is_pending else None,
        until=until,
        outcome=dissent.answer,
    )


def _standing(dissent: Dissent, until: datetime | None, at: datetime) -> str:
    if until is not None:
        return OPEN if at <= until else NOTED
    return OPEN if dissent.state == Dissent.State.FORMAL else CLOSED


def _of_disagreement(disagreement: Disagreement, owed: Owed, on: date, days: Calendar) -> Difference:
    clock = owed.get((disagreement.case_id, "disagreement", f"{disagreement.key}:{disagreement.stage}"))
    stage = disagreement.get_state_display()
    if disagreement.is_resolved:
        stage = f"Resolved at stage {disagreement.stage}"
    return Difference(
        of=disagreement,
        case=disagreement.case,
        who=disagreement.agency,
        against=str(disagreement.with_agency),
        about=disagreement.about,
        stage=stage,
        since=disagreement.raised_on,
        working_days=working_days_between(disagreement.raised_on, disagreement.resolved_on or on, days),
        standing=CLOSED if disagreement.is_resolved else OPEN,
        owed=clock if clock and clock.is_pending else None,
        outcome=disagreement.outcome,
    )
