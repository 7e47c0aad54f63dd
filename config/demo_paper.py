"""Paper of the demonstration: minutes that are out with every fate a copy can have, a challenge, a letter that waits.

Everything goes through the same functions as a page uses. A mail server that refuses one address is played.
"""

import smtplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from meetings import agenda_items, challenging, copies, minutes, releasing, support, writing
from meetings.documents.document import Document, Section
from meetings.documents.word import as_word
from meetings.models import AgendaItem, Conference, LetterCopy, MinutesCopy, Release
from meetings.report_files import add_report_file, put_away
from notifications.outside import deliver_outside
from plans.models import Action
from plans.new_dates import approve_new_date, ask_for_new_date
from workflow.acting import LONDON
from workflow.models import Agency, Professional
from workflow.people import contact_of

REFUSED = "greta@moved-away.example"
# Under which item of the agenda the minutes say what; what a parent thinks stands under an item of their own.
MINUTED = {
    "introductions": "The chair welcomed Greta and Odile. Pascal speaks with the chair by telephone, at another hour.",
    "why": "Linnet told her teacher that she hides with Perrin when there is shouting. Neighbours called the police "
    "twice in September.",
    "reports": "Four reports came in time. The teacher adds: Linnet falls asleep in lessons on Mondays.",
    "professionals_only": "Police: how the alarm works, and who is called when it rings.",
    "decision": "Both children: a protection plan, emotional harm. The police would have named physical harm.",
    "plan": "Locks and an alarm first. What we look at next time: does Linnet sleep through?",
}
PARENTS = {
    "Greta": "Greta agrees with the plan. The new flat is known to the service alone.",
    "Pascal": "Pascal says by telephone that he will go to the course if it is in the evening.",
}
REPORT = {
    "Attendance": "92 per cent this term. Every absence was explained by telephone on the day.",
    "What we see": "Linnet is tired on Mondays and eats two breakfasts. Perrin plays well and asks when school ends.",
    "What we worry about": "Both are afraid of loud voices. We have not seen an injury.",
    "What would help": "A bed each, and one person whom Linnet may ring.",
}
POINT = (
    "Item 6 says that four reports came in time. Ours came a day before the conference and the family had not seen it."
)


class AServerThatRefusesOne(BaseEmailBackend):
    """Takes every mail but those to one address, as a mail server says it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            if REFUSED in message.to:
                raise smtplib.SMTPRecipientsRefused({REFUSED: (550, b"5.1.1 No such mailbox here")})
        return len(email_messages)


@contextmanager
def mail_through(backend: str) -> Iterator[None]:
    """Mail goes there for as long as this lasts."""
    real, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, backend
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = real


def paper(opens_on: date) -> None:
    """Minutes that went out last week, and a letter worked out this morning that waits for a second person."""
    out = Conference.objects.get(case__reference="SP-0014", key="icpc-1")
    a_report_as_a_file(out, _at(opens_on, 13))
    with_the_chairs_yes(out, _at(opens_on, 12), _at(opens_on, 7))
    out_to_everybody(out, _at(opens_on, 5, 10), _at(opens_on, 5, 15))
    what_became_of_them(out, _at(opens_on, 4, 11))
    a_date_moved(out, opens_on)
    waiting = Conference.objects.get(case__reference="SP-0015", key="icpc-1")
    clerk = waiting.case.administrator
    releasing.prepare_release(waiting, of=Release.Of.LETTER, by=clerk, at=_at(opens_on, 0, 8, 50))


def _at(opens_on: date, days_before: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.combine(opens_on, time(hour, minute), LONDON) - timedelta(days=days_before)


def a_report_as_a_file(conference: Conference, at: datetime) -> None:
    """The school's report came as a Word document; the clerk hands it in."""
    report, clerk = conference.reports.get(agency__key="education"), conference.case.administrator
    sections = [Section(heading, text) for heading, text in REPORT.items()]
    written = Document(
        title="Report to a child protection conference",
        reference=conference.case.reference,
        version="1",
        recipient="The chair of the conference",
        day=f"{at:%-d %B %Y}",
        sections=sections,
    )
    with put_away(ContentFile(as_word(written)), "add_report_file", report.case, by=clerk, at=at) as file:
        add_report_file(report, file, by=clerk, at=at)


def with_the_chairs_yes(conference: Conference, written: datetime, approved: datetime) -> None:
    """Written item by item, given to the chair, approved."""
    clerk = conference.case.administrator
    agenda_items.prepare_agenda(conference, by=clerk, at=written)
    for item in conference.agenda.all():
        if text := _said_under(item):
            writing.write(item, text, by=clerk, at=written, based_on=0)
    minutes.draft_minutes(conference.fresh(), by=clerk, at=written)
    minutes.approve_minutes(conference.fresh(), by=conference.chair, at=approved)


def _said_under(item: AgendaItem) -> str:
    of_a_parent = (text for name, text in PARENTS.items() if item.code == "parent_view" and name in item.title)
    return next(of_a_parent, MINUTED.get(item.code, ""))


def out_to_everybody(conference: Conference, prepared: datetime, let_go: datetime) -> None:
    """The father reads mail; the mother's address is out of date; the grandmother gets paper."""
    case = conference.case
    clerk, second = case.administrator, case.team_manager
    family = {member.key: member for member in case.family_members.all()}
    for key, email in (("greta", REFUSED), ("pascal", "pascal@mail.example")):
        support.record_contact_details(family[key], email=email, safe_contact="By mail", by=clerk, at=prepared)
    support.record_contact_details(
        family["odile"], postal_address="3 Weir Cottages\nMillbrook", safe_contact="By post", by=clerk, at=prepared
    )
    release = releasing.prepare_release(conference.fresh(), of=Release.Of.MINUTES, by=clerk, at=prepared)
    releasing.release_document(release, by=second, at=let_go)
    with mail_through(f"{__name__}.{AServerThatRefusesOne.__name__}"):
        deliver_outside(let_go + timedelta(minutes=1))


def what_became_of_them(conference: Conference, at: datetime) -> None:
    """Opened, confirmed, disputed; some have done nothing yet."""
    for copy in MinutesCopy.objects.filter(minutes__conference=conference):
        said: dict[str, Any] = {"by": _reader(copy, at), "at": at}
        if copy.party.key in ("social_care", "health", "pascal"):
            copies.open_copy(copy, **said)
        if copy.party.key == "social_care":
            copies.acknowledge_copy(copy.fresh(), **said)
    for copy in LetterCopy.objects.filter(conference=conference, agency__key__in=("police", "education")):
        copies.open_copy(copy, by=_reader(copy, at), at=at)
    health = Agency.objects.get(key="health")
    speaker = contact_of(conference.case, health, at.date())
    challenging.challenge_minutes(conference.fresh(), health, point=POINT, by=speaker, at=at + timedelta(days=1))


def _reader(copy: Any, at: datetime) -> Professional | None:
    return contact_of(copy.case, copy.party, at.date()) if isinstance(copy.party, Agency) else None


def a_date_moved(conference: Conference, opens_on: date) -> None:
    """The fitter could not come: on Friday the worker asked for a later day, and the manager approved it."""
    action = Action.objects.get(case=conference.case, key="A1")
    ask_for_new_date(
        action,
        date(2026, 12, 1),
        approver=conference.case.team_manager,
        reason="The fitter comes on Monday; a police officer looks in until then",
        by=conference.case.lead_practitioner,
        at=_at(opens_on, 3, 16),
    )
    approve_new_date(action, by=conference.case.team_manager, at=_at(opens_on, 3, 17))
