"""What waits for somebody in the meetings of their cases: text to approve, challenges to answer, versions to let go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from meetings.models import Challenge, Conference, Minutes, Release
from workflow.models import Case, Professional
from workflow.permissions import MAY


@dataclass(frozen=True)
class Waiting:
    """One thing to do about one conference, and the page to do it on."""

    conference: Conference
    what: str
    page: str


def waiting_for(hats: Sequence[Professional], cases: "QuerySet[Case]") -> list[Waiting]:
    """What waits for these people now, oldest meeting first: one statement."""
    minutes = Minutes.objects.filter(conference=OuterRef("pk"))
    challenges = Challenge.objects.filter(minutes__conference=OuterRef("pk"), state=Challenge.State.OPEN)
    prepared = Release.objects.filter(conference=OuterRef("pk"), state=Release.State.PREPARED)
    found = Conference.objects.filter(case__in=cases).annotate(
        to_approve=Exists(minutes.filter(state=Minutes.State.WITH_CHAIR, conference__chair__in=hats)),
        to_mend=Exists(minutes.filter(state=Minutes.State.RETURNED, conference__case__administrator__in=hats)),
        to_answer=Exists(challenges.filter(minutes__conference__chair__in=hats)),
        to_let_go=Exists(prepared.exclude(prepared_by__in=hats)),
    )
    found = found.filter(Q(to_approve=True) | Q(to_mend=True) | Q(to_answer=True) | Q(to_let_go=True)).select_related(
        "case"
    )
    lets_go = any(hat.role in MAY["release_document"] for hat in hats)
    return [each for one in found.order_by("booked_for", "id") for each in _about(one, lets_go=lets_go)]


def _about(conference: Conference, *, lets_go: bool) -> Iterable[Waiting]:
    if conference.to_approve:  # type: ignore[attr-defined]
        yield Waiting(conference, "Read and approve the minutes", "minutes-sign-off")
    if conference.to_mend:  # type: ignore[attr-defined]
        yield Waiting(conference, "Put the minutes right: the chair gave them back", "meeting-minutes")
    if conference.to_answer:  # type: ignore[attr-defined]
        yield Waiting(conference, "Answer what somebody says is wrong in the minutes", "minutes-challenges")
    if conference.to_let_go and lets_go:  # type: ignore[attr-defined]
        yield Waiting(conference, "Check what is ready to go out, and let it go", "meeting-sending")
