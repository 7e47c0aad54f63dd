"""What refuses an action: what is missing always, what is weak only where the partnership's policy says so."""

import pytest

from plans.models import Action
from plans.proposing import require_smart
from plans.smart import ActionDraft
from tests.stories.small import at, play, running
from workflow.errors import ActionNotSmart
from workflow.models import Case, Entry

pytestmark = pytest.mark.django_db

ACTION = {
    "action": "A1",
    "text": "Monitor the damp",
    "owner": "housing_officer",
    "due": "2026-09-04",
    "measure": "Two readings on file",
    "outcome": "O1",
    "children": ["mira"],
}
STRICT = {"smart_refuses": ["vague_verb", "unknown_outcome"]}


def added(expect, **other):
    return at("2026-08-03", "social_worker", "add_action", {**ACTION, **other}, **expect)


def agreed(expect, outcome="O1"):
    told = {
        "children": ["mira"],
        "risks": {"mira": "Damp and cold"},
        "outcomes": [{"outcome": "O1", "children": ["mira"], "measure": "Dry at two inspections"}],
        "contingency": "Legal planning meeting",
        "actions": [{**ACTION, "text": "Repair the damp", "outcome": outcome}],
    }
    return at("2026-08-03", "social_worker", "agree_plan", told, **expect)


def test_without_a_policy_a_weak_action_is_let_through():
    play(running(), added({}))
    assert Action.objects.get().smart_override == ""


def test_a_policy_may_refuse_it_and_the_refusal_names_the_action():
    play(running(), added({"refused": "ACTION_NOT_SMART"}), policy=STRICT)
    refused = Entry.objects.get(act="add_action")
    assert refused.about == ["A1"]


def test_what_is_missing_is_named_in_the_refusal():
    play(running())
    draft = ActionDraft("A1", "Repair the damp", None, None, None, None)
    with pytest.raises(ActionNotSmart) as refused:
        require_smart(Case.objects.get(), [draft], on=Case.objects.get().opened_on)
    for said in ("A1:", "Name the one person", "Give the day", "Say how anybody", "Say which outcome"):
        assert said in refused.value.message


def test_a_reason_lets_it_through_and_is_kept_with_its_history():
    play(running(), added({}, smart_override="The court's own words"), policy=STRICT)
    action = Action.objects.get()
    assert action.smart_override == action.history.get().smart_override == "The court's own words"


def test_a_blank_reason_is_none():
    play(running(), added({"refused": "ACTION_NOT_SMART"}, smart_override="  "), policy=STRICT)


def test_a_reason_never_makes_up_for_what_is_missing():
    play(running(), added({"refused": "ACTION_NOT_SMART"}, measure=" ", smart_override="In a hurry"), policy=STRICT)


def test_an_outcome_agreed_together_with_its_action_is_an_outcome_of_the_plan():
    play(running(), agreed({}), policy=STRICT)
    assert Action.objects.get().outcome_key == "O1"


def test_an_outcome_nobody_agreed_is_refused_where_the_policy_says_so():
    play(running(), agreed({"refused": "ACTION_NOT_SMART"}, outcome="O9"), policy=STRICT)
