"""What will come, and who will not be there: asked before it happens."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalation.foresight import gaps, will_fire
from escalation.models import Alert
from escalation.posts import call_off_absence, name_cover, record_absence
from escalation.sweep import sweep
from tests.escalation.scene import at_noon, set_scene
from workflow.errors import DateInPast, NotPermitted, WrongState
from workflow.models import Case, Professional

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
DUE = date(2026, 3, 2)
TODAY = date(2026, 3, 3)
UNTIL = date(2026, 4, 1)


@pytest.fixture
def scene():
    return set_scene()


def said(today=TODAY, until=UNTIL):
    return [
        (each.deadline.subject, each.number, each.on, *sorted(person.key for person, _ in each.people))
        for each in will_fire(Case.objects.all(), today, until)
    ]


def test_what_is_foretold_is_what_the_sweeps_then_raise(scene):
    scene.owe("A1", DUE)
    scene.owe("A2", DUE + 9 * ONE_DAY, owner="worker", fast=True)
    name_cover(None, scene.health_lead, scene.nurse, from_on=TODAY, until_on=UNTIL, by=scene.health_lead, on=DUE)
    sweep(TODAY)
    foretold, known = said(), {alert.pk for alert in Alert.objects.all()}
    for n in range(1, (UNTIL - TODAY).days + 1):
        sweep(TODAY + n * ONE_DAY)
    raised = [
        (a.deadline.subject, a.rung, a.raised_on, *sorted(to.professional.key for to in a.recipients.all()))
        for a in Alert.objects.exclude(pk__in=known)
    ]
    assert sorted(foretold) == sorted(raised)
    assert len(foretold) == 7


def test_it_says_who_covers_and_why_then(scene):
    scene.owe("A1", DUE)
    sweep(TODAY)
    name_cover(None, scene.health_lead, scene.nurse, from_on=UNTIL, until_on=UNTIL, by=scene.health_lead, on=DUE)
    name_cover(
        None, scene.health_lead, scene.worker, from_on=date(2026, 3, 9), until_on=UNTIL, by=scene.health_lead, on=DUE
    )
    (second, *_) = will_fire(Case.objects.all(), TODAY, UNTIL)
    assert second.people == [(scene.health_lead, None), (scene.worker, scene.health_lead)]
    assert second.why == "due 2 Mar 2026; 5 working days after the due day, on the ladder it already climbs"


def test_it_costs_the_same_however_much_comes(scene):
    def statements():
        with CaptureQueriesContext(connection) as asked:
            said()
        return len(asked)

    scene.owe("A1", DUE)
    few = statements()
    for n in range(20):
        scene.owe(f"B{n}", DUE, owner=("nurse", "worker", "manager")[n % 3])
    assert statements() == few <= 7


# Gaps


def found(until=UNTIL):
    everybody = Professional.objects.select_related("agency")
    return [(gap.person.key, gap.from_on, gap.until_on, gap.duties) for gap in gaps(everybody, TODAY, until)]


def away(scene, key, from_on, until_on, **more):
    person = scene.people[key]
    return record_absence(None, person, from_on=from_on, until_on=until_on, by=person, on=TODAY, **more)


def test_somebody_away_with_duties_and_no_cover_is_a_gap_before_it_happens(scene):
    scene.owe("A1", DUE)
    away(scene, "nurse", date(2026, 3, 10), date(2026, 3, 13))
    away(scene, "health_exec", date(2026, 3, 10), date(2026, 3, 13))  # owes nothing, holds no case
    assert found() == [("nurse", date(2026, 3, 10), date(2026, 3, 13), 1)]
    assert found(until=date(2026, 3, 9)) == []


def test_only_the_days_nobody_covers_are_left(scene):
    scene.owe("A1", DUE)
    absence = away(scene, "nurse", date(2026, 3, 10), date(2026, 3, 13))
    nurse = scene.nurse
    name_cover(None, nurse, scene.worker, from_on=DUE, until_on=date(2026, 3, 11), by=nurse, on=TODAY)
    assert found() == [("nurse", date(2026, 3, 12), date(2026, 3, 13), 1)]
    call_off_absence(absence, by=scene.nurse, on=TODAY)
    assert found() == []


def test_an_absence_with_cover_named_is_no_gap_and_the_cover_hears(scene):
    scene.owe("A1", DUE)
    away(scene, "nurse", TODAY, date(2026, 3, 13), cover=scene.health_lead)
    assert found() == []
    sweep(TODAY)
    heard = {to.professional.key: to.covering and to.covering.key for to in Alert.objects.get().recipients.all()}
    assert heard == {"nurse": None, "worker": None, "health_lead": "nurse"}


def test_somebody_who_will_leave_with_a_case_or_a_duty_is_a_gap_for_good(scene):
    with at_noon(TODAY):
        worker = scene.worker.fresh()
        worker.left_on = date(2026, 3, 20)
        worker.save()
    assert found() == [("worker", date(2026, 3, 20), None, 0)]


def test_one_says_it_for_oneself_and_a_lead_for_their_own_people(scene):
    with pytest.raises(NotPermitted):
        record_absence(None, scene.nurse, from_on=TODAY, until_on=TODAY, by=scene.worker, on=TODAY)
    assert record_absence(None, scene.nurse, from_on=TODAY, until_on=TODAY, by=scene.health_lead, on=TODAY)
    with pytest.raises(WrongState):
        away(scene, "nurse", UNTIL, TODAY)
    with pytest.raises(DateInPast):
        away(scene, "nurse", DUE, DUE)
