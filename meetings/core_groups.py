"""Core groups and the records of small meetings.

Sources: Working Together (first within 10 working days); BLKP, NYSCP.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias

from meetings import quorum
from meetings.attendance import note_presence
from meetings.models import (
    CoreGroup,
    CoreGroupAttendance,
    CoreGroupChild,
    DischargeMeeting,
    LegalPlanningMeeting,
    Party,
    Presence,
    RecordCopy,
    StrategyDiscussion,
    party_filter,
)
from meetings.outcomes import core_group_held
from notifications.tell import tell
from plans import patterns
from plans.lifecycle import add_to_core_group, core_group_of, require_open_plans
from plans.models import Engagement
from workflow import deadlines
from workflow.acts import act
from workflow.errors import AlreadyExists, LivedExperienceMissing, ReasonRequired, TextMissing, WrongState
from workflow.models import Agency, Case, Child, FamilyMember, Professional
from workflow.people import heard_from, link
from workflow.records import ready


@act
def hold_core_group(
    case: Case,
    key: str,
    *,
    children: Sequence[Child],
    attended: Sequence[Professional],
    lived_experience: Mapping[Child, str],
    family_present: Sequence[FamilyMember] = (),
    apologies_with_report: Sequence[Agency] = (),
    joined: Sequence[Agency] = (),
    scores: Mapping[Child, Mapping[str, int]] | None = None,
    evidence: Mapping[str, str] | None = None,
    engagement: Mapping[FamilyMember, str] | None = None,
    on: date,
) -> CoreGroup:
    """A core group took place: held when quorate, else partial. What follows: `outcomes.core_group_held`.

    Raises AlreadyExists, NoOpenPlan, LivedExperienceMissing.
    """
    _check_new(case, key)
    plans = require_open_plans(children)
    silent = [child.key for child in children if not lived_experience.get(child, "").strip()]
    if silent:
        raise LivedExperienceMissing(about=silent)
    for child in children:
        add_to_core_group(child, joined, on=on)
    is_quorate = quorum.of_core_group(attended, on).is_quorate
    state = CoreGroup.State.HELD if is_quorate else CoreGroup.State.PARTIAL
    core_group = CoreGroup(case=case, key=key, held_on=on, is_quorate=is_quorate, state=state)
    core_group.save()
    for child in children:
        _write_lived_experience(core_group, child, lived_experience[child], on)
    for professional in attended:
        CoreGroupAttendance(core_group=core_group, professional=professional).save()
        link(case, professional, "core group", on=on)
    for member in family_present:
        CoreGroupAttendance(core_group=core_group, family_member=member).save()
    there = {person.agency for person in attended}
    note_presence(
        case,
        Presence.Occasion.CORE_GROUP,
        key,
        expected=dict.fromkeys(agency for child in children for agency in core_group_of(child)),
        there=there,
        with_report=apologies_with_report,
        on=on,
    )
    heard_from(case, [*there, *apologies_with_report])
    core_group_held(core_group, plans, scores=scores or {}, evidence=evidence or {}, on=on)
    if is_quorate:
        for member, rating in (engagement or {}).items():
            Engagement(member=member, core_group_key=key, rating=rating, rated_on=on).save()
            patterns.when_rated(member, on)
    return core_group


def _check_new(case: Case, key: str) -> None:
    if CoreGroup.objects.filter(case=case, key=key).exists():
        raise AlreadyExists(about=[key])


def _write_lived_experience(core_group: CoreGroup, child: Child, text: str, on: date) -> None:
    """The child's section; the same words as last time are told, case and spacing apart."""
    before = CoreGroupChild.objects.filter(child=child).exclude(lived_experience="").last()
    CoreGroupChild(core_group=core_group, child=child, lived_experience=text).save()
    if before and _plain_words(before.lived_experience) == _plain_words(text):
        case = core_group.case
        tell(case, "SAME_WORDS", child.key, [case.chair, case.lead_practitioner], on=on)


def _plain_words(text: str) -> list[str]:
    return text.lower().split()


@act
def miss_core_group(case: Case, key: str, *, children: Sequence[Child], reason: str, on: date) -> CoreGroup:
    """A core group did not happen: the same due date stays. Raises AlreadyExists, ReasonRequired."""
    _check_new(case, key)
    if not reason.strip():
        raise ReasonRequired(about=[key])
    core_group = CoreGroup(
        case=case, key=key, held_on=on, is_quorate=False, why_not_held=reason, state=CoreGroup.State.NOT_HELD
    )
    core_group.save()
    for child in children:
        CoreGroupChild(core_group=core_group, child=child).save()
    tell(case, "CORE_GROUP_NOT_HELD", key, [case.chair, case.team_manager], on=on)
    return core_group


SmallMeeting: TypeAlias = StrategyDiscussion | CoreGroup | DischargeMeeting | LegalPlanningMeeting


@act
def write_record(record: SmallMeeting, *, text: str) -> SmallMeeting:
    """The record of a small meeting in words, as often as needed until it goes out. Raises WrongState, TextMissing.

    Legal advice goes to nobody: the record of a legal planning meeting stays open to its writers.
    """
    if isinstance(record, LegalPlanningMeeting):
        if record.state != LegalPlanningMeeting.State.HELD:
            raise WrongState("The meeting has not been held.", about=[record.key])
    else:
        ready(record.distribute_record)
    if not text.strip():
        raise TextMissing(about=[record.key])
    record.what_was_said = text
    record.save()
    return record


@act
def distribute_record(
    record: StrategyDiscussion | CoreGroup | DischargeMeeting, *, to: Sequence[Party] = (), on: date
) -> StrategyDiscussion | CoreGroup | DischargeMeeting:
    """The record of a small meeting goes out; a core group's always to the chair too.

    To agencies in the service, to family by post: they have no sign-in.
    """
    ready(record.distribute_record)
    case, key = record.case, record.key
    for party in to:
        channel = RecordCopy.Channel.IN_SERVICE if isinstance(party, Agency) else RecordCopy.Channel.POST
        RecordCopy(case=case, record_key=key, sent_on=on, channel=channel, **party_filter(party)).save()
    is_core_group = isinstance(record, CoreGroup)
    if is_core_group:
        RecordCopy(case=case, record_key=key, sent_on=on, to_chair=case.chair).save()
    record.distribute_record()
    record.save()
    if not isinstance(record, DischargeMeeting):
        code = "core_group_record" if is_core_group else "strategy_record"
        deadlines.meet(deadlines.pending(case, code, key), on=on)
    return record
