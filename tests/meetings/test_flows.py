"""Whose turn it is: the walk follows the record, whoever did the work, and the law does not need it."""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from config.stories.replay import Player
from meetings import flows
from meetings.course import Course
from meetings.forms import form_for
from meetings.releasing import prepare_release, release_document
from workflow.acting import moment_of
from workflow.acts import PARTNERSHIP, under_way
from workflow.errors import Refused
from workflow.models import Professional, User

ROOT = Path(__file__).resolve().parents[2]


def give_sign_ins() -> None:
    with under_way("give_sign_ins", PARTNERSHIP, by=None, at=moment_of(date(2026, 11, 23), None)):
        for professional in Professional.objects.filter(user=None):
            professional.user = User.objects.create(username=professional.key)
            professional.save()


def waiting() -> dict[str, str]:
    """Every waiting turn and who holds it."""
    found = {}
    for user in User.objects.all():
        found |= {task.flow_task.name: user.username for task in flows.inbox(user)}
    return found


@pytest.fixture
def fresh(told) -> Player:
    player = told("fresh_referral")
    give_sign_ins()
    flows.catch_up()
    return player


def test_what_a_story_did_is_noticed_and_the_next_turn_waits_for_its_holder(fresh):
    assert waiting() == {"hold_strategy": "manager"}


def test_catching_up_twice_changes_nothing(fresh):
    assert flows.catch_up() == 0
    assert waiting() == {"hold_strategy": "manager"}


def test_a_turn_passes_with_the_case_role(fresh):
    from meetings.endings import hand_over_case

    other = Professional.objects.get(key="manager").fresh()
    with under_way("hire", PARTNERSHIP, by=None, at=moment_of(date(2026, 11, 23), None)):
        new = Professional(
            key="new_manager",
            name="New Manager",
            role="team_manager",
            agency=other.agency,
            user=User.objects.create(username="new_manager"),
        )
        new.save()
    hand_over_case(fresh.cast.case.fresh(), "team_manager", new, reason="Moved", by=other, on=date(2026, 11, 23))
    flows.keep_up(fresh.cast.case.fresh())
    assert waiting() == {"hold_strategy": "new_manager"}


def take(act: str, player: Player, by: str, on: date, **data: object) -> None:
    """Fills in the form of a turn as a person would and gives it in."""
    case = player.cast.case.fresh()
    course = Course(case.referrals.get())
    form = form_for(act, course)(data, course=course)
    assert form.is_valid(), form.errors
    form.perform(by=Professional.objects.get(key=by), at=moment_of(on, None))
    flows.keep_up(case)


def go_out(of: str, player: Player, on: date) -> None:
    """Two people let it go, on the page that these two turns lead to."""
    case = player.cast.case.fresh()
    (conference,), reader = case.conferences.all(), [case.family_members.get(key="piers")]
    clerk, manager = (Professional.objects.get(key=key) for key in ("clerk", "manager"))
    waiting_for = prepare_release(conference, of=of, translated_for=reader, by=clerk, on=on)
    release_document(waiting_for, by=manager, on=on)
    flows.keep_up(case)


