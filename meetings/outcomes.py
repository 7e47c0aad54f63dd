"""What happens when a meeting ends: one function for each kind, its consequences numbered and done in that order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from meetings.invitations import contact_stops
from meetings.models import (
    Conference,
    ConferenceChild,
    CoreGroup,
    DischargeMeeting,
    Dissent,
    Enquiry,
    LookedAfterReview,
    Minutes,
    StrategyDiscussion,
    Transfer,
)
from notifications.tell import tell
from plans import lifecycle, plan_meetings
from plans.actions import open_action
from plans.models import Plan, PlanMeeting
from plans.smart import ActionDraft
from workflow import deadlines
from workflow.models import Agency, Case, Child, Deadline, Professional, WhyWaived
from workflow.people import heard_from, lead_of, link, take_part
from workflow.policy import calendar, policy_on

ENQUIRY_OUTCOMES = (StrategyDiscussion.Outcome.S47_SINGLE, StrategyDiscussion.Outcome.S47_JOINT)


def strategy_concluded(discussion: StrategyDiscussion, children: Sequence[Child], *, on: date) -> None:
    """What happens when a strategy discussion concludes.

    1. The discussion itself, and the same-day discussion of each child, are done.
    2. Its record is owed.
    3. After an emergency a full discussion is owed; a discussion that follows one pays that debt.
    4. If it decided to enquire: an enquiry per child that has none running, with its own clock. Nothing restarts.
    5. For a child without a plan here a conference is owed, counted from today; for an unborn child not later than
       the pre-birth limit, if that still lies ahead.
    """
    case, key = discussion.case, discussion.key
    deadlines.meet(deadlines.pending(case, "strategy", key), on=on)
    for child in children:
        deadlines.meet(deadlines.pending(case, "same_day_strategy", child.key), on=on)
    _owe_record(discussion, on)
    if discussion.emergency.strip():
        _owe_full_discussion(discussion, on)
    if discussion.follows:
        deadlines.meet(deadlines.pending(case, "strategy_full", discussion.follows.key), on=on)
    if discussion.outcome in ENQUIRY_OUTCOMES:
        for child in children:
            if not Enquiry.objects.filter(child=child, state__in=Enquiry.RUNNING).exists():
                _start_enquiry(discussion, child, on)


def _owe_record(discussion: StrategyDiscussion, on: date) -> None:
    deadlines.start(
        discussion.case,
        "strategy_record",
        discussion.key,
        timescale="strategy_record",
        since=on,
        because="strategy discussion concluded",
        owner=discussion.case.team_manager,
        title=f"Record of {discussion}",
        on=on,
        about=discussion,
    )


def _owe_full_discussion(discussion: StrategyDiscussion, on: date) -> None:
    deadlines.start(
        discussion.case,
        "strategy_full",
        discussion.key,
        timescale="strategy_full_after_emergency",
        since=on,
        because="emergency discussion",
        owner=discussion.case.team_manager,
        title=f"Full discussion after {discussion}",
        on=on,
        about=discussion,
    )


def _start_enquiry(discussion: StrategyDiscussion, child: Child, on: date) -> None:
    case, plan = discussion.case, lifecycle.open_plan(child)
    Enquiry(case=case, child=child, discussion=discussion, started_on=on).save()
    deadlines.start(
        case,
        "s47",
        child.key,
        timescale="s47_complete",
        since=on,
        because="strategy discussion",
        owner=case.lead_practitioner,
        title=f"Section 47 enquiry about {child.name}",
        on=on,
        about=child,
    )
    if plan is None:
        deadlines.start(
            case,
            "icpc",
            child.key,
            timescale="icpc_hold",
            since=on,
            because="strategy discussion",
            owner=case.chair,
            title=f"Initial conference about {child.name}",
            on=on,
            about=child,
            no_later_than=_pre_birth_limit(child, on),
        )
        if Plan.objects.filter(child=child).exists() or child.earlier_plans.exists():
            tell(case, "PREVIOUS_PLAN", child.key, [case.lead_practitioner, case.chair], on=on)


def _pre_birth_limit(child: Child, on: date) -> date | None:
    """The last day for a conference before the birth, if it is still ahead; else the ordinary limit stands alone."""
    if not child.is_unborn or child.expected_on is None:
        return None
    limit = policy_on(on).span("pre_birth_limit").before(child.expected_on, calendar())
    return limit if limit >= on else None


@dataclass(frozen=True)
class ChildDecision:
    """What a conference decided about one child."""

    child: Child
    outcome: str
    category: str = ""
    reason: str = ""
    exceptional_reason: str = ""
    step_down: str = ""


@dataclass(frozen=True)
class Decisions:
    """Everything a conference decided, as the chair recorded it and the checks let it pass."""

    children: Sequence[ChildDecision]
    contingency: str = ""
    core_group: Sequence[Agency] | None = None
    dissents: Mapping[Agency, str] = field(default_factory=dict)
    actions: Sequence[ActionDraft] = ()
    scores: Mapping[Child, Mapping[str, int]] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    looked_after_review: bool = False


def conference_decided(conference: Conference, decisions: Decisions, *, on: date) -> None:
    """What happens when a conference decides, in one transaction.

    1. Each child's duty to hold it is met, and it is said if that was late.
    2. A child given a plan starts one, in outline, with its core group, review, visits and supervision owed; a child
       whose plan continues takes the category and owes its next review.
    3. The agencies named become the core group of every child on a plan.
    4. What the conference asks for becomes actions.
    5. Each child's plan meeting is recorded, and every rule of drift asked about it.
    6. A plan that ends stops what is owed for that child only; a child may step down to a child in need plan.
    7. Reports that never came are waived as never met, and stay in the figures.
    8. The decision letter and the minutes fall due.
    9. Each dissent is noted, with the right to make it formal within real hours.
    10. A combined review of a looked-after child is done too.
    """
    case = conference.case
    going_on: list[tuple[Plan, ChildDecision]] = []
    ending: list[tuple[Plan, ChildDecision]] = []
    for decision in decisions.children:
        _meet_duty(conference, decision.child, on)
        plan = _plan_after(conference, decision, decisions, on)
        if plan is None:
            _step_down(decision, on)
        else:
            (ending if decision.outcome == ConferenceChild.Outcome.END else going_on).append((plan, decision))
    for plan, decision in going_on:
        _name_core_group(plan.child, decision, decisions, on)
    for draft in decisions.actions:
        open_action(case, draft, on=on, from_conference=conference.key)
    for plan, decision in going_on:
        meeting = _plan_meeting(conference, plan, decisions, on)
        if decision.outcome == ConferenceChild.Outcome.CONTINUE:
            plan_meetings.ask_about_review(meeting)
    for plan, decision in ending:
        _plan_meeting(conference, plan, decisions, on, ends=True)
        lifecycle.end_at_review(plan, on=on)
        _step_down(decision, on)
    _waive_missing_reports(conference, on)
    _owe_letter_and_minutes(conference, on)
    _note_dissents(conference, decisions, on)
    if decisions.looked_after_review:
        for decision in decisions.children:
            _review_together(conference, decision.child, on)


DUTIES = {
    Conference.Kind.INITIAL: ("icpc", "ICPC_OUT_OF_TIME"),
    Conference.Kind.PRE_BIRTH: ("icpc", "ICPC_OUT_OF_TIME"),
    Conference.Kind.TRANSFER_IN: ("transfer_in", "TRANSFER_IN_OUT_OF_TIME"),
    Conference.Kind.REVIEW: ("review", "RCPC_OUT_OF_TIME"),
}


def _meet_duty(conference: Conference, child: Child, on: date) -> None:
    code, too_late = DUTIES[Conference.Kind(conference.kind)]
    case, owed = conference.case, deadlines.pending(conference.case, code, child.key)
    if owed is None:
        return
    if owed.is_overdue(on):
        tell(case, too_late, child.key, [case.team_manager, case.chair], on=on)
    deadlines.meet(owed, on=on)


def _plan_after(conference: Conference, decision: ChildDecision, decisions: Decisions, on: date) -> Plan | None:
    """The child's plan once the decision holds: started, going on, about to end; None when it is given none."""
    child, outcome = decision.child, decision.outcome
    transfer = Transfer.objects.filter(child=child, state=Transfer.State.PENDING).last()
    arriving = transfer if conference.kind == Conference.Kind.TRANSFER_IN else None
    if outcome == ConferenceChild.Outcome.NO_PLAN:
        if arriving:
            arriving.decline()
            arriving.save()
        return None
    if outcome == ConferenceChild.Outcome.PLAN:
        began = arriving.plan_started_on if arriving else None
        if arriving:
            arriving.accept()
            arriving.save()
        plan = lifecycle.start_plan(child, decision.category, on=on, original_started_on=began)
    else:
        found = lifecycle.open_plan(child)
        assert found is not None, "checked before: a review is about children on a plan"
        plan = found
        plan.reviews_held += 1
    if outcome == ConferenceChild.Outcome.CONTINUE:
        plan.category = decision.category
        lifecycle.owe_next_review(plan, on=on)
    plan.contingency = decisions.contingency or plan.contingency
    plan.save()
    return plan


