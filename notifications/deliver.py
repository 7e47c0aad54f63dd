"""Sending what waits: one mail to one person, and the truth about each message on its row.

What is urgent goes at once. What is not is kept for its reader's mail of the day (`notifications.digest`), their quiet
hours or their choice: kept and never dropped, and the row's history says until when and why.

Taken, sent, recorded: three steps, so that no lock is held while a mail server takes its time. To take a message is to
write down an attempt that has not come back yet; a process that dies half-way leaves just that, and the message is due
again. A mail that may have arrived is sent again under the same Message-ID, with the same messages in it: a copy that
is known for one is harmless, a silence is not.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.template.loader import render_to_string

from notifications import reaching
from notifications.handing_over import (
    IN_TROUBLE,
    PATIENCE,
    TAKEN_FOR,
    Answer,
    Delivered,
    Fate,
    hand_over,
    has_been_tried_enough,
    next_attempt,
    our_domain,
    why_not_an_address,
)
from notifications.models import Notice, Notification
from notifications.tell import tell
from workflow.acting import day_of
from workflow.acts import PARTNERSHIP, under_way
from workflow.models import Professional
from workflow.people import lead_of, partnership_officer
from workflow.policy import calendar, policy_on
from workflow.timescales import Policy
from workflow.working_days import Calendar

NOT_DELIVERED = "NOT_DELIVERED"


@dataclass(frozen=True)
class Mail:
    """The messages that go to one person together."""

    recipient: Professional
    messages: Sequence[Notification]

    @property
    def is_text(self) -> bool:
        return self.messages[0].channel == Notification.Channel.TEXT

    @property
    def urgent(self) -> int:
        return sum(message.is_urgent for message in self.messages)

    @property
    def id(self) -> str:
        """The same for the same messages, however often it is sent."""
        ids = ",".join(str(message.pk) for message in self.messages)
        return f"<throughline-{sha256(ids.encode()).hexdigest()[:32]}@{our_domain()}>"


def deliver(now: datetime) -> Delivered:
    """Sends every message that is due by `now`, one mail per person. Two passes at once send nothing twice.

    What may wait is kept: see the module. A person refused for good, without a usable address or out of post has their
    messages marked as failed, and the lead of their agency is told. Anything else is tried again after 1, 5, 15 and 60
    minutes, then every hour; after the fifth attempt the lead is told too.
    """
    return in_passes(now, lambda due: due.exclude(state=Notification.State.HELD))


def in_passes(now: datetime, which: "Callable[[QuerySet[Notification]], QuerySet[Notification]]") -> Delivered:
    """Sends those of the due messages, person by person, until a server is in trouble."""
    done, in_vain, day = Delivered(), 0, _day(now)
    due = which(Notification.objects.due(now)).order_by("recipient").values_list("recipient", flat=True).distinct()
    recipients = list(due)
    if not recipients:
        return done
    policy, days = policy_on(day), calendar()
    for recipient_id in recipients:
        for mail in _take(recipient_id, now, done, which, policy, days):
            answer = send(mail)
            _record(mail, answer, now, done)
            in_vain = in_vain + 1 if answer.fate in IN_TROUBLE else 0
        if in_vain >= PATIENCE:
            break
    return done


def _take(
    recipient_id: int,
    now: datetime,
    done: Delivered,
    which: "Callable[[QuerySet[Notification]], QuerySet[Notification]]",
    policy: Policy,
    days: Calendar,
) -> list[Mail]:
    """The person's mails, each message marked as being sent. Whoever else is sending to them is left to it."""
    with under_way("deliver", PARTNERSHIP, by=None, at=now, only_if_changed=True):
        locked = Professional.objects.select_for_update(skip_locked=True, no_key=True)
        recipient = locked.filter(pk=recipient_id).first()
        if recipient is None:
            return []
        found = which(Notification.objects.due(now)).filter(recipient=recipient)
        due = list(found.select_related("case").order_by("channel", "message_id", "pk"))
        why_not = cannot_be_reached(recipient, _day(now))
        if why_not:
            done.failed += len(due)
            _give_up(due, why_not, _day(now))
            return []
        due = _those_that_go_now(recipient, due, now, policy, days)
        # What may have arrived already goes again as it went; everything new goes together.
        together = groupby(due, key=lambda message: (message.channel, message.message_id))
        mails = [Mail(recipient, list(messages)) for _, messages in together]
        for mail in mails:
            for message in mail.messages:
                message.attempt(message_id=mail.id, until=now + TAKEN_FOR)
                message.save()
        return mails


def _those_that_go_now(
    recipient: Professional, due: list[Notification], now: datetime, policy: Policy, days: Calendar
) -> list[Notification]:
    """Keeps what may wait, with the reason on it, and returns the rest."""
    new = [message for message in due if message.state == Notification.State.QUEUED and not message.attempts]
    urgent, wishes = reaching.urgent_among(new, policy), reaching.wishes_of([recipient], policy)[recipient.pk]
    going = []
    for message in due:
        if message in new:
            message.is_urgent = message.pk in urgent
            if _is_kept(message, wishes, now, days):
                continue
            if message.is_urgent and message.channel == Notification.Channel.EMAIL:
                going += _as_text_too(message, wishes)
        going.append(message)
    until = reaching.kept_back(recipient, going, now, policy) if going else None
    if until is None:
        return sorted(going, key=lambda message: (message.channel, message.message_id, message.pk))
    sure = [message for message in going if message.state != Notification.State.UNKNOWN]
    for message in sure:
        message.hold(until=until, why=f"kept back: {policy.settings['mails_an_hour']} mails within an hour")
        message.save()
    return [message for message in going if message.state == Notification.State.UNKNOWN]


