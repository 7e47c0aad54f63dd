"""Minutes: drafted, returned or approved, distributed, challenged, amended, final. Approved text is never edited.

Sources: ISCP, NYSCP, WALES (20 working days, challenge window, versions); learning from reviews (minutes inaccurate
and late).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, TypeAlias

from meetings import recipients
from meetings.chair import require_conferences_chair
from meetings.copying import hand_out
from meetings.documents.versions import Version, minutes_to
from meetings.models import (
    AgendaItem,
    Conference,
    Minutes,
    MinutesCopy,
    MinutesVersion,
    Party,
    party_filter,
)
from meetings.routes import Route
from meetings.writing import texts_of, waiting_in, wrote_in
from workflow import deadlines
from workflow.acts import act
from workflow.errors import (
    MinutesLocked,
    NotApproved,
    NotARecipient,
    NotPermitted,
    NotYourAgency,
    OwnText,
    WrongState,
)
from workflow.models import Agency, FamilyMember, Professional
from workflow.permissions import ADMIN, CHAIR, SERVICE, has_role, speaks_for
from workflow.policy import calendar, policy_on
from workflow.records import ready

Section: TypeAlias = dict[str, Any]


# The text


def minutes_of(conference: Conference) -> Minutes:
    """The minutes of a decided conference. Raises WrongState before it is decided."""
    found = Minutes.objects.filter(conference=conference).first()
    if found is None:
        raise WrongState("The conference has not been decided.", about=[conference.key])
    return found


def latest_version(minutes: Minutes) -> MinutesVersion | None:
    """The text as it was last handed to the chair or amended, whether or not it may go out."""
    return minutes.versions.last()


def text_to_release(minutes: Minutes) -> MinutesVersion | None:
    """The text that goes out now: the latest the chair let go; None before the first approval."""
    return minutes.released_text


def sections_of(conference: Conference) -> list[Section]:
    """What stands under the items of the agenda now, in its order."""
    texts = texts_of(conference)
    return [_section(item, texts[item.pk].text if item.pk in texts else "") for item in conference.agenda.all()]


def _section(item: AgendaItem, text: str) -> Section:
    return {
        "key": f"item-{item.pk}",
        "number": item.number,
        "heading": item.title,
        "text": text,
        "audience": item.audience,
        "kept_from": item.kept_from,
    }


def hash_of(sections: Sequence[Section]) -> str:
    """SHA-256 of the sections as canonical JSON: keys sorted, no spaces, every character as itself."""
    canonical = json.dumps(sections, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def freeze(minutes: Minutes, sections: Sequence[Section], at: datetime, **said: Any) -> MinutesVersion:
    """The sections as they are now become the next version. Inside an act."""
    last = latest_version(minutes)
    version = MinutesVersion(
        minutes=minutes,
        number=last.number + 1 if last else 1,
        sections=list(sections),
        sha256=hash_of(sections),
        written_at=at,
        **said,
    )
    version.save()
    return version


# Drafted and approved


@act
def draft_minutes(conference: Conference, *, at: datetime) -> Minutes:
    """The minute-taker gives the text to the chair: what stands under every item now becomes the next version.

    Raises MinutesLocked once approved, WrongState while two texts of an item wait for a choice.
    """
    minutes = minutes_of(conference)
    if minutes.is_locked:
        raise MinutesLocked(about=[conference.key])
    ready(minutes.draft)
    waiting = {str(each.writing.item) for each in waiting_in(conference)}
    if waiting:
        raise WrongState("Two texts wait for somebody to choose between them.", about=waiting)
    freeze(minutes, sections_of(conference), at)
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
    """The chair approves version 1; from now on the text is not edited.

    Nobody approves a text they wrote in themselves (setting `minutes_not_by_own_author`): where the conference's chair
    did, another conference chair or a service manager approves. Raises NotPermitted, OwnText.
    """
    _require_approver(conference, by, on)
    minutes = minutes_of(conference)
    minutes.approve()
    if (version := latest_version(minutes)) is not None:
        version.released_as = minutes.text_version
        version.save()
    minutes.save()
    return minutes


def _require_approver(conference: Conference, by: Professional, on: date) -> None:
    try:
        require_conferences_chair(conference, by, on)
    except NotPermitted:
        if not (another_has_to_approve(conference, on) and has_role(by, CHAIR | SERVICE, on)):
            raise
    if policy_on(on).settings["minutes_not_by_own_author"] and wrote_in(by, conference):
        raise OwnText()


def may_approve(conference: Conference, by: Professional, on: date) -> bool:
    """The same question, asked by a page before it shows the button."""
    try:
        _require_approver(conference, by, on)
    except (NotPermitted, OwnText):
        return False
    return True


def another_has_to_approve(conference: Conference, on: date) -> bool:
    """Whether the conference's chair wrote in these minutes, and so may not approve them."""
    chair = conference.chair
    own_not_allowed = policy_on(on).settings["minutes_not_by_own_author"]
    return bool(own_not_allowed and chair is not None and wrote_in(chair, conference))


