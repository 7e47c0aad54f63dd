"""Where one referral has got to: asked of the records, so that whoever guides people through it needs no memory."""

from dataclasses import dataclass
from functools import cached_property

from meetings.models import Conference, ConferenceChild, Enquiry, Minutes, Referral, StrategyDiscussion
from plans.lifecycle import open_plan
from plans.models import Plan
from workflow.models import Case, Child


@dataclass
class Course:
    """A referral and everything that followed from it, read afresh."""

    referral: Referral

    @property
    def case(self) -> Case:
        return self.referral.case

    @cached_property
    def children(self) -> list[Child]:
        return [row.child for row in self.referral.referred.select_related("child").order_by("child")]

    @cached_property
    def discussion(self) -> StrategyDiscussion | None:
        """The first strategy discussion about these children since the referral that was not cancelled."""
        return (
            StrategyDiscussion.objects.filter(
                discussed__child__in=self.children, called_on__gte=self.referral.received_on
            )
            .exclude(state=StrategyDiscussion.State.CANCELLED)
            .order_by("id")
            .first()
        )

    @cached_property
    def enquiries(self) -> list[Enquiry]:
        """The enquiries that began with the referral or after it."""
        began = Enquiry.objects.filter(child__in=self.children, started_on__gte=self.referral.received_on)
        return list(began.select_related("child"))

    @cached_property
    def conference(self) -> Conference | None:
        """The initial or pre-birth conference that followed, if it was not cancelled."""
        first = (Conference.Kind.INITIAL, Conference.Kind.PRE_BIRTH)
        return (
            Conference.objects.filter(case=self.case, kind__in=first, about__child__in=self.children)
            .exclude(state=Conference.State.CANCELLED)
            .order_by("id")
            .last()
        )

    @property
    def minutes(self) -> Minutes | None:
        return Minutes.objects.filter(conference=self.conference).first() if self.conference else None

    @property
    def plans(self) -> list[Plan]:
        """The plans this conference started that are open still."""
        return [plan for child in self.children if (plan := open_plan(child))]

    # What has been done

    @property
    def is_decided(self) -> bool:
        return self.referral.state == Referral.State.DECIDED

    @property
    def goes_to_strategy(self) -> bool:
        return self.referral.decision == Referral.Decision.STRATEGY_DISCUSSION

    @property
    def is_discussed(self) -> bool:
        return self.discussion is not None and self.discussion.state != StrategyDiscussion.State.CALLED

    @property
    def is_enquired(self) -> bool:
        return bool(self.enquiries)

    @property
    def is_proposed(self) -> bool:
        return all(enquiry.state != Enquiry.State.OPEN for enquiry in self.enquiries)

    @property
    def is_authorised(self) -> bool:
        return not any(enquiry.is_running for enquiry in self.enquiries)

    @property
    def goes_to_conference(self) -> bool:
        return any(enquiry.state == Enquiry.State.TO_CONFERENCE for enquiry in self.enquiries)

    @property
    def is_requested(self) -> bool:
        return self.conference is not None

    @property
    def is_booked(self) -> bool:
        return self.conference is not None and self.conference.state != Conference.State.REQUESTED

    @property
    def is_invited(self) -> bool:
        return self.is_booked and self._state() != Conference.State.BOOKED

    @property
    def is_held(self) -> bool:
        return self.conference is not None and self.conference.is_decided

    @property
    def letter_is_sent(self) -> bool:
        return self._state() in (Conference.State.LETTER_SENT, Conference.State.CLOSED)

    @property
    def minutes_are_drafted(self) -> bool:
        minutes = self.minutes
        return minutes is not None and minutes.state not in (Minutes.State.NOT_STARTED, Minutes.State.RETURNED)

    @property
    def minutes_are_approved(self) -> bool:
        minutes = self.minutes
        return minutes is not None and minutes.is_locked

    @property
    def minutes_are_out(self) -> bool:
        minutes = self.minutes
        return minutes is not None and minutes.is_out

    @property
    def has_plans(self) -> bool:
        started = ConferenceChild.Outcome.PLAN
        return self.conference is not None and self.conference.about.filter(outcome=started).exists()

    @property
    def plans_are_agreed(self) -> bool:
        """No plan is in outline any more: agreed, or ended before it was."""
        return not any(plan.is_outline for plan in self.plans)

    def _state(self) -> str:
        return self.conference.state if self.conference else ""
