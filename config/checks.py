"""What `manage.py check` says about how this Throughline is set up."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register


def why_no_workers() -> str:
    """Why workers cannot run with this database, in words; empty when they can."""
    return "" if settings.ON_POSTGRES else "THROUGHLINE_ENGINE=worker needs PostgreSQL: name one in DATABASE_URL."


@register
def workers_have_what_they_need(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Workers meet in PostgreSQL; what they write reaches open pages through Redis."""
    if settings.ENGINE != "worker":
        return []
    found: list[CheckMessage] = []
    if why_not := why_no_workers():
        hint = "Or let the server do it: THROUGHLINE_ENGINE=embedded, which is the default."
        found.append(Error(why_not, hint=hint, id="config.E001"))
    if not settings.REDIS_URL:
        hint = "Without it, what a worker writes reaches an open page only at its next look."
        found.append(Warning("Workers run, but REDIS_URL is not set.", hint=hint, id="config.W001"))
    return found
