"""The mail of the day, and the weekly word that nothing is overdue.

What was kept for a person goes out in one mail at their hour, on a working day; with nothing kept nothing is sent. So
that silence can be told from a broken mail, whoever owes nothing overdue hears so once a week.
"""

from datetime import date, datetime, time, timedelta
from hashlib import sha256

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef

from notifications import reaching
from notifications.deliver import cannot_be_reached, in_passes, render
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
)
from notifications.models import Heartbeat, Notification
from workflow.acting import LONDON, day_of
from workflow.acts import PARTNERSHIP, under_way
from workflow.models import Case, Deadline, Professional
from workflow.policy import calendar, policy_on
from workflow.records import keep_new
from workflow.unusual_access import MANAGERS, looks_to_ask_about, often_denied, week_before
from workflow.working_days import ONE_DAY, Calendar

# What a weekly word is made with, and the page it leads to.
WORDS = {Heartbeat.About.NOTHING_OVERDUE: ("heartbeat", "/"), Heartbeat.About.ACCESS: ("access", "/access/unusual/")}
ACCESS_IS_TOLD_AT = time(7)


def send_digests(now: datetime) -> Delivered:
    """Sends everything kept whose moment has come, one mail per person, and the heartbeats of the week.

    What the server did not take is tried again by `deliver`. Two passes at once send nothing twice.
    """
    done = in_passes(now, lambda due: due.filter(state=Notification.State.HELD))
    if policy_on(day_of(now)).settings["weekly_heartbeat"]:
        write_heartbeats(now)
    write_words_about_access(now)
    send_heartbeats(now, done)
    return done


# The heartbeat of the week


def write_heartbeats(now: datetime) -> list[Heartbeat]:
    """One for everybody with a sign-in and an address who owes nothing overdue, at their hour on the week's first
    working day; and none for whom anything still waits. Run twice it writes nothing more.
    """
    day, days = day_of(now), calendar()
    monday = day - timedelta(days=day.weekday())
    if day != first_working_day(monday, days):
        return []
    late = Deadline.objects.overdue(day).filter(owner_professional=OuterRef("pk"))
    waiting = Notification.objects.waiting().filter(recipient=OuterRef("pk"))
    has_one = Heartbeat.objects.filter(
        recipient=OuterRef("pk"), week_from=monday, about=Heartbeat.About.NOTHING_OVERDUE
    )
    people = Professional.objects.in_post(day).exclude(user=None).exclude(email="")
    quiet = list(people.filter(~Exists(late), ~Exists(waiting), ~Exists(has_one)))
    if not quiet:
        return []
    wishes = reaching.wishes_of(quiet, policy_on(day))
    theirs = [person for person in quiet if now >= datetime.combine(day, wishes[person.pk].digest_at, LONDON)]
    if not theirs:
        return []
    with under_way("write_heartbeats", PARTNERSHIP, by=None, at=now, only_if_changed=True):
        # Whoever else is writing them is let finish first, and what they wrote is left out.
        list(Professional.objects.select_for_update(no_key=True).filter(pk__in=[each.pk for each in theirs]))
        written = _written(monday, Heartbeat.About.NOTHING_OVERDUE)
        return keep_new(
            [
                Heartbeat(recipient=person, week_from=monday, message_id=_id_of(person, monday))
                for person in theirs
                if person.pk not in written
            ]
        )


def _written(monday: date, about: str) -> set[int]:
    return set(Heartbeat.objects.filter(week_from=monday, about=about).values_list("recipient", flat=True))


