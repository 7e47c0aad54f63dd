"""What is known about a case and not for everybody who sees it: noted with what it is about, ended with a reason."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from workflow.acts import act
from workflow.audiences import Matter, matters_read_by, may_read, whose_own_is_read
from workflow.errors import NotPermitted, ReasonRequired, WrongState
from workflow.models import Case, HeldFact, Professional
from workflow.permissions import hats

# Fewer than these many letters say nothing.
SAYS_SOMETHING = 3
# What somebody may choose from; the rest is held by records of its own.
NOTED = (Matter.ADDRESS, Matter.POLICE, Matter.EXCLUDED, Matter.ADOPTION, Matter.THIRD_PARTY)


@act
def hold_fact(case: Case, *, matter: str, words: str, by: Professional, on: date) -> HeldFact:
    """Notes something for the readers of this matter and the doer's own agency. Raises ReasonRequired, ValueError."""
    if matter not in NOTED:
        raise ValueError(f"no such matter: {matter}")
    if len(words.strip()) < SAYS_SOMETHING:
        raise ReasonRequired(about=[case.reference])
    fact = HeldFact(case=case, matter=matter, words=words, given_by=by.agency, noted_by=by, noted_on=on)
    fact.save()
    return fact


@act
def end_held_fact(fact: HeldFact, *, reason: str, by: Professional, on: date) -> HeldFact:
    """It holds no longer; it stays on record for the same readers. Raises NotPermitted, WrongState, ReasonRequired."""
    if not may_read(fact.matter, hats(by, on), fact.given_by_id):
        raise NotPermitted()
    if fact.ended_on is not None:
        raise WrongState()
    if len(reason.strip()) < SAYS_SOMETHING:
        raise ReasonRequired(about=[fact.case.reference])
    fact.ended_on, fact.why_ended = on, reason
    fact.save()
    return fact


def held_facts_for(case: Case, wearing: Sequence[Professional]) -> "QuerySet[HeldFact]":
    """Those of the case that somebody with these hats may read, the ones that hold first."""
    own = Q(given_by__in=whose_own_is_read(wearing))
    found = HeldFact.objects.filter(Q(matter__in=matters_read_by(wearing)) | own, case=case)
    return found.select_related("given_by", "noted_by").order_by("ended_on", "-noted_on", "-pk")
