"""What stands late and who has been told: the alerts of a person, of an agency, of everything somebody may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q

from escalation.ladder import Ladder, owed_on
from escalation.models import RUNGS, Acknowledgement, Alert, AlertQuerySet, AlertRecipient
from notifications.models import ALERT, Notification
from workflow.models import Case, Deadline, Professional
from workflow.models.deadlines import DeadlineQuerySet
from workflow.timescales import Span
from workflow.working_days import Calendar

RUNG_IN_WORDS = {
    1: "Owner and lead practitioner",
    2: "Agency lead",
    3: "Agency executive and chair",
    4: "Partnership",
}
RUNG_COLOURS = {1: "yellow", 2: "orange", 3: "red", 4: "red"}


@dataclass(frozen=True)
class Step:
    """One rung of the ladder of one late duty: its day, whom it went to or will go to, what came of it."""

    rung: int
    owed_on: date | None
    alert: Alert | None
    people: Sequence[Professional]
    vacant: Sequence[str] = ()

    @property
    def in_words(self) -> str:
        return RUNG_IN_WORDS[self.rung]


def readable_by(hats: Sequence[Professional]) -> AlertQuerySet:
    """The alerts of cases the person may see, and those that went to them or to somebody they cover.

    Each knows `is_mine` and `sees_case`, without which the case itself and every name stay hidden (`title_of`).
    """
    went_to_me = AlertRecipient.objects.filter(alert=OuterRef("pk"), professional__in=hats)
    alerts = _knowing_whether_seen(hats).annotate(is_mine=Exists(went_to_me))
    return alerts.filter(Q(sees_case=True) | Q(is_mine=True))


def _knowing_whether_seen(hats: Sequence[Professional]) -> AlertQuerySet:
    visible = Case.objects.visible_to(hats[0], wearing=hats)
    cases = Case.objects.filter(pk__in=visible.values("pk"), pk=OuterRef("case"))
    return Alert.objects.annotate(sees_case=Exists(cases))


def title_of(alert: Alert) -> str:
    """What is late: its title for those who may see the case, for others only what kind of thing it is."""
    if getattr(alert, "sees_case", False):
        return alert.deadline.title
    return alert.deadline.code.replace("_", " ").capitalize()


def gone_to(alerts: AlertQuerySet, hats: Sequence[Professional]) -> AlertQuerySet:
    """Those that went to the person or to somebody they cover."""
    return alerts.filter(Exists(AlertRecipient.objects.filter(alert=OuterRef("pk"), professional__in=hats)))


def waiting_for(person: Professional, on: date, wearing: Sequence[Professional] = ()) -> AlertQuerySet:
    """Alerts that stand, went to the person or to somebody they cover that day, and that they have not acknowledged.

    `wearing`: their hats of that day, where a page says what each alert is about.
    """
    covered = Professional.objects.filter(
        covered_by__cover=person, covered_by__from_on__lte=on, covered_by__until_on__gte=on
    )
    mine = AlertRecipient.objects.filter(
        Q(professional=person) | Q(professional__in=covered.values("pk")), alert=OuterRef("pk")
    )
    answered = Acknowledgement.objects.filter(alert=OuterRef("pk"), by=person, state=Acknowledgement.State.ACKNOWLEDGED)
    return _knowing_whether_seen(wearing or [person]).standing().filter(Exists(mine), ~Exists(answered))


def highest_only(alerts: AlertQuerySet) -> AlertQuerySet:
    """Of each late duty the highest rung raised for its present date: the others are on its page."""
    above = Alert.objects.filter(deadline=OuterRef("deadline"), due_on=OuterRef("due_on"), rung__gt=OuterRef("rung"))
    return alerts.filter(~Exists(above))


def with_what_a_list_shows(alerts: AlertQuerySet) -> AlertQuerySet:
    """With the duty, its owner, the case, who was told and who answered: two more statements, however many."""
    return alerts.select_related(
        "case", "deadline__agency", "deadline__owner_professional", "deadline__owner_family_member"
    ).prefetch_related(
        Prefetch("recipients", AlertRecipient.objects.select_related("professional__agency")),
        Prefetch("acknowledgements", Acknowledgement.objects.select_related("by")),
    )


def steps_of(alert: Alert, raised: Iterable[Alert], today: date, days: Calendar) -> list[Step]:
    """The whole ladder of the alert's due date: rungs raised with whom they went to, then those to come if it stands.

    Who a coming rung will go to is said as the posts are held today.
    """
    known = {each.rung: each for each in raised}
    ladder = Ladder(today)
    found = []
    for rung, offset in zip(RUNGS, alert.ladder, strict=True):
        told = known.get(rung)
        if told:
            found.append(Step(rung, told.owed_on, told, [each.professional for each in told.recipients.all()]))
        elif not alert.is_resolved:
            heard = ladder.who_hears(alert.deadline, rung)
            day = owed_on(alert.deadline, Span.parse(offset), days)
            found.append(Step(rung, day, None, heard.people, heard.vacant))
    return found


def raised_with(alert: Alert) -> AlertQuerySet:
    """Every rung raised for the same due date of the same duty, lowest first."""
    raised = Alert.objects.filter(deadline=alert.deadline_id, due_on=alert.due_on)
    return with_what_a_list_shows(raised).order_by("rung")


def messages_about(alert: Alert, raised: Iterable[Alert]) -> list[Notification]:
    """Every message sent about this late duty since its first rung, and how its delivery went."""
    since = min(each.raised_on for each in raised)
    about = Notification.objects.filter(case=alert.case_id, about=alert.deadline.key, written_on__gte=since)
    return list(about.filter(code__in=[ALERT, "ACKNOWLEDGEMENT_LAPSED"]).select_related("recipient__agency"))


def overdue_for(hats: Sequence[Professional], on: date) -> DeadlineQuerySet:
    """Everything overdue in the cases these hats let one see, each with the highest rung raised for its date now."""
    cases = Case.objects.visible_to(hats[0], wearing=hats).values("pk")
    late = Deadline.objects.overdue(on).filter(case__in=cases)
    return with_top_rung(late).select_related("case", "agency", "owner_professional", "owner_family_member")


def with_top_rung(found: DeadlineQuerySet) -> DeadlineQuerySet:
    """Each deadline with `rung` and `alert_id` of the highest alert that stands for it, None where there is none."""
    top = Alert.objects.filter(deadline=OuterRef("pk"), due_on=OuterRef("due_on")).order_by("-rung")
    return found.annotate(rung=top.values("rung")[:1], alert_id=top.values("pk")[:1])
