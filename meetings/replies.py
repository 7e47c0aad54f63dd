"""What comes back from those asked to a conference, who is asked again, and what is done about mail that failed."""

from datetime import date, datetime

from django.contrib.contenttypes.models import ContentType

from meetings.invitations import addressee_of, ask
from meetings.models import Conference, Invitation, SignedLink
from notifications.models import OutsideMail
from notifications.outside import mails_about
from workflow.acting import day_of
from workflow.acts import act
from workflow.errors import NotPermitted, NotYourAgency, ReasonRequired, SubstituteMissing, Unknown, WrongState
from workflow.models import Agency, Professional
from workflow.permissions import ADMIN, has_role, speaks_for
from workflow.records import ready


@act
def reply_to_invitation(
    invitation: Invitation,
    *,
    reply: str,
    substitute: str = "",
    note: str = "",
    link: SignedLink | None = None,
    by: Professional | None,
    on: date,
    at: datetime,
) -> Invitation:
    """Somebody invited comes, sends somebody else or does not come; it may be changed until the meeting begins.

    Said by the agency itself, by the administrator who heard it, or by nobody with an account through their `link`.
    It counts for the date the conference has now. Raises NotPermitted, NotYourAgency, WrongState, Unknown for a reply
    that does not exist, SubstituteMissing.
    """
    _check_replier(invitation, link, by, on)
    if not invitation.is_open_to_its_recipient():
        raise WrongState("They are not invited, or the meeting has begun.", about=[invitation.party.key])
    if reply not in replies_of(invitation):
        raise Unknown(about=[reply])
    instead = reply == Invitation.Reply.SUBSTITUTE
    if instead and not substitute.strip():
        raise SubstituteMissing(about=[invitation.party.key])
    invitation.reply, invitation.reply_note = reply, note
    invitation.substitute = substitute if instead else ""
    invitation.replied_at, invitation.replied_for_sequence = at, invitation.conference.invitation_sequence
    invitation.save()
    return invitation


def replies_of(invitation: Invitation) -> list[str]:
    """What may be answered. Nobody stands in for a member of the family."""
    others = [] if isinstance(invitation.party, Agency) else [Invitation.Reply.SUBSTITUTE]
    return [reply for reply in Invitation.Reply.values if reply not in others]


def _check_replier(invitation: Invitation, link: SignedLink | None, by: Professional | None, on: date) -> None:
    if link is not None:
        kind = ContentType.objects.get_for_model(Invitation)
        leads_here = (link.purpose, link.about_type_id, link.about_id) == ("reply", kind.pk, invitation.pk)
        if by is not None or not leads_here:
            raise NotPermitted()
    elif not may_reply_for(invitation, by, on):
        raise NotYourAgency(about=[invitation.party.key])


def may_reply_for(invitation: Invitation, by: Professional | None, on: date) -> bool:
    """Whether this person may say whether they come: of the agency, or the administrator who heard it."""
    if has_role(by, ADMIN, on):
        return True
    return invitation.agency is not None and speaks_for(by, invitation.agency, on)


# Asked again


@act
def chase_replies(conference: Conference, *, on: date, at: datetime) -> list[Invitation]:
    """Writes again to those invited by e-mail who have not answered for the present date, at most once a day.

    Nobody who has answered, is excused or is excluded is chased. Returns whom. Raises WrongState.
    """
    if not conference.is_awaited:
        raise WrongState(f"It is {conference.get_state_display().lower()}.", about=[conference.key])
    chased = to_chase(conference, on)
    for row in chased:
        row.chased_at = at
        ask(row, "chased", at)
    return chased


def to_chase(conference: Conference, on: date) -> list[Invitation]:
    """Whom a chase on that day would write to: silent, not written to today, and not at an address that fails."""
    rows = conference.invitations.filter(state=Invitation.State.INVITED, way=Invitation.Way.EMAIL)
    silent = [
        row
        for row in rows.select_related("agency", "family_member")
        if not row.has_answered and row.asked_at and day_of(row.asked_at) < on
    ]
    mails = mails_about(silent)
    return [row for row in silent if not _fails(row, mails.get(row.pk, []), on)]


def _fails(row: Invitation, mails: list[OutsideMail], on: date) -> bool:
    """Whether the last mail to them failed and there is no other address since."""
    if not mails or mails[-1].state != OutsideMail.State.FAILED:
        return False
    return mails[-1].to_address == addressee_of(row.conference.case, row.party, on).address


@act
def send_invitation_again(invitation: Invitation, *, reason: str, at: datetime) -> Invitation:
    """Asks one party once more, to the address they have now. Raises ReasonRequired, WrongState."""
    if not reason.strip():
        raise ReasonRequired(about=[invitation.party.key])
    if not invitation.is_open_to_its_recipient() or invitation.asked_at is None:
        raise WrongState("They have not been asked, or the meeting has begun.", about=[invitation.party.key])
    ask(invitation, "asked", at, reason=reason)
    return invitation


@act
def settle_failed_mail(mail: OutsideMail, *, reason: str) -> OutsideMail:
    """A mail that could not be delivered is seen to in another way, by telephone or by hand. Raises ReasonRequired."""
    ready(mail.withdraw)
    if mail.state != OutsideMail.State.FAILED:
        raise WrongState("It has not failed.", about=[str(mail.pk)])
    if not reason.strip():
        raise ReasonRequired(about=[str(mail.pk)])
    mail.withdraw(reason=reason)
    mail.save()
    return mail
