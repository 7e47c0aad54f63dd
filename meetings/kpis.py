"""Key figures of a case or of several: each says its numerator and its denominator.

Percentages to one decimal, halves up.

Denominators keep what is overdue and what never came; what was waived for another reason is left out everywhere.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from escalation.models import Disagreement
from meetings.expected import expected_people
from meetings.models import Conference, Dissent, Presence, Report, Sitting, View
from workflow.acting import day_of
from workflow.models import Case, Child, Deadline, FamilyMember, WhyWaived
from workflow.policy import calendar
from workflow.working_days import working_days_between

IN_TIME = {
    "icpc_in_time": "icpc",
    "transfer_in_in_time": "transfer_in",
    "reviews_in_time": "review",
    "core_groups_in_time": "core_group",
    "core_group_records_in_time": "core_group_record",
    "letters_in_time": "letter",
    "minutes_in_time": "minutes",
    "reports_in_time": "report",
    "invitations_in_time": "invitations",
    "assessments_in_time": "assessment",
    "visits_in_time": "visit",
    "supervision_in_time": "supervision",
    "actions_by_current_due": "action",
}


def percent(part: int, whole: int) -> float | None:
    """Of 100, to one decimal, halves up; None of nothing."""
    if not whole:
        return None
    return float((Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP))


@dataclass
class InTime:
    """Met not after the due day, met after it, waived as never met, overdue still, and the sum of these."""

    in_time: int = 0
    late: int = 0
    never: int = 0
    overdue: int = 0

    def as_figure(self) -> dict[str, Any]:
        of = self.in_time + self.late + self.never + self.overdue
        return {**asdict(self), "of": of, "pct": percent(self.in_time, of)}


def in_time(deadlines: Iterable[Deadline], on: date, *, by_first_date: bool = False) -> InTime:
    """Counts deadlines by what became of them, held against their present date or their first."""
    count = InTime()
    for deadline in deadlines:
        due = deadline.first_due_on if by_first_date else deadline.due_on
        if deadline.met_on is not None:
            if deadline.met_on <= due:
                count.in_time += 1
            else:
                count.late += 1
        elif deadline.why_waived == WhyWaived.NEVER_MET:
            count.never += 1
        elif deadline.is_pending and due < on:
            count.overdue += 1
    return count


def of_case(case: Case, on: date) -> dict[str, Any]:
    """Every key figure of one case as of a day."""
    owed = Deadline.objects.filter(case=case)
    figures = {name: in_time(owed.filter(code=code), on).as_figure() for name, code in IN_TIME.items()}
    figures["actions_by_original_due"] = in_time(owed.filter(code="action"), on, by_first_date=True).as_figure()
    figures["sittings_quorate"] = sittings_quorate(case)
    figures["conference_attendance"] = attendance(case, Presence.Occasion.SITTING)
    figures["core_group_attendance"] = attendance(case, Presence.Occasion.CORE_GROUP)
    figures["reports_shared"] = reports_shared(case)
    figures["children_views"], figures["parents_views"] = views(case)
    figures["dissents"] = Dissent.objects.filter(conference__case=case).count()
    figures["disagreements"] = disagreements(case)
    return figures


def sittings_quorate(case: Case) -> dict[str, Any]:
    """Sittings quorate as they ended, of all sittings."""
    ended = list(Sitting.objects.filter(conference__case=case).values_list("is_quorate", flat=True))
    return {"quorate": sum(ended), "of": len(ended), "pct": percent(sum(ended), len(ended))}


def counted(presences: "QuerySet[Presence]", *by: str) -> list[dict[str, Any]]:
    """Attendance grouped by these fields: expected, attended, reported, absent, longest absence. One statement.

    A written report is not presence: `reported` is apologies with a report, `absent` neither there nor reported.
    """
    there, reported = Q(was_there=True), Q(sent_report=True)
    rows = presences.order_by().values(*by)
    return list(
        rows.annotate(
            expected=Count("pk"),
            attended=Count("pk", filter=there),
            reported=Count("pk", filter=reported & ~there),
            absent=Count("pk", filter=~reported & ~there),
            longest=Max("absences_in_a_row"),
        )
    )


def attendance(case: Case, occasion: str) -> dict[str, dict[str, Any]]:
    """By agency: times there, of times expected. A written report is not presence."""
    return {
        row["agency__key"]: {
            "attended": row["attended"],
            "expected": row["expected"],
            "pct": percent(row["attended"], row["expected"]),
        }
        for row in counted(Presence.objects.filter(case=case, occasion=occasion), "agency__key")
    }


def reports_shared(case: Case) -> dict[str, Any]:
    """Reports shared with the family, of reports submitted."""
    shared = list(Report.objects.filter(conference__case=case).values_list("shared_with_family", flat=True))
    return {"shared": sum(shared), "of": len(shared), "pct": percent(sum(shared), len(shared))}


def views(case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """Children's and parents' views at decided conferences: recorded, of every born child and expected parent."""
    children: list[bool] = []
    parents: list[bool] = []
    for conference in Conference.objects.filter(case=case, state__in=Conference.DECIDED):
        assert conference.decided_at is not None
        day = day_of(conference.decided_at)
        had = {view.child or view.family_member: view.how not in View.NO_VIEW for view in conference.views.all()}
        about = conference.children
        children += [had.get(child, False) for child in about if was_born(child, day)]
        parents += [had.get(person, False) for person in parents_expected(about, day)]
    return _recorded(children), _recorded(parents)


def was_born(child: Child, day: date) -> bool:
    return child.born_on is not None and child.born_on <= day


def parents_expected(children: list[Child], day: date) -> list[FamilyMember]:
    """Who would have been expected on that day if nobody were excused or excluded."""
    return expected_people(children, is_unborn=lambda child: not was_born(child, day))


def _recorded(had: list[bool]) -> dict[str, Any]:
    return {"recorded": sum(had), "of": len(had), "pct": percent(sum(had), len(had))}


def disagreements(case: Case) -> dict[str, Any]:
    """Raised, resolved, and the working days each resolved one took."""
    raised = list(Disagreement.objects.filter(case=case))
    days = calendar()
    resolved = [each for each in raised if each.resolved_on is not None]
    return {
        "raised": len(raised),
        "resolved": len(resolved),
        "working_days": [
            working_days_between(each.raised_on, each.resolved_on, days) for each in resolved if each.resolved_on
        ],
    }
