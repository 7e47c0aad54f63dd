"""Wrong passwords and codes: slowed down where they come from, never by locking the account.

Whoever types wrong passwords on a chair's name an hour before the conference must not keep the chair out. So what comes
from a machine the account was signed in on before is counted by itself, and everybody else's mistakes do not touch it.
A strange machine is counted with all other strange ones: by its address, by the account at that address, and by the
account wherever it comes from. One table holds the counts, so that several sites agree on them.
"""

import ipaddress
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config import clock
from workflow.models import SignIn, User, WrongAnswer

COOKIE = "__Host-machine" if settings.PRODUCTION else "machine"
A_YEAR = timedelta(days=365)
A_WHILE, AN_HOUR = timedelta(minutes=15), timedelta(hours=1)
# So many wrong answers, and then a pause, until the first of them is long enough ago.
ON_A_KNOWN_MACHINE = 10
ON_ONE_ACCOUNT_FROM_ONE_ADDRESS = 5
FROM_ONE_ADDRESS = 50  # a whole council may stand behind one address
ON_ONE_ACCOUNT_FROM_ANYWHERE = 100
KEPT_FOR = timedelta(days=1)


class TooManyWrong(Exception):
    """Too many wrong answers from here. Wait a quarter of an hour, or sign in where you usually do."""


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def machine_of(request: HttpRequest) -> str:
    """The digest of what this browser keeps; empty for one that was never signed in on."""
    kept = request.COOKIES.get(COOKIE, "")
    return digest(kept) if kept else ""


def remember_machine(request: HttpRequest) -> str:
    """Called at a sign-in: this browser is known from now on. The cookie goes out with the answer."""
    kept = request.COOKIES.get(COOKIE) or secrets.token_urlsafe(32)
    request.machine_to_keep = kept  # type: ignore[attr-defined]
    return digest(kept)


def hand_out(request: HttpRequest, response: HttpResponse) -> None:
    kept = getattr(request, "machine_to_keep", "")
    if kept:
        response.set_cookie(
            COOKIE,
            kept,
            max_age=int(A_YEAR.total_seconds()),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def network_of(request: HttpRequest) -> str:
    """The address asked from; of IPv6 its whole network, since one office has more addresses than can be counted."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def is_known(machine: str, user: User | None, at: datetime) -> bool:
    """Whether this account was signed in on this machine in the last year."""
    if not machine or user is None:
        return False
    return SignIn.objects.filter(user=user, machine=machine, begun_at__gt=at - A_YEAR).exists()


def try_once(request: HttpRequest, name: str, what: str = "password") -> WrongAnswer:
    """Takes one try of a password or code for an account, by its sign-in name. Wrong until `was_right` says otherwise.

    It is written down before it is looked at: fifty at once are fifty. Raises TooManyWrong.
    """
    at, machine = clock.real_now(), machine_of(request)
    WrongAnswer.objects.filter(at__lt=at - KEPT_FOR).delete()
    user = User.objects.filter(username=name.replace("\0", "")).first()
    mine = WrongAnswer.objects.create(
        account=digest(f"{what} {name.casefold()}"),
        address=network_of(request),
        machine=machine if is_known(machine, user, at) else "",
        at=at,
    )
    if _is_too_much(mine):
        mine.delete()  # a try that is not looked at does not make the pause longer
        raise TooManyWrong
    return mine


def was_right(tried: WrongAnswer) -> None:
    tried.delete()


def _is_too_much(mine: WrongAnswer) -> bool:
    lately, in_an_hour = mine.at - A_WHILE, mine.at - AN_HOUR
    if mine.machine:
        own = WrongAnswer.objects.filter(account=mine.account, machine=mine.machine, at__gt=lately)
        return own.count() > ON_A_KNOWN_MACHINE
    strange = WrongAnswer.objects.filter(machine="")
    from_here = strange.filter(address=mine.address, at__gt=lately)
    return (
        from_here.filter(account=mine.account).count() > ON_ONE_ACCOUNT_FROM_ONE_ADDRESS
        or from_here.count() > FROM_ONE_ADDRESS
        or strange.filter(account=mine.account, at__gt=in_an_hour).count() > ON_ONE_ACCOUNT_FROM_ANYWHERE
    )
