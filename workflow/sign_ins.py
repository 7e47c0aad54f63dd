"""The end of a sign-in: at once, wherever it is. A session, a socket and every tab learn of it at their next word.

Every session agrees with a hash over the sign-in's password and turn, which is checked wherever a session is read, so
raising the turn ends them all in one statement. The list of sign-ins is what a person sees of it.
"""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db.models import F

from workflow.models import SignIn, User

# Of the session: moments in seconds by the machine's clock.
BEGUN, SEEN = "begun_at", "seen_at"


def seconds_left(session: Mapping[str, Any], at: datetime) -> float:
    """How long a sign-in still lasts if nothing is done, by the machine's own clock; none or fewer when it is over.

    A session that nobody signed in to lasts no longer.
    """
    begun, seen = session.get(BEGUN), session.get(SEEN)
    if begun is None or seen is None:
        return 0.0
    now = at.timestamp()
    return float(min(begun + settings.SIGN_IN_LASTS - now, seen + settings.SIGN_IN_LASTS_UNUSED - now))


def end_every_sign_in(user: User | None, *, at: datetime) -> None:
    """Signs somebody out everywhere. `user` is None for a post nobody can sign in to."""
    if user is None:
        return
    User.objects.filter(pk=user.pk).update(turn=F("turn") + 1)
    for each in SignIn.objects.filter(user=user, ended_at=None):
        end_sign_in(each, at=at)


def end_sign_in(sign_in: SignIn, *, at: datetime) -> None:
    """Signs somebody out on one machine."""
    if sign_in.session_key:
        import_module(settings.SESSION_ENGINE).SessionStore().delete(sign_in.session_key)
    sign_in.session_key, sign_in.ended_at = "", at
    sign_in.save(update_fields=["session_key", "ended_at"])


def shut_out(user: User, *, at: datetime) -> None:
    """Nobody signs in by it any more, and whoever is signed in by it is not."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_every_sign_in(user, at=at)


def let_in_again(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=True)
