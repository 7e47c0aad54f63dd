"""Everything that can be refused, by name and code. The docstring is what the person reads.

A refusal changes nothing and sends nothing; what was missing is part of it (`about`), and it is written into the
record. The code is the class's name in capitals: `ActionNotSmart` is ACTION_NOT_SMART.
"""

import re
from collections.abc import Iterable


class Refused(Exception):
    """This cannot be done."""

    code = "REFUSED"

    def __init__(self, detail: str = "", *, about: Iterable[str] = ()) -> None:
        self.about = sorted(set(about))
        self.detail = detail
        super().__init__(self.message)

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.code = re.sub(
            r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z])(?=[0-9])", "_", cls.__name__
        ).upper()

    @property
    def message(self) -> str:
        """What the person reads: what was refused and what to do now."""
        words = [" ".join((type(self).__doc__ or "").split())]
        if self.detail:
            words.append(self.detail)
        if self.about:
            words.append(f"({', '.join(self.about)})")
        return " ".join(words)


def refusal(code: str) -> type[Refused]:
    """The refusal with this code. Raises KeyError for a code nobody raises."""
    return REFUSALS[code]


# Who and what


class NotPermitted(Refused):
    """You are not one of the people who may do this. Ask whoever holds the role, or someone covering for them."""


class Unknown(Refused):
    """There is no such thing here. Check the reference and try again."""


class AlreadyExists(Refused):
    """This reference is already in use. Choose another."""


class WrongState(Refused):
    """This cannot be done from where things stand now. Look at the present state first."""


class StaleRecord(Refused):
    """Somebody else changed this while you had it open. Look at their change, then decide again."""


class NotBuilt(Refused):
    """The product cannot do this yet."""


class CalendarMissingYear(Refused):
    """The bank holidays of that year are not in the calendar yet, so no date was worked out."""


class ReasonRequired(Refused):
    """Say why. A change without a reason cannot be understood later."""


class WrongRole(Refused):
    """That person is not in post or does not hold the role this part of the case needs."""


class StillHoldsCase(Refused):
    """This person still holds a role in a case. Hand the case over first."""


class TwoPeopleNeeded(Refused):
    """A change to the rules needs a second person: an administrator who is not you."""


# Dates


class DateInPast(Refused):
    """The date has already passed. Choose today or later."""


class DateInFuture(Refused):
    """This has not happened yet. Choose today or earlier."""


class NonWorkingDay(Refused):
    """The date is a weekend or a bank holiday. Choose a working day, or say that it is meant."""


# Referral, strategy discussion, enquiry


class UnbornNotListed(Refused):
    """Somebody is pregnant and the unborn child is not in the referral. Add the unborn child."""


class ReferrerNotSpokenTo(Refused):
    """Nobody has spoken to the referrer. Speak to them, or say why that was not possible."""


class NonMobileNeedsStrategy(Refused):
    """A child who cannot move has a mark. That needs a strategy discussion, whatever the explanation."""


class FatherNotConsidered(Refused):
    """The assessment leaves the father out. Include him, or say why not."""


class StrategyInquorate(Refused):
    """Social care, police and health must all take part (in an emergency social care and police)."""


class ChildNotConsidered(Refused):
    """Every child of the family, born or unborn, has to be considered by name."""


class MedicalDecisionMissing(Refused):
    """There is an injury. Record whether a medical was done, is booked or is not needed, who decided and why."""


class PaediatricOpinionNeeded(Refused):
    """A mark on a child who cannot move needs a paediatric opinion; it cannot be put aside as not needed."""


class ChildNotSeenInEnquiry(Refused):
    """The child has not been seen in this enquiry. See the child, or say why that was not possible."""


class BackingMissing(Refused):
    """Asking for a conference needs the backing of a lead or executive of your own agency."""


# Conferences


class ChildLeftOut(Refused):
    """A child of the family is neither in the conference nor left out with a reason."""


class NoOpenPlan(Refused):
    """The child has no open protection plan here."""


class AlreadyBooked(Refused):
    """The child already has a conference booked that is neither decided nor cancelled."""


class ChairNotIndependent(Refused):
    """The chair has to be a conference chair, independent of the management of the case."""


class LateBooking(Refused):
    """The date is past the legal limit. That needs a reason and a service manager's agreement."""


class ExcuseNotAllowed(Refused):
    """That is not a reason for which somebody can be excused."""


