"""What a page's socket hears: that it should look again, and a number that grows. Never what there is to see.

"Person 3 is at 811" is the last message written to them; "case 7 is at 42" the last entry in its journal, for a page
that is open on that case. A page that was away asks over HTTP for what it missed since its number.

A nudge may be lost on its way: a layer dies, or drops one. So every so often, and as soon as the engine finds that
the layer is back, each page is told what it has not been told yet (`catch_up`).

A socket outlives the session it was opened in, so who is at the other end, and whether their sign-in still lasts, is
asked again at every nudge and every minute. To listen is not to be there: nothing here makes a sign-in last longer. A
page has nothing to say here: the first frame it sends ends the conversation.
"""

import asyncio
import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs
from weakref import WeakSet

from asgiref.sync import SyncToAsync
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.db import Error, connection
from django.db.models import Max

from notifications.live import group_of, group_of_case
from notifications.models import Notification
from workflow.acting import day_of
from workflow.models import Case, Entry, Professional
from workflow.scope import by_the_service
from workflow.sign_ins import seconds_left
from workflow.signed_in import post_of

NO_LONGER_ALLOWED = 4403
NOT_FOR_TALKING = 1008
SECONDS_FOR_THE_LAYER = 3.0
STILL_HERE = json.dumps({"still": "here"})
# Every socket that is open in this process.
OPEN: "WeakSet[LookAgain]" = WeakSet()


class Asking(SyncToAsync):
    """A question to the database from the thread of all sockets, over one connection that is kept for a while.

    `database_sync_to_async` closes it after each question: with a thousand sockets a server then does little else than
    open connections.
    """

    seconds_it_is_kept = 60.0

    def thread_handler(self, loop: Any, *args: Any, **kwargs: Any) -> Any:
        opened = connection.close_at  # by `CONN_MAX_AGE`, which is none where each request has a thread of its own
        if opened is not None and time.monotonic() > opened + self.seconds_it_is_kept:
            connection.close()
        try:
            return super().thread_handler(loop, *args, **kwargs)
        except Error:
            connection.close()  # it may be gone; the next question opens another
            raise


def asking(question: Callable[..., Any]) -> Any:
    """Makes a question to the database one that a socket may await.

    It is asked for the service: each asks `visible_to` itself, and what is told is a number.
    """

    @wraps(question)
    def asked(*args: Any, **kwargs: Any) -> Any:
        with by_the_service():
            return question(*args, **kwargs)

    return Asking(asked, thread_sensitive=True)


@dataclass(frozen=True)
class Session:
    """The session a socket was opened in, by its key, looked at in this moment of the machine's clock."""

    key: str | None
    at: datetime

    def user(self) -> Any:
        """Who is signed in by it as it is now; None once it is over."""
        session = import_module(settings.SESSION_ENGINE).SessionStore(self.key)
        if self.key is None or seconds_left(session, self.at) <= 0:
            return None
        return get_user(SimpleNamespace(session=session))


