"""The verb table: one verb, one domain function, and what of the event it is given. No verb knows its story."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.stories import arguments as a
from config.stories.cast import Cast
from escalation import answering, disagreements, posts
from meetings import (
    arranging,
    challenging,
    core_groups,
    deciding,
    endings,
    enquiries,
    inviting,
    law,
    letters,
    minutes,
    sittings,
)
from meetings.models import StrategyDiscussion
from meetings.outcomes import Decisions
from plans import actions, children, lifecycle, new_dates, work
from workflow import rule_changes
from workflow.acting import day_of
from workflow.acts import refuse
from workflow.errors import Refused
from workflow.exporting import export_history
from workflow.models import Professional
from workflow.permissions import check_may


@dataclass(frozen=True)
class Verb:
    """A domain function and the readers of what it is given, in its own order."""

    act: Callable[..., Any]
    given: tuple[a.Reader, ...]
    named: Mapping[str, a.Reader]

    @property
    def does(self) -> str:
        """The domain function, as one would import it."""
        return f"{self.act.__module__}.{self.act.__name__}"

    def do(self, cast: Cast, told: dict[str, Any], *, by: Professional | None, at: datetime) -> Any:
        """Does it.

        The right of the role comes first, then whether everything named exists, then the function's own checks.
        """
        name = self.act.__name__
        try:
            check_may(name, by, day_of(at))
            given = [read(cast, told) for read in self.given]
            named = {key: read(cast, told) for key, read in self.named.items()}
        except Refused as refused:
            refuse(name, cast.case, told, refused, by=by, at=at)
            raise
        return self.act(*given, **{key: value for key, value in named.items() if value is not a.LeftOut}, by=by, at=at)


def _verb(act: Callable[..., Any], *given: a.Reader, **named: a.Reader) -> Verb:
    return Verb(act, given, named)


class CancelMeeting:
    """A called strategy discussion or a conference, whichever the key means: two acts with rights of their own."""

    strategy = _verb(enquiries.cancel_strategy, a.one(a.find_strategy, "meeting"), reason=a.words("reason"))
    conference = _verb(arranging.cancel_conference, a.conference("meeting"), reason=a.words("reason"))

    does = f"{strategy.does} or {conference.does}"

    def do(self, cast: Cast, told: dict[str, Any], *, by: Professional | None, at: datetime) -> Any:
        is_strategy = StrategyDiscussion.objects.filter(case=cast.case, key=told["meeting"]).exists()
        return (self.strategy if is_strategy else self.conference).do(cast, told, by=by, at=at)


class RedateAction:
    """Whoever re-dates approves it themselves, or asks and is approved in the same moment: two acts by two people."""

    told = {
        "reason": a.words("reason"),
        "even_if_not_working_day": a.plain("even_if_not_working_day"),
    }
    approved = _verb(new_dates.redate_action, a.action(), a.day("to"), **told)
    asked = _verb(new_dates.ask_for_new_date, a.action(), a.day("to"), approver=a.professional("approved_by"), **told)

    does = f"{approved.does} or {asked.does}"

    def do(self, cast: Cast, told: dict[str, Any], *, by: Professional | None, at: datetime) -> Any:
        if by is not None and by.key == told["approved_by"]:
            return self.approved.do(cast, told, by=by, at=at)
        asked = self.asked.do(cast, told, by=by, at=at)
        return new_dates.approve_new_date(asked.action, by=asked.approver, at=at)


class DecideConference:
    """The event's words become one `Decisions`."""

    decisions = {
        "children": a.decisions("decisions"),
        "contingency": a.words("contingency"),
        "core_group": a.agencies("core_group"),
        "dissents": a.by_key(a.find_agency, "dissents"),
        "actions": a.action_drafts("actions"),
        "scores": a.by_key(a.find_child, "scores"),
        "evidence": a.plain("evidence"),
        "looked_after_review": a.plain("looked_after_review"),
    }

    def read(self, cast: Cast, told: dict[str, Any]) -> Decisions:
        read = {key: reader(cast, told) for key, reader in self.decisions.items()}
        return Decisions(**{key: value for key, value in read.items() if value is not a.LeftOut})


