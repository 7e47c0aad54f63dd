"""Two servers sweeping the same night: everything once. Two real processes on a real PostgreSQL."""

from collections import Counter
from datetime import date

import pytest

from escalation.models import Alert, AlertRecipient, SweepRun
from notifications.models import Notice, Notification
from plans.models import Flag
from tests.at_once import do_at_once, require_postgres
from tests.escalation.scene import set_scene

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DUE, NIGHT = date(2026, 3, 2), date(2026, 3, 31)
DUTIES = 25


def running(night):
    """The night of this day, as another process runs it; its watch dawdles, so that all of them overlap."""
    return f"""
import time
from datetime import date
from config import nightly
watch = nightly.watch
nightly.watch = lambda day: (watch(day), time.sleep(0.5))
print(len(nightly.run_night(date.fromisoformat("{night}")).alerts))
"""


@pytest.fixture
def late_duties():
    require_postgres()
    scene = set_scene(without=("health_lead",))
    for n in range(DUTIES):
        scene.owe(f"A{n}", DUE)


@pytest.mark.parametrize("processes", [2, 4])
def test_swept_at_once_every_alert_is_raised_once_and_one_message_goes_to_each_person(late_duties, processes):
    raised = sorted(int(said) for said in do_at_once(running(NIGHT), processes=processes))
    assert raised == [0] * (processes - 1) + [4 * DUTIES]
    once(Alert, "deadline", "due_on", "rung", count=4 * DUTIES)
    once(AlertRecipient, "alert", "professional")
    messages = Counter(Notification.objects.filter(code="ALERT").values_list("recipient__key", flat=True))
    told = Counter(AlertRecipient.objects.values_list("professional__key", flat=True))
    assert messages == told
    assert Notice.objects.filter(code="DEAD_LETTER").count() == DUTIES
    assert SweepRun.objects.get().raised == 4 * DUTIES
    assert SweepRun.objects.get().is_clean


def test_watched_at_once_a_flag_is_raised_once_and_told_once(told):
    require_postgres()
    told("child_not_seen_for_twice_the_interval_turns_red", until=date(2026, 7, 20))
    do_at_once(running(date(2026, 7, 21)), processes=4)
    assert [flag.code for flag in Flag.objects.all()] == ["CHILD_NOT_SEEN"]
    assert Notice.objects.filter(code="CHILD_NOT_SEEN").count() == 1


def once(model, *fields, count=None):
    rows = list(model.objects.values_list(*fields))
    assert len(rows) == len(set(rows))
    assert count is None or len(rows) == count
