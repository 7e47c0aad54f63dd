"""The addresses of sockets: one."""

from collections.abc import Callable
from datetime import datetime

from django.urls import URLPattern, path

from notifications.consumers import LookAgain


def live_addresses(now: Callable[[], datetime], real_now: Callable[[], datetime]) -> list[URLPattern]:
    """`/live/`: everything one person has open. `now` is the clock they are judged by, `real_now` that of sign-ins."""
    return [path("live/", LookAgain.as_asgi(now=now, real_now=real_now))]
