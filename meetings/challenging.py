"""After minutes are out: challenged, answered, amended, and what is added later. The text above stays as it was.

Sources: WALES (challenge window, versions); learning from reviews (minutes inaccurate and late).
"""

from collections.abc import Mapping
from datetime import date, datetime

from meetings.chair import require_conferences_chair
from meetings.copying import copy_out
from meetings.minutes import copy_of, freeze, minutes_of, text_to_release
from meetings.models import (
    Addendum,
    Challenge,
    Conference,
    Minutes,
    MinutesCopy,
    Party,
    party_filter,
)
from notifications.tell import tell
from workflow.acts import act
from workflow.errors import ReasonRequired, Unknown, WrongState
from workflow.models import Professional


@act
def challenge_minutes(conference: Conference, party: Party, *, point: str, on: date) -> Challenge:
    """A recipient says they are wrong. After the window it is kept and marked late. Raises NotARecipient."""
    minutes = minutes_of(conference)
    if not minutes.is_out:
        raise WrongState(f"They are {minutes.get_state_display().lower()}.", about=[conference.key])
    copy_of(minutes, party)
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
    conference: Conference,
    party: Party,
    *,
    accept: bool,
    reason: str,
    corrections: Mapping[str, str] | None = None,
    by: Professional,
    on: date,
    at: datetime,
) -> Challenge:
    """The chair accepts, and a new version goes to every earlier recipient, or rejects.

    `corrections` gives sections of the text, by their key, their new words. Raises Unknown, ReasonRequired.
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
        _amend(minutes, corrections or {}, reason, at)
        _send_to_earlier_recipients(minutes, on, at)
    if not minutes.challenges.filter(state=Challenge.State.OPEN).exists():
        minutes.settle()
    minutes.save()
    return challenge


def _amend(minutes: Minutes, corrections: Mapping[str, str], reason: str, at: datetime) -> None:
    """The next version of what went out, corrected; the one before stays as it is. Raises Unknown."""
    before = text_to_release(minutes)
    sections = [dict(section) for section in before.sections] if before else []
    unknown = set(corrections) - {section["key"] for section in sections}
    if unknown:
        raise Unknown(about=unknown)
    changed = []
    for section in sections:
        text = corrections.get(section["key"], section["text"])
        if text != section["text"]:
            section["text"] = text
            changed.append(f"{section['number']}. {section['heading']}")
    minutes.text_version += 1
    words = f"{', '.join(changed) or 'No section'} changed: {reason}"
    freeze(minutes, sections, at, released_as=minutes.text_version, what_changed=words)


def _send_to_earlier_recipients(minutes: Minutes, on: date, at: datetime) -> None:
    """A copy of the new version for each; the rows of the earlier ones stay as they are."""
    latest = {copy.party: copy for copy in minutes.copies.select_related("agency", "family_member")}
    copies = [
        MinutesCopy(
            minutes=minutes,
            is_redacted=earlier.is_redacted,
            text_version=minutes.text_version,
            sent_on=on,
            **party_filter(party),
        )
        for party, earlier in latest.items()
    ]
    copy_out(copies, latest, at=at)


@act
def add_addendum(conference: Conference, *, text: str, by: Professional, on: date) -> Addendum:
    """The chair adds dated words to minutes that are final; the text above stays as it is.

    Raises NotPermitted, WrongState, ReasonRequired when there are no words.
    """
    require_conferences_chair(conference, by, on)
    minutes = minutes_of(conference)
    if minutes.state != Minutes.State.FINAL:
        raise WrongState(f"They are {minutes.get_state_display().lower()}.", about=[conference.key])
    if not text.strip():
        raise ReasonRequired(about=[conference.key])
    addendum = Addendum(minutes=minutes, text=text, added_on=on)
    addendum.save()
    return addendum
