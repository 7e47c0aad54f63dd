"""What a page's socket hears: that it should look again. Never what there is to see.

A socket outlives the session it was opened in, so who is at the other end is asked again at every nudge and every
minute. A page has nothing to say here: the first frame it sends ends the conversation.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.db.models import Max

from notifications.live import group_of
from notifications.models import Notification
from workflow.models import Professional
from workflow.signed_in import post_of

NO_LONGER_ALLOWED = 4403
NOT_FOR_TALKING = 1008
SECONDS_FOR_THE_LAYER = 3.0
STILL_HERE = json.dumps({"still": "here"})


class LookAgain(AsyncWebsocketConsumer):
    """Everything one person has open, told to look again. `now` tells the time; nothing else here does."""

    seconds_between_signs_of_life = 20.0
    signs_of_life_between_checks = 3

    def __init__(self, *args: Any, now: Callable[[], datetime], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.group: str | None = None
        self.life: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        await self.accept()  # first, or the page would not learn why it is refused
        person = await self.who()
        if person is None:
            return await self.close(NO_LONGER_ALLOWED)
        self.group = group_of(person.pk)
        # A layer that does not answer ends the socket, and the page says that it is not connected.
        await asyncio.wait_for(self.channel_layer.group_add(self.group, self.channel_name), SECONDS_FOR_THE_LAYER)
        await self.say_look_again(person)
        self.life = asyncio.create_task(self.stay_alive())
        return None

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.close(NOT_FOR_TALKING)

    async def look_again(self, event: dict[str, Any]) -> None:
        """A nudge has come through the layer."""
        person = await self.still_allowed()
        if person:
            await self.say_look_again(person)

    async def disconnect(self, code: int) -> None:
        if self.life:
            self.life.cancel()
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def stay_alive(self) -> None:
        """A sign of life every so often, and every so often the question who is still there."""
        count = 0
        while True:
            await asyncio.sleep(self.seconds_between_signs_of_life)
            count += 1
            if count % self.signs_of_life_between_checks == 0 and not await self.still_allowed():
                return
            with suppress(Exception):  # the other end is gone; `disconnect` will follow
                await self.send(STILL_HERE)

    async def still_allowed(self) -> Professional | None:
        """The person at the other end, if they are still the one who may listen; otherwise the socket is closed."""
        person = await self.who()
        if person is None or group_of(person.pk) != self.group:
            await self.close(NO_LONGER_ALLOWED)
            return None
        return person

    async def say_look_again(self, person: Professional) -> None:
        await self.send(json.dumps({"look": "again", "at": await latest_message(person.pk)}))

    async def who(self) -> Professional | None:
        return await person_behind(self.scope["session"].session_key, self.now())


@database_sync_to_async
def person_behind(session_key: str | None, at: datetime) -> Professional | None:
    """Who holds a post under this session as it is now: signed in, active, in post; None for anybody else."""
    if session_key is None:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return post_of(SimpleNamespace(user=get_user(SimpleNamespace(session=session)), at=at))


@database_sync_to_async
def latest_message(person_id: int) -> int:
    """The number that grows: of the last message written to this person, 0 before the first."""
    return Notification.objects.filter(recipient=person_id).aggregate(last=Max("pk"))["last"] or 0
