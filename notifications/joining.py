"""Joining: a post is given, a link goes to the person it is for, and they set up their own sign-in by it, once.

Nobody signs up, and nobody but the person sees the link: it goes by mail and is shown to nobody. Whoever decides about
a post never decides about their own, in person or under a second name at the same address.
"""

from datetime import date, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.text import slugify

from notifications.live import look_again
from notifications.outside import write_outside
from workflow.acting import day_of
from workflow.acts import PARTNERSHIP, act, under_way
from workflow.errors import (
    AlreadyExists,
    AlreadyThere,
    LinkNotValid,
    OwnPost,
    PostNotYours,
    ReasonRequired,
    StillHoldsCase,
    WrongState,
)
from workflow.models import SOCIAL_CARE, Agency, Case, JoiningLink, Professional, Role, User
from workflow.permissions import may_give, require_decides
from workflow.second_steps import forget_second_step
from workflow.sign_ins import end_every_sign_in, let_in_again

A_LINK_LASTS = timedelta(days=3)


@act
def invite_colleague(
    scope: object, where: Agency, *, name: str, email: str, role: str, by: Professional, on: date, at: datetime
) -> Professional:
    """A post from today, and a link for whoever holds it to set up their sign-in.

    Raises OwnPost for one's own address, PostNotYours, AlreadyExists for an address that holds a post.
    """
    email = email.strip()
    if by.email and by.email.casefold() == email.casefold():
        raise OwnPost(about=[by.key])
    if not may_give(by, role, where, on):
        raise PostNotYours(about=[where.key])
    if Professional.objects.in_post(on).filter(email__iexact=email).exists():  # type: ignore[attr-defined]
        raise AlreadyExists(about=["email"])
    invited = Professional(key=_free_key(name), name=name.strip(), email=email, role=role, agency=where, joined_on=on)
    invited.save()
    _send_link(invited, at=at)
    return invited


@act
def send_joining_link(
    scope: object,
    professional: Professional,
    *,
    reason: str,
    forgets_second_step: bool = False,
    by: Professional,
    on: date,
    at: datetime,
) -> Professional:
    """A new link, where the first was lost or a password was forgotten; with a new second step when that is lost too.

    Raises OwnPost, PostNotYours, ReasonRequired, WrongState for somebody out of post or without an address.
    """
    require_decides(by, professional, on)
    _require(reason, professional)
    if not professional.is_in_post(on) or not professional.email:
        raise WrongState("They are in no post, or no e-mail address is known.", about=[professional.key])
    if professional.user is not None and not professional.user.is_active:
        raise WrongState("Their sign-in is stopped. Allow it again first.", about=[professional.key])
    _send_link(professional, at=at, forgets_second_step=forgets_second_step)
    return professional


@act
def change_post(
    scope: object, professional: Professional, *, role: str, reason: str, by: Professional, on: date
) -> Professional:
    """Another role in the same agency, from now on; what they did before stays as they did it.

    Raises OwnPost, PostNotYours for either role, ReasonRequired, WrongState, StillHoldsCase.
    """
    professional = professional.fresh()
    require_decides(by, professional, on)
    if not may_give(by, role, professional.agency, on):
        raise PostNotYours(about=[professional.key])
    _require(reason, professional)
    if role == professional.role or not professional.is_in_post(on):
        raise WrongState(about=[professional.key])
    require_holds_no_case(professional)
    professional.role = role
    professional.save()
    look_again([professional.pk])
    return professional


@act
def allow_sign_in(
    scope: object, professional: Professional, *, reason: str, by: Professional, on: date
) -> Professional:
    """They may sign in again. Raises OwnPost, PostNotYours, ReasonRequired, WrongState."""
    require_decides(by, professional, on)
    _require(reason, professional)
    user = professional.user
    if user is None or user.is_active or not professional.is_in_post(on):
        raise WrongState(about=[professional.key])
    let_in_again(user)
    return professional


@act
def add_agency(scope: object, *, name: str, quorum_group: str = "") -> Agency:
    """One more agency of the partnership. Raises AlreadyExists."""
    key = slugify(name).replace("-", "_")[:60]
    if not key or Agency.objects.filter(key=key).exists():
        raise AlreadyExists(about=["agency"])
    agency = Agency(key=key, name=name.strip(), quorum_group=quorum_group or key)
    agency.save()
    return agency


