"""Stories whose nights are done by two workers on PostgreSQL: no difference to one process.

Each night is asked for by a job, as in life; the story goes on when the workers have done it. The clock is a file that
both read: it is wound by the story, and stands still on a night the story says was missed.
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from datetime import datetime
from datetime import time as time_of_day
from pathlib import Path

import pytest
from django.db import connection

from config.stories.replay import Player
from config.stories.story import read
from escalation.models import SweepRun
from tests.at_once import ROOT, address, require_postgres
from tests.conftest import story_path
from workflow.acting import LONDON

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
# Every promise about lateness and the ladder; the whole of the long story only where somebody has the time for it.
LONG = pytest.mark.skipif(
    "THROUGHLINE_LONG" not in os.environ,
    reason="Nearly five hundred nights done by workers take eighty seconds of a core: THROUGHLINE_LONG=1 runs them.",
)
STORIES = [
    pytest.param("two_siblings", marks=LONG),
    "acknowledged_alert_lapses",
    "backdated_visit_is_in_time_and_the_alert_stays",
    "cover_hears_and_acts",
    "dissent_window_is_real_hours",
    "immediate_risk_disagreement_is_due_the_same_day",
    "minutes_late_reach_agency_lead_on_day_five",
    "missed_sweep_catches_up",
    "vacant_agency_lead_is_a_dead_letter",
]
WORKER = """
import asyncio, os, pathlib, sys
from datetime import datetime
import django
django.setup()
from config import clock, jobs, nightly
from config.engine import Engine
# A story has nights and no proofs, here as in one process: they read the whole record each night, and have their tests.
nightly.prove_the_summary = nightly.prove_the_record = lambda day: []
told = pathlib.Path(os.environ["STORY_CLOCK"])
clock.now = lambda: datetime.fromisoformat(told.read_text()).astimezone(clock.LONDON)
# The nights alone: a story says itself what is sent and what is noticed.
every = Engine.turns
Engine.turns = lambda engine: [turn for turn in every(engine) if turn[0].__name__ == "sweep"]
asyncio.run(jobs.work(name=sys.argv[1], concurrency=2))
"""


class PlayedByWorkers(Player):
    """Its nights are done by whoever works."""

    def __init__(self, story, clock: Path) -> None:
        super().__init__(story)
        self.clock = clock

    def night(self, day) -> None:
        from procrastinate.contrib.django.models import ProcrastinateJob

        from config.jobs import asking

        if self._no_sweep_until is not None and day <= self._no_sweep_until:
            return
        wound = self.clock.with_suffix(".wound")
        wound.write_text(datetime.combine(day, time_of_day(0, 5), LONDON).isoformat())
        wound.replace(self.clock)
        for _ in range(2):  # one for each worker, who may both begin
            asking().configure_task("sweep", allow_unknown=True).defer()
        until = time.monotonic() + 60
        while time.monotonic() < until:
            jobs = ProcrastinateJob.objects.filter(task_name="sweep", status__in=["todo", "doing"])
            if not jobs.exists() and SweepRun.objects.filter(day=day, night_done_at__isnull=False).exists():
                return
            time.sleep(0.03)  # the cores are the workers'
        left = list(ProcrastinateJob.objects.values_list("task_name", "status", "worker"))
        raise AssertionError(f"the night of {day} was not done within a minute: {left}")


@pytest.fixture
def two_workers(tmp_path):
    require_postgres()
    clock = tmp_path / "clock"
    clock.write_text("2025-06-02T12:00:00+00:00")
    with ExitStack() as ending:
        for name in ("worker-1", "worker-2"):
            ending.enter_context(worker(name, clock, tmp_path))
        wait_for_workers(2)
        SweepRun.objects.all().delete()  # the night of a clock not yet wound
        yield clock
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")


@contextmanager
def worker(name, clock, folder):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": address(),
        "THROUGHLINE_ENGINE": "worker",
        "STORY_CLOCK": str(clock),
    }
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, name], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def wait_for_workers(count):
    from config.jobs import living_workers

    until = time.monotonic() + 90
    while time.monotonic() < until:
        swept = SweepRun.objects.filter(finished_at__isnull=False).exists()
        if living_workers() >= count and swept:
            return
        time.sleep(0.1)
    raise AssertionError("the workers did not start")


@pytest.mark.parametrize("name", STORIES)
def test_the_story_holds_with_its_nights_done_by_two_workers(name, two_workers):
    player = PlayedByWorkers(read(story_path(name)), two_workers)
    played = player.play()
    assert played.events > 0
    assert played.differences == []
