"""The review of a looked-after child: opened with the duty, held together with the plan's review or on its own."""

from datetime import date

import pytest

from meetings.endings import end_plan
from meetings.law import record_legal_status
from meetings.looked_after import hold_looked_after_review
from meetings.models import LookedAfterReview
from notifications.models import Notice
from tests.stories.small import at, play, running
from workflow import deadlines
from workflow.errors import NotPermitted, ReasonRequired, ReviewedApart, WrongState
from workflow.models import Deadline

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 8, 4)
BECOMES = at("2026-08-03", "manager", "record_legal_status", {"child": "mira", "status": "accommodated"})


def child_of(cast):
    return cast.case.children.get(key="mira")


def review_of(cast):
    return LookedAfterReview.objects.get(child=child_of(cast))


def duty(cast):
    return deadlines.latest(cast.case, "looked_after_review", "mira")


def hold(cast, by="reviewer", **said):
    said = {"outcome": "The placement goes on", **said}
    return hold_looked_after_review(child_of(cast), **said, by=cast.professionals[by], on=TUESDAY)


def test_it_is_opened_with_the_duty():
    cast = play(BECOMES).cast
    assert review_of(cast).state == LookedAfterReview.State.OWED
    assert duty(cast).is_pending


def test_held_on_its_own_it_meets_the_duty():
    cast = play(BECOMES).cast
    with pytest.raises(ReasonRequired):
        hold(cast, outcome="")
    held = hold(cast)
    assert (held.state, held.chaired_by.key) == (LookedAfterReview.State.HELD, "reviewer")
    assert (duty(cast).state, duty(cast).met_on) == (Deadline.State.MET, TUESDAY)
    assert not Notice.objects.filter(code="REVIEWED_APART").exists()
    with pytest.raises(WrongState):
        hold(cast)


def test_only_a_reviewing_officer_or_a_chair_holds_it():
    cast = play(BECOMES).cast
    with pytest.raises(NotPermitted):
        hold(cast, by="social_worker")
    assert hold(cast, by="cp_chair").state == LookedAfterReview.State.HELD


def test_a_child_on_a_plan_is_reviewed_apart_only_when_it_is_said_why():
    cast = play(running(), BECOMES).cast
    with pytest.raises(ReviewedApart):
        hold(cast)
    assert duty(cast).is_pending
    assert hold(cast, why_apart="The placement broke down").why_apart == "The placement broke down"
    assert Notice.objects.get(code="REVIEWED_APART").about == "mira"


def test_together_with_the_review_of_the_plan_it_is_combined():
    cast = play(running(), BECOMES, *_a_review(looked_after_review=True)).cast
    review = review_of(cast)
    assert (review.state, review.conference.key) == (LookedAfterReview.State.COMBINED, "rev")
    assert duty(cast).state == Deadline.State.MET


def test_a_review_conference_that_says_nothing_leaves_it_owed():
    cast = play(running(), BECOMES, *_a_review()).cast
    assert review_of(cast).state == LookedAfterReview.State.OWED
    assert duty(cast).is_pending


def _a_review(**more):
    there = ["social_worker", "health_visitor", "teacher"]
    decided = {"child": "mira", "outcome": "continue", "category": "NEG"}
    return (
        at(
            "2026-08-03",
            "clerk",
            "book_conference",
            {"conference": "rev", "date": "2026-08-06", "kind": "review", "children": ["mira"]},
        ),
        at("2026-08-04", "clerk", "send_invitations", {"conference": "rev", "invited": ["social_care", "health"]}),
        at("2026-08-06", "cp_chair", "open_conference", {"conference": "rev", "attended": there}),
        at(
            "2026-08-06",
            "cp_chair",
            "decide_conference",
            {
                "conference": "rev",
                "decisions": [decided],
                "views": {"mira": "observation"},
                "contingency": "Legal advice",
                **more,
            },
        ),
    )  # fmt: skip


def test_a_child_who_is_not_looked_after_any_more_is_owed_none():
    cast = play(BECOMES).cast
    record_legal_status(child_of(cast), status="ended", by=cast.professionals["manager"], on=TUESDAY)
    assert review_of(cast).state == LookedAfterReview.State.NOT_OWED
    assert duty(cast).state == Deadline.State.WAIVED


def test_about_a_child_who_has_died_no_review_is_owed():
    cast = play(BECOMES).cast
    end_plan(child_of(cast), cause="died", by=cast.professionals["head"], on=TUESDAY)
    assert review_of(cast).state == LookedAfterReview.State.NOT_OWED
    assert duty(cast).state == Deadline.State.WAIVED
