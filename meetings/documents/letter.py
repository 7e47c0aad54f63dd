"""The decision letter: what was decided about each child and why, the outline plan, who, when, and how to disagree."""

from meetings.documents import parts
from meetings.documents.document import Document, Section
from meetings.documents.facts import Facts
from meetings.documents.readers import Reader, withheld
from meetings.models import ConferenceChild
from workflow.acting import day_of
from workflow.policy import policy_on

GOES_ON = (ConferenceChild.Outcome.PLAN, ConferenceChild.Outcome.CONTINUE)
FAMILY_MAY_DISAGREE = """You may disagree with how the conference was run or with what it decided. Tell the chair first, in whatever way suits you: in writing, by telephone or through somebody who speaks for you.

If that does not settle it, you may complain to children's social care under the complaints procedure for child protection conferences. Ask the chair or your social worker for it. A complaint does not stop the plan."""  # noqa: E501
AGENCY_MAY_DISAGREE = """An agency whose disagreement was noted at the conference may make it formal within {hours} hours of the decision ({decided}). The chair then answers it. After that time, or where none was noted, raise a professional disagreement.

Disagreeing is part of the work. It does not stop the plan."""  # noqa: E501


def decision_letter(facts: Facts, reader: Reader) -> Document:
    """The letter as this reader gets it; what it leaves out is in `removed`."""
    kept, removed = _divided(facts, reader)
    conference = facts.conference
    document = Document(
        title="Decision letter",
        reference=conference.mark,
        version="1",
        recipient=reader.name,
        day=facts.decided_on,
        sections=kept,
        removed=removed,
    )
    return withheld(document, reader)


def _divided(facts: Facts, reader: Reader) -> tuple[list[Section], list[str]]:
    """What the reader gets, and the headings of what somebody told everything would get besides."""
    short = [
        _about(facts, reader),
        *parts.decisions(facts, reader, with_reasons=not reader.less),
        *_if_you_disagree(facts, reader),
    ]
    others = [
        *parts.actions(facts, reader, "What should change: the outline plan"),
        *_if_it_does_not_work(facts, reader),
        _who_works_with_you(facts, reader),
        *parts.next_dates(facts, reader),
    ]
    unread = [f"Decision about {row.child.name}" for row in facts.about if not reader.may_read_of(row.child_id)]
    if reader.less:
        return short, [*unread, "Reasons for the decision", *(each.heading for each in others)]
    *first, last = short
    return [*first, *others, last], unread


def _about(facts: Facts, reader: Reader) -> Section:
    told = [row.child.name for row in parts.decided_about(facts, reader)]
    of = f" about {parts.names(told)}" if told else ""
    chair = f"It was chaired by {facts.conference.chair}." if facts.conference.chair else ""
    case = f"Case: {facts.conference.case.reference}." if reader.is_agency else ""
    held = f"A child protection conference ({facts.kind}){of} decided on {facts.decided_on}."
    return Section("What this letter is about", parts.paragraphs(held, chair, case))


def _if_it_does_not_work(facts: Facts, reader: Reader) -> list[Section]:
    text = facts.conference.contingency
    return [Section("If the plan does not work", text)] if text.strip() and _is_on_a_plan(facts, reader) else []


def _is_on_a_plan(facts: Facts, reader: Reader) -> bool:
    return any(row.outcome in GOES_ON for row in parts.decided_about(facts, reader))


def _who_works_with_you(facts: Facts, reader: Reader) -> Section:
    worker = f"Lead social worker: {facts.conference.case.lead_practitioner}."
    has_group = facts.core_group and _is_on_a_plan(facts, reader)
    group = f"Core group: {parts.names(facts.core_group)}." if has_group else ""
    return Section("Who works with the family", parts.paragraphs(worker, group))


def _if_you_disagree(facts: Facts, reader: Reader) -> list[Section]:
    if not reader.is_agency:
        return [Section("If you disagree", FAMILY_MAY_DISAGREE)]
    decided_at = facts.conference.decided_at
    assert decided_at is not None
    hours = policy_on(day_of(decided_at)).span("dissent_formal").amount
    decided = f"{facts.decided_on}, {parts.at_what_time(decided_at)}"
    return [Section("If your agency disagrees", AGENCY_MAY_DISAGREE.format(hours=hours, decided=decided))]
