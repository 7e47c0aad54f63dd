"""How a date was reached, in words: what it was counted from, how far, and which holidays were passed over."""

from datetime import date

from workflow.timescales import Span
from workflow.working_days import Calendar, days_after


def explain_after(because: str, since: date, span: Span, due: date, days: Calendar) -> str:
    """How a date counted forward was reached, in words."""
    return f"{because} {long_day(since)} + {span.in_words}{_skipped(span, since, due, days)}"


def explain_before(because: str, event_on: date, span: Span, due: date, days: Calendar) -> str:
    """How a date counted back was reached, in words."""
    return f"{span.in_words} before {because} {long_day(event_on)}{_skipped(span, due, event_on, days)}"


def _skipped(span: Span, start: date, end: date, days: Calendar) -> str:
    if not span.in_working_days:
        return ""
    holidays = [f"{days.holiday(day)} {short_day(day)}" for day in days_after(start, end) if days.holiday(day)]
    if not holidays:
        return ""
    *most, last = holidays
    return f", skipping {', '.join(most)}{' and ' if most else ''}{last}"


def long_day(day: date) -> str:
    return f"{day:%-d %b %Y}"


def short_day(day: date) -> str:
    return f"{day:%-d %b}"
