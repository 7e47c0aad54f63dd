"""The auditor's room: a sample, a checklist with evidence, a finding that somebody owes by a day, a second view.

These acts are the only ones of an auditor. Completing a finding belongs to whoever owns it.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from plans import ratings, sampling
from plans.models import AuditAnswer, AuditFinding, AuditSample, Plan, SampledCase, SecondView
from workflow import deadlines
from workflow.acts import act
from workflow.errors import (
    DateInPast,
    EvidenceMissing,
    NotPermitted,
    ReasonRequired,
    SecondPersonNeeded,
    Unknown,
    WrongState,
)
from workflow.models import SOCIAL_CARE, AgencyPart, Case, Child, Professional
from workflow.permissions import require_wears
from workflow.records import keep_new, ready

STRATA = {"category": "Category", "age": "Age of the youngest child", "rating": "Rating", "agency": "Agencies in it"}
AGES = ((1, "under 1"), (5, "1 to 4"), (10, "5 to 9"), (16, "10 to 15"), (200, "16 or older"))
CHECKLIST = Path(__file__).parent / "checklist.json"


@cache
def checklist() -> list[dict[str, str]]:
    """The questions asked of every case of a sample: data, each with where in the record to look."""
    found: list[dict[str, str]] = json.loads(CHECKLIST.read_text(encoding="utf-8"))
    return found


# Drawing


def strata_of(cases: Sequence[Case], by: Iterable[str], on: date) -> dict[str, list[str]]:
    """The references of these cases, divided by category, age, rating and agencies."""
    wanted = list(by)
    asked = {name: ASKED[name](cases, on) for name in wanted}
    found: dict[str, list[str]] = {}
    for case in cases:
        found.setdefault("; ".join(asked[name][case.pk] for name in wanted) or "all", []).append(case.reference)
    return found


def _categories(cases: Sequence[Case], on: date) -> dict[int, str]:
    found = {case.pk: "no plan" for case in cases}
    for plan in Plan.objects.open().filter(case__in=cases).order_by("-id"):
        found[plan.case_id] = plan.get_category_display()
    return found


def _ages(cases: Sequence[Case], on: date) -> dict[int, str]:
    youngest: dict[int, date | None] = {}
    for child in Child.objects.filter(case__in=cases).exclude(state=Child.State.DIED):
        born = child.born_on
        if child.case_id not in youngest or born is None or (youngest[child.case_id] or date.max) < born:
            youngest[child.case_id] = born if youngest.get(child.case_id, born) is not None else None
    return {case.pk: _band(youngest[case.pk], on) if case.pk in youngest else "no child" for case in cases}


def _band(born: date | None, on: date) -> str:
    if born is None:
        return "unborn"
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next(words for below, words in AGES if age < below)


def _ratings(cases: Sequence[Case], on: date) -> dict[int, str]:
    found = ratings.of_cases(list(cases))
    worst = ("red", "amber", "green")
    return {
        case.pk: min((one.rating for one in found.get(case.pk, [])), key=worst.index, default="not rated")
        for case in cases
    }


def _agencies(cases: Sequence[Case], on: date) -> dict[int, str]:
    found: dict[int, list[str]] = {case.pk: [] for case in cases}
    parts = AgencyPart.objects.filter(case__in=cases).exclude(agency__key=SOCIAL_CARE).select_related("agency")
    for part in parts.order_by("agency__name"):
        found[part.case_id].append(part.agency.name)
    return {pk: " and ".join(names) or "social care alone" for pk, names in found.items()}


ASKED = {"category": _categories, "age": _ages, "rating": _ratings, "agency": _agencies}


@act
def draw_sample(
    scope: object, *, seed: str, wanted: int, strata: Sequence[str], by: Professional, on: date
) -> AuditSample:
    """Draws a sample of every case, by its strata, and keeps it with today's checklist. Raises Unknown."""
    if not seed.strip() or wanted < 1 or set(strata) - set(STRATA):
        raise Unknown("A sample has a seed, at least one case, and strata of the list.", about=list(strata))
    cases = {case.reference: case for case in Case.objects.filter(destroyed_on=None).order_by("reference")}
    divided = strata_of(list(cases.values()), strata, on)
    picked = sampling.drawn(divided, wanted, seed)
    counts = {name: [len(found), len(picked.get(name, []))] for name, found in sorted(divided.items())}
    sample = AuditSample(
        seed=seed,
        strata=list(strata),
        wanted=wanted,
        counts=counts,
        questions=checklist(),
        drawn_by=by,
        drawn_on=on,
    )
    sample.save()
    keep_new(
        [
            SampledCase(sample=sample, case=cases[reference], stratum=name)
            for name, found in picked.items()
            for reference in found
        ]
    )
    return sample


