"""The minutes as one recipient gets them: who was there, what was said, what each child was given, who disagreed.

Facts come from the record, what was said from the version of the text that the chair let go out. A section that is
not for the reader is left out whole, heading and all; sections carry no numbers, so that none is seen to be missing.
"""

from collections.abc import Iterable, Sequence

from meetings.documents import parts
from meetings.documents.attended import who_was_there
from meetings.documents.document import Document, Section, Table
from meetings.documents.facts import Facts, in_full
from meetings.documents.readers import Reader, withheld
from meetings.models import Addendum, Minutes, MinutesVersion, Report, View
from plans.models import Category
from workflow.policy import policy_on

CHALLENGE = """If something here is wrong, say so: tell the chair what it is and what it should say. Minutes can be challenged for {span} after they are sent out. A challenge that comes later is kept with them."""  # noqa: E501


def minutes_document(
    facts: Facts, minutes: Minutes, version: MinutesVersion | None, addenda: Sequence[Addendum], reader: Reader
) -> Document:
    """The minutes as this reader gets them; what they leave out is in `removed`. Without a version: the facts alone."""
    written: list[dict[str, object]] = version.sections if version else []
    kept, removed = [], _not_theirs(facts, reader)
    for each in written:
        if str(each.get("text") or "").strip():
            (kept if reader.may_read(each) else removed).append(each)
    document = Document(
        title=f"Minutes of a child protection conference ({facts.kind})",
        reference=facts.conference.mark,
        version=str(minutes.text_version),
        recipient=reader.name,
        day=facts.decided_on,
        sections=[
            _about(facts, reader),
            *who_was_there(facts, reader),
            *_reports(facts),
            *_views_of_the_family(facts, reader),
            *_views_of_agencies(facts, reader),
            *(Section(str(each["heading"]), str(each["text"])) for each in kept),
            *parts.decisions(facts, reader, with_reasons=True),
            *parts.dissents(facts, reader),
            *parts.actions(facts, reader, "Actions"),
            *parts.next_dates(facts, reader),
            _if_it_is_wrong(facts),
            *_added(addenda, reader),
        ],
        removed=[each if isinstance(each, str) else str(each["heading"]) for each in removed],
    )
    return withheld(document, reader)


def _not_theirs(facts: Facts, reader: Reader) -> list[str | dict[str, object]]:
    """Headings of what the record has and this reader does not get."""
    children = [f"Decision about {row.child.name}" for row in facts.about if not reader.may_read_of(row.child_id)]
    people = [_heading_of(each) for each in facts.views if not _may_read_view(each, reader)]
    words = ["The words of those who disagreed"] if facts.dissents and not parts.reads_of_all(facts, reader) else []
    return list(dict.fromkeys([*children, *people, *words]))


def _about(facts: Facts, reader: Reader) -> Section:
    told = [row.child for row in facts.about if reader.may_read_of(row.child_id)]
    children = parts.names(f"{child.name} ({_born(child)})" for child in told)
    sittings = parts.names(in_full(each.held_on) for each in facts.sittings)
    return Section(
        "The meeting",
        parts.paragraphs(
            f"{facts.conference.get_kind_display()}, held on {sittings}." if facts.sittings else "",
            f"Chair: {facts.conference.chair}." if facts.conference.chair else "",
            f"About {children}." if told else "",
            f"Case: {facts.conference.case.reference}." if reader.is_agency else "",
        ),
    )


def _born(child: object) -> str:
    born_on, expected_on = child.born_on, child.expected_on  # type: ignore[attr-defined]
    return f"born {in_full(born_on)}" if born_on else f"expected {in_full(expected_on)}"


def _reports(facts: Facts) -> list[Section]:
    owed = {each.subject.split(":")[1]: each for each in facts.reports_owed}
    rows = [[str(each.agency), in_full(each.received_on), _shared(each)] for each in facts.reports]
    reported = {each.agency.key for each in facts.reports}
    rows += [[str(each.agency), "not received", ""] for key, each in owed.items() if key not in reported]
    heading = "Written reports"
    return [Section(heading, table=Table(["Agency", "Received", "Shared with the family"], rows))] if rows else []


def _shared(report: Report) -> str:
    if not report.shared_with_family:
        return "no"
    return parts.paragraphs(in_full(report.shared_on) or "yes", report.shared_how).replace("\n\n", ": ")


def _views_of_the_family(facts: Facts, reader: Reader) -> list[Section]:
    """What each child and each parent said, as they said it, with the day."""
    said: dict[str, list[str]] = {}
    for view in facts.views:
        if _may_read_view(view, reader):
            said.setdefault(_heading_of(view), []).append(_said(view))
    return [Section(heading, parts.paragraphs(*texts)) for heading, texts in said.items()]


def _may_read_view(view: View, reader: Reader) -> bool:
    return reader.may_read_of(view.child_id) if view.child_id else reader.may_hear(view.family_member_id)


def _heading_of(view: View) -> str:
    return f"Views of {view.child or view.family_member}"


def _said(view: View) -> str:
    when = f", {in_full(view.said_on)}" if view.said_on else ""
    who = f", heard by {view.heard_by}" if view.heard_by_id else ""
    how = f"{view.get_how_display()}{when}{who}"
    return f"{how}:\n{view.words}" if view.words.strip() else f"{how}."


def _views_of_agencies(facts: Facts, reader: Reader) -> list[Section]:
    """For each child: whether each agency thinks the threshold is met, under which category."""
    sections = []
    for row in facts.about:
        given = [each for each in facts.agency_views if each.child_id == row.child_id]
        if given and reader.may_read_of(row.child_id):
            rows = [
                [str(each.agency), each.get_threshold_display(), _category(each.category), each.words] for each in given
            ]
            table = Table(["Agency", "Threshold", "Category", "In their words"], rows)
            sections.append(Section(f"Views of agencies about {row.child.name}", table=table))
    return sections


def _category(code: str) -> str:
    return str(Category(code).label) if code in Category.values else ""


def _if_it_is_wrong(facts: Facts) -> Section:
    assert facts.conference.decided_at is not None
    span = policy_on(facts.conference.decided_at.date()).span("minutes_challenge").in_words
    return Section("If something is wrong", CHALLENGE.format(span=span))


def _added(addenda: Iterable[Addendum], reader: Reader) -> list[Section]:
    """What was added after they were final, each with its day: for agencies, since nobody has judged it for others."""
    if not reader.is_agency:
        return []
    return [Section(f"Added on {in_full(each.added_on)}", each.text) for each in addenda]
