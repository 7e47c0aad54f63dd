"""T: one day, which everybody can look up, before the next review."""

import re
from collections.abc import Iterator
from datetime import date

from plans.smart import words as w
from plans.smart.finding import Finding, Written

MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS)
DAY = re.compile(
    rf"(?P<by>\b(?:by|before|until|no later than)\s+(?:\w+day\s+)?(?:the\s+)?)?"
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<month>{MONTH})\b(?:\s+(?P<year>\d{{4}}))?"
    rf"|(?P<d>\d{{1,2}})[/.](?P<m>\d{{1,2}})[/.](?P<y>(?:20)?\d{{2}})\b)",
    re.IGNORECASE,
)
IN_WORDS = re.compile(rf"\b(?:{'|'.join(w.DATES_IN_WORDS)})(?!\w)", re.IGNORECASE)


def findings(written: Written) -> Iterator[Finding]:
    """Whether there is a day, whether the sentence agrees with it, and whether the next review can still ask."""
    if written.due is None:
        yield Finding("no_due", "Give the day by which it will be done.", is_missing=True, refuses=True)
    if said := IN_WORDS.search(written.text):
        yield Finding(
            "date_in_words",
            f"“{said[0]}” is no day anybody can look up: leave it out, the due date says when.",
            (said[0],),
        )
    if written.due and (said_day := another_day(written.text, written.due)):
        yield Finding(
            "dates_disagree",
            f"The sentence says {said_day:%-d %B}, the due date is {written.due:%-d %B}: keep one of them.",
        )
    if written.due and written.next_review_on and written.due > written.next_review_on:
        yield Finding(
            "after_review",
            f"Due after the next review on {written.next_review_on:%-d %B}: choose a day before it, or say what will "
            "be done by then.",
        )


def another_day(text: str, due: date) -> date | None:
    """A day in the text that the due date contradicts: one to be done by that is another, or one that is later."""
    for found in DAY.finditer(text):
        day = _day(found, due.year)
        if day and (day > due or (found["by"] and day != due)):
            return day
    return None


def _day(found: "re.Match[str]", year: int) -> date | None:
    try:
        if found["month"]:
            month = [name[:3] for name in MONTHS].index(found["month"][:3].lower()) + 1
            return date(int(found["year"] or year), month, int(found["day"]))
        written = int(found["y"])
        return date(written if written > 99 else 2000 + written, int(found["m"]), int(found["d"]))
    except ValueError:
        return None