# Looking


@act
def answer_audit_question(
    sampled: SampledCase, question: str, answer: str, *, evidence: str, by: Professional, on: date
) -> AuditAnswer:
    """One question is answered, or answered anew. Raises Unknown, EvidenceMissing, WrongState after a second view."""
    if question not in {one["code"] for one in sampled.sample.questions} or answer not in AuditAnswer.Answer.values:
        raise Unknown(about=[question])
    if not evidence.strip():
        raise EvidenceMissing(about=[question])
    _still_open(sampled)
    found = sampled.answers.filter(question=question).first() or AuditAnswer(sampled=sampled, question=question)
    found.answer, found.evidence, found.by, found.given_on = answer, evidence, by, on
    found.save()
    return found


@act
def record_finding(
    sampled: SampledCase, *, found: str, action: str, owner: Professional, due: date, by: Professional, on: date
) -> AuditFinding:
    """Something was found; its owner does something about it by a day. Raises ReasonRequired, DateInPast.

    An auditor owns nothing: raises NotPermitted.
    """
    if not found.strip() or not action.strip():
        raise ReasonRequired(about=[sampled.case.reference])
    if due < on:
        raise DateInPast(about=[due.isoformat()])
    if owner == by or not owner.is_in_post(on):
        raise NotPermitted(about=[owner.key])
    finding = AuditFinding(
        sampled=sampled, case=sampled.case, found=found, action=action, owner=owner, by=by, found_on=on
    )
    finding.save()
    deadlines.start_chosen(
        sampled.case,
        "audit_finding",
        str(finding.pk),
        due=due,
        because="an audit found something to be done",
        owner=owner,
        title="Action after an audit",
        on=on,
        about=finding,
    )
    return finding


@act
def complete_finding(finding: AuditFinding, *, evidence: str, by: Professional, on: date) -> AuditFinding:
    """Its owner says what was done. Raises WrongState, EvidenceMissing, NotPermitted for anybody else."""
    ready(finding.complete)
    require_wears(by, [finding.owner], on)
    if not evidence.strip():
        raise EvidenceMissing(about=[str(finding.pk)])
    finding.complete(on=on, evidence=evidence)
    finding.save()
    deadlines.meet(deadlines.pending(finding.case, "audit_finding", str(finding.pk)), on=on)
    return finding


@act
def give_second_view(sampled: SampledCase, *, agrees: bool, words: str, by: Professional, on: date) -> SecondView:
    """A second auditor agrees with the answers about a case, or not and says why.

    Raises SecondPersonNeeded for who answered, WrongState when not every question is answered or a view was given,
    ReasonRequired.
    """
    _still_open(sampled)
    answers = list(sampled.answers.select_related("by"))
    if len(answers) < len(sampled.sample.questions):
        raise WrongState("Not every question is answered yet.", about=[sampled.case.reference])
    if any(one.by == by for one in answers):
        raise SecondPersonNeeded(about=[by.key])
    if not agrees and not words.strip():
        raise ReasonRequired(about=[sampled.case.reference])
    view = SecondView(sampled=sampled, agrees=agrees, words=words, by=by, given_on=on)
    view.save()
    return view


def _still_open(sampled: SampledCase) -> None:
    if SecondView.objects.filter(sampled=sampled).exists():
        raise WrongState("A second view was given.", about=[sampled.case.reference])


def figures(sample: AuditSample) -> list[tuple[dict[str, Any], dict[str, int]]]:
    """Each question of the sample with how often each answer was given."""
    given = AuditAnswer.objects.filter(sampled__sample=sample).values_list("question", "answer")
    counted: dict[str, dict[str, int]] = {}
    for question, answer in given:
        row = counted.setdefault(question, dict.fromkeys(AuditAnswer.Answer.values, 0))
        row[answer] += 1
    none = dict.fromkeys(AuditAnswer.Answer.values, 0)
    return [(question, counted.get(question["code"], none)) for question in sample.questions]
