"""Disagreements: stage by stage to the partnership, and over only when both agencies say so."""

from datetime import date

import pytest

from escalation.disagreements import escalate_disagreement, raise_disagreement, resolve_disagreement
from escalation.sweep import sweep
from tests.escalation.scene import set_scene
from workflow.errors import AlreadyExists, BothMustConfirm, NoHigherStage, StageSkipped, WrongState
from workflow.models import Deadline

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)


@pytest.fixture
def scene():
    return set_scene()


def disagree(scene, **told):
    return raise_disagreement(
        scene.case,
        "D1",
        with_agency=scene.worker.agency,
        answer_from=told.pop("answer_from", scene.worker),
        about="Whether to call a conference",
        by=scene.nurse,
        on=ON,
        **told,
    )


def clocks():
    return {(one.subject, one.due_on.isoformat(), one.state) for one in Deadline.objects.filter(code="disagreement")}


def test_it_opens_with_five_working_days_to_answer(scene):
    disagreement = disagree(scene)
    assert (disagreement.stage, disagreement.agency) == (1, scene.nurse.agency)
    assert clocks() == {("D1:1", "2026-03-09", "pending")}


def test_each_stage_up_is_answered_by_somebody_else_in_its_own_time(scene):
    disagreement = disagree(scene)
    climbed = date(2026, 3, 10)
    escalate_disagreement(disagreement, answer_from=scene.manager, by=scene.nurse, on=climbed)
    assert disagreement.stage == 2
    assert clocks() == {("D1:1", "2026-03-09", "waived"), ("D1:2", "2026-03-17", "pending")}


def test_above_the_partnership_there_is_nobody(scene):
    disagreement = disagree(scene)
    for _ in range(3):
        escalate_disagreement(disagreement, answer_from=scene.manager, by=scene.nurse, on=ON)
    with pytest.raises(NoHigherStage):
        escalate_disagreement(disagreement, answer_from=scene.board, by=scene.nurse, on=ON)
    assert disagreement.fresh().stage == 4


def test_with_immediate_risk_it_may_start_at_any_stage_and_is_due_the_same_day(scene):
    disagreement = disagree(scene, stage=3, immediate_risk=True)
    assert disagreement.stage == 3
    assert clocks() == {("D1:3", "2026-03-02", "pending")}
    assert [alert.rung for alert in sweep(date(2026, 3, 3)).alerts] == [1, 2]


def test_without_immediate_risk_no_stage_is_skipped(scene):
    with pytest.raises(StageSkipped):
        disagree(scene, stage=2)
    assert clocks() == set()


def test_it_is_over_only_when_both_agencies_confirm(scene):
    disagreement = disagree(scene)
    with pytest.raises(BothMustConfirm, match="health"):
        resolve_disagreement(
            disagreement, outcome="A conference", confirmed_by=[scene.worker.agency], by=scene.worker, on=ON
        )
    assert not disagreement.fresh().is_resolved
    both = [scene.worker.agency, scene.nurse.agency]
    resolve_disagreement(disagreement, outcome="A conference", confirmed_by=both, by=scene.worker, on=ON)
    assert disagreement.fresh().is_resolved
    assert disagreement.fresh().resolved_stage == 1
    assert disagreement.fresh().learning == ""
    assert clocks() == {("D1:1", "2026-03-09", "met")}
    with pytest.raises(WrongState):
        escalate_disagreement(disagreement.fresh(), answer_from=scene.manager, by=scene.nurse, on=ON)


def test_what_can_be_learned_from_it_is_kept_with_its_outcome(scene):
    disagreement, both = disagree(scene), [scene.worker.agency, scene.nurse.agency]
    told = {"outcome": "A conference", "confirmed_by": both, "by": scene.worker, "on": ON}
    with pytest.raises(ValueError, match="gossip"):
        resolve_disagreement(disagreement, **told, learning="gossip")
    resolve_disagreement(disagreement, **told, learning="threshold")
    assert disagreement.fresh().get_learning_display() == "Where a threshold lies"
    assert disagreement.history.latest().learning == "threshold"


def test_a_key_is_used_once(scene):
    disagree(scene)
    with pytest.raises(AlreadyExists):
        disagree(scene)
