"""The second step: a code from a telephone, or a recovery code. Each is good once, on whichever machine it is typed."""

import hmac
import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin

from config.doors import LET_THROUGH, Door, door_of
from config.sign_in.adapter import TOO_MANY, SecondSteps
from config.sign_in.lasting import SECOND_STEP
from config.sign_in.throttle import TooManyWrong, try_once, was_right
from workflow.models import SignIn, User

STEP = 30  # seconds, as every telephone counts them
LAST_USED = "last_used"
# A clock may be wrong by so many steps.
WRONG_BY = 1
WAITING_SECRET = "second_step_secret"
# What somebody without a second step still reaches, where everybody needs one.
OPEN_DOORS = set(LET_THROUGH) - {Door.SCRIPT}
ON_THE_WAY = {"second-step", "recovery-codes", "sign-out", "sign-in-lasts"}


def code_field(label: str = "Code") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )


class CodeForm(forms.Form):
    """A code of somebody whose password was right."""

    code = code_field()

    def __init__(self, *args: Any, user: User, request: HttpRequest | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.request = request or current_request()

    def clean_code(self) -> str:
        try:
            tried = try_once(self.request, self.user.username, "code")
        except TooManyWrong as held:
            raise forms.ValidationError(TOO_MANY) from held
        found = right_code(self.user, self.cleaned_data["code"])
        if found is None:
            raise forms.ValidationError(SecondSteps.error_messages["incorrect_code"])
        was_right(tried)
        self.authenticator = found
        return ""

    def save(self) -> None:
        self.request.signed_in_by = SignIn.How.SECOND_STEP  # type: ignore[attr-defined]
        post_authentication(self.request, self.authenticator)


def current_request() -> HttpRequest:
    from allauth.core import context

    return context.request  # type: ignore[no-any-return]


@transaction.atomic
def right_code(user: User, typed: str) -> Authenticator | None:
    """The means this code belongs to, used up by it; None for a wrong one and for one that was used before."""
    typed = "".join(typed.split())
    for found in Authenticator.objects.select_for_update().filter(user=user).order_by("-type"):
        if found.type == Authenticator.Type.TOTP and _used_now(found, typed):
            return found
        if found.type == Authenticator.Type.RECOVERY_CODES and RecoveryCodes(found).validate_code(typed):
            found.refresh_from_db()
            return found
    return None


def _used_now(found: Authenticator, typed: str) -> bool:
    """A code of now, give or take a step, and later than the last that was used: so none is good twice."""
    step = right_step(decrypt(found.data["secret"]), typed, after=found.data.get(LAST_USED, 0))
    if step is None:
        return False
    found.data[LAST_USED] = step
    found.save(update_fields=["data"])
    return True


def right_step(secret: str, typed: str, *, after: int = 0) -> int | None:
    """The step of time whose code this is, among the present ones that come after another."""
    now = int(time.time()) // STEP
    for step in range(now - WRONG_BY, now + WRONG_BY + 1):
        if step > after and hmac.compare_digest(format_hotp_value(hotp_value(secret, step)).encode(), typed.encode()):
            return step
    return None


def has_second_step(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


class SetUpForm(forms.Form):
    """The first code, which shows that the telephone has the secret."""

    code = code_field("The code your telephone shows")

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.secret = request.session.get(WAITING_SECRET) or generate_totp_secret()
        if request.session.get(WAITING_SECRET) != self.secret:
            request.session[WAITING_SECRET] = self.secret

    def clean_code(self) -> str:
        self.step = right_step(self.secret, "".join(self.cleaned_data["code"].split()))
        if self.step is None:
            raise forms.ValidationError("This code is not right. Wait for the next one and type that.")
        return ""


@transaction.atomic
def set_up(request: HttpRequest, form: SetUpForm) -> list[str]:
    """From now on this person needs a code too. Their recovery codes, which are shown this once."""
    user = request.user
    Authenticator.objects.filter(user=user).delete()
    found = TOTP.activate(user, form.secret).instance
    found.data[LAST_USED] = form.step
    found.save(update_fields=["data"])
    del request.session[WAITING_SECRET]
    request.session[SECOND_STEP] = True
    return new_recovery_codes(user)  # type: ignore[arg-type]


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """Ten new ones; the old ones are good for nothing any more."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes


def recovery_codes_left(user: User) -> int:
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(found).get_unused_codes()) if found else 0


class EverybodyHasOne(MiddlewareMixin):
    """Where everybody needs a second step, whoever signed in without one is led to set it up and gets nowhere else."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name  # type: ignore[union-attr]
        if not settings.SECOND_STEP_FOR_ALL or name in ON_THE_WAY or door_of(name) in OPEN_DOORS:
            return None
        if not request.user.is_authenticated or request.session.get(SECOND_STEP):
            return None
        return redirect("second-step")
