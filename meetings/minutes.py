"""Minutes: drafted, returned or approved, distributed, challenged, amended, final. Approved text is never edited.

Sources: ISCP, NYSCP, WALES (20 working days, challenge window, versions); learning from reviews (minutes inaccurate
and late).
"""

from collections.abc import Sequence
from datetime import date

from meetings import recipients
from meetings.chair import require_conferences_chair
from meetings.models import Challenge, Conference, Minutes, MinutesCopy, Party, party_filter
from notifications.tell import tell
from workflow import deadlines
from workflow.acts import act
from workflow.errors import (
    MinutesLocked,
    NotApproved,
    NotARecipient,
    NotYourAgency,
    ReasonRequired,
    Unknown,
    WrongState,
)
from workflow.models import Agency, FamilyMember, Professional
from workflow.permissions import ADMIN, has_role, speaks_for
from workflow.policy import calendar, policy_on
from workflow.records import ready


def minutes_of(conference: Conference) -> Minutes:
    """The minutes of a decided conference. Raises WrongState before it is decided."""
    found = Minutes.objects.filter(conference=conference).first()
    if found is None:
        raise WrongState("The conference has not been decided.", about=[conference.key])
    return found


@act
def draft_minutes(conference: Conference) -> Minutes:
    """The minute-taker gives the text to the chair. Raises MinutesLocked once approved."""
    minutes = minutes_of(conference)
    if minutes.is_locked:
        raise MinutesLocked(about=[conference.key])
    minutes.draft()
    minutes.save()
    return minutes


@act
def return_minutes(conference: Conference, *, notes: str, by: Professional, on: date) -> Minutes:
    """The chair gives them back, saying what to put right."""
    require_conferences_chair(conference, by, on)
    minutes = minutes_of(conference)
    minutes.return_with(notes=notes)
    minutes.save()
    return minutes


@act
def approve_minutes(conference: Conference, *, by: Professional, on: date) -> Minutes:
    """The chair approves version 1; from now on the text is not edited."""
    require_conferences_chair(conference, by, on)
    minutes = minutes_of(conference)
    minutes.approve()
    minutes.save()
    return minutes


@act
def distribute_minutes(
    conference: Conference,
    *,
    to: Sequence[Party] | None = None,
    redacted_to: Sequence[Party] | None = None,
    translated_for: Sequence[FamilyMember] = (),
    on: date,
) -> Minutes:
    """Approved minutes go out, redacted where somebody is protected; the challenge window runs, in working days.

    Raises NotApproved, RecipientRestricted, TranslationMissing.
    """
    minutes = minutes_of(conference)
    if not minutes.is_locked:
        raise NotApproved(about=[conference.key])
    ready(minutes.distribute)
    default = recipients.of_minutes(conference)
    sent_to = recipients.Recipients(
        default.full if to is None else to,
        (default.restricted if to is None else ()) if redacted_to is None else redacted_to,
    )
    recipients.check_minutes(conference, sent_to)
    recipients.check_translated(sent_to, translated_for)
    for parties, is_redacted in ((sent_to.full, False), (sent_to.restricted, True)):
        for party in parties:
            MinutesCopy(
                minutes=minutes,
                is_redacted=is_redacted,
                text_version=minutes.text_version,
                sent_on=on,
                **party_filter(party),
            ).save()
    minutes.distribute(window_until=policy_on(on).after("minutes_challenge", on, calendar()))
    minutes.save()
    deadlines.meet(deadlines.pending(conference.case, "minutes", conference.key), on=on)
    return minutes


@act
def acknowledge_minutes(conference: Conference, who: Party, *, by: Professional, on: date) -> MinutesCopy:
    """A recipient says they have them; the administrator says it for family. Raises NotYourAgency, NotARecipient."""
    minutes = minutes_of(conference)
    if not minutes.is_out:
        raise WrongState(f"They are {minutes.get_state_display().lower()}.", about=[conference.key])
    speaks = speaks_for(by, who, on) if isinstance(who, Agency) else has_role(by, ADMIN, on)
    if not speaks:
        raise NotYourAgency(about=[who.key])
    copy = _copy_of(minutes, who)
    copy.acknowledge()
    copy.save()
    return copy


def _copy_of(minutes: Minutes, party: Party) -> MinutesCopy:
    copy = minutes.copies.filter(**party_filter(party)).first()
    if copy is None:
        raise NotARecipient(about=[party.key])
    return copy


@act
def challenge_minutes(conference: Conference, party: Party, *, point: str, on: date) -> Challenge:
    """A recipient says they are wrong. After the window it is kept and marked late. Raises NotARecipient."""
    minutes = minutes_of(conference)
    if not minutes.is_out:
        raise WrongState(f"They are {minutes.get_state_display().lower()}.", about=[conference.key])
    _copy_of(minutes, party)
    assert minutes.window_until is not None
    is_late = minutes.state == Minutes.State.FINAL or on > minutes.window_until
    state = Challenge.State.KEPT if is_late else Challenge.State.OPEN
    challenge = Challenge(minutes=minutes, point=point, made_on=on, state=state, **party_filter(party))
    challenge.save()
    if is_late:
        tell(conference.case, "LATE_CHALLENGE", conference.key, [conference.case.chair], on=on)
    else:
        minutes.challenge()
        minutes.save()
    return challenge


@act
def answer_challenge(
    conference: Conference, party: Party, *, accept: bool, reason: str, by: Professional, on: date
) -> Challenge:
    """The chair accepts, and a new version goes to every earlier recipient, or rejects.

    Raises Unknown, ReasonRequired.
    """
    minutes = minutes_of(conference)
    challenge = minutes.challenges.filter(state=Challenge.State.OPEN, **party_filter(party)).first()
    if challenge is None:
        raise Unknown(about=[party.key])
    require_conferences_chair(conference, by, on)
    if not reason.strip():
        raise ReasonRequired(about=[party.key])
    challenge.answer_with(accept=accept, reason=reason)
    challenge.save()
    if accept:
        minutes.text_version += 1
        for copy in minutes.copies.all():
            copy.send_again(text_version=minutes.text_version, on=on)
            copy.save()
    if not minutes.challenges.filter(state=Challenge.State.OPEN).exists():
        minutes.settle()
    minutes.save()
    return challenge
