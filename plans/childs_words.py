"""The child's words on the line: what a child says about each need of the plan, or that nobody has asked yet.

Source: reviews found the views of young children not sought and plans that were about the adults.
"""

from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from plans.models import ChildsWords, OutcomeChild
from workflow.acts import act
from workflow.errors import DateInFuture, TextMissing
from workflow.models import Case, Professional


@act
def record_childs_words(
    need: OutcomeChild, *, words: str, how: str, said_on: date, by: Professional, on: date
) -> ChildsWords:
    """Keeps what the child said on a day, word for word. Raises TextMissing, DateInFuture."""
    if not words.strip():
        raise TextMissing(about=[need.child.key])
    if said_on > on:
        raise DateInFuture(about=[said_on.isoformat()])
    said = ChildsWords(need=need, words=words, how=how, said_on=said_on, written_by=by)
    said.save()
    return said


def needs_with_words(case: Case) -> QuerySet[OutcomeChild]:
    """Every need of every child of the case with the latest words on it: `said`, `said_on`, `how`. One statement."""
    latest = ChildsWords.objects.filter(need=OuterRef("pk")).order_by("-said_on", "-pk")
    told = {name: Subquery(latest.values(field)[:1]) for name, field in TOLD.items()}
    return OutcomeChild.objects.filter(child__case=case).annotate(**told)


TOLD = {"said": "words", "said_on": "said_on", "how": "how"}