def write_words_about_access(now: datetime) -> list[Heartbeat]:
    """To each manager, on the week's first working day: how many looks of last week are worth a question, also none.

    The mail says the number and where the list is, and nothing else. Run twice it writes nothing more.
    """
    day, days = day_of(now), calendar()
    monday = day - timedelta(days=day.weekday())
    if day != first_working_day(monday, days) or now < datetime.combine(day, ACCESS_IS_TOLD_AT, LONDON):
        return []
    about = Heartbeat.About.ACCESS
    managers = Professional.objects.in_post(day).filter(role__in=MANAGERS).exclude(user=None).exclude(email="")
    if not set(managers.values_list("pk", flat=True)) - _written(monday, about):
        return []
    with under_way("write_heartbeats", PARTNERSHIP, by=None, at=now, only_if_changed=True):
        # As above: whoever else is writing them is let finish first.
        theirs = list(managers.select_for_update(no_key=True, of=("self",)).select_related("agency"))
        written = _written(monday, about)
        return keep_new(
            [
                Heartbeat(
                    recipient=person,
                    week_from=monday,
                    about=about,
                    number=_to_ask_about(person, day, days),
                    message_id=_id_of(person, monday, about),
                )
                for person in theirs
                if person.pk not in written
            ]
        )


def _to_ask_about(manager: Professional, day: date, days: Calendar) -> int:
    monday, cases = week_before(day), Case.objects.visible_to(manager, day)
    return len(looks_to_ask_about(manager, cases, monday, days)) + len(often_denied(manager, monday))


def first_working_day(monday: date, days: Calendar) -> date:
    """The first working day of the week; its Monday where it has none."""
    return next((monday + n * ONE_DAY for n in range(5) if days.is_working_day(monday + n * ONE_DAY)), monday)


def _id_of(person: Professional, monday: date, about: str = "heartbeat") -> str:
    words = f"{about},{person.pk},{monday.isoformat()}"
    return f"<throughline-{sha256(words.encode()).hexdigest()[:32]}@{our_domain()}>"


def send_heartbeats(now: datetime, done: Delivered) -> None:
    """Taken, sent, recorded, like everything else; one that is refused is not important enough to tell anybody."""
    in_vain = 0
    for pk in list(Heartbeat.objects.due(now).values_list("pk", flat=True)):
        beat = _take(pk, now)
        if beat is None:
            continue
        answer = hand_over(compose_heartbeat(beat))
        _record(beat, answer, now, done)
        in_vain = in_vain + 1 if answer.fate in IN_TROUBLE else 0
        if in_vain >= PATIENCE:
            break


def _take(pk: int, now: datetime) -> Heartbeat | None:
    with under_way("send_heartbeats", PARTNERSHIP, by=None, at=now, only_if_changed=True):
        due = Heartbeat.objects.due(now).select_for_update(skip_locked=True, no_key=True, of=("self",))
        beat = due.select_related("recipient").filter(pk=pk).first()
        if beat is None:
            return None
        why_not = cannot_be_reached(beat.recipient, day_of(now))
        if why_not:
            beat.fail(said=why_not)
        else:
            beat.attempt(until=now + TAKEN_FOR)
        beat.save()
        return None if why_not else beat


def compose_heartbeat(beat: Heartbeat) -> EmailMessage:
    name, page = WORDS[beat.about]
    context: dict[str, object] = {"link": f"{settings.SITE_URL}{page}", "number": beat.number}
    return EmailMessage(
        subject=render(f"{name}_subject.txt", context).strip(),
        body=render(f"{name}_mail.txt", context),
        to=[beat.recipient.email],
        headers={"Message-ID": beat.message_id, "Auto-Submitted": "auto-generated"},
    )


def _record(taken: Heartbeat, answer: Answer, now: datetime, done: Delivered) -> None:
    with under_way("send_heartbeats", PARTNERSHIP, by=None, at=now):
        beat = taken.fresh()
        if answer.fate is Fate.ACCEPTED:
            beat.send(said="accepted")
            done.mails += 1
        elif answer.fate is Fate.REFUSED:
            beat.fail(said=answer.said)
            done.failed += 1
        else:
            beat.put_off(until=next_attempt(beat.attempts, now, beat.message_id), said=answer.said)
            done.put_off += 1
        beat.save()
