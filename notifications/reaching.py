"""When and how somebody wants to hear, and what nobody can put off: the policy's say first, then the person's choice.

Pure but for reading the choices and the policy: a moment goes in, a moment comes out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from notifications.models import ALERT, HowToReach, Notification
from notifications.wording import message_in_words
from workflow.acting import LONDON, day_of
from workflow.models import Deadline, Professional
from workflow.timescales import Policy
from workflow.working_days import ONE_DAY, Calendar

DIGEST, AT_ONCE, HERE_ONLY = HowToReach.Ordinary.DIGEST, HowToReach.Ordinary.AT_ONCE, HowToReach.Ordinary.HERE_ONLY


@dataclass(frozen=True)
class Wishes:
    """How one person hears of what is not urgent, and where urgent messages go besides the mail."""

    ordinary: str
    digest_at: time
    quiet_from: time | None = None
    quiet_until: time | None = None
    mobile: str = ""

    def is_quiet(self, moment: datetime) -> bool:
        """Whether this is within their quiet hours, which may go over midnight."""
        if self.quiet_from is None or self.quiet_until is None:
            return False
        now = moment.astimezone(LONDON).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= now < self.quiet_until
        return now >= self.quiet_from or now < self.quiet_until


def wishes_of(people: Iterable[Professional], policy: Policy) -> dict[int, Wishes]:
    """What each of these people chose, or what the partnership's policy says for those who chose nothing."""
    people = list(people)
    usual = Wishes(policy.settings["ordinary_messages"], time.fromisoformat(policy.settings["digest_at"]))
    chosen = HowToReach.objects.filter(professional__in=people)
    found = {
        each.professional_id: Wishes(each.ordinary, each.digest_at, each.quiet_from, each.quiet_until, each.mobile)
        for each in chosen
    }
    return {person.pk: found.get(person.pk, usual) for person in people}


def next_digest(now: datetime, wishes: Wishes, days: Calendar) -> datetime:
    """The next moment of their digest, `now` included: their hour on a working day of the calendar."""
    day = day_of(now)
    while True:
        moment = datetime.combine(day, wishes.digest_at, LONDON)
        if moment >= now and days.is_working_day(day):
            return out_of_quiet_hours(moment, wishes, days)
        day += ONE_DAY


def out_of_quiet_hours(moment: datetime, wishes: Wishes, days: Calendar) -> datetime:
    """The first moment from this one on that is not in their quiet hours.

    Quiet hours are kept on working days; whoever keeps any has the whole of every other day quiet.
    """
    if wishes.quiet_from is None or wishes.quiet_until is None:
        return moment
    found = moment.astimezone(LONDON)
    while wishes.is_quiet(found) or not days.is_working_day(found.date()):
        if not days.is_working_day(found.date()):
            found = datetime.combine(found.date() + ONE_DAY, time(), LONDON)
        else:
            found = _end_of_quiet(found, wishes.quiet_until)
    return found


def _end_of_quiet(moment: datetime, until: time) -> datetime:
    end = datetime.combine(moment.date(), until, LONDON)
    return end if end > moment else datetime.combine(moment.date() + ONE_DAY, until, LONDON)


def held_until(now: datetime, wishes: Wishes, days: Calendar) -> tuple[datetime, str] | None:
    """Until when an ordinary message waits, and why in words; None when it goes now."""
    if wishes.ordinary == DIGEST:
        return next_digest(now, wishes, days), "kept for the next mail of the day"
    until = out_of_quiet_hours(now, wishes, days)
    return (until, "kept until their quiet hours are over") if until > now else None


def urgent_among(messages: Iterable[Notification], policy: Policy) -> set[int]:
    """The ids of those that go at once whatever anybody chose: by the policy's list, by rung, or for immediate risk."""
    messages = list(messages)
    listed = set(policy.settings["told_at_once"])
    urgent = {each.pk for each in messages if (each.is_urgent if each.code == ALERT else each.code in listed)}
    rest = [each for each in messages if each.code == ALERT and each.pk not in urgent]
    if rest:
        about = {each.about for each in rest}
        found = Deadline.objects.filter(case__in={each.case_id for each in rest}, is_fast=True)
        fast = {(each.case_id, each.key) for each in found if each.key in about}
        urgent |= {each.pk for each in rest if (each.case_id, each.about) in fast}
    return urgent


AN_HOUR = timedelta(hours=1)


def kept_back(person: Professional, messages: Iterable[Notification], now: datetime, policy: Policy) -> datetime | None:
    """Until when these messages are kept back because their reader has had too many mails; None when they may go.

    The first urgent one within an hour is never kept back.
    """
    lately = list(
        Notification.objects.filter(recipient=person, sent_at__gt=now - AN_HOUR)
        .values_list("message_id", "sent_at", "is_urgent")
        .order_by("sent_at")
    )
    if len({message_id for message_id, *_ in lately}) < policy.settings["mails_an_hour"]:
        return None
    if any(each.is_urgent for each in messages) and not any(urgent for *_, urgent in lately):
        return None
    return lately[0][1] + AN_HOUR


# What a person is told about it


def unmutable(policy: Policy) -> list[str]:
    """What can never be switched off, in words a person reads."""
    codes = [message_in_words(code) for code in policy.settings["told_at_once"]]
    return ["Alerts from the third rung of the ladder on, and every alert about an immediate risk", *codes]
