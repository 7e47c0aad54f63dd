"""The proof pack of a meeting: who was asked, who came, who was owed what, and what became of every copy.

A document like any other, built from the record alone, with the numbers of the case's journal beside what was done.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from meetings.copies import copies_of, standings
from meetings.delivery import delivery_of
from meetings.documents import parts
from meetings.documents.attended import came_and_went
from meetings.documents.document import Document, Section
from meetings.documents.facts import Facts, facts_of
from meetings.documents.tables import day_in_short, moment_in_short, table_or
from meetings.expected import agencies_and_why, around, people_and_why
from meetings.models import Conference, Invitation, Minutes, Party
from meetings.proof_of_sending import copies_sent, journal_of, links_used, versions_of
from notifications.models import OutsideMail
from notifications.outside import mails_about
from workflow.acting import LONDON
from workflow.models import FamilyMember
from workflow.policy import policy_on


def proof_of(conference: Conference, at: datetime) -> Document:
    """Everything the record can show of one conference, as it stands at that moment."""
    facts = facts_of(conference) if conference.decided_at else None
    copies = copies_of(conference)
    minutes = Minutes.objects.filter(conference=conference).first()
    challenges = list(minutes.challenges.all()) if minutes else []
    stand = standings(copies, challenges)
    invitations = list(conference.invitations.select_related("agency", "family_member"))
    sections = [
        _meeting(conference),
        *_asked(conference, invitations),
        *(_of_the_meeting(conference, facts) if facts else []),
        *versions_of(minutes),
        *copies_sent(conference, stand),
        *links_used([*invitations], copies),
        *journal_of(conference, copies),
    ]
    return Document(
        title="Proof of what was done",
        reference=conference.mark,
        version=f"{at.astimezone(LONDON):%Y-%m-%d %H.%M}",
        recipient="the record",
        day=f"As the record stood on {moment_in_short(at)}",
        sections=sections,
    )


def _meeting(conference: Conference) -> Section:
    return Section(
        "The meeting",
        "\n".join(
            [
                f"{conference.get_kind_display()} in case {conference.case.reference}",
                f"Reference outside: {conference.mark}",
                f"Chair: {conference.chair or 'not named'}",
                f"State: {conference.get_state_display()}",
                f"Moved: {conference.times_moved} times" if conference.times_moved else "Never moved",
            ]
        ),
    )


def _asked(conference: Conference, invitations: Sequence[Invitation]) -> list[Section]:
    """Who was expected and why, asked when, whether it reached them, what they answered."""
    on = conference.booked_for
    why: dict[Party, list[str]] = {}
    if on is not None:
        family = around(conference.children)
        why = {**agencies_and_why(conference.kind, family, policy_on(on)), **people_and_why(family)}
    mails = mails_about(invitations)
    rows = [
        [
            str(each.party),
            parts.names(why.get(each.party, [])) or "asked besides",
            _asked_when(each),
            _delivered(each, mails.get(each.pk, [])),
            _answered(each),
        ]
        for each in invitations
    ]
    rows += [
        [str(party), parts.names(reasons), "never asked", "", ""]
        for party, reasons in why.items()
        if party not in {each.party for each in invitations}
    ]
    headings = ["Who", "Why expected", "Asked", "Delivered", "Answer"]
    return [table_or("Who was expected", headings, rows, "Nobody was asked yet.")]


def _asked_when(each: Invitation) -> str:
    if each.state == Invitation.State.EXCUSED:
        return f"excused: {each.excuse.replace('_', ' ')}"
    if each.state != Invitation.State.INVITED:
        return each.get_state_display().lower()
    return moment_in_short(each.asked_at) or "invited"


def _delivered(each: Invitation, mails: Sequence[OutsideMail]) -> str:
    said = [f"{delivery_of(mail).word.lower()} {moment_in_short(mail.handed_over_at)}".strip() for mail in mails]
    return "; ".join(said) if said else (each.get_way_display().lower() if each.way else "")


def _answered(each: Invitation) -> str:
    if not each.reply:
        return "none"
    who = f": {each.substitute}" if each.substitute else ""
    return f"{each.get_reply_display().lower()}{who}, {moment_in_short(each.replied_at)}".strip(", ")


def _of_the_meeting(conference: Conference, facts: Facts) -> list[Section]:
    there = [
        [
            str(each.person),
            _for_whom(each.person),
            day_in_short(each.sitting.held_on),
            each.get_mode_display(),
            came_and_went(each),
        ]
        for each in facts.attendance
    ]
    heads = ["Name", "For", "Sitting of", "How", "Came and went"]
    return [
        table_or("Who was there", heads, there, "Nobody is recorded as present."),
        table_or(
            "Reports", ["Agency", "Asked for by", "Received", "Judged"], _reports(facts), "No report was asked for."
        ),
        table_or("Quorum over time", ["When", "Quorate"], _quorum(facts), "No sitting was held."),
        Section("Decision", _decided(conference, facts)),
    ]


def _for_whom(person: object) -> str:
    return str(person.relation if isinstance(person, FamilyMember) else getattr(person, "agency", ""))


def _reports(facts: Facts) -> Iterable[list[str]]:
    """Asked for by when, received when: in time, late or never."""
    received = {each.agency_id: each for each in facts.reports}
    for owed in facts.reports_owed:
        report = received.pop(owed.agency_id, None)
        if report is None:
            yield [str(owed.agency), day_in_short(owed.due_on), "", "never" if not owed.is_pending else "not yet"]
        else:
            late = report.received_on > owed.due_on
            yield [
                str(owed.agency),
                day_in_short(owed.due_on),
                day_in_short(report.received_on),
                "late" if late else "in time",
            ]
    for report in received.values():
        yield [str(report.agency), "not asked for", day_in_short(report.received_on), ""]


def _quorum(facts: Facts) -> Iterable[list[str]]:
    """Every time a sitting was judged: when it opened and when somebody came or left and it changed."""
    for sitting in facts.sittings:
        before = None
        for row in sitting.history.order_by("history_date"):
            if row.is_quorate != before:
                yield [moment_in_short(row.history_date), "yes" if row.is_quorate else "no"]
                before = row.is_quorate


def _decided(conference: Conference, facts: Facts) -> str:
    each = [f"{row.child.name}: {row.get_outcome_display().lower()}" for row in facts.about if row.outcome]
    override = f"Decided without a quorum: {conference.override_ground.replace('_', ' ')}"
    return "\n".join(
        [
            f"Decided on {moment_in_short(conference.decided_at)}",
            *each,
            *([override] if conference.override_ground else []),
            *(f"{dissent.agency} disagreed" for dissent in facts.dissents),
        ]
    )