def begin_with(name: str, email: str, *, at: datetime) -> str:
    """The first administrator of all, and the address by which they set up their sign-in; kept nowhere.

    Social care is there from then on, the one agency that has to exist. Raises AlreadyThere.
    """
    with under_way("begin_with", PARTNERSHIP, by=None, at=at, asked={"name": name}) as this:
        if Professional.objects.in_post(this.on).filter(role=Role.SYSTEM_ADMIN).exists():  # type: ignore[attr-defined]
            raise AlreadyThere()
        home = Agency.objects.filter(key=SOCIAL_CARE).first()
        if home is None:
            home = Agency(key=SOCIAL_CARE, name="Children’s social care", quorum_group=SOCIAL_CARE)
            home.save()
        first = Professional(
            key=_free_key(name), name=name, email=email, role=Role.SYSTEM_ADMIN, agency=home, joined_on=this.on
        )
        first.save()
        return _make_link(first, at=at)[1]


# The link


def link_behind(token: str, *, at: datetime) -> JoiningLink:
    """The link of a token while it is good. Raises LinkNotValid, in the same words whatever is wrong with it."""
    found = JoiningLink.objects.select_related("professional__agency", "professional__user")
    link = found.filter(digest=_digest(token)).first()
    if link is None or not link.is_open_at(at) or not link.professional.is_in_post(day_of(at)):
        raise LinkNotValid()
    return link


def join(token: str, *, password: str | None, at: datetime) -> User:
    """Sets up the sign-in of whoever the link was made for, and uses the link up.

    Without a password they sign in with their organisation. Raises LinkNotValid.
    """
    found = link_behind(token, at=at)
    with under_way("join", PARTNERSHIP, by=None, at=at, asked={"professional": found.professional}):
        link = JoiningLink.objects.select_for_update().get(pk=found.pk)
        if not link.is_open_at(at):
            raise LinkNotValid()
        link.use(at=at)
        link.save()
        professional = link.professional
        user = _their_sign_in(professional)
        if password is None:
            user.set_unusable_password()
        else:
            user.set_password(password)
        user.email, user.first_name, user.is_active = professional.email, professional.name[:150], True
        user.save()
        if link.forgets_second_step:
            forget_second_step(user)
        end_every_sign_in(user, at=at)
        if professional.user_id != user.pk:
            professional.user = user
            professional.save()
    return user


def _their_sign_in(professional: Professional) -> User:
    """Theirs already, the one of an earlier post of theirs, or a new one by the name of their address."""
    if professional.user is not None:
        return professional.user
    name = professional.email.casefold()
    return User.objects.filter(username=name).first() or User(username=name)


def stop_links(professional: Professional) -> None:
    """No link to set up a sign-in is good any more; called inside an act."""
    for link in JoiningLink.objects.filter(professional=professional, state=JoiningLink.State.OPEN):
        link.stop()
        link.save()


def _send_link(professional: Professional, *, at: datetime, forgets_second_step: bool = False) -> None:
    link, address = _make_link(professional, at=at, forgets_second_step=forgets_second_step)
    write_outside(
        None,
        name=professional.name,
        address=professional.email,
        subject="Your sign-in for Throughline",
        body=render_to_string("notifications/mails/joining.txt", {"link": address, "days": A_LINK_LASTS.days}),
        about=link,
        at=at,
    )


def _make_link(
    professional: Professional, *, at: datetime, forgets_second_step: bool = False
) -> tuple[JoiningLink, str]:
    stop_links(professional)
    token = token_urlsafe(32)
    link = JoiningLink(
        professional=professional,
        digest=_digest(token),
        expires_at=at + A_LINK_LASTS,
        forgets_second_step=forgets_second_step,
    )
    link.save()
    return link, f"{settings.SITE_URL}/join/{token}/"


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _free_key(name: str) -> str:
    """A key nobody has: of the name, with a number where it is taken."""
    stem = slugify(name).replace("-", "_")[:50] or "person"
    taken = set(Professional.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(
        key for number in range(len(taken) + 1) if (key := stem if not number else f"{stem}_{number + 1}") not in taken
    )


def require_holds_no_case(professional: Professional) -> None:
    kept = Case.objects.filter(destroyed_on=None)
    held = [case.reference for role in Case.ROLES for case in kept.filter(**{role: professional})]
    if held:
        raise StillHoldsCase(about=held)


def _require(reason: str, professional: Professional) -> None:
    if not reason.strip():
        raise ReasonRequired(about=[professional.key])
