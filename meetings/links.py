"""Signed links: one purpose, one recipient, a short life, revocable, every use written down. No account is needed.

A link is 256 random bits. Only their hash is kept, so that nobody who reads the database can follow one. What a link is
about is asked each time whether its recipient may still have it: whoever was kept out since is refused at once.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Protocol, runtime_checkable

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import QuerySet

from meetings.models import SignedLink
from workflow.acts import act, under_way
from workflow.errors import LinkNotValid, ReasonRequired
from workflow.models import Case, Professional
from workflow.records import ready
from workflow.scope import ONLY, Scope, by_the_service, narrow_to

BYTES = 32


@runtime_checkable
class OpenByLink(Protocol):
    """What a link may be about: a record that says itself whether its recipient may still have it."""

    pk: int

    def is_open_to_its_recipient(self) -> bool: ...


def make_link(
    case: Case,
    purpose: str,
    about: models.Model,
    *,
    made_for: str,
    expires_at: datetime,
    at: datetime,
    addressee: Professional | None = None,
) -> str:
    """The address of a new link, to be put into a mail and kept nowhere else; called inside an act.

    Raises TypeError for a record that could not take the link back (see OpenByLink), ValueError for one over already.
    """
    if not isinstance(about, OpenByLink):
        raise TypeError(f"{type(about).__name__} does not say whether it is open to its recipient")
    if expires_at <= at:
        raise ValueError("the link would be over before it began")
    token = token_urlsafe(BYTES)
    link = SignedLink(
        case=case,
        purpose=purpose,
        digest=_digest(token),
        about_type=ContentType.objects.get_for_model(about),
        about_id=about.pk,
        made_for=made_for,
        addressee=addressee,
        expires_at=expires_at,
    )
    link.save()
    return f"{settings.SITE_URL}/l/{token}/"


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def purpose_of(token: str) -> str:
    """What a link is for, used or not; empty when there is no such link. Nothing is written down."""
    with by_the_service():
        return SignedLink.objects.filter(digest=_digest(token)).values_list("purpose", flat=True).first() or ""


def follow_link(token: str, purpose: str, *, at: datetime) -> tuple[SignedLink, models.Model]:
    """The link behind a token and what it is about; the use is counted and in the case's journal. Not inside an act.

    Raises LinkNotValid, always in the same words: unknown, over, revoked, for another purpose, or its recipient may
    not have it any more. An attempt with a link that was once good is in the journal too.
    """
    with by_the_service():
        found = SignedLink.objects.filter(digest=_digest(token), purpose=purpose).select_related("case").first()
    if found is None:
        raise LinkNotValid()
    with under_way("use_link", found, by=None, at=at, asked={"link": found, "made_for": found.made_for}):
        link = SignedLink.objects.select_related("case", "addressee__user").get(
            pk=found.pk
        )  # as it is once the case is ours
        about = _about(link)
        if not link.is_open_at(at) or about is None or not about.is_open_to_its_recipient():
            raise LinkNotValid()
        link.use(at=at)
        link.save()
    narrow_to(Scope(ONLY, (link.case_id,)))
    return link, about


def _about(link: SignedLink) -> models.Model | None:
    """What the link is about, read afresh."""
    return link.about_type.get_object_for_this_type(pk=link.about_id)


@act
def revoke_link(link: SignedLink, *, reason: str) -> SignedLink:
    """Takes a link back, and with it every other that leads to the same thing for the same purpose.

    Raises ReasonRequired, WrongState.
    """
    ready(link.revoke)
    if not reason.strip():
        raise ReasonRequired(about=[str(link.pk)])
    for each in links_to([_about(link)]).filter(purpose=link.purpose, state=SignedLink.State.OPEN):
        each.revoke()
        each.save()
    return link.fresh()


def end_links(records: Iterable[models.Model]) -> None:
    """Takes back every link that leads to these records of one kind; called inside an act."""
    for each in links_to(records).filter(state=SignedLink.State.OPEN):
        each.revoke()
        each.save()


def links_to(records: Iterable[models.Model]) -> "QuerySet[SignedLink]":
    """Every link that leads to these records of one kind, the first first."""
    records = list(records)
    if not records:
        return SignedLink.objects.none()
    kind = ContentType.objects.get_for_model(records[0])
    found = SignedLink.objects.filter(about_type=kind, about_id__in=[each.pk for each in records])
    return found.select_related("addressee__user")
