"""Keys by which other systems ask: made by a system administrator, shown once, scoped, and refused once revoked."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from notifications.models import ApiKey, ApiKeyUse
from workflow.acts import act
from workflow.errors import DateInPast, ReasonRequired, WrongRole
from workflow.models import Professional
from workflow.records import ready
from workflow.scope import ask_for
from workflow.signed_in import asked_at, asked_on

SCOPES = {"deadlines:read": "Read what is overdue in the cases its holder may see"}
A_MINUTE = timedelta(minutes=1)
BEGINS = "tl_"


@dataclass(frozen=True)
class NewKey:
    """A key as it is shown once."""

    key: ApiKey
    words: str


@act
def make_api_key(
    holder: Professional, *, name: str, scopes: Sequence[str], ends_on: date | None = None, by: Professional, on: date
) -> NewKey:
    """A key that sees what its holder may see, for these purposes. Raises WrongRole, DateInPast, ValueError.

    The words in the answer are shown once; only their hash is kept.
    """
    unknown = sorted(set(scopes) - SCOPES.keys())
    if unknown or not scopes:
        raise ValueError(f"no such purpose: {', '.join(unknown) or 'none named'}")
    if not holder.is_in_post(on):
        raise WrongRole(about=[holder.key])
    if ends_on and ends_on < on:
        raise DateInPast(about=[ends_on.isoformat()])
    words = BEGINS + secrets.token_urlsafe(32)
    key = ApiKey(
        name=name,
        holder=holder,
        prefix=words[: len(BEGINS) + 8],
        hashed=_hash(words),
        scopes=sorted(set(scopes)),
        ends_on=ends_on,
    )
    key.save()
    return NewKey(key, words)


@act
def revoke_api_key(key: ApiKey, *, reason: str, by: Professional) -> ApiKey:
    """Refused from now on. Raises ReasonRequired, WrongState."""
    key = key.fresh()
    if not reason.strip():
        raise ReasonRequired()
    ready(key.revoke)
    key.revoke(reason=reason)
    key.save()
    return key


def revoke_keys_of(holder: Professional, *, reason: str) -> None:
    """Whatever asks in their name is refused from now on; called inside an act."""
    for key in ApiKey.objects.filter(holder=holder, state=ApiKey.State.ACTIVE):
        key.revoke(reason=reason)
        key.save()


def _hash(words: str) -> str:
    """A key is long and random, so that a plain hash of it cannot be guessed backwards."""
    return sha256(words.encode()).hexdigest()


def key_behind(words: str, on: date) -> ApiKey | None:
    """The key somebody brings, if it opens anything on that day."""
    key = ApiKey.objects.select_related("holder__agency", "holder__user").filter(hashed=_hash(words)).first()
    return key if key is not None and key.is_valid(on) else None


def was_used(key: ApiKey, at: datetime) -> None:
    """Notes it, at most once a minute."""
    use, is_new = ApiKeyUse.objects.get_or_create(key=key, defaults={"last_used_at": at})
    if not is_new and use.last_used_at < at - A_MINUTE:
        ApiKeyUse.objects.filter(pk=use.pk).update(last_used_at=at)


Answering = Callable[..., HttpResponse]


def with_api_key(scope: str) -> Callable[[Answering], Answering]:
    """Protects a view: only with a key that has this scope. The view is given its holder, whose rights it uses."""
    if scope not in SCOPES:
        raise ValueError(f"no such purpose: {scope}")

    def protected(view: Answering) -> Answering:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            kind, _, words = request.headers.get("Authorization", "").partition(" ")
            key = key_behind(words.strip(), asked_on(request)) if kind.lower() == "bearer" else None
            if key is None:
                return refused(401, "A valid key is needed: Authorization: Bearer …")
            if scope not in key.scopes:
                return refused(403, f"This key is not for {scope}.")
            was_used(key, asked_at(request))
            ask_for(key.holder, asked_on(request))
            response = view(request, *args, holder=key.holder, **kwargs)
            response["Cache-Control"] = "no-store"
            return response

        return answer

    return protected


def refused(status: int, why: str) -> JsonResponse:
    response = JsonResponse({"error": why}, status=status)
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response
