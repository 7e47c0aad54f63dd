"""What the record says of one conference, read once, so that every recipient's copy is built from the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from meetings.models import (
    AgencyView,
    Attendance,
    Conference,
    ConferenceChild,
    Dissent,
    Exclusion,
    Invitation,
    Presence,
    Report,
    Sitting,
    View,
)
from plans.models import Action
from workflow.acting import day_of
from workflow.models import Agency, Child, Deadline, FamilyMember


@dataclass(frozen=True)
class Asked:
    """An action a conference asked for, with the deadline that holds its owner and its first date."""

    action: Action
    deadline: Deadline
    children: Sequence[int]


@dataclass(frozen=True)
class Facts:
    """A decided conference as the record has it."""

    conference: Conference
    about: Sequence[ConferenceChild]
    family: Sequence[FamilyMember]
    sittings: Sequence[Sitting]
    attendance: Sequence[Attendance]
    invitations: Sequence[Invitation]
    exclusions: Sequence[Exclusion]
    presences: Sequence[Presence]
    reports: Sequence[Report]
    reports_owed: Sequence[Deadline]
    views: Sequence[View]
    agency_views: Sequence[AgencyView]
    dissents: Sequence[Dissent]
    core_group: Sequence[Agency]
    asked: Sequence[Asked]
    next_dates: Sequence[Deadline]

    @property
    def children(self) -> list[Child]:
        return [row.child for row in self.about]

    @property
    def kind(self) -> str:
        """In the middle of a sentence: initial conference."""
        label = self.conference.get_kind_display()
        return f"{label[0].lower()}{label[1:]}"

    @property
    def decided_on(self) -> str:
        """The day of the decision, in words."""
        assert self.conference.decided_at is not None, "a conference goes out when it has decided"
        return in_full(day_of(self.conference.decided_at))


def in_full(day: object) -> str:
    """5 January 2026; empty without a day."""
    return f"{day:%-d %B %Y}" if day else ""


def facts_of(conference: Conference) -> Facts:
    """Reads everything a letter or minutes can say of it. A fixed number of statements, whatever its size."""
    case = conference.case
    about = list(conference.about.select_related("child").order_by("child"))
    on_record = Attendance.objects.filter(sitting__conference=conference, why_struck="")
    owed = Deadline.objects.filter(case=case, code="report", subject__startswith=f"{conference.key}:")
    return Facts(
        conference=conference,
        about=about,
        family=list(case.family_members.all()),
        sittings=list(conference.sittings.all()),
        attendance=list(on_record.select_related("professional__agency", "family_member", "sitting")),
        invitations=list(conference.invitations.select_related("agency", "family_member")),
        exclusions=list(conference.exclusions.filter(state=Exclusion.State.EXCLUDED).select_related("person")),
        presences=list(
            Presence.objects.filter(case=case, key=conference.key, occasion=Presence.Occasion.SITTING).select_related(
                "agency"
            )
        ),
        reports=list(conference.reports.select_related("agency")),
        reports_owed=list(owed.select_related("agency")),
        views=list(conference.views.select_related("child", "family_member").order_by("id")),
        agency_views=list(conference.agency_views.select_related("agency", "child")),
        dissents=list(conference.dissents.select_related("agency")),
        core_group=list(Agency.objects.filter(key__in=conference.core_group)),
        asked=_asked(conference),
        next_dates=_next_dates(conference, [row.child.key for row in about]),
    )


def _asked(conference: Conference) -> list[Asked]:
    actions = Action.objects.filter(case=conference.case, from_conference=conference.key)
    found = list(actions.prefetch_related("for_children").order_by("id"))
    deadlines = Deadline.objects.filter(
        case=conference.case, code="action", subject__in=[action.key for action in found]
    ).select_related("owner_professional__agency", "owner_family_member", "agency")
    first: dict[str, Deadline] = {}
    for each in deadlines.order_by("id"):
        first.setdefault(each.subject, each)
    return [
        Asked(action, first[action.key], [each.child_id for each in action.for_children.all()])
        for action in found
        if action.key in first
    ]


def _next_dates(conference: Conference, children: Sequence[str]) -> list[Deadline]:
    """The core group and the review owed for each child as the conference left them."""
    assert conference.decided_at is not None
    decided_on = day_of(conference.decided_at)
    owed = Deadline.objects.filter(
        Q(code="core_group") | Q(code="review"),
        case=conference.case,
        subject__in=children,
        counted_from__lte=decided_on,
    )
    latest = {(each.code, each.subject): each for each in owed.order_by("id")}
    standing = [each for each in latest.values() if not (each.met_on and each.met_on <= decided_on)]
    return sorted(standing, key=lambda each: (each.first_due_on, each.code, each.id))
