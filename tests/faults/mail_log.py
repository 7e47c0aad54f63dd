"""The mail server of the kill test: it takes everything, takes its time over it, and remembers what it took."""

import asyncio
import email
import random
import time
from dataclasses import dataclass

from tests.notifications.mail_server import OnAFreePort


@dataclass(frozen=True)
class Taken:
    """One mail the server took: when by the steady clock, under which id."""

    at: float
    message_id: str


class MailLog:
    """What the server was given, in the order it came."""

    def __init__(self, seed: int) -> None:
        self.taken: list[Taken] = []
        self._dice = random.Random(f"mail {seed}")
        self._controller = OnAFreePort(self, hostname="127.0.0.1", port=0)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802, named by aiosmtpd
        message = email.message_from_bytes(envelope.content)
        self.taken.append(Taken(time.monotonic(), message["Message-ID"]))
        await asyncio.sleep(self._dice.uniform(0, 0.05))  # wide enough to be killed in
        return "250 taken"

    def __enter__(self) -> "MailLog":
        self._controller.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._controller.stop(no_assert=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"
