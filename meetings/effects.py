"""What follows from a day for a meeting: every date it gives, each with how it was reached. Pure reading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from meetings.clashes import Clash, Planned
from meetings.expected import agencies_and_why, around
from meetings.models import Conference
from workflow.explained import explain_after, explain_before
from workflow.models import Deadline
from workflow.working_days import add_working_days


@dataclass(frozen=True)
class Effect:
    """One date that follows from the day: what is owed, by when, for which children where it differs, and why then."""

    what: str
    on: date
    explanation: str
    about: str = ""
    is_short: bool = False


def before(planned: Planned) -> Iterator[Effect]:
    expected = agencies_and_why(planned.kind, around(planned.children), planned.policy)
    agencies = ", ".join(str(agency) for agency in expected)
    yield _counted_back(planned, "Invitations go out", planned.timescale("invites"))
    yield _counted_back(planned, f"Reports are in: {agencies}", planned.timescale("report"))
    last = planned.policy.span("exclusion_request").before(planned.day, planned.days)
    words = explain_before("the conference", planned.day, planned.policy.span("exclusion_request"), last, planned.days)
    yield Effect("Last day to ask that somebody be kept out", last, words)


def _counted_back(planned: Planned, what: str, timescale: str) -> Effect:
    span = planned.policy.span(timescale)
    due = span.before(planned.day, planned.days)
    words = explain_before("the conference", planned.day, span, due, planned.days)
    if due >= planned.on:
        return Effect(what, due, words)
    return Effect(what, add_working_days(planned.on, 1, planned.days), f"{words}, which is already past", is_short=True)


def after(planned: Planned) -> Iterator[Effect]:
    yield _counted(planned, "Decision letter", "decision_letter")
    minutes = _counted(planned, "Minutes are out", "minutes_distribute")
    yield minutes
    yield _counted(planned, "The minutes can be challenged until", "minutes_challenge", minutes.on, "the minutes")
    if planned.kind == Conference.Kind.REVIEW:
        yield _counted(planned, "Next review, where a plan continues", "rcpc_next")
    else:
        yield _counted(planned, "First core group, where a plan starts", "core_group_first")
        yield _counted(planned, "First review, where a plan starts", "rcpc_first")


def _counted(
    planned: Planned, what: str, timescale: str, since: date | None = None, because: str = "the conference"
) -> Effect:
    since = since or planned.day
    due = planned.policy.after(timescale, since, planned.days)
    return Effect(what, due, explain_after(because, since, planned.policy.span(timescale), due, planned.days))


def core_groups_stay(planned: Planned, pending: Sequence[Deadline]) -> Iterator[Effect]:
    """A conference does not restart the core group clock: each child's next one stays where it is."""
    names = {child.key: child.name for child in planned.children}
    for each in pending:
        if each.code == "core_group":
            words = "a conference does not restart the core group clock"
            yield Effect("Next core group stays due", each.due_on, words, about=names[each.subject])


def too_short(planned: Planned, effects: Sequence[Effect]) -> Iterator[Clash]:
    for each in effects:
        if each.is_short:
            yield Clash("SHORT_NOTICE", f"Short notice. {each.what}: {each.explanation}; now {each.on:%-d %B %Y}.")
    last = planned.policy.span("exclusion_request").before(planned.day, planned.days)
    if last < planned.on <= planned.day:
        yield Clash(
            "EXCLUSION_TOO_LATE",
            f"The last day to ask that somebody be kept out was {last:%-d %B %Y}: asking now needs a reason.",
        )
