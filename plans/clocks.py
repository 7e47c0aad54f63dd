"""The clock of one date on its page: the ledger in words, and the form on which it is stopped or runs again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar

from django import forms

from plans.adding import area
from workflow.models import ClockStop, Deadline, Professional
from workflow.permissions import MAY
from workflow.stopping import budget_of, restart_clock, stop_clock


class ClockForm(forms.Form):
    """Base of both."""

    act: ClassVar[str]
    button: ClassVar[str]
    said: ClassVar[str]
    mark_optional = False

    def __init__(self, *args: Any, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deadline = deadline

    def perform(self, *, by: Professional, at: datetime) -> ClockStop:
        raise NotImplementedError


class StopForm(ClockForm):
    act, button, said = "stop_clock", "Stop the clock", "The clock is stopped."
    reason = area(
        "Why should it stand still?",
        "The date moves to the latest it can become. The first date stays and stands beside it.",
    )

    def perform(self, *, by: Professional, at: datetime) -> ClockStop:
        return stop_clock(self.deadline, reason=self.cleaned_data["reason"], by=by, at=at)


class RestartForm(ClockForm):
    act, button, said = "restart_clock", "Let the clock run again", "The clock is running again."

    def perform(self, *, by: Professional, at: datetime) -> ClockStop:
        return restart_clock(self.deadline, by=by, at=at)


@dataclass
class Clock:
    """The clock of one date, for one person on one day."""

    deadline: Deadline
    by: Professional
    wearing: Sequence[Professional]
    on: date

    @cached_property
    def stops(self) -> list[ClockStop]:
        """The ledger, the first stop first."""
        return list(self.deadline.clock_stops.select_related("authorised_by__agency"))

    @cached_property
    def budget(self) -> int:
        return budget_of(self.deadline, self.on)

    @property
    def used(self) -> int:
        return sum(one.days or 0 for one in self.stops)

    @property
    def in_words(self) -> str:
        """The budget, what is used, and since when it stands still."""
        since = self.deadline.stopped_since
        span = self.deadline.span
        unit = "working days" if span and span.in_working_days else "calendar days"
        allows = f"The policy allows {self.budget} {unit} in all" if self.budget else "The policy allows no stop now"
        words = f"{allows}; {self.used} used."
        return f"{words} It has been standing still since {since:%-d %b %Y}." if since else words

    def form(self, told: Any) -> ClockForm | None:
        """What this person may do with the clock now, if anything. A manager, and never the owner."""
        kind: type[ClockForm] = RestartForm if self.deadline.stopped_since else StopForm
        allowed = any(hat.role in MAY[kind.act] for hat in self.wearing)
        if not allowed or not self.deadline.is_pending or self.deadline.owner_professional_id == self.by.pk:
            return None
        if kind is StopForm and not self.budget:
            return None
        return kind(told, deadline=self.deadline)
