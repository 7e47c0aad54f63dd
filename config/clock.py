"""The one place that reads the time. Domain functions are told it; only edges ask.

A demonstration may wind its clock: the offset to real time is a small file beside its database. Nothing else can.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from workflow.acting import LONDON


def now() -> datetime:
    """The moment, in London."""
    return (timezone.now() + _offset()).astimezone(LONDON)


def real_now() -> datetime:
    """The moment by the machine's own clock, which nobody winds: for how long a sign-in lasts, and what was typed."""
    return timezone.now()


def today() -> date:
    """The day in London."""
    return now().date()


def on_every_request(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a request happens at one moment, `request.at`, however long its page takes."""

    def at_one_moment(request: HttpRequest) -> HttpResponse:
        request.at = now()  # type: ignore[attr-defined]
        return answer(request)

    return at_one_moment


def wind_to(day: date) -> None:
    """Winds the demonstration's clock so that today is `day`, at the same time of day.

    Raises RuntimeError elsewhere.
    """
    if not settings.DEMO:
        raise RuntimeError("Only a demonstration can wind its clock.")
    real = timezone.now().astimezone(LONDON)
    # Told apart in UTC: late in the evening an hour of summer time would otherwise carry it into the next day.
    offset = datetime.combine(day, real.time(), LONDON).astimezone(UTC) - real.astimezone(UTC)
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    # In one step: another process may be reading it at this very moment.
    written = path.with_suffix(".new")
    written.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
    written.replace(path)


def _path() -> Path:
    return Path(settings.DATA_DIR) / "demo-clock.json"


def _offset() -> timedelta:
    if not settings.DEMO or not _path().exists():
        return timedelta()
    return timedelta(seconds=json.loads(_path().read_text())["offset_seconds"])