def _is_kept(message: Notification, wishes: reaching.Wishes, now: datetime, days: Calendar) -> bool:
    if message.is_urgent:
        return False
    if wishes.ordinary == reaching.HERE_ONLY:
        message.keep_here(why="its reader looks here instead")
    elif kept := reaching.held_until(now, wishes, days):
        message.hold(until=kept[0], why=kept[1])
    else:
        return False
    message.save()
    return True


def _as_text_too(message: Notification, wishes: reaching.Wishes) -> list[Notification]:
    """An urgent message as a text message as well, where its reader asked for it and texts can be sent."""
    if not (wishes.mobile and settings.TEXT_MESSAGES):
        return []
    copy = Notification(
        recipient=message.recipient,
        case=message.case,
        notice=message.notice,
        code=message.code,
        about=message.about,
        is_urgent=True,
        written_on=message.written_on,
        channel=Notification.Channel.TEXT,
        copy_of=message,
    )
    copy.save()
    return [copy]


def cannot_be_reached(person: Professional, on: date) -> str:
    """Why no mail can go to this person, in words; empty when it can."""
    if not person.is_in_post(on):
        return "no longer in post"
    return why_not_an_address(person.email)


def send(mail: Mail) -> Answer:
    """Hands one mail for one person to the server and says what came of it."""
    if mail.is_text:
        from notifications.govuk_notify import send_text  # only where text messages are sent at all

        return send_text(
            mail.recipient.how_to_reach.mobile, render("text.txt", context_of(mail)).strip(), reference=mail.id
        )
    return hand_over(compose(mail))


def compose(mail: Mail) -> EmailMessage:
    """How many, how urgent, which cases by reference, and where to look: nothing about any child, no name, no code."""
    context = context_of(mail)
    kind = "" if mail.urgent else "digest_"
    message = EmailMessage(
        subject=render(f"{kind}subject.txt", context).strip(),
        body=render(f"{kind}mail.txt", context),
        to=[mail.recipient.email],
        headers={"Message-ID": mail.id, "Auto-Submitted": "auto-generated"},
    )
    message.metadata = {"throughline": mail.id}  # type: ignore[attr-defined]  # a provider says it back in its events
    return message


def context_of(mail: Mail) -> dict[str, object]:
    by_case = Counter(message.case.reference for message in mail.messages)
    return {
        "count": len(mail.messages),
        "urgent": mail.urgent,
        "references": sorted(by_case),
        "cases": sorted(by_case.items()),
        "link": f"{settings.SITE_URL}/alerts/",
        "choices": f"{settings.SITE_URL}/messages/how/",
    }


def render(name: str, context: dict[str, object]) -> str:
    return render_to_string(f"notifications/{name}", context)


def _record(mail: Mail, answer: Answer, now: datetime, done: Delivered) -> None:
    """Writes on every message what became of the mail it was in."""
    with under_way("deliver", PARTNERSHIP, by=None, at=now):
        attempts = max(message.attempts for message in mail.messages)  # they stay together, so they wait together
        until = next_attempt(attempts, now, mail.id)
        # Somebody may have come back first: a provider's word on this mail is newer than ours.
        rows = {row.pk: row for row in Notification.objects.filter(pk__in=[each.pk for each in mail.messages])}
        messages = [rows[each.pk] for each in mail.messages if rows[each.pk].state == Notification.State.QUEUED]
        if answer.fate is Fate.REFUSED:
            done.failed += len(messages)
            _give_up(messages, answer.said, _day(now))
            return
        for message in messages:
            if answer.fate is Fate.ACCEPTED:
                message.send(at=now, provider_id=answer.provider_id)
            elif answer.fate is Fate.NOT_KNOWN:
                message.lose_sight(until=until, said=answer.said)
            else:
                message.put_off(until=until, said=answer.said)
            message.save()
        if answer.fate is not Fate.ACCEPTED and has_been_tried_enough(attempts):
            say_it_did_not_arrive(messages, _day(now))
    if answer.fate is Fate.ACCEPTED:
        done.mails += 1
        done.sent += len(mail.messages)
    else:
        done.put_off += len(mail.messages)


def _give_up(messages: Iterable[Notification], why: str, on: date) -> None:
    """Failed for good, and somebody above hears of it."""
    for message in messages:
        message.fail(said=why)
        message.save()
    say_it_did_not_arrive(messages, on)


def say_it_did_not_arrive(messages: Iterable[Notification], on: date) -> None:
    """Somebody above hears that this person did not: their lead, else the partnership. Once a day, case and person.

    A text message that failed is said only on its row: the mail it is a copy of has its own fate.
    """
    unheard = {
        message.case: message.recipient
        for message in messages
        if message.code != NOT_DELIVERED and message.channel == Notification.Channel.EMAIL
    }
    for case, person in unheard.items():
        lead = lead_of(person.agency, on)
        above = lead if lead and lead != person else partnership_officer(on)
        if not Notice.objects.filter(case=case, code=NOT_DELIVERED, about=person.key, raised_on=on).exists():
            tell(case, NOT_DELIVERED, person.key, [above], on=on)


def _day(now: datetime) -> date:
    return day_of(now)
