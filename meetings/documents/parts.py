"""The sections that a letter and minutes share: what was decided, who does what, which dates follow."""

from collections.abc import Iterable

from meetings.documents.document import Section, Table
from meetings.documents.facts import Asked, Facts, in_full
from meetings.documents.readers import Reader
from meetings.models import ConferenceChild
from plans.models import Category
from workflow.acting import LONDON

OUTCOMES = {
    ConferenceChild.Outcome.PLAN: "{} is to have a child protection plan.",
    ConferenceChild.Outcome.NO_PLAN: "{} is not to have a child protection plan.",
    ConferenceChild.Outcome.CONTINUE: "The child protection plan of {} continues.",
    ConferenceChild.Outcome.END: "The child protection plan of {} ends.",
}
STEP_DOWNS = {"child_in_need": "Support goes on with a child in need plan, by agreement."}
WHAT_COMES = {"core_group": "Core group", "review": "Review conference"}


def paragraphs(*parts: str) -> str:
    """What there is to say, a blank line between."""
    return "\n\n".join(part.strip() for part in parts if part.strip())


def names(of: Iterable[object]) -> str:
    """Ann, Ben and Cy."""
    *most, last = [str(each) for each in of] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def decided_about(facts: Facts, reader: Reader) -> list[ConferenceChild]:
    """The children the reader may read of, as far as something was decided about them."""
    return [row for row in facts.about if row.outcome and reader.may_read_of(row.child_id)]


def reads_of_all(facts: Facts, reader: Reader) -> bool:
    """Whether the reader may read of every child of the conference."""
    return all(reader.may_read_of(row.child_id) for row in facts.about)


def decisions(facts: Facts, reader: Reader, *, with_reasons: bool) -> list[Section]:
    """A section for each child."""
    return [
        Section(f"Decision about {row.child.name}", _decision(row, with_reasons))
        for row in decided_about(facts, reader)
    ]


def _decision(row: ConferenceChild, with_reasons: bool) -> str:
    decided = OUTCOMES[ConferenceChild.Outcome(row.outcome)].format(row.child.name)
    category = f"Category: {Category(row.category).label.lower()}." if row.category in Category.values else ""
    if not with_reasons:
        return paragraphs(decided, category)
    reason = f"Why: {row.reason}" if row.reason.strip() else ""
    exception = f"Why at the first review: {row.exceptional_reason}" if row.exceptional_reason.strip() else ""
    return paragraphs(decided, category, reason, exception, STEP_DOWNS.get(row.step_down, ""))


def actions(facts: Facts, reader: Reader, heading: str) -> list[Section]:
    """What the conference asked for, as far as it is for a child the reader may read of."""
    asked = [
        each
        for each in facts.asked
        if reader.is_agency or not each.children or any(reader.may_read_of(child) for child in each.children)
    ]
    if not asked:
        return []
    rows = [
        [each.action.text, owner_of(each), in_full(each.deadline.first_due_on), each.action.measure] for each in asked
    ]
    return [Section(heading, table=Table(["What", "Who", "By", "How it will be known"], rows))]


def owner_of(asked: Asked) -> str:
    owner = asked.deadline.owner_professional
    return f"{owner}, {asked.deadline.agency}" if owner else str(asked.deadline.owner_family_member)


def next_dates(facts: Facts, reader: Reader) -> list[Section]:
    """By when each child's core group and review have to be, and the rule behind it."""
    about = {row.child.key: row.child for row in facts.about}
    rows = [
        [
            f"{WHAT_COMES[each.code]} for {about[each.subject].name}",
            f"by {in_full(each.first_due_on)}",
            f"within {each.span.in_words} of {in_full(each.counted_from)}" if each.span else "",
        ]
        for each in facts.next_dates
        if reader.may_read_of(about[each.subject].pk)
    ]
    return [Section("What happens next", table=Table(["What", "When", "Limit"], rows))] if rows else []


def dissents(facts: Facts, reader: Reader) -> list[Section]:
    """Which agencies disagreed; their words may be of any child, and are for who may read of every one."""
    if not facts.dissents:
        return []
    in_words = reads_of_all(facts, reader)
    said = [f"{each.agency}: {each.text}" if in_words else f"{each.agency} disagreed." for each in facts.dissents]
    return [Section("Disagreement with the decision", paragraphs(*said))]


def at_what_time(moment: object) -> str:
    """10:12 by the clock on the wall."""
    return f"{moment.astimezone(LONDON):%H:%M}" if moment else ""  # type: ignore[attr-defined]
