"""The plan as it stood: what replaying the acts up to a moment gives, with both times and who gave each word."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from plans import actions, comparison, lifecycle, new_dates
from plans.as_it_stood import PlanHistory, moments
from plans.comparison import How
from plans.models import Action, Plan, PlanMeeting
from plans.smart import ActionDraft
from tests.making import a_case, a_partnership
from tests.stories.small import at, play, running
from workflow import as_of, deadlines
from workflow.errors import Refused
from workflow.models import Case, Professional, Role

pytestmark = pytest.mark.django_db

START = date(2026, 3, 18)
KEYS = ("A1", "A2")


@pytest.fixture
def people():
    return a_partnership(START)


@pytest.fixture
def case(people):
    case = a_case(people, on=START)
    lifecycle.load_running_plan(
        case.children.get(),
        plan_started_on=date(2026, 1, 8),
        category="NEG",
        core_group=[people[Role.AGENCY_LEAD].agency],
        last_core_group_on=date(2026, 3, 2),
        by=people[Role.CONFERENCE_ADMIN],
        on=START,
    )
    return case


# As of any moment, the plan is what doing the same things up to that moment gives

WHAT = ("add", "redate", "hand over", "block", "complete", "verify", "reopen", "cancel", "agree")
MAY_BE_LATE = {"add", "redate", "hand over", "block", "complete", "cancel"}
AGREED = [("add", key, 0, 0) for key in KEYS]
steps = st.lists(
    st.tuples(st.sampled_from(WHAT[1:]), st.sampled_from(KEYS), st.integers(1, 3), st.sampled_from([0, 0, 2, 5])),
    min_size=3,
    max_size=8,
).map(lambda drawn: [*AGREED, *drawn])


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps, st.integers(1, 14))
def test_the_plan_at_any_moment_is_what_replaying_the_acts_to_that_moment_gives(case, steps, asked):
    """Late entries included: an act written down after others, and true before them, counts from when it was true."""
    end = as_of.end_of(START + timedelta(days=asked))
    with undone():
        done = [step for step in numbered(steps) if was_done(case, step)]
        told = in_short(PlanHistory(case.children.get()).stood(end))
    with undone():
        # What is only possible because of something that was not true yet cannot be replayed.
        assume(all(was_done(case, step) for step in done if as_of.end_of(step[-1]) <= end))
        assert told == as_it_stands(case)


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def numbered(steps):
    """Each step with a number of its own and the day it was true: the days go on, but some things are told late."""
    day = START
    for number, (what, key, days, late) in enumerate(steps, start=1):
        day += timedelta(days=days)
        yield what, key, number, max(START, day - timedelta(days=late if what in MAY_BE_LATE else 0))


def was_done(case, step):
    what, key, number, on = step
    case = Case.objects.get(pk=case.pk)
    try:
        do(case, what, key, number, on)
    except Refused:
        return False
    return True


def do(case, what, key, number, on):
    chair, manager, worker = case.chair, case.team_manager, case.lead_practitioner
    due = START + timedelta(days=100 + number)
    action = Action.objects.filter(case=case, key=key).first()
    if what == "agree":
        child = case.children.get()
        lifecycle.agree_plan(
            [child],
            risks={child: f"The risk as seen the {number}th time"},
            outcomes=[lifecycle.OutcomeDraft(key="O1", children=[child], measure=f"Counted {number} times")],
            contingency=f"Plan {number}",
            actions=[],
            by=worker,
            on=on,
        )
    elif what == "add":
        actions.add_action(case, draft(case, key, number, due), by=worker, on=on)
    elif action is None:
        raise Refused
    elif what == "redate":
        told = {"reason": f"Reason {number}", "even_if_not_working_day": True}
        new_dates.redate_action(action, due, **told, by=chair, on=on)
    elif what == "hand over":
        others = Professional.objects.exclude(pk=action.owner.pk).order_by("pk")
        actions.hand_over_action(action, others[number % len(others)], reason=f"Reason {number}", by=manager, on=on)
    elif what == "block":
        needs = chair.agency if number % 2 else Professional.objects.get(key="agency_lead").agency
        actions.block_action(action, reason="Waits", needs_from=needs, by=worker, on=on)
    elif what == "complete":
        actions.complete_action(action, evidence=f"Evidence {number}", by=worker, on=on)
    elif what == "verify":
        actions.verify_action(action, effect=f"Effect {number}", by=chair, on=on)
    elif what == "reopen":
        working_day = date(2026, 9, 7) + timedelta(days=7 * number)
        actions.reopen_action(action, due=working_day, reason=f"Reason {number}", by=manager, on=on)
    elif what == "cancel":
        actions.cancel_action(action, reason=f"Reason {number}", by=chair, on=on)


def draft(case, key, number, due):
    return ActionDraft(
        key=key,
        text=f"Write letter {number} to the school",
        owner=case.lead_practitioner,
        due=due,
        measure=f"Letter {number} on file",
        outcome="O1",
        children=[case.children.get()],
        even_if_not_working_day=True,
    )


def in_short(stood):
    """The words of a plan as it stood, by part and point."""
    return {(item.section, item.key, point.label): point.words for item in stood.items for point in item.points}


def as_it_stands(case):
    """The same words read from the records themselves, which know nothing of history."""
    child = case.children.get()
    plan = Plan.objects.get(child=child)
    edition = f", edition {plan.edition}" if plan.edition > 1 else ""
    visit = deadlines.latest(case, "visit", child.key)
    told = {
        ("The plan", "", "State"): f"{plan.get_state_display()}{edition}",
        ("The plan", "", "Category"): plan.get_category_display(),
        ("The plan", "", "Core group"): "Health",
        ("The plan", "", "Seen at least every"): visit.span.in_words,
        ("The plan", "", "If the plan does not work"): plan.contingency or "Not written",
    }
    for risk in plan.risks.filter(edition=plan.edition):
        told["What the risk is", "0", "Risk"] = risk.text
    for outcome in case.outcomes.all():
        told |= {
            ("What should be different", outcome.key, "Outcome"): outcome.measure,
            ("What should be different", outcome.key, "Measured by"): outcome.measure,
            ("What should be different", outcome.key, "Baseline"): "Not described",
            ("What should be different", outcome.key, "Score"): "Not scored",
        }
    for action in case.actions.all():
        words = {
            "What": action.text,
            "Known by": action.measure,
            "For outcome": action.outcome_key,
            "Owner": f"{action.owner}, {action.deadline.agency}",
            "Due": f"{action.deadline.due_on:%-d %b %Y}",
            "State": how_it_stands(action),
        }
        told |= {("Actions", action.key, label): said for label, said in words.items()}
    return told


def how_it_stands(action):
    waits = f": waits for {action.blocked_by}" if action.blocked_by else ""
    said = f"{action.get_state_display()}{waits}. {action.evidence} {action.effect}"
    return said.strip(" .")


# Two times


def line(version, happened, recorded, **values):
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    fields = [SimpleNamespace(name=name, attname=name) for name in ("due", "owner")]
    kept = {"version": version, "tracked_fields": fields, **values}
    written = {"history_date": moment + timedelta(days=happened), "recorded_at": moment + timedelta(days=recorded)}
    return SimpleNamespace(**kept, **written)


def test_a_line_written_late_counts_from_when_it_was_true_and_only_for_what_it_changed():
    march = datetime(2026, 3, 1, tzinfo=UTC)
    rows = [
        line(1, 0, 0, due="May", owner="Ada"),
        line(2, 6, 6, due="June", owner="Ada"),
        line(3, 3, 9, due="June", owner="Ben"),  # true on the third day, written on the ninth
    ]

    def stood(day, known=None):
        held = as_of.replayed(rows, march + timedelta(days=day), known and march + timedelta(days=known))
        return held and (held.due, held.owner)

    assert stood(-1) is None
    assert [stood(day) for day in (0, 3, 6)] == [("May", "Ada"), ("May", "Ben"), ("June", "Ben")]
    # By the eighth day nobody had written down that Ben had it.
    assert [stood(day, known=8) for day in (3, 6)] == [("May", "Ada"), ("June", "Ada")]
    assert as_of.replayed(rows, march + timedelta(days=6)).given_by["due"].version == 2


def test_what_had_not_begun_yet_was_nothing_even_if_something_was_written_about_it():
    rows = [line(1, 5, 5, due="May", owner="Ada"), line(2, 3, 6, due="May", owner="Ben")]
    assert as_of.replayed(rows, datetime(2026, 3, 5, tzinfo=UTC)) is None


# Side by side


ACTION = {"action": "A1", "text": "Ring the school", "owner": "housing_officer", "due": "2026-09-04"}
ADDED = at(
    "2026-08-04",
    "social_worker",
    "add_action",
    {**ACTION, "measure": "On file", "outcome": "O1", "children": ["mira"]},
)
MOVED = at(
    "2026-09-03",
    "housing_officer",
    "redate_action",
    {"action": "A1", "to": "2026-09-18", "reason": "Parts", "approved_by": "social_worker"},
)


def compared(player, *days, **asked):
    kept = PlanHistory(player.cast.case.children.get())
    return comparison.compare([kept.stood(as_of.end_of(day)) for day in days], **asked)


def the_row(sections, title):
    return next(row for section in sections for row in section.rows if row.title == title)


def test_a_column_says_only_what_the_one_before_it_did_not_and_who_said_it():
    player = play(running(), ADDED, MOVED)
    row = the_row(compared(player, date(2026, 8, 3), date(2026, 8, 4), date(2026, 9, 2), date(2026, 9, 3)), "A1")
    assert [cell.how for cell in row.cells] == [How.ABSENT, How.ADDED, How.SAME, How.CHANGED]
    (said,) = row.cells[-1].said
    assert [(piece.kind, piece.words) for piece in said.pieces] == [("gone", "4 Sep 2026"), ("new", "18 Sep 2026")]
    # Whoever approved the date moved it; who asked for it stands in the request.
    assert (said.point.by.name, said.point.reason) == ("Ada Quill", "Parts")
    assert said.point.happened_at < said.point.recorded_at


def test_only_what_differs_when_that_is_asked():
    player = play(running(), ADDED, MOVED)
    days = (date(2026, 8, 4), date(2026, 9, 3))
    shown = compared(player, *days, only_differences=True)
    assert [row.title for section in shown for row in section.rows] == ["A1"]
    assert comparison.differences(compared(player, *days)) == 1


def test_before_there_was_a_plan_there_is_nothing_to_show():
    player = play(running(), ADDED)
    assert compared(player, date(2026, 8, 2), date(2026, 8, 2)) == []


def test_meetings_go_by_their_names():
    plan = Plan(pk=7, started_on=date(2026, 4, 21))
    kinds = ("conference", "core_group", "conference", "core_group")
    held = [
        PlanMeeting(pk=number, plan=plan, kind=kind, held_on=date(2026, 4, 21) + timedelta(days=30 * number))
        for number, kind in enumerate(kinds)
    ]
    assert [moment.title for moment in moments(held, {7: plan})] == [
        "Initial conference",
        "Core group 1",
        "Review 1",
        "Core group 2",
    ]


def test_reading_a_plan_costs_the_same_at_one_moment_or_at_ten(django_assert_num_queries):
    child = play(running(), ADDED, MOVED).cast.case.children.get()
    with django_assert_num_queries(8):
        kept = PlanHistory(child)
        for day in range(1, 11):
            kept.stood(as_of.end_of(date(2026, 9, day)))
