"""Referral, strategy discussion and section 47 enquiry: from the first worry to the request for a conference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from meetings import quorum
from meetings.expected import living_children
from meetings.models import DiscussedChild, Enquiry, Referral, ReferredChild, StrategyDiscussion
from meetings.outcomes import strategy_concluded
from notifications.tell import tell
from plans.models import Injury
from workflow import deadlines
from workflow.acts import act
from workflow.errors import (
    AlreadyExists,
    BackingMissing,
    ChildNotConsidered,
    ChildNotSeenInEnquiry,
    FatherNotConsidered,
    MedicalDecisionMissing,
    NonMobileNeedsStrategy,
    PaediatricOpinionNeeded,
    ReasonRequired,
    ReferrerNotSpokenTo,
    StrategyInquorate,
    UnbornNotListed,
    WrongState,
)
from workflow.models import Case, Child, Deadline, Professional, Role
from workflow.people import heard_from, link
from workflow.records import ready

# Referral


@act
def receive_referral(
    case: Case,
    key: str,
    *,
    children: Sequence[Child],
    concern: str,
    anyone_pregnant: str,
    concern_noticed_on: date | None = None,
    on: date,
) -> Referral:
    """A worry arrives. A decision is owed in one working day and an assessment in forty-five.

    Raises AlreadyExists, UnbornNotListed. Source: Working Together; learning from reviews (is anyone pregnant?).
    """
    if Referral.objects.filter(case=case, key=key).exists():
        raise AlreadyExists(about=[key])
    if anyone_pregnant == Referral.Pregnant.YES and not any(child.is_unborn for child in children):
        raise UnbornNotListed(about=[key])
    referral = Referral(
        case=case,
        key=key,
        concern=concern,
        anyone_pregnant=anyone_pregnant,
        noticed_on=concern_noticed_on,
        received_on=on,
    )
    referral.save()
    for child in children:
        ReferredChild(referral=referral, child=child).save()
    deadlines.start(
        case,
        "referral",
        key,
        timescale="referral_decision",
        since=on,
        because="referral received",
        owner=case.team_manager,
        title=f"Decision on {referral}",
        on=on,
        about=referral,
    )
    deadlines.start(
        case,
        "assessment",
        key,
        timescale="assessment",
        since=on,
        because="referral received",
        owner=case.lead_practitioner,
        title=f"Assessment after {referral}",
        on=on,
        about=referral,
    )
    if anyone_pregnant == Referral.Pregnant.NOT_ASKED:
        tell(case, "PREGNANCY_NOT_ASKED", key, [case.team_manager], on=on)
    return referral


@act
def decide_referral(
    referral: Referral,
    *,
    decision: str,
    spoke_to_referrer: bool,
    strategy: str = "",
    why_not: str = "",
    on: date,
) -> Referral:
    """What follows from a referral. A mark on a child who cannot move always goes to a strategy discussion.

    Raises ReferrerNotSpokenTo, NonMobileNeedsStrategy.
    """
    ready(referral.decide)
    case, to_strategy = referral.case, decision == Referral.Decision.STRATEGY_DISCUSSION
    if not spoke_to_referrer and not why_not.strip():
        raise ReferrerNotSpokenTo(about=[referral.key])
    children = [row.child for row in referral.referred.select_related("child")]
    marked = undiscussed_injuries(children).filter(is_non_mobile=True)
    if not to_strategy and marked:
        raise NonMobileNeedsStrategy(about=[injury.child.key for injury in marked])
    referral.decide(decision=decision, spoke_to_referrer=spoke_to_referrer, why_not=why_not)
    referral.save()
    deadlines.meet(deadlines.pending(case, "referral", referral.key), on=on)
    if to_strategy:
        _call(case, strategy or f"{referral.key}-strategy", children, reason=referral.concern, on=on)
    elif decision != Referral.Decision.ASSESSMENT:
        deadlines.waive(deadlines.pending(case, "assessment", referral.key))
    return referral


def undiscussed_injuries(children: Sequence[Child]):  # type: ignore[no-untyped-def]
    """Injuries of these children recorded since the last concluded discussion about them."""
    return Injury.objects.filter(child__in=children, discussed_in="").select_related("child")


@act
def complete_assessment(referral: Referral, *, covers_father: bool, why_not_father: str = "", on: date) -> None:
    """The assessment is done and covers the father, or says why not. Raises FatherNotConsidered."""
    owed = deadlines.pending(referral.case, "assessment", referral.key)
    if owed is None:
        raise WrongState(about=[referral.key])
    if not covers_father and not why_not_father.strip():
        raise FatherNotConsidered(about=[referral.key])
    referral.why_not_father = why_not_father
    referral.save()
    deadlines.meet(owed, on=on)


# Strategy discussion


@act
def call_strategy(case: Case, key: str, *, children: Sequence[Child], reason: str, on: date) -> StrategyDiscussion:
    """Calls a strategy discussion; it is owed in one working day. Raises AlreadyExists."""
    return _call(case, key, children, reason=reason, on=on)


def _call(case: Case, key: str, children: Sequence[Child], *, reason: str, on: date) -> StrategyDiscussion:
    discussion = _new_discussion(case, key, children, reason=reason, on=on)
    deadlines.start(
        case,
        "strategy",
        key,
        timescale="strategy_hold",
        since=on,
        because="strategy discussion called",
        owner=case.team_manager,
        title=str(discussion),
        on=on,
        about=discussion,
    )
    return discussion


def _new_discussion(case: Case, key: str, children: Sequence[Child], *, reason: str, on: date) -> StrategyDiscussion:
    if StrategyDiscussion.objects.filter(case=case, key=key).exists():
        raise AlreadyExists(about=[key])
    discussion = StrategyDiscussion(case=case, key=key, reason=reason, called_on=on)
    discussion.save()
    _discuss(discussion, children)
    return discussion


def _discuss(discussion: StrategyDiscussion, children: Sequence[Child]) -> None:
    already = set(discussion.discussed.values_list("child", flat=True))
    for child in children:
        if child.pk not in already:
            DiscussedChild(discussion=discussion, child=child).save()


@dataclass(frozen=True)
class Medical:
    """What was decided about a medical for an injury: done, booked or not_needed, by whom and why."""

    decision: str
    decided_by: str
    why: str = ""


@act
def conclude_strategy(
    case: Case,
    key: str,
    *,
    children: Sequence[Child],
    attended: Sequence[Professional],
    outcome: str,
    considered: Sequence[Child],
    medical: Medical | None = None,
    emergency: str = "",
    follows: StrategyDiscussion | None = None,
    on: date,
) -> StrategyDiscussion:
    """Holds the discussion and concludes it; it need not have been called. What follows: `outcomes.strategy_concluded`.

    Raises StrategyInquorate, ChildNotConsidered, MedicalDecisionMissing, PaediatricOpinionNeeded. Source: Working
    Together; BUCKS, LLR-STRAT, LLR-PMB.
    """
    discussion = StrategyDiscussion.objects.filter(case=case, key=key).first()
    if discussion is not None:
        ready(discussion.conclude)
    missing = quorum.missing_from_strategy(attended, on, emergency=bool(emergency.strip()))
    if missing:
        raise StrategyInquorate(about=missing)
    forgotten = [child.key for child in living_children(case) if child not in considered]
    if forgotten:
        raise ChildNotConsidered(about=forgotten)
    injuries = list(undiscussed_injuries(children))
    if injuries and medical is None:
        raise MedicalDecisionMissing(about=[injury.child.key for injury in injuries])
    marked = [injury.child.key for injury in injuries if injury.is_non_mobile]
    if marked and medical is not None and medical.decision == "not_needed":
        raise PaediatricOpinionNeeded(about=marked)
    discussion = discussion or _new_discussion(case, key, [], reason="", on=on)
    _discuss(discussion, children)
    discussion.emergency, discussion.follows = emergency, follows
    discussion.attended = [person.key for person in attended]
    discussion.considered = [child.key for child in considered]
    discussion.during_enquiry = Enquiry.objects.filter(child__in=children, state__in=Enquiry.RUNNING).exists()
    if medical:
        discussion.medical_decision, discussion.medical_decided_by = medical.decision, medical.decided_by
        discussion.medical_why = medical.why
    discussion.conclude(on=on, outcome=outcome)
    discussion.save()
    for injury in injuries:
        injury.discussed_in = key
        injury.save()
    for person in attended:
        link(case, person, "strategy discussion", on=on)
    heard_from(case, [person.agency for person in attended])
    strategy_concluded(discussion, children, on=on)
    return discussion


@act
def cancel_strategy(discussion: StrategyDiscussion, *, reason: str) -> StrategyDiscussion:
    """A discussion that was called is not held. Raises ReasonRequired."""
    ready(discussion.cancel)
    if not reason.strip():
        raise ReasonRequired(about=[discussion.key])
    discussion.cancel()
    discussion.save()
    deadlines.waive(deadlines.pending(discussion.case, "strategy", discussion.key))
    return discussion


# Section 47 enquiry


def latest_enquiry(child: Child) -> Enquiry | None:
    return Enquiry.objects.filter(child=child).last()


def _enquiries(children: Sequence[Child]) -> list[Enquiry]:
    """The latest enquiry about each child. Raises WrongState naming children without one."""
    found = {child: latest_enquiry(child) for child in children}
    without = [child.key for child, enquiry in found.items() if enquiry is None]
    if without:
        raise WrongState("There is no enquiry.", about=without)
    return [enquiry for enquiry in found.values() if enquiry is not None]


@act
def propose_s47_outcome(
    case: Case, *, children: Sequence[Child], seen: Sequence[Child], outcome: str, not_seen_reason: str = ""
) -> list[Enquiry]:
    """The lead practitioner's proposal, once the child has been seen or it is said why not.

    Raises ChildNotSeenInEnquiry.
    """
    enquiries = _enquiries(children)
    ready(*(enquiry.propose for enquiry in enquiries))
    unseen = [child.key for child in children if child.is_born and child not in seen]
    if unseen and not not_seen_reason.strip():
        raise ChildNotSeenInEnquiry(about=unseen)
    for enquiry in enquiries:
        enquiry.propose(outcome=outcome, seen=enquiry.child in seen, why_not_seen=not_seen_reason)
        enquiry.save()
    return enquiries


@act
def authorise_s47(case: Case, *, children: Sequence[Child], rationale: str, outcome: str, on: date) -> list[Enquiry]:
    """The manager authorises the outcome: conference, child_in_need, no_further_action or existing_plan.

    To conference: it has to be asked for in one working day; one that was no longer owed is owed again by its first
    date. Otherwise no conference is owed. Raises ReasonRequired.
    """
    enquiries = _enquiries(children)
    ready(*(enquiry.conclude_to_conference for enquiry in enquiries))
    if not rationale.strip():
        raise ReasonRequired(about=[child.key for child in children])
    for enquiry in enquiries:
        enquiry.rationale = rationale
        getattr(enquiry, "conclude_to_conference" if outcome == "conference" else f"conclude_{outcome}")()
        enquiry.save()
        deadlines.meet(deadlines.pending(case, "s47", enquiry.child.key), on=on)
        deadlines.meet(deadlines.pending(case, "conference_ask", enquiry.child.key), on=on)
        if outcome == "conference":
            _owe_request(enquiry, on)
        else:
            deadlines.waive(deadlines.pending(case, "icpc", enquiry.child.key))
    return enquiries


def _owe_request(enquiry: Enquiry, on: date) -> None:
    case, child = enquiry.case, enquiry.child
    deadlines.start(
        case,
        "icpc_request",
        child.key,
        timescale="icpc_request",
        since=on,
        because="outcome of the enquiry authorised",
        owner=case.lead_practitioner,
        title=f"Request for a conference about {child.name}",
        on=on,
        about=child,
    )
    conference = deadlines.latest(case, "icpc", child.key)
    if conference and conference.state == Deadline.State.WAIVED and conference.counted_from == enquiry.started_on:
        deadlines.restart(
            conference, on=on, due=conference.first_due_on, because="the enquiry concluded to a conference after all"
        )


@act
def ask_for_conference(child: Child, *, backed_by: Professional, by: Professional, on: date) -> Enquiry:
    """An agency asks for a conference after an enquiry that ended without one. Source: BOLTON, NYSCP.

    Raises BackingMissing without a lead or executive of the asker's own agency behind it.
    """
    (enquiry,) = _enquiries([child])
    ready(enquiry.ask_again)
    if backed_by.agency_id != by.agency_id or backed_by.role not in (Role.AGENCY_LEAD, Role.AGENCY_EXEC):
        raise BackingMissing(about=[backed_by.key])
    enquiry.ask_again()
    enquiry.save()
    case = child.case
    deadlines.start(
        case,
        "conference_ask",
        child.key,
        timescale="conference_ask",
        since=on,
        because="an agency asked for a conference",
        owner=case.team_manager,
        title=f"Answer to the request for a conference about {child.name}",
        on=on,
        about=child,
    )
    return enquiry
