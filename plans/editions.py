"""Editions of a plan: signed by one person, countersigned by another, locked by a seal, and the way back to one.

An edition begins when the plan is agreed, and lasts until it is agreed again. Nothing is ever undone: the way back is a
new edition with the words of the earlier one. Source: feature 42 (sign, countersign, lock, roll back).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from plans.as_it_stood import PlanHistory, Stood
from plans.lifecycle import open_plan
from plans.models import Outcome, OutcomeChild, Plan, Risk, SignedEdition
from workflow import history
from workflow.acting import day_of
from workflow.acts import act
from workflow.as_of import Held, Lines, as_they_were
from workflow.chain import canonical, digest_of
from workflow.errors import NotAsPreviewed, ReasonRequired, SecondPersonNeeded, Unknown, WrongState
from workflow.finding import Finding
from workflow.models import Case, Professional

A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Edition:
    """One edition: the line of history with which it was agreed, that with which it was over, and its signatures."""

    number: int
    agreed: Any
    over: Any = None
    signatures: Sequence[SignedEdition] = field(default_factory=list)

    @property
    def known_by(self) -> datetime | None:
        """The last moment at which it held; None while it does. The plan is the first thing an agreement changes."""
        return self.over.recorded_at - A_MOMENT if self.over else None

    @property
    def holds(self) -> bool:
        return self.over is None

    @property
    def until(self) -> date | None:
        """The day in London on which it was over; None while it holds."""
        return day_of(self.over.history_date) if self.over else None

    @property
    def standing(self) -> SignedEdition | None:
        """The signature under it that was not sent back."""
        return next((each for each in self.signatures if each.state in SignedEdition.STANDING), None)

    @property
    def sent_back(self) -> SignedEdition | None:
        """The last signature, if it was sent back."""
        last = self.signatures[-1] if self.signatures else None
        return last if last is not None and last.state == SignedEdition.State.SENT_BACK else None

    @property
    def taken_up_from(self) -> int | None:
        """The number of the earlier edition whose words it took up again."""
        entry = self.agreed.history_entry
        return int(entry.details["edition"]) if entry and entry.act == take_up_edition.__name__ else None


def editions_of(plan: Plan, plans: Lines) -> list[Edition]:
    """Every edition that was agreed, oldest first; none while there is but an outline. One statement.

    `plans`: the lines of history it is among.
    """
    begun: list[Any] = []
    for line in next(rows for rows in plans if rows[0].id == plan.pk):
        is_agreed = line.state == Plan.State.ACTIVE
        if begun and (line.edition, line.state) != (begun[-1].edition, begun[-1].state) or not begun and is_agreed:
            begun.append(line)
    signed: dict[int, list[SignedEdition]] = {}
    for each in _when_written(plan.signatures.select_related("signed_by__agency", "decided_by__agency")):
        signed.setdefault(each.edition, []).append(each)
    return [
        Edition(line.edition, line, over, signed.get(line.edition, []))
        for line, over in pairwise([*begun, None])
        if line.state == Plan.State.ACTIVE
    ]


def _when_written(signatures: QuerySet[SignedEdition]) -> QuerySet[Any]:
    """Each signature with the moment at which it was written down."""
    first = SignedEdition.history.filter(id=OuterRef("pk")).order_by("version")
    return signatures.annotate(written_at=Subquery(first.values("recorded_at")[:1]))


def as_signed(kept: PlanHistory, signed: Any) -> Stood:
    """The plan as it stood when somebody signed it: all that was written down by then, and nothing later."""
    return kept.stood(history.MAX, signed.written_at)


def seal_of(stood: Stood) -> str:
    """SHA-256 over the lines of history that gave a plan its words, in the order of the plan."""
    told = [
        [item.section, item.key, point.label, digest_of(point.line) if point.line else point.words]
        for item in stood.items
        for point in item.points
    ]
    return sha256(canonical(told)).hexdigest()


# Signing


@act
def sign_edition(plan: Plan, *, by: Professional, on: date) -> SignedEdition:
    """Signs the edition that holds, as it stands now. Raises WrongState: an outline, signed already, ended."""
    _require_agreed(plan)
    if plan.signatures.filter(edition=plan.edition, state__in=SignedEdition.STANDING).exists():
        raise WrongState("This edition is signed already.", about=[plan.child.key])
    seal = seal_of(PlanHistory(plan.child).stood(history.MAX))
    signed = SignedEdition(plan=plan, edition=plan.edition, seal=seal, signed_by=by, signed_on=on)
    signed.save()
    return signed


@act
def countersign_edition(plan: Plan, *, seal: str, by: Professional, on: date) -> SignedEdition:
    """A second person signs what the first one signed, by its seal; from then on the edition is locked.

    Raises WrongState, NotAsPreviewed when it was signed anew since, SecondPersonNeeded for whoever signed it.
    """
    signed = _waiting(plan, seal, by)
    signed.countersign(by=by, on=on)
    signed.save()
    return signed


@act
def send_back_edition(plan: Plan, *, seal: str, reason: str, by: Professional, on: date) -> SignedEdition:
    """A second person does not sign, and says why: the edition can be signed anew. Raises as above, ReasonRequired."""
    signed = _waiting(plan, seal, by)
    if not reason.strip():
        raise ReasonRequired(about=[plan.child.key])
    signed.send_back(by=by, on=on, why_not=reason.strip())
    signed.save()
    return signed


def _waiting(plan: Plan, seal: str, by: Professional) -> SignedEdition:
    _require_agreed(plan)
    signed = plan.signatures.filter(edition=plan.edition, state=SignedEdition.State.SIGNED).first()
    if signed is None:
        raise WrongState("No signature waits for a second person.", about=[plan.child.key])
    if signed.seal != seal:
        raise NotAsPreviewed(about=[plan.child.key])
    if by.is_same_person_as(signed.signed_by):
        raise SecondPersonNeeded(about=[by.key])
    return signed


def _require_agreed(plan: Plan) -> None:
    if plan.state != Plan.State.ACTIVE:
        raise WrongState("Only a plan that is agreed in detail is signed.", about=[plan.child.key])


# The way back


@dataclass(frozen=True)
class Words:
    """What an agreement gives an edition: the risks, what if it does not work, each outcome with its measure."""

    risks: list[str]
    contingency: str
    outcomes: dict[int, tuple[str, str]]

    @property
    def each(self) -> Iterator[tuple[str, str]]:
        """The same by what it is called, as a page sets it side by side."""
        yield "What the risk is", "\n".join(self.risks)
        for text, measure in self.outcomes.values():
            yield "What should be different", f"{text}\nMeasured by: {measure}" if text else measure
        yield "If the plan does not work", self.contingency


def words_of(kept: PlanHistory, plan: Plan, edition: Edition | None = None) -> Words:
    """What an edition said when it ended; without one, what the plan says now."""
    known_by = edition.known_by if edition else None

    def held(found: Lines) -> list[Held]:
        return as_they_were(found, history.MAX, known_by)

    risks = [risk for risk in held(kept.risks) if risk.plan_id == plan.pk]
    latest = max((risk.edition for risk in risks), default=0)
    mine = {row.outcome_id for row in held(kept.whose_outcomes)}
    (then,) = [each for each in held(kept.plans) if each.id == plan.pk]
    return Words(
        [risk.text for risk in risks if risk.edition == latest],
        then.contingency,
        {row.id: (row.text, row.measure) for row in held(kept.outcomes) if row.id in mine},
    )


def would_change(kept: PlanHistory, plan: Plan, edition: Edition) -> list[tuple[str, str, str]]:
    """What taking an edition up again would change: what it is, how the plan has it now, how the edition had it."""
    now, then = words_of(kept, plan), words_of(kept, plan, edition)
    becomes = Words(then.risks, then.contingency, now.outcomes | then.outcomes)
    both = zip(now.each, becomes.each, strict=True)
    return [(name, was, anew) for (name, was), (_, anew) in both if was != anew]


@act
def take_up_edition(plan: Plan, *, edition: int, reason: str, on: date) -> list[Plan]:
    """A new edition with the words of an earlier one: its risks, outcomes, measures, and what if it does not work.

    Outcomes are shared: a sibling whose plan has one that changes gets a new edition too. What was agreed since stays,
    and every action with its date: each ends, if it is not wanted, by its own act. Raises WrongState (nothing would
    change, among others), Unknown, ReasonRequired.
    """
    _require_agreed(plan)
    if not reason.strip():
        raise ReasonRequired(about=[plan.child.key])
    kept = PlanHistory(plan.child)
    earlier = next((each for each in editions_of(plan, kept.plans) if each.number == edition and not each.holds), None)
    if earlier is None:
        raise Unknown(about=[f"edition {edition}"])
    now, then = words_of(kept, plan), words_of(kept, plan, earlier)
    changed = {key: words for key, words in then.outcomes.items() if words != now.outcomes[key]}
    if not changed and (now.risks, now.contingency) == (then.risks, then.contingency):
        raise WrongState("The plan says so already.", about=[plan.child.key])
    plans = [plan, *_of_siblings(plan, changed)]
    for each in plans:
        each.agree()
        each.contingency = then.contingency if each is plan else each.contingency
        each.save()
    for text in then.risks:
        Risk(plan=plan, text=text, edition=plan.edition).save()
    for outcome in Outcome.objects.filter(pk__in=changed):
        outcome.text, outcome.measure = changed[outcome.pk]
        outcome.save()
    return plans


def _of_siblings(plan: Plan, outcomes: Iterable[int]) -> list[Plan]:
    """The agreed plans of other children who share one of these outcomes."""
    shared = OutcomeChild.objects.filter(outcome__in=outcomes).exclude(child=plan.child_id)
    children = {row.child_id: row.child for row in shared.select_related("child")}
    found = [open_plan(child) for _, child in sorted(children.items())]
    return [each for each in found if each is not None and not each.is_outline]


# Held against the record


def check_seals(case: Case | None = None) -> Iterator[Finding]:
    """Each standing signature under which the record says something else now than when it was signed."""
    standing = SignedEdition.objects.filter(state__in=SignedEdition.STANDING)
    found = standing.filter(plan__case=case) if case else standing
    for signed in _when_written(found).select_related("plan__case", "plan__child").order_by("id"):
        if seal_of(as_signed(PlanHistory(signed.plan.child), signed)) != signed.seal:
            where = f"{signed.plan.case.reference}, edition {signed.edition} of the plan {signed.plan_id}"
            yield Finding(where, "is not what was signed", "the history it is made of has changed")


# Who is waited for


def signed_in_words(plan: Any) -> str:
    """How the edition that holds is signed, of a plan with what stands around it; nothing for an outline."""
    if plan.is_outline:
        return ""
    if plan.signed is None:
        return "This edition is not signed."
    told = {
        SignedEdition.State.SIGNED: "Signed by {by}; it waits for a second person.",
        SignedEdition.State.COUNTERSIGNED: "Signed by {by}, countersigned by {second}.",
        SignedEdition.State.SENT_BACK: "Signed by {by}, sent back by {second}.",
    }
    return told[plan.signed["state"]].format(**plan.signed)


def waiting_for(people: Sequence[Professional]) -> QuerySet[SignedEdition]:
    """Signatures that wait for one of these people: to countersign, or their own that was sent back. One statement."""
    of_now = SignedEdition.objects.filter(edition=F("plan__edition"), plan__state=Plan.State.ACTIVE)
    signed_anew = SignedEdition.objects.filter(
        plan=OuterRef("plan"), edition=OuterRef("edition"), pk__gt=OuterRef("pk")
    )
    second = Q(plan__case__team_manager__in=people) | Q(plan__case__chair__in=people)
    to_countersign = Q(second, state=SignedEdition.State.SIGNED) & ~Q(signed_by__in=people)
    to_sign_anew = Q(~Exists(signed_anew), state=SignedEdition.State.SENT_BACK, signed_by__in=people)
    found = of_now.filter(to_countersign | to_sign_anew)
    return found.select_related("plan__case", "plan__child", "signed_by", "decided_by").order_by("id")
