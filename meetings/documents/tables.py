"""Days, moments and tables as the record writes them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from meetings.documents.document import Section, Table
from workflow.acting import LONDON


def moment_in_short(moment: datetime | None) -> str:
    return f"{moment.astimezone(LONDON):%-d %b %Y, %H:%M}" if moment else ""


def day_in_short(day: date | None) -> str:
    return f"{day:%-d %b %Y}" if day else ""


def table_or(heading: str, headings: Sequence[str], rows: Iterable[Sequence[str]], without: str) -> Section:
    """A section with a table, or with a sentence where there is nothing to list."""
    rows = list(rows)
    return Section(heading, table=Table(headings, rows)) if rows else Section(heading, without)