def _name_core_group(child: Child, decision: ChildDecision, decisions: Decisions, on: date) -> None:
    if decisions.core_group is not None:
        lifecycle.set_core_group(child, decisions.core_group, on=on)
    elif decision.outcome == ConferenceChild.Outcome.PLAN:
        lifecycle.set_core_group(child, [], on=on)


def _plan_meeting(
    conference: Conference, plan: Plan, decisions: Decisions, on: date, *, ends: bool = False
) -> PlanMeeting:
    return plan_meetings.hold_plan_meeting(
        plan,
        PlanMeeting.Kind.CONFERENCE,
        conference.key,
        on=on,
        seen=plan_meetings.Seen(dict(decisions.scores.get(plan.child, {})), dict(decisions.evidence)),
        ends=ends,
    )


def _step_down(decision: ChildDecision, on: date) -> None:
    if decision.step_down == "child_in_need":
        lifecycle.start_child_in_need_plan(decision.child, on=on)


def reports_owed(conference: Conference) -> list[Deadline]:
    """The reports to this conference that are still owed."""
    return list(
        Deadline.objects.pending().filter(case=conference.case, code="report", subject__startswith=f"{conference.key}:")
    )


def _waive_missing_reports(conference: Conference, on: date) -> None:
    case = conference.case
    for report in reports_owed(conference):
        agency = Agency.objects.get(key=report.subject.split(":")[1])
        tell(case, "REPORT_MISSING", report.key, [lead_of(agency, on), case.chair], on=on)
        deadlines.waive(report, WhyWaived.NEVER_MET)


