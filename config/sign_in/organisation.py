"""Signing in with the organisation one works for, by OpenID Connect, as Entra ID speaks it.

What comes back is believed only when all of it holds: it is signed by a key the provider publishes, with an algorithm
that has a key; it is for us, from this provider, in time, and the answer to what this very browser asked just now; it
is of the one tenant we work with; and the provider says that a second factor was used. Then it still has to be
somebody who exists here and holds a post. Whoever comes the first time is known by their address and from then on by
the provider's own number for them, so that an address given to somebody else opens nothing.

Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 7636 (PKCE); RFC 8176 (amr).
"""

import logging
import secrets
from base64 import urlsafe_b64encode
from functools import cache
from hashlib import sha256
from typing import Any

import jwt
import requests
from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from config import clock
from config.sign_in.adapter import BACKEND
from config.sign_in.again import proved
from config.sign_in.lasting import seconds
from workflow.models import SignIn, User
from workflow.signed_in import posts_and_covered

log = logging.getLogger(__name__)

ASKED = "asked_of_organisation"
AN_ANSWER_TAKES = 600  # seconds between going there and coming back
ASKED_JUST_NOW = 120  # seconds since the provider itself asked who it is
SECONDS = (5, 10)  # to reach it, and to hear it out
CLOCKS_DIFFER_BY = 60
# Only algorithms with a key of the provider's: none, and those whose key both know, are not among them.
ALGORITHMS = ["RS256", "PS256", "ES256"]


class NotLetIn(Exception):
    """Your organisation's answer could not be used. Start again; if it happens again, tell your administrator."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def begin(request: HttpRequest) -> HttpResponse:
    """Leads to the provider, with a question that only this browser can bring the answer to."""
    _there_or_404()
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    is_again = "again" in request.GET and request.user.is_authenticated
    request.session[ASKED] = {
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "next": request.GET.get("next", ""),
        "again": is_again,
        "at": seconds(),
    }
    asked = {
        "response_type": "code",
        "client_id": settings.OIDC["client_id"],
        "redirect_uri": _come_back_to(),
        "scope": "openid profile email",
        "state": state,
        "nonce": nonce,
        "code_challenge": urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if is_again:
        asked |= {"prompt": "login", "max_age": "0"}
    try:
        return redirect(f"{_provider()['authorization_endpoint']}?{urlencode(asked)}")
    except NotLetIn as refused:
        return _refuse(request, refused)


def back(request: HttpRequest) -> HttpResponse:
    """They come back with an answer: let in, or told that they are not."""
    _there_or_404()
    asked = request.session.pop(ASKED, None)
    try:
        claims = _believed(request, asked)
        user = _who(claims)
        if asked["again"]:
            _is_still(request, user, claims)
            proved(request)
        else:
            request.signed_in_by = SignIn.How.ORGANISATION  # type: ignore[attr-defined]
            login(request, user, backend=BACKEND)
    except NotLetIn as refused:
        return _refuse(request, refused)
    there = asked["next"]
    is_ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return redirect(there if is_ours else settings.LOGIN_REDIRECT_URL)


def _there_or_404() -> None:
    if not settings.OIDC:
        raise Http404


def _refuse(request: HttpRequest, refused: NotLetIn) -> HttpResponse:
    """The reason goes into the service's own log, without a name; the page says the same for every reason."""
    log.warning("a sign-in by the organisation was refused: %s", refused.why)
    words = " ".join((NotLetIn.__doc__ or "").split())
    return render(request, "sign_in/not_let_in.html", {"words": words}, status=403)


def _come_back_to() -> str:
    return settings.SITE_URL + reverse("organisation-back")


# The provider


@cache
def _published(issuer: str) -> dict[str, Any]:
    answer = requests.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=SECONDS)
    answer.raise_for_status()
    said: dict[str, Any] = answer.json()
    if said["issuer"] != issuer:
        raise ValueError("it is published for another issuer")
    return said


def _provider() -> dict[str, Any]:
    """What the provider publishes of itself, asked once for a process. Raises NotLetIn."""
    try:
        return _published(settings.OIDC["issuer"])
    except (requests.RequestException, ValueError, KeyError) as trouble:
        raise NotLetIn(f"the provider does not say where it is ({type(trouble).__name__})") from trouble


