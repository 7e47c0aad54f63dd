"""Every statutory and local clock: how long, counted from what, owed by whom, and who says so.

The England default pack is data with a version. A partnership changes a value by making a new version with a day
from which it holds (`workflow.rule_changes.change_policy`), never by editing; a deadline keeps the value and the
version it was opened with. A source is national law, statutory guidance, the local procedures named in `SOURCES`, or
this product where nobody says anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow import ladders
from workflow.bindings import Binding
from workflow.ladders import Rungs
from workflow.retention import SCHEDULE, check_years
from workflow.spans import UNITS, Span
from workflow.working_days import Calendar

__all__ = ["UNITS", "Binding", "Span"]


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
    ("subject_access", "1 m", "the request", "administrator", LAW, "General Data Protection Regulation, article 12(3)"),
    (
        "subject_access_extended",
        "3 m",
        "the request, when it is complex or there are many",
        "administrator",
        LAW,
        "General Data Protection Regulation, article 12(3)",
    ),
    ("break_glass_review", "1 wd", "the glass was broken", "team manager", P, "proposed"),
    ("disagreement_stage_1", "5 wd", "the stage opened", "who must answer", L, "LDN, SUX"),
    ("disagreement_stage_2", "5 wd", "the stage opened", "who must answer", L, "LDN, SUX"),
    ("disagreement_stage_3", "5 wd", "the stage opened", "who must answer", L, "LDN, SUX"),
    ("disagreement_stage_4", "5 wd", "the stage opened", "who must answer", L, "total 20 wd: SWK-IRO"),
)

ENGLAND_SETTINGS: Mapping[str, Any] = {
    "ladder": ["1 wd", "5 wd", "10 wd", "20 wd"],
    "fast_ladder": ["0 wd", "1 wd", "2 wd", "5 wd"],
    # Ladders of its own for a kind of duty, by timescale or code: see workflow.ladders.
    "ladders": {},
    "count_trigger_day": [],
    "quorum_other_groups": 2,
    "quorum_group_by": "quorum_group",
    "quorum_chair_counts": False,
    "quorum_written_report_counts": False,
    "core_group_other_groups": 1,
    "max_consecutive_inquorate": 1,
    "minutes_not_by_own_author": True,
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
    # Findings of the SMART check that refuse an action, by code, besides what is missing.
    "smart_refuses": [],
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
    # What has to be on record before anybody is invited: each child's father, how each child takes part, support.
    "convening_asks_for": ["father", "children", "support"],
    # Timescales whose clock may be stopped, and for how many days in all, counted as the timescale counts.
    "clock_stops": {},
    # What goes out at once and can never be switched off, put off or kept for a digest. Every other message may wait.
    "told_at_once": [
        "CHILD_NOT_SEEN",
        "INQUORATE",
        "NON_MOBILE_INJURY",
        "BORN_BEFORE_CONFERENCE",
        "ICPC_OUT_OF_TIME",
        "TRANSFER_IN_OUT_OF_TIME",
        "RCPC_OUT_OF_TIME",
        "OWNER_LEFT",
        "DEAD_LETTER",
        "BREAK_GLASS",
        "BREAK_GLASS_NOT_JUSTIFIED",
        "ACTION_ESCALATED",
        "NOT_DELIVERED",
        "OUTSIDE_MAIL_FAILED",
    ],
    # What happens to the others, unless their reader has chosen: "digest", "at_once" or "here_only"; and when.
    "ordinary_messages": "digest",
    "digest_at": "08:30",
    # More mails than this within an hour are kept back for one; the first urgent one never is.
    "mails_an_hour": 12,
    # A word once a week to whoever owes nothing overdue.
    "weekly_heartbeat": True,
    # Hours for which somebody who broke the glass sees the case.
    "break_glass_hours": 4,
    # For how many years each class of record is kept: see workflow.retention.
    "retention_years": {code: kept.years for code, kept in SCHEDULE.items()},
    # The local authority's school holidays: {"from": day, "to": day, "name": words}. None is known from the start.
    "school_holidays": [],
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

    def years_kept(self, record_class: str) -> int:
        """For how many years that class of record is kept."""
        years: int = self.settings["retention_years"].get(record_class, SCHEDULE[record_class].years)
        return years

    def counts_trigger(self, code: str) -> bool:
        """Whether this partnership counts the trigger's own working day as day one."""
        return code in self.settings["count_trigger_day"]

    def after(self, code: str, day: date, calendar: Calendar) -> date:
        """The day `code` falls due when its trigger is on `day`. Raises as `Span.after`."""
        return self.span(code).after(day, calendar, count_trigger=self.counts_trigger(code))

    def ladder(self, *, fast: bool) -> list[Span]:
        """The offsets of the ordinary rungs after the due date, lowest first."""
        return [rung.offset for rung in self.ordinary_rungs(fast=fast)]

    def ordinary_rungs(self, *, fast: bool) -> Rungs:
        """The ladder of every duty whose kind has none of its own."""
        return ladders.ordinary(self.settings["fast_ladder" if fast else "ladder"])

    def own_rungs(self, kind: str, *, fast: bool) -> Rungs | None:
        """The ladder this partnership gives a kind of duty, if it does."""
        told = self.settings["ladders"].get(kind, {}).get("fast" if fast else "ordinary")
        return ladders.read(told) if told else None

    def every_ladder(self) -> list[Rungs]:
        """The ordinary ladders and those of their own."""
        own = [ladders.read(rungs) for kinds in self.settings["ladders"].values() for rungs in kinds.values()]
        return [self.ordinary_rungs(fast=False), self.ordinary_rungs(fast=True), *own]

    def rungs(self, *, timescale: str, code: str, fast: bool) -> Rungs:
        """The ladder a duty climbs when it becomes late today: that of its timescale, else of its code, else of all."""
        own = self.own_rungs(timescale, fast=fast) if timescale else None
        return own or self.own_rungs(code, fast=fast) or self.ordinary_rungs(fast=fast)


ENGLAND_DEFAULT = Policy(PACK_VERSION, {code: rule.value for code, rule in ENGLAND_2026_1.items()}, ENGLAND_SETTINGS)


def checked_changes(changes: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Splits `changes` into timescale values and settings. Raises ValueError naming a code or value nobody knows."""
    values, settings = {}, {}
    for code, value in changes.items():
        if code in ENGLAND_2026_1:
            values[code] = str(Span.parse(value))
        elif code in ENGLAND_SETTINGS:
            _check_setting(code, value)
            settings[code] = value
        else:
            raise ValueError(f"{code!r} is neither a timescale nor a setting")
    return values, settings


def _check_setting(code: str, value: Any) -> None:
    if code in ("ladder", "fast_ladder"):
        ladders.ordinary(value)
    elif code == "ladders":
        ladders.check_ladders(value)
    elif code == "clock_stops":
        _check_clock_stops(value)
    elif code == "retention_years":
        check_years(value)


def _check_clock_stops(told: Mapping[str, Any]) -> None:
    for code, days in told.items():
        if code not in ENGLAND_2026_1:
            raise ValueError(f"{code!r} is not a timescale")
        if not isinstance(days, int) or isinstance(days, bool) or days < 1:
            raise ValueError(f"{days!r} is not a number of days for which {code!r} may be stopped")