def day_boxes(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def test_the_forms_lead_one_referral_to_an_agreed_plan(fresh):
    """The whole way by form, each turn appearing only when the one before it is on record."""
    monday, thursday = date(2026, 11, 23), date(2026, 12, 3)
    there = ["social_worker", "police_officer", "health_visitor"]
    take(
        "conclude_strategy",
        fresh,
        "manager",
        monday,
        outcome="s47_joint",
        attended=["manager", *there],
        considered=["tilly"],
    )
    assert waiting() == {"propose_outcome": "social_worker"}
    take("propose_s47_outcome", fresh, "social_worker", monday, seen=["tilly"], outcome="conference")
    assert waiting() == {"authorise_outcome": "manager"}
    take("authorise_s47", fresh, "manager", monday, outcome="conference", rationale="Continuing risk")
    assert waiting() == {"request_conference": "social_worker"}
    take("request_conference", fresh, "social_worker", monday, about=["tilly"])
    assert waiting() == {"book_conference": "clerk"}
    take("book_conference", fresh, "clerk", monday, **day_boxes("day", thursday))
    assert waiting() == {"send_invitations": "clerk"}
    invited = ["social_care", "police", "health", "housing", "maud", "piers"]
    take("send_invitations", fresh, "clerk", monday, invited=invited, interpreter_piers="accredited")
    assert waiting() == {"hold_conference": "cp_chair"}
    take("decide_conference", fresh, "cp_chair", thursday, attended=there, family_present=["maud"])
    assert waiting() == {"hold_conference": "cp_chair"}
    take(
        "decide_conference",
        fresh,
        "cp_chair",
        thursday,
        outcome_tilly="plan",
        category_tilly="NEG",
        views_tilly="words",
        contingency="Legal advice",
        core_group=["social_care", "health"],
    )
    assert waiting() == {"send_letter": "clerk", "draft_minutes": "clerk", "agree_plan": "social_worker"}
    go_out("letter", fresh, thursday)
    take("draft_minutes", fresh, "clerk", thursday)
    take("approve_minutes", fresh, "cp_chair", thursday, verdict="return", notes="Name misspelt")
    take("draft_minutes", fresh, "clerk", thursday)
    take("approve_minutes", fresh, "cp_chair", thursday, verdict="approve")
    go_out("minutes", fresh, thursday)
    assert waiting() == {"agree_plan": "social_worker"}
    later = date(2026, 12, 14)
    take("agree_plan", fresh, "social_worker", later, attended=there, life_tilly="She sleeps in her coat")
    take(
        "agree_plan",
        fresh,
        "social_worker",
        later,
        risk_tilly="Cold and alone",
        outcome="Tilly is warm and never alone",
        measure="18 degrees at three visits",
        baseline="Twelve degrees at the first visit",
        action="Repair the boiler",
        owner="housing_officer",
        action_measure="Works order closed",
        contingency="Legal advice",
        **day_boxes("due", date(2027, 1, 15)),
    )
    assert waiting() == {}
    assert fresh.cast.case.plans.get().state == "active"
    assert fresh.cast.case.outcomes.get().baseline == "Twelve degrees at the first visit"


def test_a_form_says_what_the_domain_refuses_and_does_nothing(fresh):
    with pytest.raises(Refused) as refused:
        take("conclude_strategy", fresh, "manager", date(2026, 11, 23), outcome="s47_joint", attended=["manager"])
    assert refused.value.code == "STRATEGY_INQUORATE"
    assert waiting() == {"hold_strategy": "manager"}


def test_the_law_holds_without_the_flow(tmp_path):
    """Delete the file: a story still replays to the letter, and the site still starts."""
    for name in ("config", "workflow", "plans", "meetings", "escalation", "notifications", "manage.py"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    (tmp_path / "meetings" / "flows.py").unlink()
    (tmp_path / "config" / "work.py").unlink()
    story = "config/stories/library/promises/one_conference_in_time_for_one_sibling_late_for_the_other.json"
    environment = {"PATH": os.environ["PATH"], "THROUGHLINE_DATA": str(tmp_path / "data")}
    for command in (["check"], ["replay", story]):
        ran = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 of 1 stories hold" in ran.stdout


# The pages


def sign_in(client, key: str) -> None:
    client.force_login(User.objects.get(username=key))


@pytest.fixture
def on_monday(monkeypatch):
    """The pages believe that it is noon on the Monday on which the discussion is due."""
    monkeypatch.setattr("config.clock.now", lambda: moment_of(date(2026, 11, 23), None))


def test_my_work_lists_my_turn_and_nobody_elses(fresh, client, on_monday):
    sign_in(client, "manager")
    assert "Hold the strategy discussion" in client.get("/work/").content.decode()
    sign_in(client, "clerk")
    assert "No turn waits for you" in client.get("/work/").content.decode()


def test_a_turn_of_somebody_else_is_the_same_404_as_none(fresh, client, on_monday):
    (task,) = flows.inbox(User.objects.get(username="manager"))
    sign_in(client, "clerk")
    assert client.get(f"/work/{task.pk}/").status_code == 404
    assert client.get("/work/999999/").status_code == 404


def test_a_refused_turn_says_why_and_keeps_what_was_typed(fresh, client, on_monday):
    (task,) = flows.inbox(User.objects.get(username="manager"))
    sign_in(client, "manager")
    answer = client.post(
        f"/work/{task.pk}/", {"outcome": "s47_joint", "attended": ["manager"], "emergency": "It could not wait <b>"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "(police)" in page
    assert "It could not wait &lt;b&gt;" in page


def test_a_turn_taken_on_the_page_leads_to_the_next(fresh, client, on_monday):
    (task,) = flows.inbox(User.objects.get(username="manager"))
    sign_in(client, "manager")
    there = ["manager", "social_worker", "police_officer", "health_visitor"]
    answer = client.post(f"/work/{task.pk}/", {"outcome": "s47_joint", "attended": there, "considered": ["tilly"]})
    assert answer.status_code == 302
    assert waiting() == {"propose_outcome": "social_worker"}
