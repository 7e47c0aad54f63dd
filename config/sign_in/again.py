"""Whether it is really them: asked once more before what cannot be taken back, when they last said so too long ago.

The question comes in the place of the page, with everything that was typed in it as hidden fields; the answer goes to
the same address and through the same doors as what was typed. So nothing is kept anywhere meanwhile, and it works
without script. Whoever signs in with their organisation goes there and comes back; only then is what they typed kept,
in their session.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.debug import sensitive_post_parameters

from config.sign_in import passkeys
from config.sign_in.adapter import TOO_MANY
from config.sign_in.lasting import PROVED, PROVED_AGAIN, new_session_key, seconds
from config.sign_in.passkey_forms import PasskeyForm
from config.sign_in.throttle import TooManyWrong, try_once, was_right

CHANGES, ANYTHING = frozenset({"POST"}), frozenset({"GET", "POST"})
# By the name of its address: what is sent there, or shown there, only to somebody who has just said who they are.
ASKED: dict[str, frozenset[str]] = {
    **dict.fromkeys(["meeting-sending", "meeting-withdraw", "case-access", "break-glass", "case-bundle"], CHANGES),
    **dict.fromkeys(["connections", "connection", "api-key"], CHANGES),
    **dict.fromkeys(["people", "person", "sign-ins", "second-step", "passkeys", "recovery-codes"], CHANGES),
    **dict.fromkeys(["retention-case", "subject-requests", "subject-request"], CHANGES),
    **dict.fromkeys(["people-moves-file", "case-dates-file"], ANYTHING),
}
# Asked each time: having signed in just now is not enough.
EACH_TIME = {"break-glass"}
JUST_NOW = 120  # seconds in which a form with something wrong in it may be sent again
PREFIX, HELD = "again", "held_while_proving"
PASSWORD, PASSKEY = f"{PREFIX}-password", f"{PREFIX}-credential"
OURS = (PREFIX, "csrfmiddlewaretoken")
# A session is not the place for more than somebody can type.
AT_MOST = 200_000


class PasswordAgain(forms.Form):
    password = forms.CharField(
        label="Your password, once more",
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, prefix=PREFIX, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        user = self.request.user
        try:
            tried = try_once(self.request, user.get_username())
        except TooManyWrong as held:
            raise forms.ValidationError(TOO_MANY) from held
        if not check_password(self.cleaned_data["password"], user.password):  # type: ignore[union-attr]
            raise forms.ValidationError("This is not the password you sign in with.")
        was_right(tried)
        return ""


class PasskeyAgain(PasskeyForm):
    """A passkey in the place of the password, if it asked for a finger, a face or a PIN."""

    what_for = passkeys.ASKED_AGAIN

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, prefix=PREFIX, user=request.user, request=request, **kwargs)


class AsksAgain(MiddlewareMixin):
    """Before the page: is it still them?"""

    @method_decorator(sensitive_post_parameters(PASSWORD))
    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name  # type: ignore[union-attr]
        if not request.user.is_authenticated:
            return None
        held = request.session.get(HELD)
        is_back = held and held["path"] == request.get_full_path() and request.method == "GET"
        if is_back and has_proved(request, name):  # until then it stays where it is
            return _go_on(request, held)
        if request.method not in ASKED.get(name, ()) or has_proved(request, name):
            return None
        if not request.user.has_usable_password():
            return _by_organisation(request)
        return _by_themselves(request)


def has_proved(request: HttpRequest, name: str) -> bool:
    again = request.session.get(PROVED_AGAIN, 0)
    if name in EACH_TIME:
        return seconds() - again < JUST_NOW
    return seconds() - max(again, request.session.get(PROVED, 0)) < settings.PROOF_LASTS


def proved(request: HttpRequest) -> None:
    """They have just said again who they are. The session goes on under another name."""
    request.session[PROVED_AGAIN] = seconds()
    new_session_key(request)


def _by_themselves(request: HttpRequest) -> HttpResponse | None:
    kind = PasskeyAgain if PASSKEY in request.POST else PasswordAgain
    is_answer = PASSWORD in request.POST or PASSKEY in request.POST
    form = kind(request.POST if is_answer else None, request=request)
    if not form.is_valid():
        shown = {
            "form": form,
            "password": form if kind is PasswordAgain else PasswordAgain(request=request),
            "challenge": passkeys.challenge(request, request.user, passkeys.ASKED_AGAIN),  # type: ignore[arg-type]
            "typed": typed(request),
            "wanted": _wanted(request),
        }
        return render(request, "sign_in/again.html", shown, status=403)
    if kind is PasskeyAgain:
        form.authenticator.record_usage()
    proved(request)
    if _wanted(request) == "POST":
        return None
    return render(request, "sign_in/go_on.html", {"wanted": "GET", "typed": [], "address": request.get_full_path()})


def _wanted(request: HttpRequest) -> str:
    """What they came for: to be shown something, or to have something done."""
    return request.POST.get(f"{PREFIX}-wanted") or str(request.method)


def _by_organisation(request: HttpRequest) -> HttpResponse:
    fields = typed(request)
    is_kept = sum(len(value) for _, value in fields) < AT_MOST
    if is_kept and request.method == "POST":
        request.session[HELD] = {"path": request.get_full_path(), "typed": fields}
    shown = {"by_organisation": True, "is_kept": is_kept, "path": request.get_full_path()}
    return render(request, "sign_in/again.html", shown, status=403)


def _go_on(request: HttpRequest, held: dict[str, Any]) -> HttpResponse:
    """Back from there: what was typed goes on by a press, since a browser does not send by itself what it is led to."""
    del request.session[HELD]
    shown = {"wanted": "POST", "typed": held["typed"], "address": held["path"]}
    return render(request, "sign_in/go_on.html", shown)


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What is to be sent again, in its order, without what is ours."""
    return [(name, value) for name, values in request.POST.lists() if not name.startswith(OURS) for value in values]
