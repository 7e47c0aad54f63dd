"""How long each case is kept, and the way it is destroyed: due, proposed by one, released by another, carried out.

The schedule is data (`workflow.retention`), its years a setting of the policy. The clock asks the records themselves
what a case was; nothing about it is stored, so that a child looked after next year moves the day by itself. Nothing is
destroyed by the passing of time: an order takes two people and somebody who carries it out, and is asked again each
time whether it is due and whether a hold is on it. Sources: `docs/retention.md`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from viewflow.workflow.models import Process, Task

from meetings.models import (
    Enquiry,
    LetterCopy,
    LookedAfter,
    MinutesCopy,
    RecordCopy,
    Referral,
    Release,
    Rendition,
    Revision,
    SeriousIncident,
    Writing,
)
from meetings.report_files import forget, names_of_files
from plans.models import Category, Plan
from workflow.acting import day_of
from workflow.acts import AFTER_DESTRUCTION, act
from workflow.belonging import past_of, path_to_case
from workflow.chain import put_new_salt
from workflow.destruction import What, destroy, destroyed_kinds, digest_over, holds_on, keep_lines
from workflow.errors import AlreadyDestroyed, NotDue, OnLegalHold, ReasonRequired, SecondPersonNeeded, WrongState
from workflow.models import (
    AgencyPart,
    Case,
    Certificate,
    Child,
    Deadline,
    DestructionOrder,
    Draft,
    Entry,
    LegalHold,
    MonthOfDrift,
    Professional,
    Read,
)
from workflow.policy import policy_on
from workflow.records import act_under_way, ready
from workflow.retention import SCHEDULE, From, RecordClass, last_day
from workflow.timescales import Policy

# A case does not live on because somebody took it out, or looked at how it was seen.
NO_SIGN_OF_LIFE = AFTER_DESTRUCTION | {"export_bundle", "export_history", "break_glass", "review_broken_glass"}
SAYS_SOMETHING = 3


# The clock


@dataclass(frozen=True)
class Clock:
    """Until when a case, or the read log of a destroyed one, is kept, under which class; or what is still open."""

    case: Case
    what: What
    record_class: RecordClass
    years: int
    due_on: date
    open: list[str] = field(default_factory=list)

    def is_due(self, on: date) -> bool:
        """The years are over, to the end of their calendar year, and nothing is open."""
        return not self.open and self.due_on < on

    @property
    def rule(self) -> str:
        """25 years from the birth of the youngest child of the case."""
        return self.record_class.in_words(self.years)


def clocks(cases: "QuerySet[Case]", on: date) -> list[Clock]:
    """The clock of each of these cases that is not destroyed, the one due first first: in two statements."""
    policy = policy_on(on)
    found = [_clock(case, policy) for case in with_facts(cases.filter(destroyed_on=None))]
    return sorted(found, key=lambda one: (one.due_on, one.case.reference))


def clock_of(case: Case, on: date) -> Clock:
    """The clock of one case; of its read log when it is destroyed."""
    if case.destroyed_on is not None:
        return _read_log_clock(case, policy_on(on))
    return _clock(with_facts(Case.objects.filter(pk=case.pk)).get(), policy_on(on))


def read_logs(on: date) -> list[Clock]:
    """The clocks of the read logs of every destroyed case that has one left."""
    policy = policy_on(on)
    cases = Case.objects.exclude(destroyed_on=None).filter(pk__in=Read.objects.values("case"))
    gone = Certificate.objects.filter(order__what=What.READ_LOG).values("case")
    return [_read_log_clock(case, policy) for case in cases.exclude(pk__in=gone).order_by("destroyed_on", "reference")]


def with_facts(cases: "QuerySet[Case]") -> Any:
    """What the records say of these cases, asked with them: which classes they are of, and from when they count."""
    mine = {"case": OuterRef("pk")}
    abuse = Q(category__in=[Category.SAB, Category.MUL]) | Q(initial_category__in=[Category.SAB, Category.MUL])
    plans = Plan.history.filter(**mine)  # the history, since a category may have changed and changed back
    alive = Entry.objects.filter(**mine, outcome=Entry.Outcome.DONE).exclude(act__in=NO_SIGN_OF_LIFE)
    born = Child.objects.filter(**mine).annotate(since=Coalesce("born_on", "expected_on"))
    return cases.annotate(
        is_looked_after=Exists(LookedAfter.objects.filter(**mine)),
        is_sexual_abuse=Exists(plans.filter(abuse)),
        is_serious_incident=Exists(SeriousIncident.objects.filter(**mine)),
        is_protection_plan=Exists(plans),
        is_enquiry=Exists(Enquiry.objects.filter(**mine)),
        is_referral=Value(True),
        youngest=Subquery(born.order_by("-since").values("since")[:1]),
        last_entry=Subquery(alive.order_by("-happened_at").values("happened_at")[:1]),
        open_plans=_number_of(Plan.objects.open().filter(**mine)),
        owed=_number_of(Deadline.objects.pending().filter(**mine)),
    )


def _number_of(rows: Any) -> Any:
    return Coalesce(Subquery(rows.order_by().values("case").annotate(number=Count("pk")).values("number")), 0)


def _clock(case: Any, policy: Policy) -> Clock:
    """The class that keeps it longest decides; of two that keep it as long, the one higher in the schedule."""
    since = {
        From.BIRTH: case.youngest or case.opened_on,
        From.LAST_ENTRY: day_of(case.last_entry) if case.last_entry else case.opened_on,
    }
    found = [
        (last_day(since[kept.counted_from], policy.years_kept(code)), kept)
        for code, kept in SCHEDULE.items()
        if getattr(case, f"is_{code}", False)
    ]
    due_on, kept = max(found, key=lambda one: one[0])
    still = [f"plans open: {case.open_plans}"] * bool(case.open_plans) + [f"dates owed: {case.owed}"] * bool(case.owed)
    return Clock(case, What.CASE, kept, policy.years_kept(kept.code), due_on, still)


def _read_log_clock(case: Case, policy: Policy) -> Clock:
    """Until when it is kept who looked at a destroyed case."""
    kept = SCHEDULE["read_log"]
    years = policy.years_kept(kept.code)
    return Clock(case, What.READ_LOG, kept, years, last_day(case.destroyed_on or date.max, years))


# Holds


@act
def put_on_hold(case: Case | None, *, why: str, reason: str, by: Professional, on: date) -> LegalHold:
    """From now on nothing of this case, or of any (None), is destroyed, released or not. Raises ReasonRequired."""
    _require_words(reason)
    hold = LegalHold(case=case, why=why, reason=reason, put_on_by=by, put_on_on=on)
    hold.save()
    return hold


@act
def lift_hold(hold: LegalHold, *, reason: str, by: Professional, on: date) -> LegalHold:
    """The hold is no more. Raises WrongState, ReasonRequired."""
    hold = hold.fresh()
    ready(hold.lift)
    _require_words(reason)
    hold.lift(by=by, reason=reason, on=on)
    hold.save()
    return hold


# The way of an order


@act
def propose_destruction(case: Case, *, by: Professional, on: date) -> DestructionOrder:
    """What is due of the case is to be destroyed; somebody else has to release it.

    That is the case, or, once it is destroyed, its read log. Raises NotDue, OnLegalHold, AlreadyDestroyed when nothing
    is left, WrongState when it is proposed already.
    """
    clock = clock_of(case.fresh(), on)
    if Certificate.objects.filter(case=case, order__what=clock.what).exists():
        raise AlreadyDestroyed(about=[case.reference])
    if case.destruction_orders.filter(what=clock.what, state__in=DestructionOrder.OPEN).exists():
        raise WrongState("It is proposed already.", about=[case.reference])
    _require_due(clock, on)
    order = DestructionOrder(
        case=case,
        what=clock.what,
        record_class=clock.record_class.code,
        years=clock.years,
        due_on=clock.due_on,
        policy_version=policy_on(on).version,
        proposed_by=by,
        proposed_on=on,
    )
    order.save()
    return order


@act
def release_destruction(order: DestructionOrder, *, by: Professional, on: date) -> DestructionOrder:
    """A second person lets it be carried out. Raises WrongState, SecondPersonNeeded, NotDue, OnLegalHold."""
    order = order.fresh()
    ready(order.release)
    _require_another(order, by)
    _require_due(clock_of(order.case, on), on)
    order.release(by=by, on=on)
    order.save()
    return order


@act
def decline_destruction(order: DestructionOrder, *, reason: str, by: Professional, on: date) -> DestructionOrder:
    """A second person does not let it. Raises WrongState, SecondPersonNeeded, ReasonRequired."""
    order = order.fresh()
    ready(order.decline)
    _require_another(order, by)
    _require_words(reason)
    order.decline(by=by, reason=reason, on=on)
    order.save()
    return order


@act
def withdraw_destruction(order: DestructionOrder, *, reason: str, by: Professional, on: date) -> DestructionOrder:
    """It is taken back before it is carried out. Raises WrongState, ReasonRequired."""
    order = order.fresh()
    ready(order.withdraw)
    _require_words(reason)
    order.withdraw(by=by, reason=reason, on=on)
    order.save()
    return order


@act
def carry_out_destruction(order: DestructionOrder, *, by: Professional, on: date) -> Certificate:
    """What the order says is destroyed, now and for good, and a certificate written that says nothing of it.

    Raises WrongState unless it is released, NotDue when something happened in the case meanwhile, OnLegalHold.
    """
    order = order.fresh()
    ready(order.carry_out)
    case, this = order.case, act_under_way()
    _require_due(clock_of(case, on), on)
    files = names_of_files(case) if order.what == What.CASE else []
    destroyed = destroy(order, not_records_of(case) if order.what == What.CASE else ())
    transaction.on_commit(partial(forget, files), robust=True)
    put_new_salt(this.chain)
    order.carry_out(by=by, on=on)
    order.save()
    if order.what == What.CASE:
        case.destroyed_on = on
        case.save()
    certificate = Certificate(
        order=order,
        case=case,
        entry=this.written(),
        counts=destroyed.counts,
        lines=len(destroyed.lines),
        lines_digest=digest_over(destroyed.lines),
        carried_out_by=by,
        carried_out_on=on,
    )
    certificate.save()
    keep_lines(certificate, destroyed.lines)
    return certificate


def _require_due(clock: Clock, on: date) -> None:
    if not clock.is_due(on):
        raise NotDue(about=clock.open or [clock.due_on.isoformat()])
    if holds_on(clock.case).exists():
        raise OnLegalHold(about=[clock.case.reference])


def _require_another(order: DestructionOrder, by: Professional) -> None:
    if by.is_same_person_as(order.proposed_by):
        raise SecondPersonNeeded(about=[order.case.reference])


def _require_words(reason: str) -> None:
    if len(reason.strip()) < SAYS_SOMETHING:
        raise ReasonRequired()


def not_records_of(case: Case) -> "Iterator[QuerySet[Any, Any]]":
    """What belongs to a case and is no record of it, each in the order in which it can go: its working text, the files
    of every copy, the guided work on its referrals, its part in summaries, and what was typed on its pages.
    """
    working = Writing.objects.filter(item__conference__case=case)
    yield Revision.objects.filter(writing__in=working.values("pk"))
    yield working
    yield Rendition.objects.filter(document_sha256__in=_documents_of(case))
    walks = Process.objects.filter(
        artifact_content_type=ContentType.objects.get_for_model(Referral),
        artifact_object_id__in=list(Referral.objects.filter(case=case).values_list("pk", flat=True)),
    )
    turns = Task.objects.filter(process__in=walks.values("pk"))
    yield Task.previous.through.objects.filter(from_task__in=turns.values("pk"))
    yield turns
    yield walks
    yield MonthOfDrift.objects.filter(case=case)
    yield AgencyPart.objects.filter(case=case)
    yield Draft.objects.filter(place__startswith=f"/cases/{case.reference}/")


def _documents_of(case: Case) -> list[str]:
    """The hashes of every document of which somebody was given a copy, or would have been."""
    found = {
        *LetterCopy.history.filter(conference__case=case).values_list("sha256", flat=True),
        *MinutesCopy.history.filter(minutes__conference__case=case).values_list("sha256", flat=True),
        *RecordCopy.history.filter(case=case).values_list("sha256", flat=True),
    }
    for rows in Release.history.filter(conference__case=case).values_list("rows", flat=True):
        found |= {row.get("sha256", "") for row in rows}
    return sorted(found - {""})


# What would go


def would_go(case: Case) -> dict[str, list[int]]:
    """By kind of record: how many rows and how many lines of history the destruction of this case would take."""
    found: dict[str, list[int]] = {}
    for kind in destroyed_kinds():
        rows = kind._base_manager.filter(**{path_to_case(kind) or "": case.pk})
        number, lines = rows.count(), past_of(kind)._base_manager.filter(id__in=rows.values("pk")).count()
        if number or lines:
            found[kind._meta.label_lower] = [number, lines]
    for others in not_records_of(case):
        if number := others.count():
            found[others.model._meta.label_lower] = [number, 0]
    return found


def in_words(counts: Mapping[str, Sequence[int]]) -> list[tuple[str, int, int]]:
    """Kinds of records by their names, with how many rows and lines of history there were, in order of their names."""
    named = [
        (str(apps.get_model(label)._meta.verbose_name).capitalize(), *numbers) for label, numbers in counts.items()
    ]
    return sorted(named)  # type: ignore[arg-type]
