"""Where an outcome began, in words: what the score of the first meeting stands for, so that a later can be believed."""

from plans.models import Outcome
from workflow.acts import act
from workflow.errors import TextMissing


@act
def describe_baseline(outcome: Outcome, *, words: str) -> Outcome:
    """How things stood when the outcome was agreed; earlier words stay in its history. Raises TextMissing."""
    if not words.strip():
        raise TextMissing(about=[outcome.key])
    outcome.baseline = words.strip()
    outcome.save()
    return outcome
