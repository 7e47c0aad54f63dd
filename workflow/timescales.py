"""Every statutory and local clock: how long, counted from what, owed by whom, and who says so.

The England default pack is data with a version. A partnership changes a value by making a new version with a day
from which it holds (`workflow.rule_changes.change_policy`), never by editing; a deadline keeps the value and the
version it was opened with. A source is national law, statutory guidance, the local procedures named in `SOURCES`, or
this product where nobody says anything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from workflow.working_days import Calendar, add_months, add_working_days


class Binding(StrEnum):
    """How strongly a value binds: nobody may shorten the law, everybody may change a product default."""

    LAW = "Act of Parliament"
    REGULATION = "regulations"
    GUIDANCE = "statutory guidance"
    LOCAL = "local partnership policy"
    PRODUCT = "product default"


UNITS = {"wd": "working day", "d": "calendar day", "m": "calendar month", "h": "hour"}


@dataclass(frozen=True)
class Span:
    """A length of time in one unit: `15 wd`, `42 d`, `3 m` or `72 h`."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Reads `15 wd`. Raises ValueError with the text that could not be read."""
        found = re.fullmatch(r"(\d+) (wd|d|m|h)", text)
        if not found:
            raise ValueError(f"{text!r} is not a length of time such as '15 wd', '42 d', '3 m' or '72 h'")
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"

    @property
    def in_words(self) -> str:
        """For a sentence: 15 working days, 1 calendar month."""
        return f"{self.amount} {UNITS[self.unit]}{'' if self.amount == 1 else 's'}"

    @property
    def in_working_days(self) -> bool:
        return self.unit == "wd"

    def after(self, day: date, calendar: Calendar, *, count_trigger: bool = False) -> date:
        """The day this span after `day`, which is not counted unless `count_trigger` and it is a working day.

        Working days count over the calendar; calendar days and months stand on any day. Hours are not dates:
        raises ValueError. Raises CalendarMissingYear beyond the calendar.
        """
        match self.unit:
            case "wd":
                counted_already = count_trigger and self.amount > 0 and calendar.is_working_day(day)
                return add_working_days(day, self.amount - counted_already, calendar)
            case "d":
                return day + timedelta(days=self.amount)
            case "m":
                return add_months(day, self.amount)
        raise ValueError(f"{self} is a limit in hours and has no due day")

    def before(self, day: date, calendar: Calendar) -> date:
        """The day this span before `day`. Same units and refusals as `after`."""
        match self.unit:
            case "wd":
                return add_working_days(day, -self.amount, calendar)
            case "d":
                return day - timedelta(days=self.amount)
            case "m":
                return add_months(day, -self.amount)
        raise ValueError(f"{self} is a limit in hours and has no due day")


SOURCES: Mapping[str, str] = {
    "BEXLEY": "Bexley",
    "BLKP": "Blackpool",
    "BOLTON": "Bolton",
    "BSCB": "Buckinghamshire",
    "CAMD": "Camden",
    "CBED": "Central Bedfordshire",
    "CUMB": "Cumberland",
    "ISCP": "Guernsey, for comparison only",
    "LDN": "London",
    "LEWI": "Lewisham",
    "LIV": "Liverpool",
    "LLR-PMB": "Leicester, Leicestershire and Rutland, on marks on babies who cannot move",
    "NORF": "Norfolk",
    "NOTTS": "Nottinghamshire",
    "NYSCP": "North Yorkshire",
    "SUX": "Sussex",
    "SWD": "Swindon, on reports",
    "SWK-IRO": "Southwark, quoting the handbook for reviewing officers",
    "SWQ": "Swindon, on quorum",
    "TEES": "Tees",
    "WALES": "Wales, for comparison only",
    "WSX": "West Sussex",
}


@dataclass(frozen=True)
class Timescale:
    """One rule of the pack. `counted_from` and `owner` are words for people; the callers decide."""

    code: str
    value: Span
    counted_from: str
    owner: str
    binding: Binding
    source: str


def _pack(*rows: tuple[str, str, str, str, Binding, str]) -> Mapping[str, Timescale]:
    return {code: Timescale(code, Span.parse(value), *rest) for code, value, *rest in rows}  # type: ignore[arg-type]


