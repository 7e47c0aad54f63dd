"""The pages of signing in: the password, the second step, the recovery codes, and where one is signed in."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import password_validation, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import TemplateView

from config import clock
from config.sign_in import passkeys as keys
from config.sign_in import second_step as steps
from config.sign_in.lasting import SECOND_STEP, end_the_others, moment, new_session_key, seconds
from config.sign_in.passkey_forms import NOT_ADDED, AddPasskey, PasskeyForm
from workflow.models import SignIn, User
from workflow.second_steps import passkeys_of
from workflow.sign_ins import end_sign_in


class SignInForm(LoginForm):
    """The name and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["login"].widget.attrs = {"autocomplete": "username", "spellcheck": "false"}
        self.fields["password"].widget.attrs = {"autocomplete": "current-password"}

    def add_prefix(self, field_name: str) -> str:
        """The name is `username` on the page, as password managers and our own scripts expect."""
        return super().add_prefix("username" if field_name == "login" else field_name)


class SignInPage(LoginView):
    template_name = "registration/sign_in.html"
    form_class = SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "organisation": settings.OIDC["name"] if settings.OIDC else "",
            "is_over": "over" in self.request.GET,
            "next": self.request.GET.get("next", self.request.POST.get("next", "")),
        }


class CodePage(AuthenticateView):
    """After the password, for whoever has a second step."""

    template_name = "sign_in/code.html"
    form_class = steps.CodeForm
    webauthn_form_class = PasskeyForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ours in the place of the package's, which would make a challenge of its own."""
        user = self.stage.login.user
        means = steps.means_of(user)
        self.auth_form.fields["code"].label = "Code" if means.telephone else "Recovery code"
        return TemplateView.get_context_data(self, **kwargs) | {
            "form": self.form or self.auth_form,
            "code_form": self.auth_form,
            "means": means,
            "challenge": keys.challenge(self.request, user, keys.SIGNING_IN),
            "place": keys.place(),
        }


sign_in = SignInPage.as_view()
code = CodePage.as_view()


# One's own sign-in


class NewPassword(forms.Form):
    """Another password; the present one was asked for just before, or when they signed in."""

    password = forms.CharField(
        label="New password",
        help_text="At least 12 characters. Three or four words that do not belong together are easy to remember.",
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        typed: str = self.cleaned_data["password"]
        password_validation.validate_password(typed, self.user)
        return typed


@login_required
@sensitive_post_parameters("password")
def sign_ins(request: HttpRequest) -> HttpResponse:
    """Where one is signed in, and what one signs in with. Ends a sign-in, takes another password."""
    user = request.user
    form = NewPassword(request.POST if "password" in request.POST else None, user=user)  # type: ignore[arg-type]
    if form.is_bound and form.is_valid():
        _take_password(request, form.cleaned_data["password"])
        messages.success(request, "The new password is taken. Everywhere else you are signed out.")
        return redirect("sign-ins")
    if "end" in request.POST:
        _end(request, request.POST["end"])
        return redirect("sign-ins")
    lately = moment(seconds() - settings.SIGN_IN_LASTS)
    found = SignIn.objects.filter(user=user, ended_at=None, begun_at__gt=lately)
    shown = {
        "found": found,
        "here": request.session.session_key,
        "form": form,
        "has_password": user.has_usable_password(),  # type: ignore[union-attr]
        "means": steps.means_of(user),  # type: ignore[arg-type]
    }
    return render(request, "sign_in/sign_ins.html", shown)


def _take_password(request: HttpRequest, password: str) -> None:
    user: Any = request.user
    user.set_password(password)
    user.save(update_fields=["password"])
    end_the_others(request)
    old = request.session.session_key
    update_session_auth_hash(request, user)
    SignIn.objects.filter(session_key=old).update(session_key=request.session.session_key)


def _end(request: HttpRequest, which: str) -> None:
    wanted = SignIn.objects.filter(user=request.user, ended_at=None).exclude(session_key=request.session.session_key)
    if which != "others":
        wanted = wanted.filter(pk=which) if which.isdigit() else wanted.none()
    count = len([end_sign_in(each, at=clock.real_now()) for each in wanted])
    if count:
        messages.success(request, f"{count} sign-in{'s' if count > 1 else ''} ended.")


@login_required
def second_step(request: HttpRequest) -> HttpResponse:
    """Sets up a second step, or another one in the place of the present one."""
    form = steps.SetUpForm(request.POST if request.method == "POST" else None, request=request)
    if form.is_bound and form.is_valid():
        codes = steps.set_up(request, form)
        new_session_key(request)
        return render(request, "sign_in/recovery_codes.html", {"codes": codes, "is_new": True})
    adapter = steps.SecondSteps()
    address = adapter.build_totp_url(request.user, form.secret)
    shown = {
        "form": form,
        "secret": " ".join(form.secret[at : at + 4] for at in range(0, len(form.secret), 4)),
        "picture": mark_safe(adapter.build_totp_svg(address).partition("?>")[2]),
        "is_needed": settings.SECOND_STEP_FOR_ALL and not request.session.get(SECOND_STEP),
        "means": steps.means_of(request.user),  # type: ignore[arg-type]
        "may_be_passkey": keys.is_here(request),
    }
    return render(request, "sign_in/second_step.html", shown)


@login_required
def passkeys(request: HttpRequest) -> HttpResponse:
    """One's passkeys, each with when it was added and last used. Adds one, removes one."""
    user: Any = request.user
    if "remove" in request.POST:
        return _remove_passkey(request, request.POST["remove"])
    form = AddPasskey(request.POST if request.method == "POST" else None, user=user)
    if form.is_bound and form.is_valid():
        try:
            codes = steps.add_passkey(request, form.cleaned_data["name"], form.cleaned_data["credential"])
        except keys.NotRight:
            form.add_error(None, NOT_ADDED)
        else:
            new_session_key(request)
            if codes:
                return render(request, "sign_in/recovery_codes.html", {"codes": codes, "is_new": True})
            messages.success(request, f"The passkey “{form.cleaned_data['name']}” is added.")
            return redirect("passkeys")
    found = list(passkeys_of(user))
    shown = {
        "form": form,
        "found": found,
        "is_needed": settings.SECOND_STEP_FOR_ALL and not request.session.get(SECOND_STEP),
        "challenge": keys.challenge(request, user, keys.ADDING) if len(found) < keys.AT_MOST else "",
        "place": keys.place(),
        "is_here": keys.is_here(request),
        "at_most": keys.AT_MOST,
    }
    return render(request, "sign_in/passkeys.html", shown)


def _remove_passkey(request: HttpRequest, which: str) -> HttpResponse:
    wanted = passkeys_of(request.user).filter(pk=which if which.isdecimal() else 0).first()  # type: ignore[arg-type]
    if wanted is None:
        return redirect("passkeys")
    try:
        steps.remove_passkey(request, wanted)
    except steps.TheOnlyOne as only:
        messages.warning(request, " ".join((only.__doc__ or "").split()))
    else:
        messages.success(request, f"The passkey “{wanted.data['name']}” is removed.")
    return redirect("passkeys")


@login_required
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """How many are left; makes ten new ones, which are shown this once."""
    user: Any = request.user
    means = steps.means_of(user)
    if means.recovery_codes is None:
        raise Http404
    if request.method == "POST":
        return render(request, "sign_in/recovery_codes.html", {"codes": steps.new_recovery_codes(request)})
    return render(request, "sign_in/recovery_codes.html", {"left": means.codes_left})
