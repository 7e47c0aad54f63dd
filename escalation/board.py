"""What stands late and who has been told: the alerts of a person, of an agency, of everything somebody may see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q

from escalation.ladder import Ladder, owed_on
from escalation.models import Acknowledgement, Alert, AlertQuerySet, AlertRecipient, HandOver
from notifications.models import ALERT, Notification
from workflow.ladders import Rung
from workflow.models import Case, Deadline, Professional, Role
from workflow.models.deadlines import DeadlineQuerySet
from workflow.working_days import Calendar

RUNG_IN_WORDS = {
    1: "Owner and lead practitioner",
    2: "Agency lead",
    3: "Agency executive and chair",
    4: "Partnership",
}
ROLES_OF = {
    "lead_practitioner": Role.LEAD_PRACTITIONER,
    "team_manager": Role.TEAM_MANAGER,
    "chair": Role.CONFERENCE_CHAIR,
    "agency_lead": Role.AGENCY_LEAD,
    "agency_exec": Role.AGENCY_EXEC,
    "partnership": Role.PARTNERSHIP,
}
RUNG_COLOURS = {1: "yellow", 2: "orange", 3: "red", 4: "red"}


@dataclass(frozen=True)
class Step:
    """One rung of the ladder of one late duty: its day, whom it went to or will go to, what came of it."""

    number: int
    rung: Rung
    owed_on: date | None
    alert: Alert | None
    people: Sequence[Professional]
    vacant: Sequence[str] = ()
    covering: Mapping[int, Professional] = field(default_factory=dict)
    instead_of: Mapping[int, Professional] = field(default_factory=dict)


def readable_by(hats: Sequence[Professional]) -> AlertQuerySet:
    """The alerts of cases the person may see, and those that went to them or to somebody they cover.

    Each knows `is_mine` and `sees_case`, without which the case itself and every name stay hidden (`title_of`).
    """
    went_to_me = AlertRecipient.objects.filter(alert=OuterRef("pk"), professional__in=hats)
    offered = HandOver.objects.filter(alert=OuterRef("pk"), to__in=hats, state=HandOver.State.OFFERED)
    alerts = _knowing_whether_seen(hats).annotate(is_mine=Exists(went_to_me))
    return alerts.filter(Q(sees_case=True) | Q(is_mine=True) | Q(Exists(offered)))


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
    """Alerts that stand, went to the person or to somebody they cover that day, and still wait for their answer.

    `wearing`: their hats of that day, where a page says what each alert is about.
    """
    covered = Professional.objects.filter(
        covered_by__cover=person, covered_by__from_on__lte=on, covered_by__until_on__gte=on
    )
    mine = AlertRecipient.objects.filter(
        Q(professional=person) | Q(professional__in=covered.values("pk")), alert=OuterRef("pk")
    ).exclude(Exists(_handed_over(OuterRef("alert"), OuterRef("professional"))))
    waiting = _knowing_whether_seen(wearing or [person]).standing().filter(Exists(mine), ~Q(_silences(person)))
    return waiting.filter(closing=None)


def _handed_over(alert: Any, by: Any) -> Any:
    return HandOver.objects.filter(alert=alert, by=by, state=HandOver.State.ACCEPTED)


def _silences(person: Professional) -> Q:
    """An answer that stops the reminders to this person: their own, or one that is enough for them too.

    Where every agency must answer, only their own agency's. It never stops the ladder.
    """
    running = Acknowledgement.objects.filter(alert=OuterRef("pk"), state=Acknowledgement.State.ACKNOWLEDGED)
    return (
        Q(Exists(running.filter(by=person)))
        | Q(Exists(running), answers="any_one")
        | Q(Exists(running.filter(by__agency=person.agency_id)), answers="each_agency")
    )


def done_for(hats: Sequence[Professional]) -> AlertQuerySet:
    """Alerts that went to the person and have ended, or were signed for; the newest first on the page."""
    return gone_to(readable_by(hats), hats).exclude(
        Q(deadline__state=Deadline.State.PENDING, deadline__due_on=F("due_on")) & Q(closing=None)
    )


def handed_over_by_or_to(hats: Sequence[Professional]) -> AlertQuerySet:
    """Standing alerts that were offered by the person or to them, accepted or not answered yet."""
    offers = HandOver.objects.filter(
        Q(by__in=hats) | Q(to__in=hats),
        alert=OuterRef("pk"),
        state__in=[HandOver.State.OFFERED, HandOver.State.ACCEPTED],
    )
    return readable_by(hats).standing().filter(Exists(offers))


def who_still_has_to_answer(alert: Alert) -> list[str]:
    """Whose answer an alert waits for, as its rung asks: people or agencies. Empty when it has them all."""
    went_to = [each.professional for each in alert.recipients.all()]
    answered = [each.by for each in alert.acknowledgements.all() if each.is_open]
    rung = alert.what_it_asks
    if rung.answers == "any_one":
        return [] if answered else ["one of those it went to"]
    if rung.answers == "each_agency":
        heard = {person.agency_id for person in answered}
        return list(dict.fromkeys(str(person.agency) for person in went_to if person.agency_id not in heard))
    if rung.answers == "named":
        wanted = {ROLES_OF[role] for role in rung.must_answer if role in ROLES_OF} - {each.role for each in answered}
        return [str(person) for person in went_to if person.role in wanted]
    heard_from = {person.pk for person in answered}
    return [str(person) for person in went_to if person.pk not in heard_from]


def highest_only(alerts: AlertQuerySet) -> AlertQuerySet:
    """Of each late duty the highest rung raised for its present date: the others are on its page."""
    above = Alert.objects.filter(deadline=OuterRef("deadline"), due_on=OuterRef("due_on"), rung__gt=OuterRef("rung"))
    return alerts.filter(~Exists(above))


def with_what_a_list_shows(alerts: AlertQuerySet) -> AlertQuerySet:
    """With the duty, its owner, the case, who was told and who answered: two more statements, however many."""
    return alerts.select_related(
        "case",
        "ladder",
        "closing__by",
        "deadline__agency",
        "deadline__owner_professional",
        "deadline__owner_family_member",
    ).prefetch_related(
        Prefetch("recipients", AlertRecipient.objects.select_related("professional__agency", "covering", "instead_of")),
        Prefetch("acknowledgements", Acknowledgement.objects.select_related("by")),
    )


def steps_of(alert: Alert, raised: Iterable[Alert], today: date, days: Calendar) -> list[Step]:
    """The whole ladder of the alert's due date: rungs raised with whom they went to, then those to come if it stands.

    Who a coming rung will go to is said as the posts are held today.
    """
    known = {each.rung: each for each in raised}
    ladder = Ladder(today)
    found = []
    rungs = alert.ladder.read
    for number, rung in enumerate(rungs, 1):
        told = known.get(number)
        if told:
            went_to = told.recipients.all()
            covering = {each.professional_id: each.covering for each in went_to if each.covering}
            instead_of = {each.professional_id: each.instead_of for each in went_to if each.instead_of}
            people = [each.professional for each in went_to]
            found.append(Step(number, rung, told.owed_on, told, people, (), covering, instead_of))
        elif not alert.is_resolved:
            heard = ladder.who_hears(alert.deadline, number, rungs)
            day = owed_on(alert.deadline, rung, days)
            found.append(Step(number, rung, day, None, heard.people, heard.vacant, heard.covering))
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