class LookAgain(AsyncWebsocketConsumer):
    """Everything one person has open, told to look again. `now` tells the time, `real_now` that of the machine, by
    which a sign-in lasts; nothing else here does.
    """

    seconds_between_signs_of_life = 20.0
    signs_of_life_between_checks = 3

    def __init__(
        self, *args: Any, now: Callable[[], datetime], real_now: Callable[[], datetime], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now, self.real_now = now, real_now
        self.group: str | None = None
        self.case: int | None = None
        self.life: asyncio.Task[None] | None = None
        self.person: int | None = None
        self.told_person, self.told_case = 0, 0

    async def connect(self) -> None:
        await self.accept()  # first, or the page would not learn why it is refused
        person = await person_behind(self.session, self.now())
        reference = asked_for(self.scope)
        if person is not None and reference:
            self.case = await case_for(person, reference, self.now())
        if person is None or (reference and self.case is None):
            return await self.close(NO_LONGER_ALLOWED)
        self.person, self.group = person.pk, group_of(person.pk)
        # A layer that does not answer ends the socket, and the page says that it is not connected.
        for group in self.groups_joined():
            await asyncio.wait_for(self.channel_layer.group_add(group, self.channel_name), SECONDS_FOR_THE_LAYER)
        await self.say_look_again(await latest_message(person.pk))
        if self.case is not None:
            await self.say_case_is(await number_of(self.case))
        OPEN.add(self)
        self.life = asyncio.create_task(self.stay_alive())
        return None

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.close(NOT_FOR_TALKING)

    async def look_again(self, event: dict[str, Any]) -> None:
        """A nudge has come through the layer."""
        is_case = self.case is not None and event.get("group") == group_of_case(self.case)
        at = await how_far(self.session, self.person, self.case, self.now(), of_the_case=is_case)
        if at is None:
            await self.close(NO_LONGER_ALLOWED)
        elif is_case:
            await self.say_case_is(at)
        else:
            await self.say_look_again(at)

    def groups_joined(self) -> list[str]:
        found = [self.group] if self.group else []
        return found + ([group_of_case(self.case)] if self.case is not None else [])

    async def disconnect(self, code: int) -> None:
        OPEN.discard(self)
        if self.life:
            self.life.cancel()
        for group in self.groups_joined():
            with suppress(Exception):  # a layer that is away has forgotten us already
                leaving = self.channel_layer.group_discard(group, self.channel_name)
                await asyncio.wait_for(leaving, SECONDS_FOR_THE_LAYER)

    async def stay_alive(self) -> None:
        """A sign of life every so often, and every so often the question who is still there."""
        # Pages that came at one moment, after a restart, are not all asked at one moment for ever after.
        count = random.randrange(self.signs_of_life_between_checks)
        pause = random.random() * self.seconds_between_signs_of_life
        while True:
            await asyncio.sleep(pause)
            pause, count = self.seconds_between_signs_of_life, count + 1
            if count % self.signs_of_life_between_checks == 0 and not await self.still_allowed():
                return
            with suppress(Exception):  # the other end is gone; `disconnect` will follow
                await self.send(STILL_HERE)

    async def still_allowed(self) -> bool:
        """Whether the person at the other end is still the one who may listen; otherwise the socket is closed."""
        allowed: bool = await may_listen(self.session, self.person, self.case, self.now())
        if not allowed:
            await self.close(NO_LONGER_ALLOWED)
        return allowed

    async def say_case_is(self, at: int) -> None:
        self.told_case = at
        await self.send(json.dumps({"case": self.case, "at": at}))

    async def say_look_again(self, at: int) -> None:
        self.told_person = at
        await self.send(json.dumps({"look": "again", "at": at}))

    async def hear_of(self, person_is_at: int, case_is_at: int) -> None:
        """What was not told yet is told now, if whoever is at the other end may still listen."""
        of_person, of_case = person_is_at > self.told_person, case_is_at > self.told_case
        if not (of_person or of_case) or not await self.still_allowed():
            return
        if of_person:
            await self.say_look_again(person_is_at)
        if of_case:
            await self.say_case_is(case_is_at)

    @property
    def session(self) -> "Session":
        return Session(self.scope["session"].session_key, self.real_now())


async def catch_up() -> None:
    """Tells each page that is open here what it has missed: two statements, and more only for those behind."""
    sockets = [each for each in OPEN if each.person is not None]
    if not sockets:
        return
    people, cases = await numbers_of({each.person for each in sockets}, {each.case for each in sockets})
    for each in sockets:
        with suppress(Exception):  # gone meanwhile; its own `disconnect` follows
            await each.hear_of(people.get(each.person, 0), cases.get(each.case, 0))


@asking
def numbers_of(people: set[int | None], cases: set[int | None]) -> tuple[dict[int | None, int], dict[int | None, int]]:
    """How far each of these people's messages, and the journal of each of these cases, has got."""
    told = Notification.objects.filter(recipient__in=people).order_by().values_list("recipient")
    done = Entry.objects.filter(case__in=cases - {None}).order_by().values_list("case")
    return dict(told.annotate(Max("pk"))), dict(done.annotate(Max("number")))


def person_of_session(session: Session, at: datetime) -> Professional | None:
    """Who holds a post under this session as it is now: signed in, not for too long, active, in post; else None."""
    user = session.user()
    return None if user is None else post_of(SimpleNamespace(user=user, at=at))


def is_allowed(session: Session, person_id: int, case_id: int | None, at: datetime) -> bool:
    """Whether this is still the person who was let in, and still sees the case their page is open on."""
    person = person_of_session(session, at)
    if person is None or person.pk != person_id:
        return False
    return case_id is None or Case.objects.visible_to(person, day_of(at)).filter(pk=case_id).exists()


def last_number(case_id: int) -> int:
    """The number of the last entry in the journal of a case."""
    return Entry.objects.filter(case=case_id).aggregate(last=Max("number"))["last"] or 0


def last_message(person_id: int) -> int:
    """The number that grows: of the last message written to this person, 0 before the first."""
    return Notification.objects.filter(recipient=person_id).aggregate(last=Max("pk"))["last"] or 0


person_behind, may_listen = asking(person_of_session), asking(is_allowed)
number_of, latest_message = asking(last_number), asking(last_message)


@asking
def how_far(session: Session, person_id: int, case_id: int, at: datetime, *, of_the_case: bool) -> int | None:
    """All that a nudge asks, at once: may they still listen, and how far has it got? None when they may not."""
    if not is_allowed(session, person_id, case_id, at):
        return None
    return last_number(case_id) if of_the_case else last_message(person_id)


def asked_for(scope: Any) -> str:
    """The reference of the case a page is open on, as its socket's address says it; empty for none."""
    return parse_qs(scope["query_string"].decode("ascii", "replace")).get("case", [""])[0]


@asking
def case_for(person: Professional, reference: str, at: datetime) -> int | None:
    """The id of the case with this reference, if the person may see it; None for a forbidden one as for none."""
    if "\0" in reference:
        return None
    return Case.objects.visible_to(person, day_of(at)).filter(reference=reference).values_list("pk", flat=True).first()
