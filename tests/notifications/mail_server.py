"""A real mail server on this machine that does what real ones do: takes, refuses, asks to wait, hangs, hangs up."""

import asyncio
import email
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message

from aiosmtpd.controller import Controller


@dataclass
class Kept:
    """One mail the server was given, and for whom."""

    to: list[str]
    message: Message
    raw: str


@dataclass
class MailServer:
    """What it does is set by address; what it was given is in `mails`, in the order it came."""

    refuses: dict[str, str] = field(default_factory=dict)
    hangs_up_after_taking: set[str] = field(default_factory=set)
    says_nothing_to: set[str] = field(default_factory=set)
    mails: list[Kept] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802, named by aiosmtpd
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802, named by aiosmtpd
        raw = envelope.content.decode()
        self.mails.append(Kept(list(envelope.rcpt_tos), email.message_from_string(raw), raw))
        if self.hangs_up_after_taking & set(envelope.rcpt_tos):
            server.transport.abort()
            await asyncio.sleep(0)
        if self.says_nothing_to & set(envelope.rcpt_tos):
            await asyncio.sleep(30)
        return "250 taken"

    def to(self, address: str) -> list[Kept]:
        return [mail for mail in self.mails if address in mail.to]


class OnAFreePort(Controller):
    """Learns which port it was given before it calls itself to see whether it has started."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """A server on a free port of this machine for as long as this lasts."""
    handler = MailServer()
    controller = OnAFreePort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        handler.port = controller.port
        yield handler
    finally:
        controller.stop(no_assert=True)
