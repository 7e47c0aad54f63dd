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


class QuietHoursNotUsable(Refused):
    """Quiet hours need a beginning and an end, and the two differ."""


class NumberNotUsable(Refused):
    """Write the mobile number in full, as in 07700 900123 or +44 7700 900123."""


class AddressNotAllowed(Refused):
    """Nothing is sent to that address: it has to be a public one, and begin with https."""


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


class StartsBeforeAnother(Refused):
    """A version of the policy that starts later is already agreed. Let this one start on the same day or after it."""


class PolicyUnreadable(Refused):
    """These changes of the policy cannot be read. Each key must be one of the policy, with a value of its kind."""


# Dates


class DateInPast(Refused):
    """The date has already passed. Choose today or later."""


class ToldTooLate(Refused):
    """It can take longer only when whoever asked was told, with the reason, within a month of asking."""


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


class DischargeInquorate(Refused):
    """Social care and health must both be there before anybody says whether a child may go home."""


class ConditionsMissing(Refused):
    """Say what has to be in place before the child goes home, or that nothing has to be."""


class ReviewedApart(Refused):
    """A child on a protection plan has one review of everything. Say what is exceptional, or hold both together."""


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


class FatherNotOnRecord(Refused):
    """A child of the conference has no father or other parent on record. Record him, or say why not."""


class ChildTakesNoPart(Refused):
    """Every child is considered one by one: say how the child takes part, or why not."""


class SupportNotSettled(Refused):
    """Somebody needs an interpreter, an advocate or help with access, and it is neither booked nor declined."""


class LinkNotValid(Refused):
    """This link cannot be used any more. Ask the person who sent it for a new one."""


class UnsafeInMail(Refused):
    """A mail cannot be written with this: a line break or a control character stands where one line is meant."""


class SubstituteMissing(Refused):
    """Say who comes instead: their name and their role."""


class TooYoungIsNoReason(Refused):
    """Being too young is no reason for having no views. Record what was observed of the child."""


class ActionNotReviewed(Refused):
    """An action open since the last meeting has not been looked at: say if it was done, and if not why."""


class AnswerMissing(Refused):
    """This action is back for the third time. Plan it anew, escalate it or drop it."""


class SecondPersonNeeded(Refused):
    """Somebody else than the person who prepared this has to check it and let it go."""


class KeptFromYou(Refused):
    """Some of it is about a matter you do not read. Somebody who reads all of it does this."""


class AlreadyYours(Refused):
    """You see this case already. Nothing has to be opened."""


class HoldsTheCase(Refused):
    """Whoever holds one of the four roles of the case has to see it. Hand the role over first."""


class OwnAccess(Refused):
    """Nobody reviews their own access. Ask another manager, or the partnership officer."""


class NotAsPreviewed(Refused):
    """Something has changed since the versions were prepared. Look at them again before they go out."""


class OwnText(Refused):
    """Nobody approves a text they wrote themselves. Somebody else has to."""


# Keeping and destroying


class AlreadyDestroyed(Refused):
    """This case was lawfully destroyed. Nothing more can be done in it; a new concern is a new case."""


class NotDue(Refused):
    """It is not due to be destroyed: something is still open in it, or its years are not over."""


class OnLegalHold(Refused):
    """A legal hold is on it, so nothing of it is destroyed. Whoever may lift the hold has to lift it first."""


class OthersNotDecided(Refused):
    """Somebody else is named or quoted in a passage nobody has decided on. Decide each: keep, take out, leave out."""


# Minutes


class MinutesLocked(Refused):
    """Approved minutes are not edited. Add a dated correction instead."""


class NotApproved(Refused):
    """The chair has not approved these minutes yet."""


class NotARecipient(Refused):
    """This was not sent to you."""


# Files somebody hands in


class FileEmpty(Refused):
    """There is nothing in this file. Look at it on your own machine, then choose it again."""


class FileTooLarge(Refused):
    """This file is larger than what is taken. Save it without pictures, or in two parts."""


class FileKindNotTaken(Refused):
    """This is not a PDF or a Word document (.docx), whatever its name says. Save it as one of these."""


class FileDamaged(Refused):
    """This file cannot be read to its end, or is locked with a password. Save it anew without one."""


class FileActive(Refused):
    """This file can run something: a macro, a script, another file inside it. Save it as a plain PDF."""


class FileUnpacksTooFar(Refused):
    """What is packed into this file is far larger than a report can be. Save it as a PDF."""


class FileInfected(Refused):
    """The virus scanner found something in this file. It was not kept. Tell your own IT service."""


class FileNotScanned(Refused):
    """The virus scanner does not answer, and nothing is kept unscanned. Try again later; the rest can be saved now."""


# A clock


class ClockNotStoppable(Refused):
    """The policy does not allow this clock to be stopped. Ask for another date with a reason, or let it run."""


class ClockBudgetUsed(Refused):
    """Every day for which this clock may stand still is used up."""


class ClockRunOut(Refused):
    """It is late already, and stopping its clock would hide that. It can only be done late, with the reason."""


class OwnClock(Refused):
    """Nobody stops or starts the clock of what they owe themselves. Ask another manager."""


# Core groups, plan, actions


class TextMissing(Refused):
    """There is nothing written yet. Write down what was said."""


class LivedExperienceMissing(Refused):
    """Say in the child's section what life is like for this child now."""


class NoCoreGroupYet(Refused):
    """The detailed plan is agreed by a core group, and none has been held on this plan."""


class PatternNotPossible(Refused):
    """Give at least one visit and one week, and no more unannounced visits than visits."""


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


class AlreadyAnswered(Refused):
    """Somebody else answered it while you had it open. Read their answer; you may still give yours."""


class PromiseFirst(Refused):
    """Acknowledge the alert first: only reminders of what you promised stay quiet, until the promised day."""


class NotTheEnd(Refused):
    """Somebody is still to be told of this: only the last rung of a ladder can be signed for."""


class OwnPost(Refused):
    """Nobody decides about their own post or sign-in. Ask somebody else who may."""


class PostNotYours(Refused):
    """You may not give, change or end a post of this kind there. Ask somebody senior, or a system administrator."""


class AlreadyThere(Refused):
    """There is an administrator already. They invite the others."""


REFUSALS: dict[str, type[Refused]] = {cls.code: cls for cls in Refused.__subclasses__()}
