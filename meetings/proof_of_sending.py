"""The part of a proof pack about what was sent: versions, copies, hashes, links used, and the journal's numbers."""

from collections.abc import Iterable, Sequence

from meetings.copies import AnyCopy, Standing
from meetings.documents.document import Section
from meetings.documents.tables import day_in_short, moment_in_short, table_or
from meetings.links import links_to
from meetings.models import Conference, Invitation, LetterCopy, Minutes, MinutesCopy, SignedLink
from workflow.models import Deadline, Entry

ABOUT_A_COPY = ("open_copy", "acknowledge_copy", "send_copy_again", "post_copy")


def versions_of(minutes: Minutes | None) -> list[Section]:
    if minutes is None:
        return []
    rows = [
        [
            str(each.number),
            str(each.released_as or "draft"),
            moment_in_short(each.written_at),
            each.what_changed,
            each.sha256,
        ]
        for each in minutes.versions.all()
    ]
    heads = ["Text", "Version", "Written", "What changed", "SHA-256"]
    return [table_or("Versions of the minutes", heads, rows, "No text is kept.")]


def copies_sent(conference: Conference, stand: Sequence[Standing]) -> list[Section]:
    """A table for the letter and one for the minutes: every copy, whether it was in time, and what became of it."""
    due = {each.code: each for each in _owed(conference)}
    found = []
    for code, kind, heading in (
        ("letter", LetterCopy, "Copies of the decision letter"),
        ("minutes", MinutesCopy, "Copies of the minutes"),
    ):
        rows = [_copy(each, due.get(code)) for each in stand if isinstance(each.copy, kind)]
        heads = ["To", "What", "How", "Sent", "What became of it"]
        found.append(table_or(heading, heads, rows, "None has gone out."))
    hashes = [[str(each.copy), each.copy.sha256 or "no file was kept"] for each in stand]
    return [*found, table_or("Hash of each copy", ["Copy", "SHA-256"], hashes, "None has gone out.")]


def _owed(conference: Conference) -> Iterable[Deadline]:
    return Deadline.objects.filter(
        case=conference.case, code__in=("letter", "minutes"), subject=conference.key
    ).order_by("id")


def _copy(stand: Standing, owed: Deadline | None) -> list[str]:
    copy = stand.copy
    version = f"version {copy.text_version}, " if isinstance(copy, MinutesCopy) else ""
    less = "the decision only" if copy.is_decision_only else "redacted" if copy.holds_less else "whole"
    lacks = f", {len(copy.removed)} left out" if copy.removed else ""
    late = "" if owed is None or _is_later_version(copy) else (", late" if copy.sent_on > owed.due_on else ", in time")
    return [
        str(copy.party),
        f"{version}{less}{lacks}",
        copy.get_channel_display(),
        f"{day_in_short(copy.sent_on)}{late}",
        "; ".join(stand.steps),
    ]


def _is_later_version(copy: AnyCopy) -> bool:
    return isinstance(copy, MinutesCopy) and copy.text_version > 1


def links_used(invitations: Sequence[Invitation], copies: Sequence[AnyCopy]) -> list[Section]:
    letters = [copy for copy in copies if isinstance(copy, LetterCopy)]
    minutes = [copy for copy in copies if isinstance(copy, MinutesCopy)]
    found: list[SignedLink] = [each for kind in (invitations, letters, minutes) for each in links_to(kind)]
    rows = [
        [
            each.made_for,
            each.get_purpose_display(),
            moment_in_short(each.first_used_at) or "never used",
            str(each.times_used),
            f"{each.get_state_display().lower()}, until {moment_in_short(each.expires_at)}",
        ]
        for each in found
    ]
    heads = ["For", "To", "First used", "Times", "State"]
    return [table_or("Links", heads, rows, "No link was made.")]


def journal_of(conference: Conference, copies: Sequence[AnyCopy]) -> list[Section]:
    """What the case's journal has about this meeting, by its numbers: done and refused."""
    ours = Entry.objects.filter(case=conference.case, details__conference=conference.key)
    releases = [str(pk) for pk in conference.releases.values_list("pk", flat=True)]
    about = Entry.objects.filter(case=conference.case, details__release__in=releases)
    handled = Entry.objects.filter(
        case=conference.case, act__in=ABOUT_A_COPY, details__copy__in=[copy.key for copy in copies]
    )
    arranged = Entry.objects.filter(
        case=conference.case, act__in=("request_conference", "book_conference"), details__key=conference.key
    )
    entries = (ours | about | handled | arranged).select_related("by").order_by("number")
    rows = [
        [
            str(each.number),
            moment_in_short(each.happened_at),
            each.act.replace("_", " ").capitalize(),
            str(each.by or "by link or the system"),
            "done" if each.outcome == Entry.Outcome.DONE else f"refused: {each.code.replace('_', ' ').lower()}",
        ]
        for each in entries
    ]
    heads = ["Number", "When", "What", "Who", "Outcome"]
    return [table_or("In the journal of the case", heads, rows, "Nothing is in the journal.")]
