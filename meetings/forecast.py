"""What a day does before it is saved: every date that follows from it, what it clashes with, who is likely to come.

Pure reading: nothing is saved and nobody is told. Every date is worked out by the same rules as when it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from meetings import clashes
from meetings.clashes import Clash, Planned
from meetings.effects import Effect, after, before, core_groups_stay, too_short
from meetings.models import Conference, Invitation
from meetings.outcomes import DUTIES
from workflow.models import SOCIAL_CARE, Agency, Case, Child, Deadline, Professional
from workflow.models.case import CaseQuerySet
from workflow.people import contacts_in
from workflow.policy import calendar, policy_on
from workflow.timescales import Policy

# A review this long before its limit is brought forward, and whoever reads it later wants to know why.
EARLY = timedelta(days=28)


@dataclass(frozen=True)
class DayForecast:
    """What one day would do to every date around it."""

    day: date
    effects: Sequence[Effect]
    clashes: Sequence[Clash]
    is_early: bool

    @property
    def before(self) -> list[Effect]:
        return [each for each in self.effects if each.on < self.day]

    @property
    def after(self) -> list[Effect]:
        return [each for each in self.effects if each.on >= self.day]

    @property
    def is_past_limit(self) -> bool:
        return any(clash.code == "PAST_LIMIT" for clash in self.clashes)


def what_a_day_does(
    case: Case,
    kind: str,
    children: Sequence[Child],
    day: date,
    on: date,
    chair: Professional | None = None,
    conference: Conference | None = None,
    visible: CaseQuerySet | None = None,
) -> DayForecast:
    """Every later date a meeting on `day` gives, and every clash, as seen on `on`.

    `conference` when it is already there and given another day; `visible`: the cases the reader may hear named. A
    fixed number of statements. Raises CalendarMissingYear when a count leaves the calendar.
    """
    planned = Planned(case, kind, children, day, on, policy_on(on), calendar())
    owed = Deadline.objects.pending().filter(case=case, subject__in=[child.key for child in children])
    pending = list(owed.filter(code__in=[DUTIES[Conference.Kind(kind)][0], "core_group"]))
    limits = [each for each in pending if each.code != "core_group"]
    effects = [*before(planned), *after(planned), *core_groups_stay(planned, pending)]
    against = [
        *clashes.about_the_day(planned),
        *clashes.past_limits(planned, limits),
        *too_short(planned, effects),
        *clashes.other_plans_are_reviewed(planned),
        *clashes.chair_is_busy(planned, chair or case.chair, conference, visible),
    ]
    early = kind == Conference.Kind.REVIEW and bool(limits) and all(day < each.due_on - EARLY for each in limits)
    return DayForecast(day, sorted(effects, key=lambda each: each.on), against, early)


# Who is likely to come


class Turnout(StrEnum):
    """What an agency's group is going to do, as far as its agencies have answered."""

    COMES = "comes"
    NOT_KNOWN = "not known"
    STAYS_AWAY = "stays away"


@dataclass(frozen=True)
class Ring:
    """Somebody worth ringing, and why."""

    agency: Agency
    contact: Professional | None
    why: str


@dataclass(frozen=True)
class QuorumForecast:
    """Whether enough agencies are going to be there: social care, and so many other groups."""

    conference: Conference
    needed: int
    social_care: Turnout
    others: Mapping[str, Turnout]
    to_ring: Sequence[Ring]

    def _count(self, turnout: Turnout) -> int:
        return list(self.others.values()).count(turnout)

    @property
    def coming(self) -> int:
        """How many groups besides social care have said that they come."""
        return self._count(Turnout.COMES)

    @property
    def not_known(self) -> int:
        return self._count(Turnout.NOT_KNOWN)

    @property
    def verdict(self) -> str:
        """likely, at risk or lost, as far as it is known."""
        if self.social_care == Turnout.STAYS_AWAY or self.coming + self.not_known < self.needed:
            return "lost"
        return "likely" if self.social_care == Turnout.COMES and self.coming >= self.needed else "at risk"

    @property
    def in_words(self) -> str:
        """Social care comes; 1 of the 2 other groups needed comes, 2 have not answered."""
        waiting = (
            f", {self.not_known} {'has' if self.not_known == 1 else 'have'} not answered" if self.not_known else ""
        )
        social_care = {
            Turnout.COMES: "Social care comes",
            Turnout.NOT_KNOWN: "Social care has not answered",
            Turnout.STAYS_AWAY: "Social care does not come",
        }[self.social_care]
        if self.coming > self.needed:
            return f"{social_care}; {self.coming} other groups come where {self.needed} are needed{waiting}"
        return f"{social_care}; {self.coming} of the {self.needed} other groups needed {_comes(self.coming)}{waiting}"


