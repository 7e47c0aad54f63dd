"""The server's side of every connection: pages, sockets, and the engine that lives as long as the server."""

import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import OriginValidator
from channels.sessions import SessionMiddlewareStack
from django.conf import settings
from django.core.asgi import get_asgi_application

Sending = Callable[[dict[str, Any]], Awaitable[None]]
Receiving = Callable[[], Awaitable[dict[str, Any]]]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
pages = get_asgi_application()  # from here on the models are there


def serving(origins: Sequence[str]) -> ProtocolTypeRouter:
    """The whole application. Sockets are taken only from pages of exactly these origins: scheme, host and port."""
    from config import clock
    from config.bodies import no_larger_than_is_taken
    from notifications.routing import live_addresses

    # Who is at the other end is asked by the consumer itself, at the start as at every later time.
    sockets = SessionMiddlewareStack(URLRouter(live_addresses(clock.now, clock.real_now)))
    return ProtocolTypeRouter(
        {
            "http": no_larger_than_is_taken(pages),
            "websocket": OriginValidator(sockets, list(origins)),
            "lifespan": live_with_the_server,
        }
    )


async def live_with_the_server(scope: dict[str, Any], receive: Receiving, send: Sending) -> None:
    """The engine starts with the server and stops with it."""
    from config.engine import Engine

    engine = Engine()
    await receive()
    engine.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await engine.stop()
    await send({"type": "lifespan.shutdown.complete"})


application = serving(settings.LIVE_ORIGINS)
