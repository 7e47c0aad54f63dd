"""Mail to one address outside the service: written with the change it tells, delivered after it, under one id for ever.

What it says is neutral: no name is in it, not even its recipient's. Its Message-ID is fixed when it is written, so that
a second copy is known for one. What would break out of its line, in the mail or in its calendar entry, is refused and
never quietly taken out.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet

from notifications.doorbell import ring
from notifications.handing_over import (
    IN_TROUBLE,
    PATIENCE,
    TAKEN_FOR,
    Answer,
    Delivered,
    Fate,
    hand_over,
    next_attempt,
    our_domain,
    why_not_an_address,
)
from notifications.models import OutsideMail
from notifications.tell import tell
from workflow.acting import day_of
from workflow.acts import PARTNERSHIP, under_way
from workflow.errors import UnsafeInMail
from workflow.models import Case

OUTSIDE_MAIL_FAILED = "OUTSIDE_MAIL_FAILED"
METHODS = ("REQUEST", "CANCEL")
# Control characters, and what some programs take for the end of a line.
BREAKS_OUT = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class CalendarEntry:
    """A calendar entry as text, and what a calendar is to do with it: REQUEST or CANCEL."""

    text: str
    method: str


def write_outside(
    case: Case | None,
    *,
    name: str,
    address: str,
    subject: str,
    body: str,
    about: models.Model,
    at: datetime,
    calendar: CalendarEntry | None = None,
    reason: str = "",
) -> OutsideMail:
    """One mail that waits to be sent; called inside an act.

    `name` says for us whom it is for and is never sent. Raises UnsafeInMail when name, address or subject hold a line
    break or a control character, the body a control character, or the calendar entry more than the one meeting.
    """
    _check({"name": name, "address": address, "subject": subject}, body, calendar)
    mail = OutsideMail(
        case=case,
        to_name=name,
        to_address=address,
        subject=subject,
        body=body,
        calendar=calendar.text if calendar else "",
        calendar_method=calendar.method if calendar else "",
        about_type=ContentType.objects.get_for_model(about),
        about_id=about.pk,
        reason=reason,
        written_at=at,
        message_id=f"<throughline-{uuid4().hex}@{our_domain()}>",
    )
    mail.save()
    ring()
    return mail


def _check(lines: dict[str, str], body: str, calendar: CalendarEntry | None) -> None:
    unsafe = [part for part, text in lines.items() if breaks_out_of_a_header(text)]
    if breaks_out(body.replace("\n", "").replace("\t", "")):
        unsafe.append("text")
    if calendar is not None and not _is_one_meeting(calendar):
        unsafe.append("calendar entry")
    if unsafe:
        raise UnsafeInMail(about=unsafe)


def breaks_out(text: str) -> bool:
    """Whether a text that has to stay on its line holds a line break or a control character."""
    return any(unicodedata.category(character) in BREAKS_OUT for character in text)


def breaks_out_of_a_header(text: str) -> bool:
    """Whether a header could not hold it as it is: it leaves its line, or is taken for an encoded word."""
    return breaks_out(text) or "=?" in text


def _is_one_meeting(calendar: CalendarEntry) -> bool:
    """Whether the entry is one calendar with one meeting and the method it is sent with, every line whole."""
    if not calendar.text.endswith("\r\n") or calendar.method not in METHODS:
        return False
    folded = calendar.text.removesuffix("\r\n").split("\r\n")
    lines = "\r\n".join(folded).replace("\r\n ", "").split("\r\n")
    words = [line.upper() for line in lines]
    return (
        not any(breaks_out(line) for line in folded)
        and words[0] == "BEGIN:VCALENDAR"
        and words[-1] == "END:VCALENDAR"
        and [word for word in words if word.startswith(("BEGIN:", "END:"))][1:-1] == ["BEGIN:VEVENT", "END:VEVENT"]
        and [word for word in words if word.startswith("METHOD")] == [f"METHOD:{calendar.method}"]
    )


# What was written


def mails_about(records: Iterable[models.Model]) -> dict[int, list[OutsideMail]]:
    """The mails written for each of these records of one kind, by the record's id, the first first. One statement."""
    found: dict[int, list[OutsideMail]] = {}
    records = list(records)
    if records:
        for mail in _about(records):
            found.setdefault(mail.about_id or 0, []).append(mail)
    return found


def _about(records: list[models.Model]) -> "QuerySet[OutsideMail]":
    kind = ContentType.objects.get_for_model(records[0])
    return OutsideMail.objects.filter(about_type=kind, about_id__in=[each.pk for each in records])