def _comes(number: int) -> str:
    return "comes" if number == 1 else "come"


def quorum_forecast(conference: Conference, on: date) -> QuorumForecast:
    """Whether enough agencies are going to be there, and whom to ring, as answered so far."""
    return quorum_forecasts([conference], on)[conference.pk]


def quorum_forecasts(
    conferences: Iterable[Conference], on: date, *, whom_to_ring: bool = True
) -> dict[int, QuorumForecast]:
    """The same for several, by their id. Five statements, however many there are; two without whom to ring."""
    found = list(conferences)
    policy = policy_on(on)
    counts = (Invitation.State.EXPECTED, Invitation.State.INVITED)
    asked = Invitation.objects.filter(conference__in=found, agency__isnull=False, state__in=counts)
    by_conference: dict[int, list[Invitation]] = {each.pk: [] for each in found}
    for invitation in asked.select_related("agency", "conference"):
        by_conference[invitation.conference_id].append(invitation)
    agencies = {each.agency for rows in by_conference.values() for each in rows}
    contacts = contacts_in({each.case for each in found}, agencies, on) if whom_to_ring else {}
    return {each.pk: forecast_of(each, by_conference[each.pk], policy, contacts) for each in found}


def forecast_of(
    conference: Conference,
    asked: Sequence[Invitation],
    policy: Policy,
    contacts: Mapping[tuple[int, int], Professional],
) -> QuorumForecast:
    by_agency = policy.settings["quorum_group_by"] == "agency"
    answers: dict[str, list[Turnout]] = {}
    groups: dict[Invitation, str] = {}
    home = {
        SOCIAL_CARE,
        *(each.agency.quorum_group for each in asked if each.agency.key == SOCIAL_CARE and not by_agency),
    }
    for each in asked:
        group = each.agency.key if by_agency or each.agency.key == SOCIAL_CARE else each.agency.quorum_group
        groups[each] = group
        answers.setdefault(group, []).append(_turnout(each))
    found = {group: _of_group(said) for group, said in answers.items()}
    forecast = QuorumForecast(
        conference,
        policy.settings["quorum_other_groups"],
        found.get(SOCIAL_CARE, Turnout.NOT_KNOWN),
        {group: turnout for group, turnout in found.items() if group not in home},
        [],
    )
    ringing = sorted(
        (each for each in asked if _turnout(each) != Turnout.COMES),
        key=lambda each: _order(each, groups, found, forecast),
    )
    to_ring = [
        Ring(each.agency, contacts.get((conference.case_id, each.agency_id)), _why(each, groups, found, forecast))
        for each in ringing
    ]
    return replace(forecast, to_ring=to_ring)


def _turnout(invitation: Invitation) -> Turnout:
    """A substitute comes too; an answer for an earlier date is none."""
    comes = (Invitation.Reply.ACCEPTED, Invitation.Reply.SUBSTITUTE)
    if not invitation.present_reply:
        return Turnout.NOT_KNOWN
    return Turnout.COMES if invitation.present_reply in comes else Turnout.STAYS_AWAY


def _of_group(said: Sequence[Turnout]) -> Turnout:
    """One agency of a group is enough; while one has not answered, nothing is lost."""
    return next(each for each in (Turnout.COMES, Turnout.NOT_KNOWN, Turnout.STAYS_AWAY) if each in said)


def _order(
    each: Invitation, groups: Mapping[Invitation, str], found: Mapping[str, Turnout], forecast: QuorumForecast
) -> tuple[bool, bool, bool, int]:
    """Social care first, then whose group is still wanted, those who have not answered before those who said no."""
    return (
        each.agency.key != SOCIAL_CARE,
        not _is_wanted(groups[each], found, forecast),
        _turnout(each) == Turnout.STAYS_AWAY,
        each.pk,
    )


def _is_wanted(group: str, found: Mapping[str, Turnout], forecast: QuorumForecast) -> bool:
    if found[group] == Turnout.COMES:
        return False
    return group == SOCIAL_CARE or forecast.coming < forecast.needed


def _why(
    each: Invitation, groups: Mapping[Invitation, str], found: Mapping[str, Turnout], forecast: QuorumForecast
) -> str:
    said_no = _turnout(each) == Turnout.STAYS_AWAY
    first = "Does not come: ask who comes instead" if said_no else "Has not answered"
    if groups[each] == SOCIAL_CARE:
        return f"{first}; without social care there is no quorum"
    if _is_wanted(groups[each], found, forecast):
        short = forecast.needed - forecast.coming
        return f"{first}; the quorum needs {short} more group{'' if short == 1 else 's'}"
    return f"{first}; the quorum does not hang on it"
