"""Sending what waits: one mail to one person, and the truth about each message on its row.

Taken, sent, recorded: three steps, so that no lock is held while a mail server takes its time. To take a message is to
write down an attempt that has not come back yet; a process that dies half-way leaves just that, and the message is due
again. A mail that may have arrived is sent again under the same Message-ID, with the same messages in it: a copy that
is known for one is harmless, a silence is not.
"""

import smtplib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from enum import Enum
from hashlib import sha256
from itertools import groupby

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.template.loader import render_to_string

from notifications.models import Notice, Notification
from notifications.tell import tell
from workflow.acting import day_of
from workflow.acts import PARTNERSHIP, under_way
from workflow.models import Professional
from workflow.people import lead_of, partnership_officer

NOT_DELIVERED = "NOT_DELIVERED"
# After an attempt that did not succeed; the last one again and again, since a mail server may be away for a night.
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
# How long a taken message is left alone: longer than the slowest conversation with a server.
TAKEN_FOR = timedelta(minutes=10)
# A pass ends after as many mails in a row that no server took; the others are still due at the next pass.
PATIENCE = 3


@dataclass
class Delivered:
    """What one pass did, in messages; `mails` is how many were handed to the server."""

    mails: int = 0
    sent: int = 0
    put_off: int = 0
    failed: int = 0


class Fate(Enum):
    """What became of a mail."""

    ACCEPTED = "the server has it"
    REFUSED = "the server will never take it for this person"
    NOT_NOW = "the server did not take it this time"
    NO_SERVER = "no server to hand it to"
    NOT_KNOWN = "the connection broke: it may have arrived"


IN_TROUBLE = frozenset({Fate.NO_SERVER, Fate.NOT_KNOWN})


@dataclass(frozen=True)
class Answer:
    """What became of a mail, and the words the server used."""

    fate: Fate
    said: str


@dataclass(frozen=True)
class Mail:
    """The messages that go to one person together."""

    recipient: Professional
    messages: Sequence[Notification]

    @property
    def id(self) -> str:
        """The same for the same messages, however often it is sent."""
        ids = ",".join(str(message.pk) for message in self.messages)
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
        return f"<throughline-{sha256(ids.encode()).hexdigest()[:32]}@{domain}>"


def deliver(now: datetime) -> Delivered:
    """Sends every message that is due by `now`, one mail per person. Two passes at once send nothing twice.

    A person refused for good, without a usable address or out of post has their messages marked as failed, and the
    lead of their agency is told. Anything else is tried again after 1, 5, 15 and 60 minutes, then every hour.
    """
    done, in_vain = Delivered(), 0
    due = Notification.objects.due(now).order_by("recipient").values_list("recipient", flat=True).distinct()
    for recipient_id in list(due):
        for mail in _take(recipient_id, now, done):
            answer = send(mail)
            _record(mail, answer, now, done)
            in_vain = in_vain + 1 if answer.fate in IN_TROUBLE else 0
        if in_vain >= PATIENCE:
            break
    return done


def _take(recipient_id: int, now: datetime, done: Delivered) -> list[Mail]:
    """The person's mails, each message marked as being sent. Whoever else is sending to them is left to it."""
    with under_way("deliver", PARTNERSHIP, by=None, at=now, only_if_changed=True):
        locked = Professional.objects.select_for_update(skip_locked=True, no_key=True)
        recipient = locked.filter(pk=recipient_id).first()
        if recipient is None:
            return []
        due = (
            Notification.objects.due(now)
            .filter(recipient=recipient)
            .select_related("case")
            .order_by("message_id", "pk")
        )
        why_not = cannot_be_reached(recipient, _day(now))
        if why_not:
            done.failed += len(due)
            _give_up(due, why_not, _day(now))
            return []
        # What may have arrived already goes again as it went; everything new goes together.
        together = groupby(due, key=lambda message: message.message_id)
        mails = [Mail(recipient, list(messages)) for _, messages in together]
        for mail in mails:
            for message in mail.messages:
                message.attempt(message_id=mail.id, until=now + TAKEN_FOR)
                message.save()
        return mails


def cannot_be_reached(person: Professional, on: date) -> str:
    """Why no mail can go to this person, in words; empty when it can."""
    if not person.is_in_post(on):
        return "no longer in post"
    if not person.email:
        return "no address"
    try:
        validate_email(person.email)
    except ValidationError:
        return "the address is not an e-mail address"
    return ""