@cache
def _keys(address: str) -> jwt.PyJWKClient:
    return jwt.PyJWKClient(address, lifespan=300, timeout=SECONDS[1])


# What is believed


def _believed(request: HttpRequest, asked: dict[str, Any] | None) -> dict[str, Any]:
    """What the provider says of who came back. Raises NotLetIn for whatever does not hold."""
    if not asked or seconds() - asked["at"] > AN_ANSWER_TAKES:
        raise NotLetIn("nothing was asked, or too long ago")
    if not secrets.compare_digest(asked["state"].encode(), request.GET.get("state", "").encode()):
        raise NotLetIn("the answer is to another question")
    if "code" not in request.GET:
        raise NotLetIn("the provider let nobody in")
    token = _token(request.GET["code"], asked["verifier"])
    claims = _signed(token)
    if not secrets.compare_digest(asked["nonce"].encode(), str(claims["nonce"]).encode()):
        raise NotLetIn("the nonce is another one")
    if claims.get("tid") != settings.OIDC["tenant"]:
        raise NotLetIn("it is another tenant")
    if settings.OIDC["amr"] not in (claims.get("amr") or []):
        raise NotLetIn("no second factor was used")
    return claims


def _token(code: str, verifier: str) -> str:
    said = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _come_back_to(),
        "client_id": settings.OIDC["client_id"],
        "client_secret": settings.OIDC["client_secret"],
        "code_verifier": verifier,
    }
    try:
        answer = requests.post(_provider()["token_endpoint"], data=said, timeout=SECONDS, allow_redirects=False)
        answer.raise_for_status()
        return str(answer.json()["id_token"])
    except (requests.RequestException, ValueError, KeyError) as trouble:
        raise NotLetIn(f"the provider gave no token ({type(trouble).__name__})") from trouble


def _signed(token: str) -> dict[str, Any]:
    """The claims of a token whose signature, issuer, audience and times hold."""
    provider = _provider()
    try:
        if jwt.get_unverified_header(token).get("alg") not in ALGORITHMS:
            raise NotLetIn("it is not signed in a way we take")
        claims: dict[str, Any] = jwt.decode(
            token,
            _keys(provider["jwks_uri"]).get_signing_key_from_jwt(token).key,
            algorithms=ALGORITHMS,
            audience=settings.OIDC["client_id"],
            issuer=settings.OIDC["issuer"],
            leeway=CLOCKS_DIFFER_BY,
            options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
        )
    except jwt.PyJWTError as trouble:
        raise NotLetIn(f"its signature or its claims do not hold ({type(trouble).__name__})") from trouble
    if isinstance(claims["aud"], list) and claims.get("azp") != settings.OIDC["client_id"]:
        raise NotLetIn("it was given to another service")
    return claims


# Who it is here


@transaction.atomic
def _who(claims: dict[str, Any]) -> User:
    """The sign-in of somebody who holds a post here. Raises NotLetIn for everybody else."""
    number = f"{claims['iss']} {claims['sub']}"
    user = User.objects.filter(organisation_id=number).first() or _first_time(claims, number)
    if not user.is_active or not any(one.user_id == user.pk for one in posts_and_covered(user.pk, clock.today())):
        raise NotLetIn("they hold no post here")
    return user


def _first_time(claims: dict[str, Any], number: str) -> User:
    """Known by their address, when exactly one sign-in has it and none of the provider's numbers yet."""
    address = str(claims.get("preferred_username") or claims.get("email") or "")
    found = User.objects.select_for_update().filter(Q(username__iexact=address) | Q(email__iexact=address))
    known = list(found) if address and "\0" not in address else []
    if len(known) != 1 or known[0].organisation_id:
        raise NotLetIn("nobody here has this address, or it is somebody else's by now")
    known[0].organisation_id = number
    known[0].save(update_fields=["organisation_id"])
    return known[0]


def _is_still(request: HttpRequest, user: User, claims: dict[str, Any]) -> None:
    """Asked again: the same person, and the provider asked them just now."""
    if request.user.pk != user.pk:
        raise NotLetIn("it is somebody else than before")
    if not isinstance(claims.get("auth_time"), int) or seconds() - claims["auth_time"] > ASKED_JUST_NOW:
        raise NotLetIn("the provider did not ask them again")
