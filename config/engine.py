"""What runs by itself: nudges to open pages, the nights that are due, the mail that waits.

Nothing here decides anything: it asks whether it is time and calls what a command would call. Two servers doing the
same at once do it once, because the sweep locks its day and a mail its recipient or itself. A failure is logged, shows
on `/health/`, and never stops the loop. Here the turns are taken inside the server; where workers take them
(`config.jobs`), the server only passes on nudges.
"""

import asyncio
import logging
import queue
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime
from importlib.util import find_spec

from channels.db import DatabaseSyncToAsync
from channels.layers import get_channel_layer
from django.conf import settings

from config import clock
from config.nightly import catch_up
from meetings.brief import briefs_due, make_brief
from notifications.consumers import catch_up as catch_up_pages
from notifications.deliver import deliver
from notifications.digest import send_digests
from notifications.live import NUDGES, WAKE
from notifications.outside import deliver_outside
from notifications.webhooks import deliver_webhooks
from workflow.scope import by_the_service

log = logging.getLogger(__name__)

# Between two rounds of nudges, so that a storm of them is told in fewer; and how long none is waited for.
SECONDS_BETWEEN_NUDGES = 0.005
SECONDS_BETWEEN_LOOKS_FOR_NUDGES = 1.0
SECONDS_BETWEEN_TICKS = 1.0
SECONDS_BETWEEN_CATCHING_UP = 20.0
SECONDS_BETWEEN_DELIVERIES = 5.0
SECONDS_BETWEEN_DIGESTS = 30.0
SECONDS_BETWEEN_LOOKS_AT_WORK = 2.0
SECONDS_BETWEEN_BRIEFS = 60.0
# After a failure; whatever is broken is not asked every second.
SECONDS_AFTER_A_FAILURE = 60.0
# A layer that does not answer costs a nudge, never the pump.
SECONDS_FOR_A_NUDGE = 2.0
Turn = tuple[Callable[[], Awaitable[None]], float]


