"""How long a sign-in lasts: so long altogether, and so long without anybody doing anything.

The clock is the machine's own, which no demonstration winds. A page that asks by itself for what is new does not count
as somebody being there; keeping a draft does, since somebody is typing. A socket keeps no sign-in alive and is closed
with it (`notifications.consumers`).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.http import require_http_methods

from config import clock
from config.doors import LET_THROUGH, door_of
from config.drafts import not_read
from config.sign_in.throttle import hand_out, remember_machine
from workflow.models import SignIn, User
from workflow.sign_ins import BEGUN, SEEN, end_sign_in, seconds_left
from workflow.signed_in import person_of

# Of the session: moments in seconds by the machine's clock.
PROVED, PROVED_AGAIN, SECOND_STEP = "proved_at", "proved_again_at", "second_step"
A_MINUTE = 60
# Asked by an open page without anybody being there.
BY_ITSELF = {"alerts-fragment", "overdue-fragment", "meeting-room-now", "case-changes", "draft", "sign-in-lasts"}


def seconds() -> float:
    return clock.real_now().timestamp()


def begins(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """At every sign-in, however it was done: it is on the list, and the session knows since when it is."""
    now, session = clock.real_now(), request.session
    how = getattr(request, "signed_in_by", SignIn.How.PASSWORD)
    session[BEGUN] = session[SEEN] = session[PROVED] = now.timestamp()
    session[SECOND_STEP] = how != SignIn.How.PASSWORD
    if session.session_key is None:
        session.save()
    SignIn.objects.update_or_create(
        session_key=session.session_key,
        defaults={
            "user": user,
            "machine": remember_machine(request),
            "how": how,
            "address": request.META.get("REMOTE_ADDR") or None,
            "browser": request.META.get("HTTP_USER_AGENT", "")[:200],
            "begun_at": now,
            "seen_at": now,
        },
    )


def ends(sender: Any, request: HttpRequest, **_: Any) -> None:
    found = SignIn.objects.filter(session_key=request.session.session_key or "-").first()
    if found is not None:
        end_sign_in(found, at=clock.real_now())


def end_the_others(request: HttpRequest) -> None:
    """Every sign-in of whoever asks, except the one they ask in."""
    others = SignIn.objects.filter(user=request.user, ended_at=None).exclude(session_key=request.session.session_key)
    for each in others:
        end_sign_in(each, at=clock.real_now())


def listen() -> None:
    user_logged_in.connect(begins, dispatch_uid="sign-in begins")
    user_logged_out.connect(ends, dispatch_uid="sign-in ends")


def new_session_key(request: HttpRequest) -> None:
    """The session goes on under another name: who knew the old one has nothing."""
    old = request.session.session_key
    request.session.cycle_key()
    SignIn.objects.filter(session_key=old).update(session_key=request.session.session_key)


def left(request: HttpRequest) -> float:
    """The seconds this sign-in still lasts if nothing is done; none or fewer when it is over."""
    return seconds_left(request.session, clock.real_now())


class SignInLasts(MiddlewareMixin):
    """Before any page: a sign-in that is over is ended; one that is used goes on."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.session.get(BEGUN) is None:
            return None
        name = request.resolver_match.view_name  # type: ignore[union-attr]
        if left(request) <= 0:
            return _over(request, name)
        if not (request.method in ("GET", "HEAD") and name in BY_ITSELF):
            _goes_on(request)
        return None

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        hand_out(request, response)
        return response


def _over(request: HttpRequest, name: str) -> HttpResponse | None:
    """Signs out and leads to the sign-in. What was in a form is shown instead, to be copied: it is kept nowhere else
    where there is no script.
    """
    logout(request)
    if door_of(name) in LET_THROUGH:
        return None
    if request.method == "POST":
        return not_read(request)
    answer = redirect_to_login(request.get_full_path())
    answer["Location"] += "&over=1"
    return answer


def _goes_on(request: HttpRequest, *, at_once: bool = False) -> None:
    """Written down at most once a minute: most pages cost nothing for it."""
    now = seconds()
    if at_once or now - request.session[SEEN] > A_MINUTE:
        request.session[SEEN] = now
        SignIn.objects.filter(session_key=request.session.session_key).update(seen_at=moment(now))


def moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, tz=clock.real_now().tzinfo)


@require_http_methods(["GET", "POST"])
def lasts(request: HttpRequest) -> JsonResponse:
    """For the script that warns: the seconds left. To post there is to stay signed in."""
    if not request.user.is_authenticated:
        return JsonResponse({"said": "Nobody is signed in."}, status=401)
    person_of(request)
    if request.method == "POST":
        _goes_on(request, at_once=True)
    return JsonResponse({"left": int(left(request))})
