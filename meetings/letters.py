"""The decision letter and what may follow it: an agency's formal dissent and the chair's answer."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from meetings import recipients
from meetings.chair import require_conferences_chair
from meetings.copying import hand_out
from meetings.documents.versions import Version, letters_to
from meetings.models import Conference, Dissent, LetterCopy, Party, party_filter
from meetings.routes import Route
from workflow import deadlines
from workflow.acting import day_of
from workflow.acts import act
from workflow.errors import DissentWindowClosed, NoDissentRecorded, NotYourAgency, ReasonRequired, Unknown, WrongState
from workflow.models import Agency, FamilyMember, Professional
from workflow.permissions import speaks_for
from workflow.policy import policy_on
from workflow.records import ready


@act
def send_letter(
    conference: Conference,
    *,
    to: Sequence[Party] | None = None,
    decision_only_to: Sequence[Party] | None = None,
    translated_for: Sequence[FamilyMember] = (),
    on: date,
    at: datetime,
) -> Conference:
    """The decision goes to everybody who must have it; worked out when nobody is named.

    Source: SUX, NYSCP (1 working day).

    Raises RecipientRestricted, TranslationMissing.
    """
    ready(conference.send_letter)
    sent_to = recipients.named(recipients.of_letter(conference), to, decision_only_to)
    recipients.check_letter(conference, sent_to)
    recipients.check_translated(sent_to, translated_for)
    let_letter_go(conference, letters_to(conference, sent_to), on=on, at=at)
    return conference


def let_letter_go(
    conference: Conference,
    versions: Sequence[Version],
    *,
    routes: Mapping[Party, Route] | None = None,
    on: date,
    at: datetime,
) -> list[LetterCopy]:
    """A copy for each recipient, and the duty to send the letter is met. Inside an act."""
    copies = [
        LetterCopy(
            conference=conference,
            decision_only=version.reader.less,
            sent_on=on,
            **party_filter(version.reader.party),
        )
        for version in versions
    ]
    hand_out(copies, versions, routes=routes, at=at)
    conference.send_letter()
    conference.save()
    deadlines.meet(deadlines.pending(conference.case, "letter", conference.key), on=on)
    return copies


@act
def formalise_dissent(conference: Conference, agency: Agency, *, by: Professional, on: date, at: datetime) -> Dissent:
    """An agency whose dissent was noted makes it formal, within real hours of the decision. Source: SUX (72 hours).

    Raises NotYourAgency, NoDissentRecorded, DissentWindowClosed.
    """
    if conference.decided_at is None:
        raise WrongState(f"It is {conference.get_state_display().lower()}.", about=[conference.key])
    dissent = conference.dissents.filter(agency=agency).first()
    if dissent is not None:
        ready(dissent.formalise)
    if not speaks_for(by, agency, on):
        raise NotYourAgency(about=[agency.key])
    if dissent is None:
        raise NoDissentRecorded(about=[agency.key])
    window = policy_on(day_of(conference.decided_at)).span("dissent_formal")
    if at.astimezone(UTC) - conference.decided_at.astimezone(UTC) > timedelta(hours=window.amount):
        raise DissentWindowClosed(about=[agency.key])
    dissent.formalise()
    dissent.save()
    case = conference.case
    assert conference.chair is not None
    deadlines.start(
        case,
        "dissent",
        f"{conference.key}:{agency.key}",
        timescale="dissent_answer",
        since=on,
        because="formal dissent",
        owner=conference.chair,
        title=f"Answer to the dissent of {agency}",
        on=on,
        about=conference,
    )
    return dissent


@act
def answer_dissent(
    conference: Conference, agency: Agency, *, outcome: str, reason: str, by: Professional, on: date
) -> Dissent:
    """The chair answers: decision_stands or review_brought_forward. Raises Unknown, ReasonRequired."""
    dissent = conference.dissents.filter(agency=agency).first()
    if dissent is None:
        raise Unknown(about=[agency.key])
    require_conferences_chair(conference, by, on)
    ready(dissent.answer_with)
    if not reason.strip():
        raise ReasonRequired(about=[agency.key])
    dissent.answer_with(outcome=outcome, reason=reason)
    dissent.save()
    deadlines.meet(deadlines.pending(conference.case, "dissent", f"{conference.key}:{agency.key}"), on=on)
    return dissent
