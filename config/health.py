"""Is it alive and does it keep watch? For a machine to ask; nothing about any case."""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import clock
from escalation.watchdog import last_clean
from notifications.models import Notification
from workflow.acting import LONDON
from workflow.scope import by_the_service
from workflow.verification import last_verified

# A sweep runs just after midnight; until this long after, yesterday's is still the last there can be.
GRACE = timedelta(hours=1)
# A message that has waited longer than this has been tried several times, or nobody is sending.
WAITS_TOO_LONG = timedelta(hours=2)


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """The last clean sweep, the longest wait of a message, the workers if there are any, and is the record whole?

    503 when one of them is not as it should be.
    """
    with by_the_service():
        return _said(clock.now())


def _said(now: datetime) -> JsonResponse:
    swept = last_clean(now.date())
    waited = oldest_wait(now)
    workers = workers_alive()
    ok = swept is not None and swept >= (now - GRACE).date() and waited < WAITS_TOO_LONG and workers != 0
    verified = last_verified()
    ok = ok and not (verified and verified.findings)
    answer = {
        "ok": ok,
        "record_verified_at": verified and verified.at.isoformat(),
        "record_is_whole": verified and not verified.findings,
        "last_clean_sweep": swept and swept.isoformat(),
        "oldest_waiting_minutes": round(waited / timedelta(minutes=1)),
    }
    if workers is not None:
        answer["workers"] = workers
    return JsonResponse(answer, status=200 if ok else 503)


def oldest_wait(now: datetime) -> timedelta:
    """How long the message written first has waited to be sent; nothing waiting is no wait.

    One that is kept for a later moment waits from that moment on.
    """
    waiting = Notification.objects.waiting()
    oldest = waiting.exclude(state=Notification.State.HELD).order_by("pk").first()
    overdue = waiting.filter(state=Notification.State.HELD, not_before__lte=now).order_by("not_before").first()
    kept = now - overdue.not_before.astimezone(LONDON) if overdue and overdue.not_before else timedelta()
    if oldest is None:
        return kept
    written_at = oldest.history.earliest("history_date").history_date
    return max(kept, now - written_at.astimezone(LONDON))


def workers_alive() -> int | None:
    """How many workers gave a sign of life lately; None where the work is not done by workers."""
    if settings.ENGINE != "worker" or not settings.ON_POSTGRES:
        return None
    from config.jobs import living_workers

    return living_workers()
