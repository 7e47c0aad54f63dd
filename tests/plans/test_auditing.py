"""The room of the auditor: a sample anybody can draw again, answers with evidence, findings owed, a second view."""

from datetime import date

import pytest

from escalation.models import Alert
from escalation.sweep import sweep
from plans import auditing
from plans.models import AuditAnswer, SampledCase
from plans.sampling import drawn
from tests.making import A_WEDNESDAY, a_case, a_partnership, a_professional, doing
from workflow.acts import PARTNERSHIP
from workflow.errors import (
    EvidenceMissing,
    NotPermitted,
    ReasonRequired,
    SecondPersonNeeded,
    Unknown,
    WrongState,
)
from workflow.models import Deadline, Role
from workflow.permissions import MAY

ON = {"on": A_WEDNESDAY}
STRATA = {"neglect": [f"N-{n}" for n in range(40)], "emotional": [f"E-{n}" for n in range(10)], "rare": ["R-1"]}


# The sampler


def test_the_same_seed_draws_the_same_sample_in_whatever_order_the_cases_come():
    turned = {name: cases[::-1] for name, cases in reversed(STRATA.items())}
    assert drawn(STRATA, 10, "spring") == drawn(turned, 10, "spring")


def test_another_seed_draws_another_sample():
    assert drawn(STRATA, 10, "spring") != drawn(STRATA, 10, "summer")


def test_each_stratum_gives_its_share_and_a_rare_one_is_not_forgotten():
    assert {name: len(cases) for name, cases in drawn(STRATA, 10, "x").items()} == {
        "neglect": 7,
        "emotional": 2,
        "rare": 1,
    }


def test_more_than_there_is_draws_everything_once():
    assert drawn(STRATA, 500, "x") == {name: sorted(cases) for name, cases in sorted(STRATA.items())}


# The room


@pytest.fixture
def people(db):
    found = a_partnership()
    with doing():
        found["second"] = a_professional("second_auditor", Role.AUDITOR, found[Role.AUDITOR].agency)
    a_case(found)
    a_case(found, "CP-2")
    return found


def a_sample(people, **said):
    said = {"seed": "spring", "wanted": 2, "strata": ["category", "age", "rating", "agency"], **said}
    return auditing.draw_sample(PARTNERSHIP, **said, by=people[Role.AUDITOR], **ON)


def answered(people, sampled, **other):
    for one in sampled.sample.questions:
        auditing.answer_audit_question(
            sampled, one["code"], "yes", evidence="Plan, edition 2.", by=people[Role.AUDITOR], **ON
        )


def test_a_sample_is_kept_with_its_strata_and_the_checklist_of_its_day(people):
    sample = a_sample(people)
    assert sorted(one.case.reference for one in sample.cases.all()) == ["CP-1", "CP-2"]
    assert sample.counts == {"no plan; 5 to 9; not rated; Health": [2, 2]}
    assert sample.questions == auditing.checklist()


@pytest.mark.parametrize("said", [{"seed": " "}, {"wanted": 0}, {"strata": ["religion"]}])
def test_a_sample_without_a_seed_a_size_or_known_strata_is_refused(people, said):
    with pytest.raises(Unknown):
        a_sample(people, **said)


def test_an_answer_needs_evidence_and_may_be_given_anew_with_its_history(people):
    sampled = a_sample(people).cases.first()
    by = {"by": people[Role.AUDITOR], **ON}
    with pytest.raises(EvidenceMissing):
        auditing.answer_audit_question(sampled, "challenge", "no", evidence=" ", **by)
    with pytest.raises(Unknown):
        auditing.answer_audit_question(sampled, "weather", "no", evidence="x", **by)
    auditing.answer_audit_question(sampled, "challenge", "no", evidence="No disagreement in a year.", **by)
    auditing.answer_audit_question(sampled, "challenge", "partly", evidence="One, in May.", **by)
    [answer] = AuditAnswer.objects.all()
    assert answer.answer == "partly" and answer.history.count() == 2


def test_a_finding_is_owed_by_a_day_and_climbs_the_ladder_when_it_is_late(people):
    sampled = a_sample(people).cases.first()
    finding = auditing.record_finding(
        sampled,
        found="No measure for two outcomes.",
        action="Agree measures.",
        owner=people[Role.LEAD_PRACTITIONER],
        due=date(2026, 3, 25),
        by=people[Role.AUDITOR],
        **ON,
    )
    owed = Deadline.objects.get(code="audit_finding")
    assert (owed.due_on, owed.owner) == (date(2026, 3, 25), people[Role.LEAD_PRACTITIONER])
    sweep(date(2026, 3, 26))
    assert Alert.objects.get().deadline == owed
    with pytest.raises(NotPermitted):
        auditing.complete_finding(finding, evidence="Done.", by=people[Role.TEAM_MANAGER], on=date(2026, 3, 27))
    with pytest.raises(EvidenceMissing):
        auditing.complete_finding(finding, evidence="", by=people[Role.LEAD_PRACTITIONER], on=date(2026, 3, 27))
    auditing.complete_finding(
        finding, evidence="Plan, edition 3.", by=people[Role.LEAD_PRACTITIONER], on=date(2026, 3, 27)
    )
    assert owed.fresh().met_on == date(2026, 3, 27)


def test_a_second_auditor_agrees_or_says_why_not_and_nobody_agrees_with_themselves(people):
    sampled = a_sample(people).cases.first()
    with pytest.raises(WrongState):
        auditing.give_second_view(sampled, agrees=True, words="", by=people["second"], **ON)
    answered(people, sampled)
    with pytest.raises(SecondPersonNeeded):
        auditing.give_second_view(sampled, agrees=True, words="", by=people[Role.AUDITOR], **ON)
    with pytest.raises(ReasonRequired):
        auditing.give_second_view(sampled, agrees=False, words="", by=people["second"], **ON)
    auditing.give_second_view(sampled, agrees=False, words="The plan has no measure.", by=people["second"], **ON)
    with pytest.raises(WrongState):
        auditing.answer_audit_question(sampled, "challenge", "no", evidence="x", by=people[Role.AUDITOR], **ON)


def test_an_auditor_has_these_acts_and_no_other():
    assert {act for act, roles in MAY.items() if Role.AUDITOR in roles} == {
        "draw_sample",
        "answer_audit_question",
        "record_finding",
        "give_second_view",
        "export_bundle",
        "export_history",
    }


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDITOR}))
def test_nobody_else_draws_answers_finds_or_judges(people, role):
    sampled = a_sample(people).cases.first()
    by = {"by": people[role], **ON}
    for refused in (
        lambda: auditing.draw_sample(PARTNERSHIP, seed="x", wanted=1, strata=[], **by),
        lambda: auditing.answer_audit_question(sampled, "challenge", "no", evidence="x", **by),
        lambda: auditing.record_finding(
            sampled, found="x", action="x", owner=people[Role.TEAM_MANAGER], due=A_WEDNESDAY, **by
        ),
        lambda: auditing.give_second_view(sampled, agrees=True, words="", **by),
    ):
        with pytest.raises(NotPermitted):
            refused()
    assert SampledCase.objects.count() == 2
