"""The engine of many machines: a job is there when the change is, asks for once, and is not lost with its worker."""

import asyncio
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from config import checks
from config.engine import OneAtATime
from config.health import workers_alive
from notifications import doorbell
from notifications.models import Notification
from tests.at_once import require_postgres
from tests.escalation.scene import OPENED, at_noon, set_scene


class Rung:
    """A bell that counts."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1


@pytest.fixture
def bell():
    rung = Rung()
    doorbell.hang(rung)
    yield rung
    doorbell.take_down(rung)


@pytest.mark.django_db
def test_whoever_writes_messages_rings_once_for_each_act(bell):
    scene = set_scene()
    assert bell.times == 0
    scene.told("nurse", "chair")
    assert bell.times == 1
    with at_noon(OPENED):
        for key in ("nurse", "chair"):
            doorbell.ring()
            assert scene.people[key]
    assert bell.times == 2


@pytest.mark.django_db
def test_where_nobody_hung_a_bell_nothing_is_missed():
    scene = set_scene()
    scene.told("nurse")
    assert Notification.objects.waiting().count() == 1


def test_workers_without_postgres_are_an_error_that_names_what_to_do(settings):
    settings.ENGINE, settings.ON_POSTGRES, settings.REDIS_URL = "worker", False, ""
    assert [found.id for found in checks.workers_have_what_they_need()] == ["config.E001", "config.W001"]
    with pytest.raises(CommandError, match="needs PostgreSQL"):
        call_command("worker")


def test_a_worker_started_where_the_server_does_the_work_says_so(settings):
    settings.ENGINE = "embedded"
    assert checks.workers_have_what_they_need() == []
    with pytest.raises(CommandError, match="THROUGHLINE_ENGINE"):
        call_command("worker")


# On PostgreSQL


@pytest.fixture
def asked():
    """Asks workers for as long as the test lasts, and leaves nothing behind for them."""
    require_postgres()
    from config.jobs import ask_to_deliver

    doorbell.hang(ask_to_deliver)
    yield jobs_waiting
    doorbell.take_down(ask_to_deliver)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")


def jobs_waiting():
    from procrastinate.contrib.django.models import ProcrastinateJob

    return sorted(ProcrastinateJob.objects.filter(status="todo").values_list("task_name", flat=True))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_hint_is_there_when_the_message_is_and_gone_when_it_is_not(asked):
    scene = set_scene()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        scene.told("nurse")
        assert asked() == ["deliver", "deliver_outside"]
        raise ZeroDivisionError
    assert (asked(), Notification.objects.count()) == ([], 0)
    scene.told("nurse", "chair")
    assert asked() == ["deliver", "deliver_outside"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_worker_that_died_is_given_to_another(asked):
    from config.engine import Engine
    from config.jobs import working

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        (dead,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, args, status, worker_id)"
            " VALUES ('deliver', 'default', '{}', 'doing', %s)",
            [dead],
        )
    assert asked() == []

    async def rescued():
        app = working(Engine())
        async with app.open_async():
            await app.configure_task("rescue").defer_async()
            await app.run_worker_async(wait=False, concurrency=1, install_signal_handlers=False)

    asyncio.run(rescued())
    from procrastinate.contrib.django.models import ProcrastinateJob

    left = ProcrastinateJob.objects.filter(task_name="deliver", args={}).values_list("status", flat=True)
    assert "doing" not in list(left)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_health_counts_the_workers_that_gave_a_sign_of_life(asked, settings):
    assert workers_alive() is None
    settings.ENGINE = "worker"
    assert workers_alive() == 0
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()), (now() - interval '1 hour')")
    assert workers_alive() == 1
    assert json.loads(Client().get("/health/").content)["workers"] == 1


async def test_a_turn_asked_for_while_it_is_taken_is_taken_once_more_and_not_beside_itself():
    taken, beside = [], []
    go = asyncio.Event()

    async def take():
        beside.append(len(beside) - len(taken))
        await go.wait()
        taken.append(True)

    once = OneAtATime(take)
    first = asyncio.create_task(once())
    await asyncio.sleep(0)
    for _ in range(5):
        await once()
    go.set()
    await first
    assert (len(taken), beside) == (2, [0, 0])
