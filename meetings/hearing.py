"""What people think: each child, in its own words and dated; each parent; each agency on threshold and category.

Being too young is no reason for having no views: what was observed is one. Sources: learning from reviews (children
not heard, fathers marginalised, too few deciding); SUX (dissent noted agency by agency).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from meetings.chair import require_runs_the_meeting
from meetings.models import AgencyView, Conference, ConferenceChild, View
from workflow.acts import act
from workflow.errors import DateInFuture, NotPermitted, NotYourAgency, ReasonRequired, TooYoungIsNoReason, WrongState
from workflow.models import Agency, Child, FamilyMember, Professional
from workflow.permissions import require_wears, speaks_for

HAD_IN_WORDS = (View.How.WORDS, View.How.OBSERVATION)
ON_A_PLAN = (ConferenceChild.Outcome.PLAN, ConferenceChild.Outcome.CONTINUE)


@act
def record_view(
    conference: Conference,
    person: Child | FamilyMember,
    *,
    how: str,
    words: str = "",
    said_on: date | None = None,
    heard_by: Professional | None = None,
    by: Professional,
    on: date,
) -> View:
    """What a child or a parent says, as they said it, on which day and to whom. Several may be recorded.

    Raises TooYoungIsNoReason, DateInFuture, ReasonRequired (nothing was obtained and nobody says why, or words
    without a word), WrongState (an unborn child, or the meeting is over).
    """
    _require_may_record(conference, by, on)
    if conference.is_over:
        raise WrongState("The meeting is over.", about=[conference.key])
    if isinstance(person, Child) and not person.is_born:
        raise WrongState("An unborn child has no views yet.", about=[person.key])
    if how == View.How.TOO_YOUNG:
        raise TooYoungIsNoReason(about=[person.key])
    if said_on is not None and said_on > on:
        raise DateInFuture(about=[said_on.isoformat()])
    if how in (*HAD_IN_WORDS, View.How.NOT_OBTAINED) and not words.strip():
        raise ReasonRequired("Write down what was said or seen, or why nothing was.", about=[person.key])
    view = View(
        conference=conference,
        how=how,
        words=words,
        said_on=said_on or on,
        heard_by=heard_by or by,
        **{"child" if isinstance(person, Child) else "family_member": person},
    )
    view.save()
    return view


def _require_may_record(conference: Conference, by: Professional, on: date) -> None:
    case = conference.case
    require_wears(by, [conference.chair, case.administrator, case.lead_practitioner], on)


def heard(conference: Conference) -> dict[Child | FamilyMember, str]:
    """How the views of each person were had, as far as they were recorded: the latest that is a view at all."""
    found: dict[Child | FamilyMember, str] = {}
    for view in conference.views.select_related("child", "family_member"):
        person = view.child or view.family_member
        if person is not None and (view.how not in View.NO_VIEW or person not in found):
            found[person] = view.how
    return found


def write_down_how(conference: Conference, views: Mapping[Child | FamilyMember, str]) -> None:
    """What the decision says about how views were had; words recorded before are kept beside it."""
    recorded = heard(conference)
    for person, how in views.items():
        if recorded.get(person) != how:
            named = {"child": person} if isinstance(person, Child) else {"family_member": person}
            View(conference=conference, how=how, **named).save()


def said_before(conference: Conference, child: Child) -> list[View]:
    """What the child said at earlier meetings, the latest first."""
    earlier = View.objects.filter(child=child, conference__pk__lt=conference.pk).exclude(words="")
    return list(earlier.select_related("conference", "heard_by").order_by("-said_on", "-id"))


# Agencies


@act
def record_agency_view(
    conference: Conference,
    agency: Agency,
    child: Child,
    *,
    threshold: str,
    category: str = "",
    words: str = "",
    by: Professional,
    on: date,
) -> AgencyView:
    """What one agency thinks about one child: its own people say it, or whoever runs the meeting writes it down.

    Said again, it replaces what was said before, which stays in the history. Raises NotYourAgency, WrongState.
    """
    if not speaks_for(by, agency, on):
        _require_notes_for_others(conference, agency, by, on)
    if conference.is_over:
        raise WrongState("The meeting is over.", about=[conference.key])
    if not conference.about.filter(child=child).exists():
        raise WrongState("The meeting is not about this child.", about=[child.key])
    view = conference.agency_views.filter(agency=agency, child=child).first() or AgencyView(
        conference=conference, agency=agency, child=child
    )
    met = threshold == AgencyView.Threshold.MET
    view.threshold, view.category, view.words = threshold, category if met else "", words
    view.save()
    return view


def _require_notes_for_others(conference: Conference, agency: Agency, by: Professional, on: date) -> None:
    try:
        require_runs_the_meeting(conference, by, on)
    except NotPermitted as refused:
        raise NotYourAgency(about=[agency.key]) from refused


@dataclass(frozen=True)
class Differs:
    """An agency that thinks otherwise than the decision, and about which children, in words."""

    agency: Agency
    words: str


def who_differs(conference: Conference, outcomes: Mapping[Child, tuple[str, str]]) -> list[Differs]:
    """The agencies whose view differs from a decision: threshold or category. `outcomes` is outcome and category."""
    found: dict[Agency, list[str]] = {}
    for view in conference.agency_views.select_related("agency", "child"):
        outcome, category = outcomes.get(view.child, ("", ""))
        if outcome and _differs(view, outcome, category):
            found.setdefault(view.agency, []).append(f"{view.child.name}: {in_words(view)}")
    return [Differs(agency, "\n".join(said)) for agency, said in found.items()]


def _differs(view: AgencyView, outcome: str, category: str) -> bool:
    if view.threshold == AgencyView.Threshold.NO_VIEW:
        return False
    met = view.threshold == AgencyView.Threshold.MET
    return met != (outcome in ON_A_PLAN) or bool(met and view.category and view.category != category)


def in_words(view: AgencyView) -> str:
    """Threshold met, neglect. What it said."""
    parts = [view.get_threshold_display(), view.category]
    return ". ".join(part for part in [", ".join(one for one in parts if one), view.words.strip()] if part)


def asked_for_views(conference: Conference) -> list[Agency]:
    """The agencies that are asked what they think: those invited, and those that are here without."""
    invited = Agency.objects.filter(pk__in=conference.invitations.filter(state="invited").values("agency"))
    came = conference.sittings.filter(attendance__why_struck="").values("attendance__professional__agency")
    return list((invited | Agency.objects.filter(pk__in=came)).distinct().order_by("id"))


def without_views(children: Iterable[Child], had: Mapping[Child | FamilyMember, str]) -> list[Child]:
    """The born children whose views were not had."""
    return [child for child in children if child.is_born and had.get(child, View.How.NOT_OBTAINED) in View.NO_VIEW]
