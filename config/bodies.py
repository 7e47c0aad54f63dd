"""A request larger than anything taken here is answered before it is read to its end: no disk is filled by it."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

Receiving = Callable[[], Awaitable[dict[str, Any]]]
Sending = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receiving, Sending], Awaitable[None]]


class TooLarge(Exception):
    """More has come than is taken."""


def largest() -> int:
    """One file and the form around it, in bytes."""
    return settings.UPLOAD_LIMIT + settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def no_larger_than_is_taken(pages: Application) -> Application:
    """Answers 413 where the request says it is larger; where it does not say so, as soon as it is."""

    async def answering(scope: dict[str, Any], receive: Receiving, send: Sending) -> None:
        most, come, answered = largest(), 0, False

        async def counted() -> dict[str, Any]:
            nonlocal come
            told = await receive()
            come += len(told.get("body", b""))
            if come > most:
                raise TooLarge
            return told

        async def noted(told: dict[str, Any]) -> None:
            nonlocal answered
            answered = True
            await send(told)

        try:
            if said_to_be(scope) > most:
                raise TooLarge
            await pages(scope, counted, noted)
        except TooLarge:
            if not answered:
                await send({"type": "http.response.start", "status": 413, "headers": HEADERS})
                await send({"type": "http.response.body", "body": b"This is more than is taken here.\n"})

    return answering


HEADERS = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), (b"connection", b"close")]


def said_to_be(scope: dict[str, Any]) -> int:
    """How many bytes the request says will come; 0 when it does not say."""
    said = dict(scope["headers"]).get(b"content-length", b"")
    return int(said) if said.isdigit() else 0
