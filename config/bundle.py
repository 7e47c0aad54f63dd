"""One case for an inspector: a ZIP with a PDF, the same tables as CSV and XLSX, and where its chain of seals stands.

Taking it out is an act: who, when and why stand in the journal of the case, and in the bundle. What the product knows
to be held back is not in it: how the family is reached, the words of the minutes, why somebody was kept out.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from config.wording import act_in_words, in_words, page_in_words
from config.zip_files import as_zip, drawn
from escalation.models import Alert
from meetings.documents.document import Document, Section, Table
from meetings.models import Conference, CoreGroup, Presence
from plans.models import Action, AuditFinding, Outcome, Plan
from workflow import history
from workflow.acts import act
from workflow.audiences import outside
from workflow.errors import ReasonRequired
from workflow.models import Case, Chain, Entry, Professional
from workflow.reads import Kind, reads_of
from workflow.safe_tables import Sheet, as_csv, as_xlsx, text_of

NOT_IN_IT = (
    "How the family is reached: addresses, telephone numbers, safe contact.",
    "The words of minutes, letters and reports, of which parts are kept from some readers; what was sent stands here.",
    "Why somebody was kept out of a meeting, and why the case was restricted or opened by break-glass.",
    "What is kept from some readers of the case: police intelligence, adoption, other people’s matters.",
    "Notes nobody has handed in.",
)


@act
def export_bundle(case: Case, *, reason: str, by: Professional, on: date, at: datetime) -> bytes:
    """The whole case as one file, for the reason given. Changes nothing. Raises ReasonRequired."""
    if not reason.strip():
        raise ReasonRequired(about=[case.reference])
    return zipped(case, list(sheets(case)), reason=reason, by=by, at=at)


def file_name(case: Case) -> str:
    """Names nobody: the reference alone."""
    return f"{case.reference}.zip"


def zipped(case: Case, found: list[Sheet], *, reason: str, by: Professional, at: datetime) -> bytes:
    """The files of the bundle. Without what draws PDF, it says so in its place."""
    files = [
        drawn(case.reference, _document(case, found, reason=reason, by=by, at=at)),
        (f"{case.reference}.xlsx", as_xlsx(found)),
        *((f"csv/{sheet.name.lower().replace(' ', '-')}.csv", as_csv(sheet)) for sheet in found),
        ("seal.json", json.dumps(_seal(case), indent=2).encode()),
        ("read-me.txt", _read_me(case, reason, by, at).encode()),
    ]
    return as_zip(files, at)


def _seal(case: Case) -> dict[str, Any]:
    """Where the chain of this case stands, before this export was itself sealed."""
    chain = Chain.objects.filter(case=case).first()
    return {"chain": chain.name, "number": chain.number, "hash": chain.hash} if chain else {}


def _read_me(case: Case, reason: str, by: Professional, at: datetime) -> str:
    lines = [
        f"Case {case.reference}, taken out on {at:%-d %B %Y} at {at:%H:%M} by {by}, {by.agency}.",
        f"Why: {reason}",
        "",
        "Not in this bundle:",
        *(f"- {line}" for line in NOT_IN_IT),
        "",
        "seal.json says where the chain of this case stood. Hold it against a later one with verify_record --against.",
        "A cell that would have been a formula begins with an apostrophe in the CSV files.",
    ]
    return "\n".join(lines) + "\n"


def _document(case: Case, found: list[Sheet], *, reason: str, by: Professional, at: datetime) -> Document:
    """The PDF: the same tables, and what is not in them."""
    seal = _seal(case)
    sections = [
        Section("Not in this bundle", "\n".join(NOT_IN_IT)),
        Section("Seal", f"{seal.get('chain', 'none')}, number {seal.get('number', 0)}: {seal.get('hash', '')}"),
        *(
            Section(sheet.name, "" if sheet.rows else "Nothing.", _table(sheet) if sheet.rows else None)
            for sheet in found
        ),
    ]
    return Document(
        title=f"Case bundle {case.reference}",
        reference=case.reference,
        version="1",
        recipient=f"{by}, {by.agency}: {reason}",
        day=f"{at:%-d %B %Y}",
        sections=sections,
    )


def _table(sheet: Sheet) -> Table:
    return Table(list(sheet.headings), [[text_of(value) for value in row] for row in sheet.rows])


# The tables


def sheets(case: Case) -> Iterator[Sheet]:
    """Every table of the bundle."""
    yield Sheet(
        "Plan history",
        ["What", "Changed", "From", "To", "True at", "Written down at", "By", "Why"],
        list(_plan_history(case)),
    )
    yield Sheet(
        "Dates moved",
        ["What", "First due", "Moved on", "From", "To", "By", "Why"],
        [
            [course.last.title, course.first, move.on, move.was, move.now, _who(move.by), move.reason]
            for course in history.courses([case.pk], apart=True).get(case.pk, [])
            for move in course.moves
        ],
    )
    yield Sheet(
        "Dates owed",
        ["What", "Owner", "Agency", "First due", "Due", "State", "Done on", "How it was reached"],
        [
            [
                one.title,
                one.owner,
                one.agency,
                one.first_due_on,
                one.due_on,
                one.get_state_display(),
                one.met_on,
                one.explanation,
            ]
            for one in case.deadlines.select_related("agency", "owner_professional", "owner_family_member")
        ],
    )
    yield Sheet("Meetings", ["Meeting", "Kind", "Day", "State", "Quorate"], list(_meetings(case)))
    yield Sheet(
        "Attendance",
        ["Meeting", "Occasion", "Day", "Agency", "There", "Report", "Apologies", "Absences in a row"],
        [
            [
                row.key,
                row.get_occasion_display(),
                row.held_on,
                row.agency,
                _yes(row.was_there),
                _yes(row.sent_report),
                _yes(row.sent_apologies),
                row.absences_in_a_row,
            ]
            for row in Presence.objects.filter(case=case).select_related("agency")
        ],
    )
    yield Sheet("Alerts", ["What", "Due", "Rung", "Owed on", "Raised on", "To", "Ended by"], list(_alerts(case)))
    yield Sheet(
        "Audit findings",
        ["Found", "To be done", "By", "Found on", "Done on", "What was done"],
        [
            [one.found, one.action, _who(one.owner), one.found_on, one.done_on, one.evidence]
            for one in AuditFinding.objects.filter(case=case).select_related("owner__agency")
        ],
    )
    entries = list(Entry.objects.filter(case=case).select_related("by__agency").order_by("number"))
    head = ["Number", "What was done", "By", "Role", "True at", "Written down at", "Outcome", "Why"]
    yield Sheet("Journal", head, [_line(entry) for entry in entries])
    yield Sheet(
        "Read log",
        ["When", "Who", "Role", "What", "Page, file or reason", "Of the team", "Through broken glass"],
        [
            [
                each.at,
                _who(each.by) if each.by else f"{each.guest}, by a signed link",
                in_words(each.role),
                each.get_kind_display(),
                each.about if each.kind == Kind.OPENING else page_in_words(each.about),
                _yes(each.of_team),
                _yes(each.by_glass),
            ]
            for each in reads_of(case)
        ],
    )


def _line(entry: Entry) -> list[Any]:
    return [
        entry.number,
        act_in_words(entry.act),
        _who(entry.by),
        in_words(entry.role),
        entry.happened_at,
        entry.recorded_at,
        entry.get_outcome_display(),
        outside(entry.act, entry.reason),
    ]


def _plan_history(case: Case) -> Iterator[list[Any]]:
    kinds: Iterable[tuple[str, Any]] = (
        ("Plan", Plan.objects.filter(case=case).select_related("child")),
        ("Outcome", Outcome.objects.filter(case=case)),
        ("Action", Action.objects.filter(case=case)),
    )
    for kind, records in kinds:
        for record in records:
            begun = history.rows_of(record).select_related("history_by__agency").first()
            name = f"{kind}: {record}"
            yield [name, "began", "", "", begun.history_date, begun.recorded_at, _who(begun.history_by), ""]
            for one in history.changes(record):
                what = in_words(one.field)
                yield [name, what, one.was, one.now, one.happened_at, one.recorded_at, _who(one.by), one.reason]


def _meetings(case: Case) -> Iterator[list[Any]]:
    for conference in Conference.objects.filter(case=case).prefetch_related("sittings"):
        for sitting in conference.sittings.all():
            kind = conference.get_kind_display()
            yield [conference.key, kind, sitting.held_on, conference.get_state_display(), _yes(sitting.is_quorate)]
    for group in CoreGroup.objects.filter(case=case):
        yield [group.key, "Core group", group.held_on, group.get_state_display(), ""]


def _alerts(case: Case) -> Iterator[list[Any]]:
    found = Alert.objects.filter(case=case).select_related("deadline")
    for alert in found.prefetch_related("recipients__professional__agency"):
        to = "; ".join(_who(one.professional) for one in alert.recipients.all())
        what = alert.deadline.title
        yield [what, alert.due_on, alert.rung, alert.owed_on, alert.raised_on, to, alert.how_resolved]


def _who(person: Professional | None) -> str:
    return f"{person}, {person.agency}" if person else "the system"


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
