"""What becomes of somebody's second step when others decide about them. It is set up and used in `config.sign_in`."""

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from workflow.models import User

# Of a passkey: why it opens nothing any more. It stays in the list, and its owner is still asked for a second step.
OUT_OF_USE = "out_of_use"
MAY_BE_COPIED = "It may have been copied"
STOPPED = "The sign-in was stopped"


def passkeys_of(user: User) -> QuerySet[Authenticator]:
    """All of them, in the order they were added; also those out of use."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return found.order_by("pk")


def usable_passkeys_of(user: User) -> QuerySet[Authenticator]:
    return passkeys_of(user).exclude(data__has_key=OUT_OF_USE)


def put_out_of_use(passkey: Authenticator, *, why: str) -> None:
    passkey.data[OUT_OF_USE] = why
    passkey.save(update_fields=["data"])


def put_passkeys_out_of_use(user: User, *, why: str) -> None:
    """Whoever has the laptop has the passkey on it; codes are on a telephone, and stay."""
    for each in usable_passkeys_of(user).select_for_update():
        put_out_of_use(each, why=why)


def forget_second_step(user: User | None) -> None:
    """Codes, recovery codes and passkeys. `user` is None for a post nobody can sign in to."""
    if user is not None:
        Authenticator.objects.filter(user=user).delete()