VERBS: dict[str, Any] = {
    # People and the case
    "load_running_plan": _verb(
        lifecycle.load_running_plan,
        a.child("child"),
        plan_started_on=a.day("plan_started_on"),
        category=a.plain("category"),
        core_group=a.agencies("core_group"),
        last_review_on=a.day("last_review_on"),
        last_core_group_on=a.day("last_core_group_on"),
        last_seen_on=a.day("last_seen_on"),
        last_supervision_on=a.day("last_supervision_on"),
        reviews_held=a.plain("reviews_held"),
    ),
    "record_details": _verb(children.record_details, a.one(a.find_person, "person"), a.plain("fields")),
    "record_involvement": _verb(
        children.record_involvement,
        a.case,
        a.agency("agency"),
        children=a.children("with"),
        ended=a.plain("ended"),
        contact=a.professional("contact"),
        reason=a.words("reason"),
    ),
    "hand_over_case": _verb(
        endings.hand_over_case, a.case, a.plain("role"), a.professional("to"), reason=a.words("reason")
    ),
    "leave_post": _verb(posts.leave_post, a.partnership, a.professional("professional")),
    "name_cover": _verb(
        posts.name_cover,
        a.partnership,
        a.professional("for"),
        a.professional("cover"),
        from_on=a.day("from"),
        until_on=a.day("until"),
    ),
    "record_birth": _verb(
        children.record_birth,
        a.child("child"),
        born_on=a.day("born_on"),
        name=a.plain("name"),
        nhs_number=a.plain("nhs_number"),
    ),
    # Referral, strategy discussion, section 47
    "receive_referral": _verb(
        enquiries.receive_referral,
        a.case,
        a.plain("referral"),
        children=a.children("children"),
        concern=a.words("concern"),
        anyone_pregnant=a.plain("anyone_pregnant"),
        concern_noticed_on=a.day("concern_noticed_on"),
    ),
    "decide_referral": _verb(
        enquiries.decide_referral,
        a.referral(),
        decision=a.plain("decision"),
        spoke_to_referrer=a.plain("spoke_to_referrer"),
        strategy=a.words("strategy"),
        why_not=a.words("why_not"),
    ),
    "complete_assessment": _verb(
        enquiries.complete_assessment,
        a.referral(),
        covers_father=a.plain("covers_father"),
        why_not_father=a.words("why_not_father"),
    ),
    "call_strategy": _verb(
        enquiries.call_strategy,
        a.case,
        a.plain("strategy"),
        children=a.children("children"),
        reason=a.words("reason"),
    ),
    "conclude_strategy": _verb(
        enquiries.conclude_strategy,
        a.case,
        a.plain("strategy"),
        children=a.children("children"),
        attended=a.professionals("attended"),
        outcome=a.plain("outcome"),
        considered=a.children("considered"),
        medical=a.medical("medical"),
        emergency=a.words("emergency"),
        follows=a.one(a.find_strategy, "follows"),
    ),
    "distribute_record": _verb(core_groups.distribute_record, a.one(a.find_record, "record"), to=a.parties("to")),
    "propose_s47_outcome": _verb(
        enquiries.propose_s47_outcome,
        a.case,
        children=a.children("children"),
        seen=a.children("seen"),
        outcome=a.plain("outcome"),
        not_seen_reason=a.words("not_seen_reason"),
    ),
    "authorise_s47": _verb(
        enquiries.authorise_s47,
        a.case,
        children=a.children("children"),
        rationale=a.words("rationale"),
        outcome=a.plain("outcome"),
    ),
    "ask_for_conference": _verb(enquiries.ask_for_conference, a.child("child"), backed_by=a.professional("backed_by")),
    # Conferences
    "request_conference": _verb(
        arranging.request_conference,
        a.case,
        a.plain("conference"),
        kind=a.plain("kind"),
        children=a.children("children"),
        left_out=a.by_key(a.find_child, "left_out"),
    ),
    "book_conference": _verb(
        arranging.book_conference,
        a.case,
        a.plain("conference"),
        day=a.day("date"),
        kind=a.words("kind"),
        children=a.children("children"),
        chair=a.professional("chair"),
        late_reason=a.words("late_reason"),
        approved_by=a.professional("approved_by"),
    ),
    "move_conference": _verb(
        arranging.move_conference,
        a.conference(),
        a.day("date"),
        reason=a.words("reason"),
        late_reason=a.words("late_reason"),
        approved_by=a.professional("approved_by"),
    ),
    "cancel_meeting": CancelMeeting(),
    "excuse_from_conference": _verb(
        inviting.excuse_from_conference,
        a.conference(),
        a.one(a.find_party, "who"),
        reason=a.words("reason"),
        tracing=a.words("tracing"),
    ),
    "request_exclusion": _verb(
        inviting.request_exclusion,
        a.conference(),
        a.one(a.find_member, "person"),
        grounds=a.plain("grounds"),
        evidence=a.words("evidence"),
        late_reason=a.words("late_reason"),
    ),
    "decide_exclusion": _verb(
        inviting.decide_exclusion,
        a.conference(),
        a.one(a.find_member, "person"),
        excluded=a.plain("excluded"),
        reason=a.words("reason"),
        other_means=a.words("other_means"),
        may_receive=a.plain("may_receive"),
    ),
    "send_invitations": _verb(
        inviting.send_invitations,
        a.conference(),
        a.parties("invited"),
        interpreters=a.by_key(a.find_member, "interpreters"),
    ),
    "submit_report": _verb(
        inviting.submit_report,
        a.conference(),
        a.agency("agency"),
        shared_with_family=a.plain("shared_with_family"),
    ),
    "open_conference": _verb(
        sittings.open_conference,
        a.conference(),
        attended=a.professionals("attended"),
        family_present=a.members("family_present"),
        apologies=a.agencies("apologies"),
        apologies_with_report=a.agencies("apologies_with_report"),
    ),
    "record_departure": _verb(sittings.record_departure, a.conference(), a.professional("who")),
    "adjourn_conference": _verb(
        sittings.adjourn_conference,
        a.conference(),
        reason=a.plain("reason"),
        next_date=a.day("next_date"),
        interim_safety_plan=a.words("interim_safety_plan"),
        existing_plan_reviewed=a.plain("existing_plan_reviewed"),
        agreed_by=a.professional("agreed_by"),
    ),
    "decide_conference": _verb(
        deciding.decide_conference,
        a.conference(),
        DecideConference().read,
        views=a.by_key(a.find_person, "views"),
        next_review_on=a.day("next_review_on"),
        override=a.words("override"),
    ),
    "send_letter": _verb(
        letters.send_letter,
        a.conference(),
        to=a.parties("to"),
        decision_only_to=a.parties("decision_only_to"),
        translated_for=a.members("translated_for"),
    ),
    "formalise_dissent": _verb(letters.formalise_dissent, a.conference(), a.agency("agency")),
    "answer_dissent": _verb(
        letters.answer_dissent,
        a.conference(),
        a.agency("agency"),
        outcome=a.plain("outcome"),
        reason=a.words("reason"),
    ),
    # Minutes
    "draft_minutes": _verb(minutes.draft_minutes, a.conference()),
    "return_minutes": _verb(minutes.return_minutes, a.conference(), notes=a.words("notes")),
    "approve_minutes": _verb(minutes.approve_minutes, a.conference()),
    "distribute_minutes": _verb(
        minutes.distribute_minutes,
        a.conference(),
        to=a.parties("to"),
        redacted_to=a.parties("redacted_to"),
        translated_for=a.members("translated_for"),
    ),
    "acknowledge_minutes": _verb(minutes.acknowledge_minutes, a.conference(), a.one(a.find_party, "who")),
    "challenge_minutes": _verb(
        challenging.challenge_minutes, a.conference(), a.one(a.find_party, "from"), point=a.words("point")
    ),
    "answer_challenge": _verb(
        challenging.answer_challenge,
        a.conference(),
        a.one(a.find_party, "from"),
        accept=a.plain("accept"),
        reason=a.words("reason"),
    ),
    # Core groups and the plan
    "hold_core_group": _verb(
        core_groups.hold_core_group,
        a.case,
        a.plain("core_group"),
        children=a.children("children"),
        attended=a.professionals("attended"),
        lived_experience=a.by_key(a.find_child, "lived_experience"),
        family_present=a.members("family_present"),
        apologies_with_report=a.agencies("apologies_with_report"),
        joined=a.agencies("joined"),
        scores=a.by_key(a.find_child, "scores"),
        evidence=a.plain("evidence"),
        engagement=a.by_key(a.find_member, "engagement"),
    ),
    "miss_core_group": _verb(
        core_groups.miss_core_group,
        a.case,
        a.plain("core_group"),
        children=a.children("children"),
        reason=a.words("reason"),
    ),
    "agree_plan": _verb(
        lifecycle.agree_plan,
        a.children("children"),
        risks=a.by_key(a.find_child, "risks"),
        outcomes=a.outcome_drafts("outcomes"),
        contingency=a.words("contingency"),
        actions=a.action_drafts("actions"),
    ),
    "end_plan": _verb(
        endings.end_plan,
        a.child("child"),
        cause=a.plain("cause"),
        consulted=a.agencies("consulted"),
        confirmed_in_writing=a.plain("confirmed_in_writing"),
        receiving_conference_on=a.day("receiving_conference_on"),
    ),
    "add_action": _verb(actions.add_action, a.case, a.action_draft),
    "redate_action": RedateAction(),
    "block_action": _verb(
        actions.block_action, a.action(), reason=a.words("reason"), needs_from=a.agency("needs_from")
    ),
    "complete_action": _verb(actions.complete_action, a.action(), evidence=a.words("evidence")),
    "verify_action": _verb(actions.verify_action, a.action(), effect=a.words("effect")),
    "reopen_action": _verb(actions.reopen_action, a.action(), due=a.day("due"), reason=a.words("reason")),
    "cancel_action": _verb(actions.cancel_action, a.action(), reason=a.words("reason")),
    "hand_over_action": _verb(
        actions.hand_over_action, a.action(), a.one(a.find_owner, "to"), reason=a.words("reason")
    ),
    "record_contingency_met": _verb(work.record_contingency_met, a.child("child"), condition=a.words("condition")),
    "answer_contingency": _verb(work.answer_contingency, a.child("child"), response=a.words("response")),
    # Work with the child
    "record_visit": _verb(
        work.record_visit,
        a.case,
        seen=a.children("seen"),
        visited_on=a.day("visited_on"),
        alone=a.children("alone"),
        not_seen=a.by_key(a.find_child, "not_seen"),
        unannounced=a.plain("unannounced"),
    ),
    "record_supervision": _verb(
        work.record_supervision,
        a.case,
        children=a.children("children"),
        decision=a.words("decision"),
        supervised_on=a.day("supervised_on"),
    ),
    "record_was_not_brought": _verb(
        work.record_was_not_brought, a.child("child"), service=a.words("service"), missed_on=a.day("missed_on")
    ),
    "record_injury": _verb(
        work.record_injury,
        a.child("child"),
        what=a.words("what"),
        non_mobile=a.plain("non_mobile"),
        noticed_on=a.day("noticed_on"),
        hospital=a.plain("hospital"),
    ),
    "record_professionals_meeting": _verb(
        work.record_professionals_meeting,
        a.case,
        children=a.children("children"),
        attended=a.professionals("attended"),
        outcome=a.words("outcome"),
    ),
    # Moves, law, incidents
    "notify_transfer_in": _verb(
        law.notify_transfer_in,
        a.child("child"),
        from_authority=a.words("from_authority"),
        permanent=a.plain("permanent"),
        plan_started_on=a.day("plan_started_on"),
        category=a.plain("category"),
        notified_on=a.day("notified_on"),
    ),
    "record_legal_status": _verb(
        law.record_legal_status, a.child("child"), status=a.plain("status"), from_on=a.day("from")
    ),
    "recommend_legal_planning": _verb(
        law.recommend_legal_planning,
        a.case,
        a.plain("meeting"),
        children=a.children("children"),
        due=a.day("due"),
    ),
    "hold_legal_planning": _verb(
        law.hold_legal_planning, a.legal_planning(), advice=a.words("advice"), outcome=a.words("outcome")
    ),
    "record_serious_incident": _verb(
        law.record_serious_incident,
        a.case,
        a.plain("incident"),
        children=a.children("children"),
        what=a.words("what"),
        aware_on=a.day("aware_on"),
    ),
    "notify_national_panel": _verb(law.notify_national_panel, a.incident()),
    # Disagreement
    "raise_disagreement": _verb(
        disagreements.raise_disagreement,
        a.case,
        a.plain("disagreement"),
        with_agency=a.agency("with_agency"),
        answer_from=a.professional("answer_from"),
        about=a.words("about"),
        immediate_risk=a.plain("immediate_risk"),
        stage=a.plain("stage"),
    ),
    "escalate_disagreement": _verb(
        disagreements.escalate_disagreement,
        a.disagreement(),
        answer_from=a.professional("answer_from"),
        reason=a.words("reason"),
    ),
    "resolve_disagreement": _verb(
        disagreements.resolve_disagreement,
        a.disagreement(),
        outcome=a.words("outcome"),
        confirmed_by=a.agencies("confirmed_by"),
    ),
    # Watching and rules
    "acknowledge_alert": _verb(
        answering.acknowledge_alert,
        a.one(a.find_deadline, "deadline"),
        a.plain("rung"),
        intend_by=a.day("intend_by"),
    ),
    "change_policy": _verb(
        rule_changes.change_policy,
        a.partnership,
        a.plain("code"),
        a.plain("value"),
        agreed_by=a.professional("agreed_by"),
        recalculate=a.many(a.find_deadline, "recalculate"),
    ),
    "proclaim_holiday": _verb(
        rule_changes.proclaim_holiday,
        a.partnership,
        a.day("date"),
        a.plain("name"),
        agreed_by=a.professional("agreed_by"),
    ),
    "export_history": _verb(export_history, a.case, children=a.children("children"), reason=a.words("reason")),
}

# Done by the player itself: they change what the clock does, not the case.
OF_THE_PLAYER = ("look", "miss_sweep")
