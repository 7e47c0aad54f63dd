"""The page behind a link to join: a password, once. Nothing is used up by looking at it, as a mail scanner does."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import password_validation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from meetings.views.guests import for_guests
from notifications.joining import join, link_behind
from workflow.models import JoiningLink, User
from workflow.signed_in import asked_at


class FirstPassword(forms.Form):
    password = forms.CharField(
        label="A password of your own",
        help_text="At least 12 characters. Three or four words that do not belong together are easy to remember.",
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, link: JoiningLink, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.link = link

    def clean_password(self) -> str:
        typed: str = self.cleaned_data["password"]
        holder = self.link.professional
        told = User(username=holder.email, email=holder.email, first_name=holder.name[:150])
        password_validation.validate_password(typed, told)
        return typed


@for_guests
@sensitive_post_parameters("password")
def joining(request: HttpRequest, token: str) -> HttpResponse:
    """Sets up the sign-in of whoever the link was made for."""
    at = asked_at(request)
    link = link_behind(token, at=at)
    by_organisation = bool(settings.OIDC) and "by-organisation" in request.POST
    form = FirstPassword(request.POST if request.method == "POST" and not by_organisation else None, link=link)
    if by_organisation or (form.is_bound and form.is_valid()):
        user = join(token, password=None if by_organisation else form.cleaned_data["password"], at=at)
        messages.success(request, f"Your sign-in is set up. You sign in as {user.username}.")
        return redirect("sign-in")
    shown = {"form": form, "holder": link.professional, "organisation": settings.OIDC.get("name", "")}
    return render(request, "sign_in/joining.html", shown)
