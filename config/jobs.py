"""The engine of many machines: the turns of `config.engine` as jobs of procrastinate, taken by any number of workers.

The rows that wait are the truth and a job is only a hint to look at them. So a job that is lost costs seconds, one
that runs twice finds nothing left, and none holds a lock that a killed worker would take with it. Every turn is asked
for every ten seconds, once however many workers there are; what was written to be sent is also asked for in the
transaction that wrote it. Jobs left behind by a killed worker are given to another.
"""

import asyncio
import logging
import signal
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db.models.functions import Now
from procrastinate import App, Blueprint, JobContext
from procrastinate.contrib.django import DjangoApp
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateWorker
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import DeleteJobCondition
from procrastinate.psycopg_connector import PsycopgConnector

from config.engine import Engine, OneAtATime, Turn
from notifications.doorbell import hang

log = logging.getLogger(__name__)

EVERY_TEN_SECONDS = "* * * * * */10"
EVERY_MINUTE = "* * * * *"
ASKED_FOR_BY_THE_BELL = ("deliver", "deliver_outside")
SECONDS_BETWEEN_SIGNS_OF_LIFE = 5.0
# A worker that has given no sign of life for so long is taken for dead, and its jobs are given to others.
SECONDS_UNTIL_DEAD = 30.0
SECONDS_BEFORE_ANOTHER_START = 2.0


# Asking


@cache
def asking() -> App:
    """The side that asks: over Django's own connection, so that a job is there when, and only when, the change is."""
    return App(connector=DjangoConnector())


def ask_to_deliver() -> None:
    """Called inside the transaction that wrote what waits."""
    for turn in ASKED_FOR_BY_THE_BELL:
        asking().configure_task(turn, allow_unknown=True).defer()


def ready() -> None:
    """From now on this process asks the workers; called once, when it starts."""
    if settings.ENGINE == "worker" and settings.ON_POSTGRES:
        hang(ask_to_deliver)


# Working


def turns_as_jobs(engine: Engine) -> Blueprint:
    """Each turn of the engine as a task of its name, asked for again and again; and the rescue."""
    jobs = Blueprint()
    for turn in engine.turns():
        _as_job(jobs, turn)
    jobs.periodic(cron=EVERY_MINUTE)(jobs.task(name="rescue", pass_context=True)(rescue))
    return jobs


def _as_job(jobs: Blueprint, turn: Turn) -> None:
    take, _ = turn
    once = OneAtATime(take)

    async def job(timestamp: int | None = None) -> None:
        await once()

    jobs.periodic(cron=EVERY_TEN_SECONDS)(jobs.task(name=take.__name__)(job))


async def rescue(context: JobContext, timestamp: int | None = None) -> None:
    """Gives the jobs of workers that died to others. procrastinate by itself would leave them `doing` for ever."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SECONDS_UNTIL_DEAD):
        log.warning("the worker of job %s (%s) is gone; it is given to another", job.id, job.task_name)
        await manager.retry_job(job)


def working(engine: Engine) -> App:
    """The side that works, over connections of its own."""
    app = DjangoApp(connector=PsycopgConnector(kwargs=connector_params()))
    app.add_tasks_from(turns_as_jobs(engine), namespace="")
    return app


async def work(*, name: str, concurrency: int) -> None:
    """Takes turns until told to stop by SIGTERM or SIGINT; a turn already begun is finished.

    A database that goes away is waited for. procrastinate's worker then ends, sometimes without an error, so that only
    the signal says whether it was meant to.
    """
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    engine = Engine()
    engine.start()  # what this process writes nudges open pages from here
    stop = asyncio.create_task(told_to_stop.wait())
    while not stop.done():
        working = asyncio.create_task(_work_once(engine, name, concurrency))
        await asyncio.wait({working, stop}, return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        (ended,) = await asyncio.gather(working, return_exceptions=True)
        if not stop.done():
            log.warning("the worker ended and begins again: %r", ended)
            await asyncio.wait({stop}, timeout=SECONDS_BEFORE_ANOTHER_START)
    await engine.stop()


async def _work_once(engine: Engine, name: str, concurrency: int) -> None:
    app = working(engine)
    async with app.open_async():
        await app.run_worker_async(
            name=name,
            concurrency=concurrency,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            update_heartbeat_interval=SECONDS_BETWEEN_SIGNS_OF_LIFE,
            stalled_worker_timeout=SECONDS_UNTIL_DEAD,
            install_signal_handlers=False,
        )


# Watching


def living_workers() -> int:
    """How many workers gave a sign of life lately, by the database's own clock."""
    lately = Now() - timedelta(seconds=SECONDS_UNTIL_DEAD)
    return int(ProcrastinateWorker.objects.filter(last_heartbeat__gte=lately).count())