def withdraw_mails(records: Iterable[models.Model], *, reason: str) -> list[OutsideMail]:
    """Stops every mail about these records of one kind that has not left, or failed; called inside an act.

    The mails that may have arrived, whenever they were sent: who may have one has to hear that it no longer holds.
    """
    mails = list(_about(list(records))) if records else []
    heard = [mail for mail in mails if mail.may_have_arrived]
    for mail in mails:
        if mail.state in (OutsideMail.State.QUEUED, OutsideMail.State.FAILED):
            mail.withdraw(reason=reason)
            mail.save()
    return heard


def failed_mails(cases: "QuerySet[Case] | Iterable[Case]") -> "QuerySet[OutsideMail]":
    """The tasks left by mail that could not be delivered: nothing was written about the same thing since."""
    later = OutsideMail.objects.filter(
        about_type=OuterRef("about_type"), about_id=OuterRef("about_id"), pk__gt=OuterRef("pk")
    )
    failed = OutsideMail.objects.filter(case__in=cases, state=OutsideMail.State.FAILED)
    return failed.exclude(Exists(later)).select_related("case", "about_type")


# Delivery: taken, sent, recorded, as in `notifications.deliver`


def deliver_outside(now: datetime) -> Delivered:
    """Sends every such mail that is due by `now`, each by itself, and writes on it what the server said.

    An address refused for good is a failed mail, and the case's administrator is told. Anything else is tried again
    after 1, 5, 15 and 60 minutes, then every hour, under the same Message-ID. Two passes at once send nothing twice.
    """
    done, in_vain = Delivered(), 0
    for pk in list(OutsideMail.objects.due(now).values_list("pk", flat=True)):
        mail = _take(pk, now, done)
        if mail is None:
            continue
        answer = send(mail)
        _record(mail, answer, now, done)
        in_vain = in_vain + 1 if answer.fate in IN_TROUBLE else 0
        if in_vain >= PATIENCE:
            break
    return done


def _take(pk: int, now: datetime, done: Delivered) -> OutsideMail | None:
    """The mail, marked as being sent; None when somebody else has it or it can go nowhere."""
    with under_way("deliver_outside", PARTNERSHIP, by=None, at=now, only_if_changed=True):
        due = OutsideMail.objects.due(now).select_for_update(skip_locked=True, no_key=True)
        mail = due.filter(pk=pk).first()
        if mail is None:
            return None
        why_not = why_not_an_address(mail.to_address)
        if why_not:
            _give_up(mail, why_not, now, done)
            return None
        mail.attempt(until=now + TAKEN_FOR)
        mail.save()
        return mail


def send(mail: OutsideMail) -> Answer:
    """Hands one mail to the server and says what came of it."""
    return hand_over(compose(mail))


def compose(mail: OutsideMail) -> EmailMultiAlternatives:
    """The mail as it goes: to an address without a name, its calendar entry for the program and as a file."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.body,
        to=[mail.to_address],
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.metadata = {"throughline": mail.message_id}  # a provider says it back in its events
    if mail.calendar:
        message.attach_alternative(mail.calendar, f"text/calendar; method={mail.calendar_method}")
        message.attach("meeting.ics", mail.calendar.encode(), "application/ics")
    return message


def _record(taken: OutsideMail, answer: Answer, now: datetime, done: Delivered) -> None:
    """Writes on the mail what became of it; one withdrawn meanwhile stays so, unless the server has it already."""
    with under_way("deliver_outside", PARTNERSHIP, by=None, at=now):
        mail = OutsideMail.objects.select_for_update(no_key=True).get(pk=taken.pk)
        if mail.state == OutsideMail.State.FAILED:  # the provider said so before we came back
            return
        if answer.fate is Fate.ACCEPTED:
            mail.hand_over(at=now, provider_id=answer.provider_id)
            done.mails += 1
            done.sent += 1
        elif mail.state == OutsideMail.State.WITHDRAWN:
            return
        elif answer.fate is Fate.REFUSED:
            _give_up(mail, answer.said, now, done)
            return
        else:
            broke_off = answer.fate is Fate.NOT_KNOWN
            mail.put_off(
                until=next_attempt(mail.attempts, now, mail.message_id), said=answer.said, may_have_arrived=broke_off
            )
            done.put_off += 1
        mail.save()


def _give_up(mail: OutsideMail, why: str, now: datetime, done: Delivered) -> None:
    """Failed for good. The case's administrator hears that somebody did not get it, and which mail it was."""
    done.failed += 1
    mail.fail(said=why)
    mail.save()
    say_it_failed(mail, day_of(now))


def say_it_failed(mail: OutsideMail, on: date) -> None:
    if mail.case is None:  # its own page shows it to whoever had it sent
        return
    tell(mail.case, OUTSIDE_MAIL_FAILED, f"mail:{mail.pk}", [mail.case.administrator], on=on)
