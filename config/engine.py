"""What runs inside the server besides answering: nudges to open pages, the nights that are due, the mail that waits.

Nothing here decides anything: it asks whether it is time and calls what a command would call. Two servers doing the
same at once do it once, because the sweep locks its day and the mail its recipient. A failure is logged, shows on
`/health/`, and never stops the loop.
"""

import asyncio
import logging
import queue
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date
from importlib.util import find_spec

from channels.db import DatabaseSyncToAsync
from channels.layers import get_channel_layer
from django.conf import settings

from config import clock
from config.nightly import catch_up
from notifications.deliver import deliver
from notifications.live import NUDGES, group_of

log = logging.getLogger(__name__)

SECONDS_BETWEEN_NUDGES = 0.1
SECONDS_BETWEEN_TICKS = 1.0
SECONDS_BETWEEN_DELIVERIES = 5.0
SECONDS_BETWEEN_LOOKS_AT_WORK = 2.0
# After a failure; whatever is broken is not asked every second.
SECONDS_AFTER_A_FAILURE = 60.0
# A layer that does not answer costs a nudge, never the pump.
SECONDS_FOR_A_NUDGE = 2.0


class Engine:
    """Three loops, started and stopped with the server. Only the first where a separate worker sweeps and delivers."""

    def __init__(self) -> None:
        self.loops: list[asyncio.Task[None]] = []
        self.swept: date | None = None

    def start(self) -> None:
        turns: list[tuple[Callable[[], Awaitable[None]], float]] = [(self.pass_on_nudges, SECONDS_BETWEEN_NUDGES)]
        if settings.ENGINE_IN_PROCESS:
            turns += [(self.sweep, SECONDS_BETWEEN_TICKS), (self.deliver, SECONDS_BETWEEN_DELIVERIES)]
            turns += [(self.guide, SECONDS_BETWEEN_LOOKS_AT_WORK)] if find_spec("config.work") else []
        self.loops = [asyncio.create_task(again_and_again(turn, pause)) for turn, pause in turns]

    async def stop(self) -> None:
        """Ends between two turns. A night or a mail already begun is finished by its thread before the process ends."""
        for loop in self.loops:
            loop.cancel()
        await asyncio.gather(*self.loops, return_exceptions=True)

    async def pass_on_nudges(self) -> None:
        layer = get_channel_layer()
        for person_id in waiting_nudges():
            try:
                nudge = layer.group_send(group_of(person_id), {"type": "look.again"})
                await asyncio.wait_for(nudge, SECONDS_FOR_A_NUDGE)
            except Exception as trouble:
                log.warning("a nudge was lost, the page will look later: %r", trouble)
                return

    async def sweep(self) -> None:
        """Once a day, and after the clock was wound: the nights that are due. Otherwise one comparison."""
        today = clock.today()
        if self.swept is None or self.swept < today:
            await in_a_thread(run_nights_due, today)
            self.swept = today

    async def deliver(self) -> None:
        await in_a_thread(deliver, clock.now())

    async def guide(self) -> None:
        """The guided worklist notices what was done elsewhere."""
        from config.work import keep_worklist

        await in_a_thread(keep_worklist)


async def again_and_again(turn: Callable[[], Awaitable[None]], pause: float) -> None:
    """A turn, a pause, a turn. A turn that fails is logged and followed by a longer pause."""
    while True:
        rest = pause
        try:
            await turn()
        except Exception:
            log.exception("%s failed and is tried again in a minute", turn.__name__)
            rest = SECONDS_AFTER_A_FAILURE
        await asyncio.sleep(rest)


def waiting_nudges() -> set[int]:
    """Everybody to be nudged now, each once however much there is for them."""
    waiting = set()
    with suppress(queue.Empty):
        while True:
            waiting.add(NUDGES.get_nowait())
    return waiting


def run_nights_due(today: date) -> None:
    for night in catch_up(today):
        for failure in night.failures:
            log.error("the sweep of %s could not look at %s", night.day, failure)


async def in_a_thread(work: Callable[..., object], *asked: object) -> None:
    """Beside the requests, not in their thread: a long night holds up no page."""
    await DatabaseSyncToAsync(work, thread_sensitive=False)(*asked)
