"""Drift: the rating with its reasons, movement, slippage, and what time alone brings."""

from datetime import date

import pytest

from plans import drift
from plans.flags import standing
from plans.models import Action, Flag, Plan
from plans.watch import watch
from tests.stories.small import at, play, running
from workflow.acting import moment_of
from workflow.acts import PARTNERSHIP, under_way

pytestmark = pytest.mark.django_db


def flag(code: str, about: str = "mira") -> Flag:
    return Flag(code=code, about=about)


@pytest.mark.parametrize(
    ("flags", "moves", "rating"),
    [
        ([], 0, "green"),
        (["NON_ENGAGEMENT"], 0, "green"),
        (["PLAN_12M"], 0, "green"),
        (["CORE_GROUP_GAP"], 0, "amber"),
        (["ACTION_REDATED"], 2, "amber"),
        (["ACTION_REDATED", "ACTION_REDATED"], 2, "amber"),
        (["ACTION_REDATED"], 3, "red"),
        (["CORE_GROUP_GAP", "NO_OUTCOME_MOVEMENT"], 0, "red"),
        (["CHILD_NOT_SEEN"], 0, "red"),
        (["CONTINGENCY_NOT_USED"], 0, "red"),
        (["PLAN_15M"], 0, "red"),
        (["PLAN_24M"], 0, "red"),
    ],
)
def test_the_rating_follows_from_the_flags_and_from_nothing_else(flags, moves, rating):
    assert drift.rate([flag(code) for code in flags], lambda key: moves) == rating


def test_seven_conferences_and_thirty_three_core_groups_on_one_line(told):
    told("nadiya_pattern", until=date(2026, 3, 2))
    plan = Plan.objects.filter(child__key="ivy").get()
    held = drift.meetings_held(plan)
    assert drift.meeting_count(plan) == f"{held['conference']} + {held['core_group']} meetings"
    assert drift.outcomes_improved(plan) == 0
    assert any(one.code == "NO_OUTCOME_MOVEMENT" and one.facts for one in standing(plan.case))


def test_slippage_counts_working_days_from_the_first_date():
    action = {"action": "A1", "text": "Mend", "owner": "housing_officer", "due": "2026-09-04"}
    player = play(
        running(),
        at(
            "2026-08-03",
            "social_worker",
            "add_action",
            {**action, "measure": "On file", "outcome": "O1", "children": ["mira"]},
        ),
        at(
            "2026-09-04",
            "housing_officer",
            "redate_action",
            {"action": "A1", "to": "2026-09-18", "reason": "Parts", "approved_by": "social_worker"},
        ),
    )
    child = player.cast.case.children.get()
    slipped = Action.objects.get()
    assert drift.action_slippage(slipped, date(2026, 9, 4)) == 0
    # A weekend adds nothing: Friday 4 September to Monday 7 is one working day.
    assert drift.action_slippage(slipped, date(2026, 9, 6)) == 0
    assert drift.action_slippage(slipped, date(2026, 9, 7)) == 1
    assert drift.plan_slippage(child, date(2026, 9, 18)) == drift.PlanSlippage(10, 10, 10)


def test_a_silent_agency_that_is_heard_again_is_silent_no_longer():
    player = play(
        running(),
        at("2026-09-16", "system", "look", drift={"flags": ["AGENCY_SILENT:education", "AGENCY_SILENT:health"]}),
        at(
            "2026-09-16",
            "teacher",
            "record_was_not_brought",
            {"child": "mira", "service": "School nurse"},
            drift={"flags": ["AGENCY_SILENT:health"]},
        ),
        at("2026-09-17", "system", "look", drift={"flags": ["AGENCY_SILENT:health"]}),
        policy={"agency_silent_days": 42},
    )
    cleared = Flag.objects.get(case=player.cast.case, about="education")
    assert cleared.cleared_on == date(2026, 9, 16)


def test_a_child_on_no_plan_raises_nothing_however_long_nobody_came():
    play(at("2026-08-03", "system", "look"), at("2027-08-03", "system", "look", notices=[], alerts=[]))


def test_the_watch_asks_in_a_number_of_questions_that_does_not_grow(django_assert_max_num_queries, told):
    told("two_siblings", until=date(2026, 5, 15))
    night = moment_of(date(2026, 5, 15), None)
    asleep = under_way("nightly_watch", PARTNERSHIP, by=None, at=night, only_if_changed=True)
    with asleep, django_assert_max_num_queries(9):
        watch(date(2026, 5, 15))