def _owe_letter_and_minutes(conference: Conference, on: date) -> None:
    case = conference.case
    Minutes(conference=conference).save()
    for code, timescale, title in (
        ("letter", "decision_letter", f"Decision letter of {conference}"),
        ("minutes", "minutes_distribute", f"Minutes of {conference}"),
    ):
        deadlines.start(
            case,
            code,
            conference.key,
            timescale=timescale,
            since=on,
            because="decision of the conference",
            owner=case.administrator,
            title=title,
            on=on,
            about=conference,
        )


def _note_dissents(conference: Conference, decisions: Decisions, on: date) -> None:
    case = conference.case
    for agency, text in decisions.dissents.items():
        Dissent(conference=conference, agency=agency, text=text).save()
        take_part(case, agency)
        tell(case, "DISSENT_RECORDED", agency.key, [case.chair], on=on)


def core_group_held(
    core_group: CoreGroup,
    plans: Mapping[Child, Plan],
    *,
    scores: Mapping[Child, Mapping[str, int]],
    evidence: Mapping[str, str],
    on: date,
) -> None:
    """What happens when a core group ends.

    1. Its record is owed, whether it was quorate or not.
    2. Not quorate: it is partial, somebody hears of it, and no clock is touched.
    3. Quorate: each child's core group is met and the next one owed, counted from today.
    4. Each child's plan meeting is recorded, and every rule of drift asked about it.
    """
    case = core_group.case
    deadlines.start(
        case,
        "core_group_record",
        core_group.key,
        timescale="core_group_record",
        since=on,
        because="core group",
        owner=case.lead_practitioner,
        title=f"Record of {core_group}",
        on=on,
        about=core_group,
    )
    if not core_group.is_quorate:
        tell(case, "CORE_GROUP_PARTIAL", core_group.key, [case.chair, case.lead_practitioner], on=on)
        return
    for child, plan in plans.items():
        owed = deadlines.pending(case, "core_group", child.key)
        was_late = owed is not None and owed.is_overdue(on)
        deadlines.meet(owed, on=on)
        lifecycle.owe_next_core_group(plan, on=on)
        meeting = plan_meetings.hold_plan_meeting(
            plan,
            PlanMeeting.Kind.CORE_GROUP,
            core_group.key,
            on=on,
            seen=plan_meetings.Seen(dict(scores.get(child, {})), dict(evidence)),
            was_late=was_late,
        )
        plan_meetings.ask_about_core_group(meeting)