def send(mail: Mail) -> Answer:
    """Hands one mail for one person to the server and says what came of it. Raises nothing a server can cause.

    Only what is said about this person or this mail is for good: a sender or a password that is refused is ours to
    mend, and then everything is sent.
    """
    connection = get_connection()
    try:
        return _hand_over(compose(mail), connection)
    finally:
        with suppress(OSError):  # a mail that was taken is not taken back by a rude goodbye
            connection.close()


def _hand_over(message: EmailMessage, connection: BaseEmailBackend) -> Answer:
    try:
        connection.open()
    except OSError as trouble:  # every SMTPException is one
        return Answer(Fate.NO_SERVER, _words(trouble))
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refused:
        return _judged(*next(iter(refused.recipients.values())))
    except smtplib.SMTPDataError as refused:
        return _judged(refused.smtp_code, refused.smtp_error)
    except smtplib.SMTPResponseException as refused:
        return Answer(Fate.NOT_NOW, _words(refused))
    except (smtplib.SMTPNotSupportedError, ValueError) as impossible:
        return Answer(Fate.REFUSED, _words(impossible))
    except OSError as broken:
        return Answer(Fate.NOT_KNOWN, f"{_words(broken)}; not known whether it arrived")
    return Answer(Fate.ACCEPTED, "accepted")


def compose(mail: Mail) -> EmailMessage:
    """How many, how urgent, which cases by reference, and where to look: nothing about any child, no name, no code."""
    context = {
        "count": len(mail.messages),
        "urgent": sum(message.is_urgent for message in mail.messages),
        "references": sorted({message.case.reference for message in mail.messages}),
        "link": f"{settings.SITE_URL}/alerts/",
    }
    return EmailMessage(
        subject=render_to_string("notifications/subject.txt", context).strip(),
        body=render_to_string("notifications/mail.txt", context),
        to=[mail.recipient.email],
        headers={"Message-ID": mail.id, "Auto-Submitted": "auto-generated"},
    )


def _record(mail: Mail, answer: Answer, now: datetime, done: Delivered) -> None:
    """Writes on every message what became of the mail it was in."""
    with under_way("deliver", PARTNERSHIP, by=None, at=now):
        if answer.fate is Fate.REFUSED:
            done.failed += len(mail.messages)
            _give_up(mail.messages, answer.said, _day(now))
            return
        attempts = max(message.attempts for message in mail.messages)  # they stay together, so they wait together
        until = now + WAITS[min(attempts, len(WAITS)) - 1]
        for message in mail.messages:
            if answer.fate is Fate.ACCEPTED:
                message.send(at=now)
            else:
                message.put_off(until=until, said=answer.said, may_have_arrived=answer.fate is Fate.NOT_KNOWN)
            message.save()
    if answer.fate is Fate.ACCEPTED:
        done.mails += 1
        done.sent += len(mail.messages)
    else:
        done.put_off += len(mail.messages)


def _give_up(messages: Iterable[Notification], why: str, on: date) -> None:
    """Failed for good. Somebody above hears that this person did not: their lead, else the partnership."""
    unheard = {}
    for message in messages:
        message.fail(said=why)
        message.save()
        if message.code != NOT_DELIVERED:
            unheard[message.case] = message.recipient
    for case, person in unheard.items():
        lead = lead_of(person.agency, on)
        above = lead if lead and lead != person else partnership_officer(on)
        if not Notice.objects.filter(case=case, code=NOT_DELIVERED, about=person.key, raised_on=on).exists():
            tell(case, NOT_DELIVERED, person.key, [above], on=on)


def _judged(code: int, said: bytes | str) -> Answer:
    """What an answer about this person or this mail means: 5xx is for good, anything else is for now."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    return Answer(Fate.REFUSED if code >= 500 else Fate.NOT_NOW, f"{code} {' '.join(words.split())}")


def _words(trouble: Exception) -> str:
    if isinstance(trouble, smtplib.SMTPResponseException):
        return _judged(trouble.smtp_code, trouble.smtp_error).said
    return f"{type(trouble).__name__}: {' '.join(str(trouble).split())}"


def _day(now: datetime) -> date:
    return day_of(now)
