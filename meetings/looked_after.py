"""The review of a looked-after child, held on its own; together with a plan's review, the conference decides it.

Source: LINC (one plan and one review unless exceptional).
"""

from datetime import date

from meetings.models import LookedAfterReview
from meetings.outcomes import looked_after_reviewed
from plans.lifecycle import open_plan
from workflow.acts import act
from workflow.errors import ReasonRequired, ReviewedApart, WrongState
from workflow.models import Child, Professional
from workflow.records import ready


def owed_review(child: Child) -> LookedAfterReview | None:
    """The review this child is owed, if one is."""
    return LookedAfterReview.objects.filter(child=child, state=LookedAfterReview.State.OWED).last()


@act
def hold_looked_after_review(
    child: Child, *, outcome: str, why_apart: str = "", by: Professional, on: date
) -> LookedAfterReview:
    """The review took place without a conference. What follows: `outcomes.looked_after_reviewed`.

    For a child on a protection plan it has to be said what is exceptional. Raises WrongState when none is owed,
    ReasonRequired without an outcome, ReviewedApart.
    """
    review = owed_review(child)
    if review is None:
        raise WrongState("No review of a looked-after child is owed.", about=[child.key])
    ready(review.hold)
    if not outcome.strip():
        raise ReasonRequired(about=[child.key])
    if open_plan(child) and not why_apart.strip():
        raise ReviewedApart(about=[child.key])
    review.hold(on=on, outcome=outcome, why_apart=why_apart)
    review.chaired_by = by
    review.save()
    looked_after_reviewed(review, on=on)
    return review