# Sent out, acknowledged, challenged


@act
def distribute_minutes(
    conference: Conference,
    *,
    to: Sequence[Party] | None = None,
    redacted_to: Sequence[Party] | None = None,
    translated_for: Sequence[FamilyMember] = (),
    on: date,
    at: datetime,
) -> Minutes:
    """Approved minutes go out, redacted where somebody is protected; the challenge window runs, in working days.

    Raises NotApproved, RecipientRestricted, TranslationMissing.
    """
    minutes = minutes_of(conference)
    require_may_go(minutes)
    sent_to = recipients.named(recipients.of_minutes(conference), to, redacted_to)
    recipients.check_minutes(conference, sent_to)
    recipients.check_translated(sent_to, translated_for)
    let_minutes_go(minutes, minutes_to(minutes, sent_to), on=on, at=at)
    return minutes


def require_may_go(minutes: Minutes) -> None:
    """Raises NotApproved, WrongState when they are out already."""
    if not minutes.is_locked:
        raise NotApproved(about=[minutes.conference.key])
    ready(minutes.distribute)


def let_minutes_go(
    minutes: Minutes,
    versions: Sequence[Version],
    *,
    routes: Mapping[Party, Route] | None = None,
    on: date,
    at: datetime,
) -> list[MinutesCopy]:
    """A copy for each recipient; their challenge window runs and the duty to send them is met. Inside an act."""
    copies = [
        MinutesCopy(
            minutes=minutes,
            is_redacted=version.reader.less,
            text_version=minutes.text_version,
            sent_on=on,
            **party_filter(version.reader.party),
        )
        for version in versions
    ]
    hand_out(copies, versions, routes=routes, at=at)
    minutes.distribute(window_until=policy_on(on).after("minutes_challenge", on, calendar()))
    minutes.save()
    deadlines.meet(deadlines.pending(minutes.case, "minutes", minutes.conference.key), on=on)
    return copies


@act
def acknowledge_minutes(conference: Conference, who: Party, *, by: Professional, on: date, at: datetime) -> MinutesCopy:
    """A recipient says they have them; the administrator says it for family. Raises NotYourAgency, NotARecipient."""
    minutes = minutes_of(conference)
    if not minutes.is_out:
        raise WrongState(f"They are {minutes.get_state_display().lower()}.", about=[conference.key])
    speaks = speaks_for(by, who, on) if isinstance(who, Agency) else has_role(by, ADMIN, on)
    if not speaks:
        raise NotYourAgency(about=[who.key])
    copy = copy_of(minutes, who)
    copy.acknowledge(at=at)
    copy.save()
    return copy


def copy_of(minutes: Minutes, party: Party) -> MinutesCopy:
    """The latest copy somebody was sent. Raises NotARecipient."""
    copy = minutes.copies.filter(**party_filter(party)).last()
    if copy is None:
        raise NotARecipient(about=[party.key])
    return copy
