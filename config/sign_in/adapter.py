"""What django-allauth asks us: the words of a refusal, who is slowed down, how the secret of a second step is kept."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from config.sign_in.throttle import TooManyWrong, try_once, was_right
from workflow.models import User

BACKEND = "config.signing_in.WithPosts"
TOO_MANY = " ".join((TooManyWrong.__doc__ or "").split())


class Accounts(DefaultAccountAdapter):
    """Nobody signs up; a wrong name and a wrong password are the same; nothing is said that is not on the page."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "This username and password do not belong together.",
        "too_many_login_attempts": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """What happened is on the page it leads to."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            self.tried = try_once(request, credentials["username"])
        except TooManyWrong as held:
            raise self.validation_error("too_many_login_attempts") from held

    def _rollback_login_failed_rl_usage(self) -> None:
        was_right(self.tried)

    def login(self, request: HttpRequest, user: User) -> None:
        login(request, user, backend=BACKEND)


class SecondSteps(DefaultMFAAdapter):
    """Secrets are in the database under a key that is not in it."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right. A code is used once; wait for the next one and type that.",
    }

    def encrypt(self, text: str) -> str:
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _keys().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return "Throughline"

    def get_totp_label(self, user: User) -> str:
        return user.username


def _keys() -> MultiFernet:
    """The present secret key first, then those it came after."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(urlsafe_b64encode(sha256(f"second step:{secret}".encode()).digest())) for secret in secrets]
    )
