"""What becomes of each copy after it was let go: opened, confirmed, sent again, posted; and how it stands, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from meetings.copying import send_by
from meetings.delivery import delivery_of
from meetings.documents.document import Document
from meetings.documents.readers import readers_of, withheld
from meetings.documents.renditions import kept
from meetings.links import end_links
from meetings.models import Challenge, Conference, LetterCopy, MinutesCopy
from meetings.routes import Channel, route_to
from notifications.models import OutsideMail
from notifications.outside import mails_about, withdraw_mails
from workflow.acting import LONDON
from workflow.acts import act
from workflow.errors import NotARecipient, ReasonRequired, RecipientRestricted, WrongState
from workflow.models import Agency, Professional
from workflow.permissions import speaks_for

AnyCopy = LetterCopy | MinutesCopy


@act
def open_copy(copy: AnyCopy, *, by: Professional | None, on: date, at: datetime) -> AnyCopy:
    """Its recipient opens it; the first time is kept. Without a person: by its link.

    Raises NotARecipient for somebody of another agency, RecipientRestricted when they may not have it any more.
    """
    _require_recipient(copy, by, on)
    require_open(copy)
    if copy.opened_at is None:
        copy.opened_at = at
        copy.save()
    return copy


@act
def acknowledge_copy(copy: AnyCopy, *, by: Professional | None, on: date, at: datetime) -> AnyCopy:
    """Its recipient says that they have it. Without a person: by its link. Raises as `open_copy`, and WrongState."""
    _require_recipient(copy, by, on)
    require_open(copy)
    if copy.acknowledged_at is not None:
        raise WrongState("It has been confirmed already.")
    if isinstance(copy, MinutesCopy):
        copy.acknowledge(at=at)
    copy.acknowledged_at = at
    copy.save()
    return copy


@act
def send_copy_again(copy: AnyCopy, *, reason: str, on: date, at: datetime) -> AnyCopy:
    """The same document once more, the way that is open to its recipient now; an earlier link ends.

    Raises ReasonRequired, RecipientRestricted.
    """
    if not reason.strip():
        raise ReasonRequired()
    require_open(copy)
    withdraw_mails([copy], reason=reason)
    end_links([copy])
    send_by(copy, route_to(copy.case, copy.party, on), reason=reason, at=at)
    return copy


@act
def post_copy(copy: AnyCopy, *, on: date) -> AnyCopy:
    """A copy that goes by post has been posted. Raises WrongState."""
    if copy.channel != Channel.POST or copy.posted_on is not None:
        raise WrongState("This copy is not waiting to be posted.")
    copy.posted_on = on
    copy.save()
    return copy


def _require_recipient(copy: AnyCopy, by: Professional | None, on: date) -> None:
    if by is not None and not (isinstance(copy.party, Agency) and speaks_for(by, copy.party, on)):
        raise NotARecipient()


def require_open(copy: AnyCopy) -> None:
    """Raises RecipientRestricted when its recipient may not have it any more, or not with what it says."""
    document = kept(copy.sha256)
    if not copy.is_open_to_its_recipient() or (document and _says_too_much(copy, document)):
        raise RecipientRestricted()


def _says_too_much(copy: AnyCopy, document: Document) -> bool:
    """Whether it holds a detail of somebody protected from its recipient since it went out."""
    [reader] = readers_of([copy.party], [], copy.conference.children)
    return withheld(document, reader) != document


# Asking


def copies_of(conference: Conference) -> list[AnyCopy]:
    """Every copy of the letter and of the minutes, in the order in which they went. Two statements."""
    parties = ("agency", "family_member", "addressee")
    letters = conference.letter_copies.select_related(*parties, "conference__case")
    minutes = MinutesCopy.objects.filter(minutes__conference=conference)
    return [*letters, *minutes.select_related(*parties, "minutes__conference__case")]


@dataclass(frozen=True)
class Standing:
    """How one copy stands: every step in words, and whether somebody has to do something about it."""

    copy: AnyCopy
    steps: Sequence[str]
    task: str = ""
    mails: Sequence[OutsideMail] = ()

    @property
    def word(self) -> str:
        """The last that is known, in a word or two."""
        if self.task:
            return self.task
        return self.steps[-1].split(":")[0].split(" on ")[0].split(",")[0] if self.steps else "Sent"


def standings(copies: Iterable[AnyCopy], challenges: Iterable[Challenge]) -> list[Standing]:
    """How each of these copies stands. Four statements at most."""
    copies = list(copies)
    letters = [copy for copy in copies if isinstance(copy, LetterCopy)]
    minutes = [copy for copy in copies if isinstance(copy, MinutesCopy)]
    mails = {"letter": mails_about(letters), "minutes": mails_about(minutes)}
    disputed = list(challenges)
    return [_standing(copy, mails["minutes" if copy in minutes else "letter"], disputed) for copy in copies]


def _standing(copy: AnyCopy, mails: Mapping[int, list[OutsideMail]], challenges: Sequence[Challenge]) -> Standing:
    written = mails.get(copy.pk, [])
    sent, task = _on_its_way(copy, written)
    steps = [*sent, *_came_of_it(copy, challenges)]
    return Standing(copy, steps, "" if copy.opened_at or copy.acknowledged_at else task, written)


def _on_its_way(copy: AnyCopy, mails: Sequence[OutsideMail]) -> tuple[list[str], str]:
    """How it went, and what is to be done when it did not."""
    if copy.channel == Channel.POST:
        if copy.posted_on is None:
            return ["Waiting to be posted"], "To be posted"
        return [f"Posted on {copy.posted_on:%-d %b %Y}"], ""
    if copy.channel == Channel.IN_SERVICE or not mails:
        return [f"In the service since {copy.sent_on:%-d %b %Y}"], ""
    return [_of_mail(mail) for mail in mails], "Could not be delivered" if mails[
        -1
    ].state == OutsideMail.State.FAILED else ""


def _of_mail(mail: OutsideMail) -> str:
    """The word for it, when, and what the server said."""
    delivery = delivery_of(mail)
    when = f" on {_when(mail.handed_over_at)}" if mail.handed_over_at else ""
    return f"{delivery.word}{when}: {delivery.detail}" if delivery.detail else f"{delivery.word}{when}"


def _came_of_it(copy: AnyCopy, challenges: Sequence[Challenge]) -> list[str]:
    steps = [f"Opened on {_when(copy.opened_at)}"] if copy.opened_at else []
    if copy.acknowledged_at:
        steps.append(f"Confirmed on {_when(copy.acknowledged_at)}")
    elif getattr(copy, "state", "") == MinutesCopy.State.ACKNOWLEDGED:
        steps.append("Confirmed")
    theirs = [each for each in challenges if isinstance(copy, MinutesCopy) and _is_theirs(each, copy)]
    return steps + [f"Disputed on {each.made_on:%-d %b %Y}: {each.get_state_display().lower()}" for each in theirs]


def _is_theirs(challenge: Challenge, copy: AnyCopy) -> bool:
    return (challenge.agency_id, challenge.family_member_id) == (copy.agency_id, copy.family_member_id)


def _when(moment: datetime | None) -> str:
    return f"{moment.astimezone(LONDON):%-d %b %Y, %H:%M}" if moment else ""


def waiting_for_post(copies: Iterable[AnyCopy]) -> list[AnyCopy]:
    """The copies that go by post and have not been posted."""
    return [copy for copy in copies if copy.channel == Channel.POST and copy.posted_on is None]
