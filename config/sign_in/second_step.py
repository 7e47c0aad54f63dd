"""The second step: a code from a telephone, or a recovery code. Each is good once, on whichever machine it is typed.

Passkeys are the other way to make it (`passkeys.py`). Whoever has either of the two has recovery codes as well.
"""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
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
from config.sign_in.lasting import SECOND_STEP, end_the_others
from config.sign_in.means import change_of_means
from config.sign_in.passkey_forms import current_request
from config.sign_in.passkeys import added
from config.sign_in.throttle import TooManyWrong, try_once, was_right
from workflow.models import SignIn, User
from workflow.second_steps import OUT_OF_USE, passkeys_of
from workflow.signed_in import asked_at

STEP = 30  # seconds, as every telephone counts them
LAST_USED = "last_used"
# A clock may be wrong by so many steps.
WRONG_BY = 1
WAITING_SECRET = "second_step_secret"
# What somebody without a second step still reaches, where everybody needs one.
OPEN_DOORS = set(LET_THROUGH) - {Door.SCRIPT}
ON_THE_WAY = {"second-step", "passkeys", "recovery-codes", "sign-out", "sign-in-lasts"}


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


@dataclass(frozen=True)
class Means:
    """What somebody makes their second step with; passkeys out of use are none of it."""

    telephone: Authenticator | None
    passkeys: list[Authenticator]
    recovery_codes: Authenticator | None

    @property
    def codes_left(self) -> int:
        return len(RecoveryCodes(self.recovery_codes).get_unused_codes()) if self.recovery_codes else 0


def means_of(user: User) -> Means:
    """All of them in one question to the database."""
    found = list(Authenticator.objects.filter(user=user))
    of = {each.type: each for each in found}
    usable = [each for each in found if each.type == Authenticator.Type.WEBAUTHN and OUT_OF_USE not in each.data]
    return Means(of.get(Authenticator.Type.TOTP), usable, of.get(Authenticator.Type.RECOVERY_CODES))


def has_second_step(user: User) -> bool:
    means = means_of(user)
    return bool(means.telephone or means.passkeys)


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


def set_up(request: HttpRequest, form: SetUpForm) -> list[str]:
    """From now on this person needs a code or a passkey too. Their recovery codes, which are shown this once."""
    user: Any = request.user
    with change_of_means("set_up_telephone", user, at=asked_at(request)):
        _end_those_without(request)
        Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
        found = TOTP.activate(user, form.secret).instance
        found.data[LAST_USED] = form.step
        found.save(update_fields=["data"])
        codes = _ten_new(user)
    del request.session[WAITING_SECRET]
    request.session[SECOND_STEP] = True
    return codes


def add_passkey(request: HttpRequest, name: str, typed: str) -> list[str]:
    """From now on this passkey will do for a second step. Their recovery codes where they had none. Raises NotRight."""
    user: Any = request.user
    with change_of_means("add_passkey", user, at=asked_at(request)):
        _end_those_without(request)
        added(request, user, name, typed)
        codes = [] if means_of(user).codes_left else _ten_new(user)
    request.session[SECOND_STEP] = True  # the session outlives what a refusal undoes
    return codes


def _end_those_without(request: HttpRequest) -> None:
    """With the first means of all, whoever signed in without a second step elsewhere is signed out there."""
    if not has_second_step(request.user):  # type: ignore[arg-type]
        end_the_others(request)


class TheOnlyOne(Exception):
    """Without this passkey you would have no second step, and everybody here needs one. Add another first."""


def remove_passkey(request: HttpRequest, passkey: Authenticator) -> None:
    """One of their own; with the last means of all go the recovery codes. Raises TheOnlyOne where one is needed."""
    user: Any = request.user
    with change_of_means("remove_passkey", user, at=asked_at(request), passkey=passkey):
        list(Authenticator.objects.select_for_update().filter(user=user))  # of two removed at once, the second sees it
        Authenticator.objects.filter(pk=passkey.pk).delete()
        if has_second_step(user):
            return
        if settings.SECOND_STEP_FOR_ALL:
            raise TheOnlyOne
        if not passkeys_of(user).exists():
            Authenticator.objects.filter(user=user).delete()


def new_recovery_codes(request: HttpRequest) -> list[str]:
    """Ten new ones; the old ones are good for nothing any more."""
    user: Any = request.user
    with change_of_means("make_recovery_codes", user, at=asked_at(request)):
        return _ten_new(user)


def _ten_new(user: User) -> list[str]:
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes


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
