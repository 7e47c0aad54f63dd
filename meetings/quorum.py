"""Are enough agencies there? Judged by groups of agencies, never by heads.

Chairs, administrators, auditors and partnership officers do not count, nor does family. No national figure exists:
the numbers are policy data (SWQ, SUX; group rule ISCP; strategy discussion: Working Together, BUCKS).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from workflow.models import SOCIAL_CARE, Agency, Professional, Role
from workflow.policy import policy_on

DOES_NOT_COUNT = frozenset({Role.CONFERENCE_ADMIN, Role.AUDITOR, Role.PARTNERSHIP, Role.SYSTEM_ADMIN})
STRATEGY_GROUPS = (SOCIAL_CARE, "police", "health")
EMERGENCY_GROUPS = (SOCIAL_CARE, "police")


@dataclass(frozen=True)
class Quorum:
    """Which groups are there besides social care, and how many would do."""

    social_care: bool
    others: frozenset[str]
    needed: int

    @property
    def is_quorate(self) -> bool:
        return self.social_care and len(self.others) >= self.needed

    @property
    def may_go_on(self) -> bool:
        """Enough for a chair to go on with an allowed ground: social care and one other group."""
        return self.social_care and bool(self.others)


def counting_agencies(people: Iterable[Professional], on: date) -> set[Agency]:
    """The agencies that count as there through these professionals."""
    chair_counts = policy_on(on).settings["quorum_chair_counts"]
    return {
        person.agency
        for person in people
        if person.role not in DOES_NOT_COUNT and (chair_counts or person.role != Role.CONFERENCE_CHAIR)
    }


def of_sitting(people: Iterable[Professional], with_report: Iterable[Agency], on: date) -> Quorum:
    """The quorum of a conference sitting. A written report is not presence, unless the policy says so."""
    settings = policy_on(on).settings
    there = counting_agencies(people, on)
    if settings["quorum_written_report_counts"]:
        there |= set(with_report)
    return _judge(there, settings["quorum_other_groups"], on)


def of_core_group(people: Iterable[Professional], on: date) -> Quorum:
    return _judge(counting_agencies(people, on), policy_on(on).settings["core_group_other_groups"], on)


def _judge(there: Iterable[Agency], needed: int, on: date) -> Quorum:
    by_agency = policy_on(on).settings["quorum_group_by"] == "agency"
    groups = {agency.key if by_agency else agency.quorum_group for agency in there}
    home = {SOCIAL_CARE} | {agency.quorum_group for agency in there if agency.key == SOCIAL_CARE and not by_agency}
    return Quorum(any(agency.key == SOCIAL_CARE for agency in there), frozenset(groups - home), needed)


def missing_from_strategy(people: Iterable[Professional], on: date, *, emergency: bool) -> list[str]:
    """The groups a strategy discussion still lacks, by group or by agency."""
    there = {name for agency in counting_agencies(people, on) for name in (agency.key, agency.quorum_group)}
    return [group for group in (EMERGENCY_GROUPS if emergency else STRATEGY_GROUPS) if group not in there]
