"""A small partnership on which a test plays a few events and says what must come of them, as the format does."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.stories.replay import Player
from config.stories.story import Story, in_order

AGENCIES = {
    "social_care": {"name": "Children's social care"},
    "police": {"name": "Police", "contact": "police_officer"},
    "health": {"name": "Health", "contact": "health_visitor"},
    "education": {"name": "School", "contact": "teacher"},
    "housing": {"name": "Housing", "contact": "housing_officer"},
}


def _person(name: str, role: str, agency: str = "social_care") -> dict[str, str]:
    return {"name": name, "role": role, "agency": agency}


PROFESSIONALS = {
    "social_worker": _person("Ada Quill", "lead_practitioner"),
    "second_worker": _person("Abe Thorn", "lead_practitioner"),
    "manager": _person("Ben Rook", "team_manager"),
    "cp_chair": _person("Cleo Marr", "conference_chair"),
    "second_chair": _person("Lou Vane", "conference_chair"),
    "clerk": _person("Dai Penn", "conference_admin"),
    "head": _person("Edie Frome", "service_manager"),
    "director": _person("Flo Gantry", "director"),
    "reviewer": _person("Gus Holm", "iro"),
    "care_lead": _person("Hal Ives", "agency_lead"),
    "police_officer": _person("Ned Oake", "agency_practitioner", "police"),
    "police_lead": _person("Nia Pell", "agency_lead", "police"),
    "health_visitor": _person("Olga Reed", "agency_practitioner", "health"),
    "health_lead": _person("Oona Seal", "agency_lead", "health"),
    "teacher": _person("Pat Shaw", "agency_practitioner", "education"),
    "housing_officer": _person("Quin Troy", "agency_practitioner", "housing"),
    "housing_lead": _person("Rae Usher", "agency_lead", "housing"),
    "board": _person("Partnership officer", "partnership"),
    "inspector": _person("Audit reader", "auditor"),
}

CASE = {
    "reference": "SP-T",
    "lead_practitioner": "social_worker",
    "team_manager": "manager",
    "chair": "cp_chair",
    "administrator": "clerk",
}

CHILDREN = {"mira": {"name": "Mira Lowe", "born_on": "2024-05-14"}}

RUNNING = {
    "child": "mira",
    "plan_started_on": "2026-02-10",
    "category": "NEG",
    "core_group": ["social_care", "health", "education"],
    "last_review_on": "2026-05-12",
    "last_core_group_on": "2026-07-20",
    "last_seen_on": "2026-07-20",
    "last_supervision_on": "2026-07-20",
}


# So that nothing else falls due while a test looks at one thing.
QUIET = {"visit": "250 wd", "supervision": "300 d", "core_group_next": "300 d", "agency_silent_days": 400}


def at(on: str, by: str, do: str, told: Mapping[str, Any] | None = None, **expect: Any) -> dict[str, Any]:
    """One event: on a day somebody does something with these words, and this is expected of it."""
    return {"on": on, "by": by, "do": do, "with": dict(told or {}), "expect": expect}


def running(on: str = "2026-08-03", **other: Any) -> dict[str, Any]:
    """A plan that was already running is loaded."""
    return at(on, "clerk", "load_running_plan", {**RUNNING, **other})


def play(*events: dict[str, Any], children: Any = None, family: Any = None, policy: Any = None) -> Player:
    """Plays the events and fails on the first expectation that does not hold."""
    text = {
        "title": "A small story",
        "agencies": AGENCIES,
        "professionals": PROFESSIONALS,
        "case": CASE,
        "children": children or CHILDREN,
        "family": family or {},
        "policy": QUIET | (policy or {}),
        "events": list(events),
    }
    path = Path("small.json")
    player = Player(Story(path, text, in_order(list(events), path)))
    played = player.play()
    assert not played.differences, "\n".join(str(one) for one in played.differences)
    return player
