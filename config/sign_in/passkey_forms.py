"""What a page takes from a passkey, as fields of ordinary forms, and the words of its refusals."""

from typing import Any

from allauth.mfa.base.internal.flows import post_authentication
from django import forms
from django.http import HttpRequest

from config.sign_in import passkeys
from config.sign_in.adapter import TOO_MANY
from config.sign_in.throttle import TooManyWrong, try_once, was_right
from workflow.models import SignIn, User
from workflow.second_steps import passkeys_of

LONGEST = 20_000  # characters of an answer
NOTHING_CAME = (
    "Nothing came from your passkey. A passkey works only in a browser that runs this page’s script. "
    "Try again, or take another way."
)
NOT_RIGHT = "This passkey was not accepted. Try again, or take another way: this page may have been open for too long."
NOT_ADDED = "This passkey was not added. Try again: this page may have been open for too long."
COPIED = (
    "This passkey was refused and is out of use from now on: it may have been copied. Take another way, "
    "and then add a new one. Tell whoever decides about your post."
)


class PasskeyForm(forms.Form):
    """What the passkey of somebody answered whose password was right. The page's script fills it in."""

    what_for = passkeys.SIGNING_IN
    credential = forms.CharField(
        max_length=LONGEST, widget=forms.HiddenInput, error_messages={"required": NOTHING_CAME, "max_length": NOT_RIGHT}
    )

    def __init__(self, *args: Any, user: User, request: HttpRequest | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.request = request or current_request()

    def clean_credential(self) -> str:
        try:
            tried = try_once(self.request, self.user.username, "passkey")
        except TooManyWrong as held:
            raise forms.ValidationError(TOO_MANY) from held
        try:
            self.authenticator = passkeys.answered(
                self.request, self.user, self.what_for, self.cleaned_data["credential"]
            )
        except passkeys.MayBeCopied as copied:
            raise forms.ValidationError(COPIED) from copied
        except passkeys.NotRight as wrong:
            raise forms.ValidationError(NOT_RIGHT) from wrong
        was_right(tried)
        return ""

    def save(self) -> None:
        self.request.signed_in_by = SignIn.How.PASSKEY  # type: ignore[attr-defined]
        post_authentication(self.request, self.authenticator)


def current_request() -> HttpRequest:
    from allauth.core import context

    return context.request  # type: ignore[no-any-return]


class AddPasskey(forms.Form):
    """One more passkey; its name is for its owner, who may have several."""

    name = forms.CharField(
        label="What do you call it?",
        help_text="For example “work laptop” or “blue key”. Only you see it.",
        max_length=60,
    )
    credential = forms.CharField(
        max_length=LONGEST,
        widget=forms.HiddenInput,
        error_messages={"required": "No passkey was made. The page’s script asks for one when you press the button."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        if "name" in self.errors:
            self.errors.pop("credential", None)  # asked for once there is a name
        if passkeys_of(self.user).count() >= passkeys.AT_MOST:
            raise forms.ValidationError(f"You have {passkeys.AT_MOST} passkeys. Remove one first.")
        return super().clean() or {}
