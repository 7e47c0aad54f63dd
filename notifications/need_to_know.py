"""Who is let in: a case restricted to named people, the glass broken for a reason, a link that ends.

Breaking the glass is always possible and never quiet: the owner and the partnership are told at once, it ends by
itself after the hours of the policy, and somebody else looks at it within its own clock. Who sees what follows from
these records in `workflow.permissions`. Source: local rules on restricted records (Nottingham, Gloucestershire) and
learning from the right professional being locked out.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from notifications.tell import tell
from workflow import deadlines
from workflow.acts import act
from workflow.errors import (
    AlreadyYours,
    HoldsTheCase,
    OwnAccess,
    ReasonRequired,
    SecondPersonNeeded,
    StillHoldsCase,
    WrongState,
)
from workflow.models import BrokenGlass, Case, CaseLink, Deadline, NamedReader, Professional, Restriction
from workflow.people import partnership_officer
from workflow.policy import policy_on
from workflow.records import ready

# Fewer than these many letters give no reason.
SAYS_SOMETHING = 3


@act
def restrict_case(
    case: Case, *, why: str, reason: str, named: Sequence[Professional] = (), by: Professional, on: date
) -> Restriction:
    """From now on only those named see the case, and whoever holds one of its four roles, who are named with them.

    The doer is named too. Raises ReasonRequired, WrongState when it is restricted already.
    """
    _require_words(reason, case)
    if restriction_of(case):
        raise WrongState("It is restricted already.", about=[case.reference])
    restriction = Restriction(case=case, why=why, reason=reason, restricted_by=by, restricted_on=on)
    restriction.save()
    for person in {one.pk: one for one in (*_holders(case), by, *named)}.values():
        NamedReader(restriction=restriction, professional=person, from_on=on).save()
    return restriction


@act
def name_reader(restriction: Restriction, professional: Professional, *, reason: str, on: date) -> NamedReader:
    """One more person sees the restricted case from today. Raises ReasonRequired, WrongState."""
    _require_words(reason, restriction.case)
    if restriction.state != Restriction.State.IN_FORCE or _named(restriction, professional):
        raise WrongState(about=[professional.key])
    reader = NamedReader(restriction=restriction, professional=professional, from_on=on)
    reader.save()
    return reader


@act
def take_reader_off(restriction: Restriction, professional: Professional, *, reason: str, on: date) -> NamedReader:
    """That person sees the restricted case no more, at once. Raises ReasonRequired, WrongState, HoldsTheCase."""
    _require_words(reason, restriction.case)
    reader = _named(restriction, professional)
    if reader is None:
        raise WrongState(about=[professional.key])
    if professional in _holders(restriction.case):
        raise HoldsTheCase(about=[professional.key])
    reader.until_on = on
    reader.save()
    return reader


@act
def lift_restriction(restriction: Restriction, *, reason: str, by: Professional, on: date) -> Restriction:
    """The case is seen by need to know again. Raises ReasonRequired, WrongState, SecondPersonNeeded for who set it."""
    ready(restriction.lift)
    _require_words(reason, restriction.case)
    if by == restriction.restricted_by:
        raise SecondPersonNeeded(about=[restriction.case.reference])
    restriction.lift(by=by, reason=reason, on=on)
    restriction.save()
    return restriction


@act
def break_glass(case: Case, *, why: str, reason: str, by: Professional, on: date, at: datetime) -> BrokenGlass:
    """Opens a case that is not theirs for the hours of the policy, and tells its owner and the partnership at once.

    A review falls due with it. Raises ReasonRequired, AlreadyYours.
    """
    _require_words(reason, case)
    if Case.objects.visible_to(by, on, at=at).filter(pk=case.pk).exists():
        raise AlreadyYours(about=[case.reference])
    hours = timedelta(hours=policy_on(on).settings["break_glass_hours"])
    opened = BrokenGlass(case=case, professional=by, why=why, reason=reason, opened_at=at, ends_at=at + hours)
    opened.save()
    deadlines.start(
        case,
        "break_glass_review",
        str(opened.pk),
        timescale="break_glass_review",
        since=on,
        because="the glass was broken",
        owner=case.team_manager,
        title="Review of a break-glass access",
        on=on,
        about=opened,
    )
    tell(
        case, "BREAK_GLASS", str(opened.pk), [case.lead_practitioner, case.team_manager, partnership_officer(on)], on=on
    )
    return opened


@act
def review_broken_glass(
    opened: BrokenGlass, *, is_justified: bool, words: str, by: Professional, on: date, at: datetime
) -> BrokenGlass:
    """Somebody else says whether it was justified. Raises WrongState, OwnAccess, ReasonRequired."""
    ready(opened.find_justified)
    if by == opened.professional:
        raise OwnAccess(about=[by.key])
    _require_words(words, opened.case)
    (opened.find_justified if is_justified else opened.find_not_justified)(by=by, words=words, at=at)
    opened.save()
    deadlines.meet(deadlines.pending(opened.case, "break_glass_review", str(opened.pk)), on=on)
    if not is_justified:
        told = [opened.case.team_manager, partnership_officer(on)]
        tell(opened.case, "BREAK_GLASS_NOT_JUSTIFIED", str(opened.pk), told, on=on)
    return opened


@act
def end_link(link: CaseLink, *, reason: str, on: date) -> CaseLink:
    """Somebody who worked in the case needs to know about it no more, from today.

    Raises ReasonRequired, WrongState, StillHoldsCase for whoever holds a role of the case or owes something in it.
    """
    _require_words(reason, link.case)
    if link.until_on is not None:
        raise WrongState("The link has ended already.", about=[link.professional.key])
    owes = Deadline.objects.pending().filter(case=link.case, owner_professional=link.professional)
    if link.professional in _holders(link.case) or owes.exists():
        raise StillHoldsCase(about=[link.professional.key])
    link.until_on = on
    link.save()
    return link


def role_handed_over(case: Case, before: Professional, to: Professional, *, on: date) -> None:
    """Inside the act: the new holder is let in, and the old one's need to know ends when nothing else keeps it."""
    restriction = restriction_of(case)
    if restriction and not _named(restriction, to):
        NamedReader(restriction=restriction, professional=to, from_on=on).save()
    ended = CaseLink.objects.filter(case=case, professional=before, until_on=None).first()
    if ended and before not in _holders(case):
        ended.until_on = on
        ended.save()


def restriction_of(case: Case) -> Restriction | None:
    """The restriction in force, if the case is restricted."""
    return case.restrictions.filter(state=Restriction.State.IN_FORCE).first()


def _named(restriction: Restriction, professional: Professional) -> NamedReader | None:
    return restriction.readers.filter(professional=professional, until_on=None).first()


def _holders(case: Case) -> list[Professional]:
    return [getattr(case, role) for role in Case.ROLES]


def _require_words(reason: str, case: Case) -> None:
    if len(reason.strip()) < SAYS_SOMETHING:
        raise ReasonRequired(about=[case.reference])