G, L, P, R, LAW = Binding.GUIDANCE, Binding.LOCAL, Binding.PRODUCT, Binding.REGULATION, Binding.LAW

ENGLAND_2026_1 = _pack(
    ("referral_decision", "1 wd", "receipt", "team manager", G, "Working Together; 1 wd read in local procedures"),
    ("assessment", "45 wd", "receipt of the referral", "lead practitioner", G, "Working Together; BSCB, CUMB, LEWI"),
    ("strategy_hold", "1 wd", "the decision or the call", "team manager", L, "24 h to 3 wd: TEES, CUMB, BEXLEY"),
    ("strategy_same_day", "0 wd", "mark on a non-mobile child recorded", "team manager", L, "LLR-PMB"),
    ("strategy_full_after_emergency", "5 wd", "the emergency discussion", "team manager", L, "LEWI"),
    ("strategy_record", "1 wd", "conclusion of the discussion", "team manager", L, "known, to be confirmed locally"),
    ("s47_complete", "15 wd", "the discussion that started the enquiry", "lead practitioner", L, "BSCB, CUMB"),
    ("conference_ask", "5 wd", "an agency asks for a conference", "team manager", P, "proposed"),
    ("icpc_request", "1 wd", "the outcome of the enquiry", "lead practitioner", L, "BOLTON"),
    ("icpc_hold", "15 wd", "the discussion that started the enquiry", "chair", G, "Working Together; BEXLEY, LIV"),
    ("pre_birth_limit", "70 d", "the expected date, counted back", "chair", L, "LDN; proposed as a limit"),
    ("post_birth_review", "20 wd", "the birth", "chair", L, "LIV"),
    ("transfer_in_hold", "15 wd", "the written notification", "chair", L, "NORF, TEES, NYSCP"),
    ("invites_icpc", "5 wd", "the conference, counted back", "administrator", P, "proposed"),
    ("invites_rcpc", "20 wd", "the review, counted back", "administrator", L, "read in local procedures"),
    ("report_icpc", "3 wd", "the conference, counted back", "each agency", L, "SUX; 2 wd LIV, SWD"),
    ("report_rcpc", "5 wd", "the review, counted back", "each agency", L, "SUX, LIV, SWD, NYSCP"),
    ("exclusion_request", "3 wd", "the conference, counted back", "who asks", L, "SUX"),
    ("exclusion_decision", "2 wd", "the request", "the conference's chair", P, "proposed"),
    ("decision_letter", "1 wd", "the decision", "administrator", L, "SUX, NYSCP"),
    ("minutes_distribute", "20 wd", "the decision", "administrator", L, "10, 15 and 20 wd: ISCP, NYSCP, WALES"),
    ("minutes_challenge", "10 wd", "the distribution", "recipients", L, "WALES"),
    ("dissent_formal", "72 h", "the decision, in real hours", "dissenting agency", L, "SUX"),
    ("dissent_answer", "5 wd", "the formal dissent", "the conference's chair", P, "proposed"),
    ("reconvene_icpc", "10 wd", "the adjourned sitting", "the conference's chair", L, "SWQ, SUX"),
    ("reconvene_rcpc", "10 wd", "the adjourned sitting", "the conference's chair", P, "proposed; about a month SUX"),
    ("core_group_first", "10 wd", "the conference that started the plan", "lead practitioner", G, "Working Together"),
    ("core_group_next", "42 d", "the last core group held", "lead practitioner", L, "4 to 6 weeks: BLKP, NYSCP"),
    ("core_group_record", "5 wd", "the core group", "lead practitioner", P, "proposed"),
    ("rcpc_first", "3 m", "the initial or transfer-in conference", "chair", G, "Working Together; SUX, NYSCP, WSX"),
    ("rcpc_next", "6 m", "the last review held", "chair", G, "Working Together; SUX, NYSCP, WSX"),
    ("visit", "10 wd", "the last visit at which the child was seen", "lead practitioner", L, "CAMD, LIV, CBED"),
    ("visit_record", "2 wd", "the visit", "lead practitioner", L, "LIV"),
    ("supervision", "28 d", "the last supervision, per child", "team manager", L, "NOTTS, BOLTON"),
    (
        "looked_after_first_review",
        "20 wd",
        "becoming looked after",
        "reviewing officer",
        R,
        "Care Planning Regulations",
    ),
    ("serious_incident_notice", "5 wd", "the authority aware", "director", LAW, "Children Act 2004 s.16C"),
    ("legal_planning", "10 wd", "the chair's recommendation", "team manager", P, "proposed"),
    ("contingency_response", "10 wd", "the condition recorded as met", "team manager", P, "proposed"),
    ("disagreement_stage_1", "5 wd", "the stage opened", "who must answer", L, "LDN, SUX"),
    ("disagreement_stage_2", "5 wd", "the stage opened", "who must answer", L, "LDN, SUX"),
    ("disagreement_stage_3", "5 wd", "the stage opened", "who must answer", L, "LDN, SUX"),
    ("disagreement_stage_4", "5 wd", "the stage opened", "who must answer", L, "total 20 wd: SWK-IRO"),
)

