"""Is it alive and does it keep watch? For a machine to ask; nothing about any case."""

from datetime import datetime, timedelta

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import clock
from escalation.watchdog import last_clean
from notifications.models import Notification
from workflow.acting import LONDON

# A sweep runs just after midnight; until this long after, yesterday's is still the last there can be.
GRACE = timedelta(hours=1)
# A message that has waited longer than this has been tried several times, or nobody is sending.
WAITS_TOO_LONG = timedelta(hours=2)


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """The last clean sweep, how long the oldest message has waited, and 503 when either is not as it should be."""
    now = clock.now()
    swept = last_clean(now.date())
    waited = oldest_wait(now)
    ok = swept is not None and swept >= (now - GRACE).date() and waited < WAITS_TOO_LONG
    answer = {
        "ok": ok,
        "last_clean_sweep": swept and swept.isoformat(),
        "oldest_waiting_minutes": round(waited / timedelta(minutes=1)),
    }
    return JsonResponse(answer, status=200 if ok else 503)


def oldest_wait(now: datetime) -> timedelta:
    """How long the message written first has waited to be sent; nothing waiting is no wait."""
    oldest = Notification.objects.waiting().order_by("pk").first()
    if oldest is None:
        return timedelta()
    written_at = oldest.history.earliest("history_date").history_date
    return max(timedelta(), now - written_at.astimezone(LONDON))
