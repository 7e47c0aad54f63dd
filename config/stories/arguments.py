"""How the words of an event become what a domain function is given: keys become records, text becomes dates.

Each maker takes the name of a word in the event's `with` and gives a reader. A word that is not there is left out, so
that the domain function's own default holds. A key nobody knows is UNKNOWN.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from config.stories.cast import Cast
from escalation.models import Disagreement
from meetings.enquiries import Medical
from meetings.models import Conference, CoreGroup, LegalPlanningMeeting, Referral, SeriousIncident, StrategyDiscussion
from meetings.outcomes import ChildDecision
from plans.lifecycle import OutcomeDraft
from plans.models import Action
from plans.smart import ActionDraft
from workflow import deadlines
from workflow.errors import Unknown
from workflow.models import Agency, Child, Deadline, FamilyMember, Professional

Reader = Callable[[Cast, dict[str, Any]], Any]


class LeftOut:
    """The event does not say it."""


def _reader(name: str, read: Callable[[Cast, Any], Any], default: Any = LeftOut) -> Reader:
    def reader(cast: Cast, told: dict[str, Any]) -> Any:
        if told.get(name) is None:
            return default() if callable(default) and default is not LeftOut else default
        return read(cast, told[name])

    return reader


# What keys mean


def find_child(cast: Cast, key: str) -> Child:
    return _found(cast.case.children.filter(key=key).first(), key)


def find_member(cast: Cast, key: str) -> FamilyMember:
    return _found(cast.case.family_members.filter(key=key).first(), key)


def find_person(cast: Cast, key: str) -> Child | FamilyMember:
    found = cast.case.children.filter(key=key).first() or cast.case.family_members.filter(key=key).first()
    return _found(found, key)


def find_professional(cast: Cast, key: str) -> Professional:
    known = cast.professionals.get(key)
    return _found(known and known.fresh(), key)


def find_agency(cast: Cast, key: str) -> Agency:
    return _found(cast.agencies.get(key), key)


def find_party(cast: Cast, key: str) -> Agency | FamilyMember:
    return cast.agencies.get(key) or find_member(cast, key)


def find_owner(cast: Cast, key: str) -> Professional | FamilyMember:
    return find_professional(cast, key) if key in cast.professionals else find_member(cast, key)


def find_deadline(cast: Cast, key: str) -> Deadline:
    code, _, subject = key.partition(":")
    return _found(deadlines.latest(cast.case, code, subject), key)


def _kept(model: Any) -> Callable[[Cast, str], Any]:
    def find(cast: Cast, key: str) -> Any:
        return _found(model.objects.filter(case=cast.case, key=key).first(), key)

    return find


find_conference = _kept(Conference)
find_strategy = _kept(StrategyDiscussion)
find_core_group = _kept(CoreGroup)


def _found(record: Any, key: str) -> Any:
    if record is None:
        raise Unknown(about=[key])
    return record


# Makers


def case(cast: Cast, told: dict[str, Any]) -> Any:
    """The case of the story."""
    return cast.case.fresh()


def partnership(cast: Cast, told: dict[str, Any]) -> None:
    """An act about the whole partnership."""
    return


def plain(name: str, default: Any = LeftOut) -> Reader:
    return _reader(name, lambda cast, value: value, default)


def words(name: str) -> Reader:
    """Text that a domain function wants even when it is blank or missing."""
    return _reader(name, lambda cast, value: value, "")


def day(name: str) -> Reader:
    return _reader(name, lambda cast, value: date.fromisoformat(value))


def one(find: Callable[[Cast, str], Any], name: str) -> Reader:
    return _reader(name, find)


def many(find: Callable[[Cast, str], Any], name: str, default: Any = LeftOut) -> Reader:
    return _reader(name, lambda cast, keys: [find(cast, key) for key in keys], default)


def by_key(find: Callable[[Cast, str], Any], name: str) -> Reader:
    """A map whose keys are people or agencies."""
    return _reader(name, lambda cast, value: {find(cast, key): item for key, item in value.items()})


def child(name: str) -> Reader:
    return one(find_child, name)


def children(name: str) -> Reader:
    return many(find_child, name)


def professional(name: str) -> Reader:
    return one(find_professional, name)


def professionals(name: str) -> Reader:
    return many(find_professional, name)


def agency(name: str) -> Reader:
    return one(find_agency, name)


def agencies(name: str) -> Reader:
    return many(find_agency, name)


def parties(name: str) -> Reader:
    return many(find_party, name)


def members(name: str) -> Reader:
    return many(find_member, name)


def conference(name: str = "conference") -> Reader:
    return one(find_conference, name)


def referral(name: str = "referral") -> Reader:
    return one(_kept(Referral), name)


def action(name: str = "action") -> Reader:
    return one(_kept(Action), name)


def disagreement(name: str = "disagreement") -> Reader:
    return one(_kept(Disagreement), name)


def legal_planning(name: str = "meeting") -> Reader:
    return one(_kept(LegalPlanningMeeting), name)


def incident(name: str = "incident") -> Reader:
    return one(_kept(SeriousIncident), name)


def find_record(cast: Cast, key: str) -> StrategyDiscussion | CoreGroup:
    found = StrategyDiscussion.objects.filter(case=cast.case, key=key).first()
    return found or find_core_group(cast, key)


def read_action(cast: Cast, said: dict[str, Any]) -> ActionDraft:
    return ActionDraft(
        key=said["action"],
        text=said["text"],
        owner=find_owner(cast, said["owner"]) if said.get("owner") else None,
        due=date.fromisoformat(said["due"]) if said.get("due") else None,
        measure=said.get("measure"),
        outcome=said.get("outcome"),
        children=[find_child(cast, key) for key in said["children"]],
        immediate_risk=said.get("immediate_risk", False),
        even_if_not_working_day=said.get("even_if_not_working_day", False),
        smart_override=said.get("smart_override", ""),
    )


def action_draft(cast: Cast, told: dict[str, Any]) -> ActionDraft:
    """The event itself describes one action."""
    return read_action(cast, told)


def action_drafts(name: str) -> Reader:
    return _reader(name, lambda cast, said: [read_action(cast, one) for one in said], list)


def outcome_drafts(name: str) -> Reader:
    def read(cast: Cast, said: list[dict[str, Any]]) -> list[OutcomeDraft]:
        return [
            OutcomeDraft(one["outcome"], [find_child(cast, key) for key in one["children"]], one.get("measure") or "")
            for one in said
        ]

    return _reader(name, read, list)


def decisions(name: str) -> Reader:
    def read(cast: Cast, said: list[dict[str, Any]]) -> list[ChildDecision]:
        return [
            ChildDecision(find_child(cast, one["child"]), **{key: one[key] or "" for key in one if key != "child"})
            for one in said
        ]

    return _reader(name, read)


def medical(name: str) -> Reader:
    return _reader(
        name, lambda cast, said: Medical(said["decision"], said.get("decided_by", ""), said.get("why") or "")
    )