ENGLAND_SETTINGS: Mapping[str, Any] = {
    "ladder": ["1 wd", "5 wd", "10 wd", "20 wd"],
    "fast_ladder": ["0 wd", "1 wd", "2 wd", "5 wd"],
    "count_trigger_day": [],
    "quorum_other_groups": 2,
    "quorum_group_by": "quorum_group",
    "quorum_chair_counts": False,
    "quorum_written_report_counts": False,
    "core_group_other_groups": 1,
    "max_consecutive_inquorate": 1,
    "inquorate_override_grounds": [
        "too_few_involved_agencies",
        "delay_harmful_with_enough_information",
        "attendance_difficulty_reported",
        "looked_after_combined",
    ],
    "exclusion_grounds": [
        "prejudice_to_child",
        "violence_or_intimidation",
        "child_asks",
        "prevents_contribution",
        "confidential_material",
        "family_conflict",
    ],
    "absence_alerts": [2, 3],
    "plan_flags_months": [9, 12, 15, 18, 24],
    "repeat_plan_months": 24,
    "was_not_brought_count": 2,
    "was_not_brought_days": 90,
    "injury_count": 2,
    "injury_days": 365,
    "agency_silent_days": 42,
    "meetings_without_movement": 6,
    "non_engagement": 2,
    "vague_words": ["monitor", "support", "engage", "continue"],
    "expected_initial": ["social_care", "police", "health"],
    "expected_pre_birth": ["social_care", "police", "health"],
    "expected_transfer_in": ["social_care", "police", "health"],
    "expected_review": ["social_care", "health"],
    "expected_for_factor": {
        "on_licence": "probation",
        "care_leaver": "leaving_care",
        "substance_misuse": "substance_misuse",
        "mental_health": "adult_mental_health",
        "domestic_abuse": "domestic_abuse",
        "housing_conditions": "housing",
    },
}

PACK_VERSION = "2026-1"


@dataclass(frozen=True)
class Policy:
    """The pack in force on a day: its version, the value of every timescale, and the settings."""

    version: str
    values: Mapping[str, Span]
    settings: Mapping[str, Any]

    def span(self, code: str) -> Span:
        return self.values[code]

    def counts_trigger(self, code: str) -> bool:
        """Whether this partnership counts the trigger's own working day as day one."""
        return code in self.settings["count_trigger_day"]

    def after(self, code: str, day: date, calendar: Calendar) -> date:
        """The day `code` falls due when its trigger is on `day`. Raises as `Span.after`."""
        return self.span(code).after(day, calendar, count_trigger=self.counts_trigger(code))

    def ladder(self, *, fast: bool) -> list[Span]:
        """The offsets of the rungs after the due date, lowest first."""
        return [Span.parse(offset) for offset in self.settings["fast_ladder" if fast else "ladder"]]


ENGLAND_DEFAULT = Policy(PACK_VERSION, {code: rule.value for code, rule in ENGLAND_2026_1.items()}, ENGLAND_SETTINGS)


def checked_changes(changes: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Splits `changes` into timescale values and settings. Raises ValueError naming a code or value nobody knows."""
    values, settings = {}, {}
    for code, value in changes.items():
        if code in ENGLAND_2026_1:
            values[code] = str(Span.parse(value))
        elif code in ENGLAND_SETTINGS:
            settings[code] = value
        else:
            raise ValueError(f"{code!r} is neither a timescale nor a setting")
    return values, settings
