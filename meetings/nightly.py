"""What only the passing of time brings to meetings: minutes become final, conferences close, a birth comes near."""

from datetime import date

from meetings.models import Challenge, Conference, ConferenceChild, Enquiry, Minutes, Referral
from notifications.models import Notice
from notifications.tell import tell
from workflow.models import Child
from workflow.policy import calendar, policy_on


def settle(today: date) -> None:
    """Minutes whose window is over with no challenge open become final; with the letter sent, the conference closes."""
    settled = (Minutes.State.DISTRIBUTED, Minutes.State.AMENDED)
    for minutes in Minutes.objects.filter(state__in=settled, window_until__lt=today).select_related("conference"):
        if not minutes.challenges.filter(state=Challenge.State.OPEN).exists():
            minutes.finalise()
            minutes.save()
    for conference in Conference.objects.filter(state=Conference.State.LETTER_SENT, minutes__state=Minutes.State.FINAL):
        conference.close()
        conference.save()


def watch_births(today: date) -> None:
    """PRE_BIRTH_LATE, once per unborn child: the last day for a conference is over, the child still a concern."""
    limit = policy_on(today).span("pre_birth_limit")
    for child in Child.objects.filter(state=Child.State.UNBORN).select_related("case"):
        assert child.expected_on is not None
        late = today > limit.before(child.expected_on, calendar())
        if late and _is_a_concern(child) and not _has_been_decided(child) and not _was_told(child):
            case = child.case
            tell(case, "PRE_BIRTH_LATE", child.key, [case.team_manager, case.chair], on=today)


def _is_a_concern(child: Child) -> bool:
    leading_on = (Referral.Decision.STRATEGY_DISCUSSION, Referral.Decision.ASSESSMENT, "")
    referred = Referral.objects.filter(referred__child=child, decision__in=leading_on)
    going = (*Enquiry.RUNNING, Enquiry.State.TO_CONFERENCE)
    return referred.exists() or Enquiry.objects.filter(child=child, state__in=going).exists()


def _has_been_decided(child: Child) -> bool:
    return ConferenceChild.objects.filter(child=child).exclude(outcome="").exists()


def _was_told(child: Child) -> bool:
    return Notice.objects.filter(case=child.case, code="PRE_BIRTH_LATE", about=child.key).exists()
