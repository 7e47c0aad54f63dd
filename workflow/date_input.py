"""A date asked for in three boxes: day, month, year. No calendar to open, no guess which number is the month."""

import calendar
import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

BOXES = ("day", "month", "year")
MONTHS = {
    name.lower(): number for names in (calendar.month_name, calendar.month_abbr) for number, name in enumerate(names)
}
ARTICLE_LIST = {1: "a {}", 2: "a {} and a {}", 3: "a {}, a {} and a {}"}


class DateRefused(ValidationError):
    """Says what is wrong with a date, and in which of its boxes."""

    def __init__(self, message: str, boxes: tuple[str, ...] = BOXES) -> None:
        super().__init__(message, code="date")
        self.boxes = boxes


class DateBoxes(forms.Widget):
    """Posted as `due_on-day`, `due_on-month`, `due_on-year`; what was typed is kept as it was typed."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, ...]:
        return tuple(data.get(f"{name}-{box}", "") for box in BOXES)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(f"{name}-{box}" in data for box in BOXES)

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return f"{id_}-{BOXES[0]}" if id_ else id_

    @staticmethod
    def typed(value: dt.date | tuple[str, ...] | None) -> dict[str, str]:
        """What stands in each box, for a date of ours or for what somebody typed."""
        if isinstance(value, dt.date):
            value = (str(value.day), str(value.month), str(value.year))
        return dict(zip(BOXES, value or ("", "", ""), strict=True))


class DateInputField(forms.Field):
    """A date, or a sentence that names the field and what to put right.

    `named` is how errors name it where the label is a question: "When is it due?" is named "Due date".
    A year outside `earliest` to `latest` is taken for a slip of the finger.
    """

    widget = DateBoxes

    def __init__(self, *, named: str = "", earliest: int = 1900, latest: int = 2100, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.named, self.earliest, self.latest = named, earliest, latest

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        bound = super().get_bound_field(form, field_name)
        self.named = self.named or str(bound.label)
        return bound

    def to_python(self, value: dt.date | tuple[str, ...] | None) -> dt.date | None:
        if isinstance(value, dt.date):
            return value
        typed = {box: text.strip() for box, text in self.widget.typed(value).items()}
        missing = tuple(box for box, text in typed.items() if not text)
        if len(missing) == len(BOXES) and not self.required:
            return None
        if missing:
            raise DateRefused(f"{self.named} must include {ARTICLE_LIST[len(missing)].format(*missing)}", missing)
        return self.real_date(**typed)

    def real_date(self, day: str, month: str, year: str) -> dt.date:
        # The shape of the year first: 20027 is a slip, and saying "must be a real date" would not show where.
        if number(year) and len(year) != 4:
            raise DateRefused(f"{self.named} must have a year of 4 numbers, like 2026", ("year",))
        try:
            date = dt.date(number(year), MONTHS.get(month.lower()) or number(month), number(day))
        except ValueError:
            raise DateRefused(f"{self.named} must be a real date") from None
        if not self.earliest <= date.year <= self.latest:
            raise DateRefused(f"{self.named} must be between {self.earliest} and {self.latest}", ("year",))
        return date


def number(text: str) -> int:
    """The number typed in ordinary digits; 0, which is no day, month or year, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