class ExclusionGroundNotAllowed(Refused):
    """That is not a ground on which somebody can be excluded."""


class EvidenceMissing(Refused):
    """Say what the evidence is."""


class ExclusionTooLate(Refused):
    """Exclusion was asked for too close to the conference. Say why it could not be asked earlier."""


class OtherMeansMissing(Refused):
    """Say how the excluded person will be able to contribute instead."""


class ExpectedNotInvited(Refused):
    """Somebody who has to be there is neither invited nor excused nor excluded."""


class ExcludedPerson(Refused):
    """This person is excluded from the conference. Lift the exclusion first."""


class InterpreterNotIndependent(Refused):
    """A family member or a child must never interpret. Book an accredited interpreter."""


class InterpreterNotBooked(Refused):
    """Somebody invited needs an interpreter: book one or record that they declined."""


class NotYourAgency(Refused):
    """This belongs to another agency. Someone of that agency has to do it."""


class NotBookedForToday(Refused):
    """The sitting is not booked for today."""


class NotQuorate(Refused):
    """Too few agencies are there to decide this. Adjourn, or go on only on an allowed ground."""


class InterimPlanMissing(Refused):
    """An inquorate conference adjourns only with an interim safety plan or a review of the plan there is."""


class NextDateTooLate(Refused):
    """The conference has to come together again sooner than that."""


class SecondInquorate(Refused):
    """A second inquorate adjournment in a row needs a service manager's agreement."""


class ChildWithoutDecision(Refused):
    """Every child of the conference needs a decision."""


class WrongOutcome(Refused):
    """That outcome does not belong to this kind of conference or to this child."""


class PlanSameDay(Refused):
    """A plan cannot end on the day it started."""


class PlanOverlap(Refused):
    """The child already has an open protection plan here."""


class CategoryMissing(Refused):
    """A child on a plan needs a category."""


class ViewsMissing(Refused):
    """The child's views are missing. Being too young is no reason: record what was observed."""


class ContingencyMissing(Refused):
    """Say what will happen if the plan does not work."""


class FirstReviewEnd(Refused):
    """A plan does not normally end at its first review. Give the exceptional reason."""


class ReviewDateTooLate(Refused):
    """The next review is past its legal limit."""


class RecipientRestricted(Refused):
    """Somebody on the list may not receive this."""


class TranslationMissing(Refused):
    """A recipient needs this in another language. Have it translated first."""


class NoDissentRecorded(Refused):
    """Your agency's dissent was not noted in the conference."""


class DissentWindowClosed(Refused):
    """The time to make a dissent formal is over. Raise a disagreement instead."""


# Minutes


class MinutesLocked(Refused):
    """Approved minutes are not edited. Add a dated correction instead."""


class NotApproved(Refused):
    """The chair has not approved these minutes yet."""


class NotARecipient(Refused):
    """This was not sent to you."""


# Core groups, plan, actions


class LivedExperienceMissing(Refused):
    """Say in the child's section what life is like for this child now."""


class NoCoreGroupYet(Refused):
    """The detailed plan is agreed by a core group, and none has been held on this plan."""


class RiskMissing(Refused):
    """Every child needs a risk statement: what is the risk, to whom, from what."""


class OutcomeWithoutMeasure(Refused):
    """An outcome needs a measure: how will anybody know that it was reached?"""


class ActionNotSmart(Refused):
    """An action needs one owner, a due date, a measure and the outcome it serves."""


class ConsultationMissing(Refused):
    """Say which agencies were consulted."""


class ConfirmationMissing(Refused):
    """The other authority has to confirm in writing that it has held its conference."""


class NotYet18(Refused):
    """The child is not eighteen yet."""


class OwnAction(Refused):
    """Nobody approves or verifies their own action."""


class ApproverTooJunior(Refused):
    """This many new dates need somebody more senior to approve."""


# Law, disagreement, alerts


class AdviceMissing(Refused):
    """Record the legal advice."""


class StageSkipped(Refused):
    """A stage is skipped only when there is an immediate risk."""


class NoHigherStage(Refused):
    """This disagreement is already with the partnership."""


class BothMustConfirm(Refused):
    """Both agencies have to confirm the outcome."""


class NotRaised(Refused):
    """That alert has not been raised for the present due date."""


REFUSALS: dict[str, type[Refused]] = {cls.code: cls for cls in Refused.__subclasses__()}
