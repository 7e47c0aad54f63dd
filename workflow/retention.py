"""How long each class of record is kept, from what it is counted, and who says so. Pure data, no Django.

A partnership sets its own years by a version of its policy (`retention_years`), never below the law. A case may be of
several classes; the one that keeps it longest decides. Whatever is counted ends with its calendar year, as in most
schedules, so that nobody reads a birthday from the day on which something falls due.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from workflow.bindings import Binding


class From(StrEnum):
    """What the years are counted from."""

    BIRTH = "the birth of the youngest child of the case"
    LAST_ENTRY = "the last entry in the record of the case"
    DESTRUCTION = "the destruction of the case"


@dataclass(frozen=True)
class RecordClass:
    """One line of the schedule. `holds` says in words what is of this class."""

    code: str
    holds: str
    years: int
    counted_from: From
    binding: Binding
    source: str

    def in_words(self, years: int) -> str:
        """25 years from the birth of the youngest child of the case."""
        return f"{years} {'year' if years == 1 else 'years'} from {self.counted_from}"


def _schedule(*rows: tuple[str, str, int, From, Binding, str]) -> Mapping[str, RecordClass]:
    return {row[0]: RecordClass(*row) for row in rows}


L, P, R = Binding.LOCAL, Binding.PRODUCT, Binding.REGULATION
COMMON = "common in the schedules of local authorities, to be confirmed locally"

SCHEDULE = _schedule(
    (
        "looked_after",
        "a case with a child who was looked after",
        75,
        From.BIRTH,
        R,
        "Care Planning, Placement and Case Review (England) Regulations 2010, reg. 50: 75 years from birth",
    ),
    (
        "sexual_abuse",
        "a case with a protection plan for sexual abuse",
        75,
        From.BIRTH,
        P,
        "recommended for records about child sexual abuse by the Independent Inquiry, final report of 2022",
    ),
    ("serious_incident", "a case with a serious incident", 75, From.BIRTH, P, "proposed, as for looked-after children"),
    (
        "protection_plan",
        "a case with a protection plan",
        25,
        From.BIRTH,
        L,
        f"until the 25th birthday: {COMMON}; some keep 35 years after the case ended",
    ),
    (
        "enquiry",
        "a case with a section 47 enquiry and no plan",
        25,
        From.BIRTH,
        L,
        f"until the 25th birthday: {COMMON}",
    ),
    ("referral", "every case, whatever came of it", 6, From.LAST_ENTRY, L, f"six years after it ended: {COMMON}"),
    (
        "read_log",
        "who looked at a case",
        6,
        From.DESTRUCTION,
        P,
        "proposed: its destruction can be looked into",
    ),
)
WITH_THE_CASE = (
    "Minutes, letters, reports and records of meetings, every version and every copy that was sent, with its file",
    "Messages, alerts and mail about the case, and what a mail server or a partner’s system answered",
    "Signed links and answers given through them",
    "The reasons for which the glass was broken, a case restricted, or an auditor opened it",
    "Answers and findings of audits",
    "The working text of minutes and what somebody has typed and not sent; the last goes after thirty days in any case",
)
KEPT_FOR_GOOD = (
    "The reference of the case, and the numbers, acts, roles and moments of its journal, without a word of it",
    "The seals of its chain",
    "Holds, orders and certificates, without the reasons",
    "Versions of the policy, agencies and posts",
)


def check_years(told: Mapping[str, Any]) -> None:
    """Raises ValueError for a class nobody knows, a value that is no number of years, and one below the law."""
    for code, years in told.items():
        if code not in SCHEDULE:
            raise ValueError(f"{code!r} is not a class of records")
        if not isinstance(years, int) or isinstance(years, bool) or not 1 <= years <= 150:
            raise ValueError(f"{years!r} is not a number of years for which {code!r} is kept")
        kept = SCHEDULE[code]
        if kept.binding in (Binding.LAW, Binding.REGULATION) and years < kept.years:
            raise ValueError(f"{code!r} is kept for {kept.years} years by law: {kept.source}")


def last_day(since: date, years: int) -> date:
    """The last day of the calendar year in which the years are over."""
    return date(since.year + years, 12, 31)