class Engine:
    """Its loops start and stop with the server. Only nudges where workers, or nobody here, take the turns."""

    def __init__(self) -> None:
        self.loops: list[asyncio.Task[None]] = []
        self.swept: date | None = None
        self.woken = asyncio.Event()
        self.wake: Callable[[], None] = self.woken.set

        self.mailbox: str | None = None
        self.nudges_arrive = True

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self.wake = lambda: loop.is_closed() or loop.call_soon_threadsafe(self.woken.set)
        WAKE.append(self.wake)
        loops: list[Turn] = [(self.wait_and_pass_on_nudges, SECONDS_BETWEEN_NUDGES)]
        loops += [(catch_up_pages, SECONDS_BETWEEN_CATCHING_UP)]
        loops += [(self.look_whether_nudges_arrive, SECONDS_BETWEEN_TICKS)] if settings.REDIS_URL else []
        loops += self.turns() if settings.ENGINE == "embedded" else []
        self.loops = [asyncio.create_task(again_and_again(turn, pause)) for turn, pause in loops]

    def turns(self) -> list[Turn]:
        """Everything that has to be done by itself, and the pause in seconds between two looks at it."""
        turns: list[Turn] = [(self.sweep, SECONDS_BETWEEN_TICKS), (self.deliver, SECONDS_BETWEEN_DELIVERIES)]
        turns += [(self.deliver_outside, SECONDS_BETWEEN_DELIVERIES)]
        turns += [(self.deliver_webhooks, SECONDS_BETWEEN_DELIVERIES)]
        turns += [(self.send_digests, SECONDS_BETWEEN_DIGESTS)]
        turns += [(self.brief, SECONDS_BETWEEN_BRIEFS)]
        turns += [(self.guide, SECONDS_BETWEEN_LOOKS_AT_WORK)] if find_spec("config.work") else []
        return turns

    async def stop(self) -> None:
        """Ends between two turns. A night or a mail already begun is finished by its thread before the process ends."""
        WAKE.remove(self.wake)
        for loop in self.loops:
            loop.cancel()
        await asyncio.gather(*self.loops, return_exceptions=True)

    async def wait_and_pass_on_nudges(self) -> None:
        """As soon as there is one; and now and then in case nobody said so."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.woken.wait(), SECONDS_BETWEEN_LOOKS_FOR_NUDGES)
        self.woken.clear()
        await self.pass_on_nudges()

    async def pass_on_nudges(self) -> None:
        layer = get_channel_layer()
        for group in waiting_nudges():
            try:
                nudge = layer.group_send(group, {"type": "look.again", "group": group})
                await asyncio.wait_for(nudge, SECONDS_FOR_A_NUDGE)
            except Exception as trouble:
                log.warning("a nudge was lost, the page will look later: %r", trouble)
                return

    async def look_whether_nudges_arrive(self) -> None:
        """A nudge to ourselves. When the first one arrives after some that did not, open pages may have missed others
        as well, and are told what they were not told."""
        layer = get_channel_layer()
        try:
            self.mailbox = self.mailbox or await asyncio.wait_for(layer.new_channel(), SECONDS_FOR_A_NUDGE)
            await asyncio.wait_for(layer.send(self.mailbox, {"type": "is.anybody.there"}), SECONDS_FOR_A_NUDGE)
            await asyncio.wait_for(layer.receive(self.mailbox), SECONDS_FOR_A_NUDGE)
        except Exception as trouble:
            if self.nudges_arrive:
                log.warning("nudges do not arrive, pages are told when they do again: %r", trouble)
            self.nudges_arrive, self.mailbox = False, None
            return
        if not self.nudges_arrive:
            self.nudges_arrive = True
            await catch_up_pages()

    async def sweep(self) -> None:
        """Once a day, and after the clock was wound: the nights that are due. Otherwise one comparison."""
        today = clock.today()
        if self.swept is None or self.swept < today:
            await in_a_thread(run_nights_due, today)
            self.swept = today

    async def deliver(self) -> None:
        await in_a_thread(deliver, clock.now())

    async def deliver_outside(self) -> None:
        await in_a_thread(deliver_outside, clock.now())

    async def deliver_webhooks(self) -> None:
        await in_a_thread(deliver_webhooks, clock.now())

    async def send_digests(self) -> None:
        """What was kept for somebody's mail of the day, and the week's word that nothing is overdue."""
        await in_a_thread(send_digests, clock.now())

    async def brief(self) -> None:
        """From the evening before, the brief of every conference that is about to sit."""
        await in_a_thread(make_briefs, clock.now())

    async def guide(self) -> None:
        """The guided worklist notices what was done elsewhere."""
        from config.work import keep_worklist

        await in_a_thread(keep_worklist)


class OneAtATime:
    """A turn that is asked for while it is being taken is taken once more after that, and not beside it: a long night
    must not fill a worker with looks at the same night."""

    def __init__(self, take: Callable[[], Awaitable[None]]) -> None:
        self.take, self.is_running, self.is_asked_again = take, False, False

    async def __call__(self) -> None:
        self.is_asked_again = True
        if self.is_running:
            return
        self.is_running = True
        try:
            while self.is_asked_again:
                self.is_asked_again = False
                await self.take()
        finally:
            self.is_running = False


async def again_and_again(turn: Callable[[], Awaitable[None]], pause: float) -> None:
    """A turn, a pause, a turn. A turn that fails is logged and followed by a longer pause."""
    while True:
        rest = pause
        try:
            await turn()
        except Exception:
            log.exception("%s failed and is tried again in a minute", turn)
            rest = SECONDS_AFTER_A_FAILURE
        await asyncio.sleep(rest)


def waiting_nudges() -> set[str]:
    """The groups to be nudged now, each once however much there is for it."""
    waiting = set()
    with suppress(queue.Empty):
        while True:
            waiting.add(NUDGES.get_nowait())
    return waiting


def run_nights_due(today: date) -> None:
    for night in catch_up(today):
        for failure in night.failures:
            log.error("the sweep of %s could not look at %s", night.day, failure.get("case"))


def make_briefs(now: datetime) -> None:
    """One that fails holds up no other; it is tried again at the next look."""
    for conference in briefs_due(now):
        try:
            make_brief(conference, by=None, at=now)
        except Exception:
            log.exception("the brief of conference %s was not made", conference.pk)


async def in_a_thread(work: Callable[..., object], *asked: object) -> None:
    """Beside the requests, not in their thread: a long night holds up no page."""
    await DatabaseSyncToAsync(as_the_service(work), thread_sensitive=False)(*asked)


def as_the_service(work: Callable[..., object]) -> Callable[..., object]:
    """What runs by itself is asked of the database for the service, not for a reader."""

    def worked(*asked: object) -> object:
        with by_the_service():
            return work(*asked)

    return worked