def discharge_held(meeting: DischargeMeeting, attended: Sequence[Professional], *, on: date) -> None:
    """What happens when a discharge meeting ends.

    1. Whoever was there needs to know about the case from now on, and their agencies have been heard from.
    2. It is not agreed that the child may go home: the team manager and the chair hear of it.
    3. It is, on conditions: the lead practitioner and the team manager hear that something has to be in place first.
    """
    case = meeting.case
    for person in attended:
        link(case, person, "discharge meeting", on=on)
    heard_from(case, [person.agency for person in attended])
    if not meeting.is_safe:
        tell(case, "DISCHARGE_NOT_SAFE", meeting.key, [case.team_manager, case.chair], on=on)
    elif meeting.has_conditions:
        tell(case, "DISCHARGE_ON_CONDITIONS", meeting.key, [case.lead_practitioner, case.team_manager], on=on)


def looked_after_reviewed(review: LookedAfterReview, *, on: date) -> None:
    """What happens when a looked-after child is reviewed, on its own or together with the review of its plan.

    1. The duty to review the child is met, in time or late.
    2. On its own although the child is on a protection plan: the chair and the team manager hear of it.
    """
    case, child = review.case, review.child
    deadlines.meet(deadlines.pending(case, "looked_after_review", child.key), on=on)
    if review.why_apart and lifecycle.open_plan(child):
        tell(case, "REVIEWED_APART", child.key, [case.chair, case.team_manager], on=on)


def _review_together(conference: Conference, child: Child, on: date) -> None:
    """One review of everything: the conference's. A duty without a review of its own is met all the same."""
    review = LookedAfterReview.objects.filter(child=child, state=LookedAfterReview.State.OWED).last()
    if review is None:
        deadlines.meet(deadlines.pending(conference.case, "looked_after_review", child.key), on=on)
        return
    review.combine(on=on, conference=conference)
    review.save()
    looked_after_reviewed(review, on=on)


def review_no_longer_owed(child: Child) -> None:
    """The child is not looked after any more, or has died: no review is owed."""
    deadlines.waive(deadlines.pending(child.case, "looked_after_review", child.key))
    for review in LookedAfterReview.objects.filter(child=child, state=LookedAfterReview.State.OWED):
        review.end()
        review.save()


# What is owed about a child, or about a conference all of whose children have died, when a child dies.
OWED_ABOUT_A_CHILD = (
    "icpc",
    "icpc_request",
    "s47",
    "conference_ask",
    "transfer_in",
    "same_day_strategy",
)
OWED_ABOUT_A_CONFERENCE = ("invitations", "report", "exclusion", "reconvene", "letter", "minutes", "dissent")


def child_died(child: Child) -> None:
    """What happens when a child dies, or a pregnancy ends: all automatic contact about the child is silent at once.

    1. Everything owed about the child is waived (what its plan owed was stopped with the plan).
    2. A conference all of whose children have died owes nothing more; one not yet decided is cancelled.
    """
    case = child.case
    for code in OWED_ABOUT_A_CHILD:
        deadlines.waive(deadlines.pending(case, code, child.key))
    review_no_longer_owed(child)
    child.die()
    child.save()
    for conference in Conference.objects.filter(about__child=child).exclude(state=Conference.State.CANCELLED):
        if all(each.has_died for each in conference.children):
            _silence(case, conference)


def _silence(case: Case, conference: Conference) -> None:
    owed = Deadline.objects.pending().filter(case=case, code__in=OWED_ABOUT_A_CONFERENCE)
    mine = [one for one in owed if one.subject.split(":")[0] == conference.key]
    deadlines.waive_all(mine)
    if not conference.is_over:
        conference.cancel_because_nobody_is_left()
        conference.save()
    contact_stops(conference)
