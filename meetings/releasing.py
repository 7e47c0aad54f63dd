"""Letting a letter or minutes go with two people: one works out who gets what, another looks at it and lets it go.

What goes is what was looked at. Every version is worked out again when it is let go and must come out the same to the
letter, or nothing goes. Source: learning from documents sent to the wrong member of a family.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from meetings import letters, minutes, recipients
from meetings.documents.renditions import keep
from meetings.documents.versions import Version, letters_to, minutes_to
from meetings.models import Conference, LetterCopy, MinutesCopy, Party, Release
from meetings.recipients import Recipients
from meetings.routes import Channel, Route, route_to
from notifications.tell import tell
from workflow.acts import act
from workflow.errors import NotAsPreviewed, ReasonRequired, SecondPersonNeeded
from workflow.models import Agency, FamilyMember, Professional
from workflow.records import ready

RELEASED = {Release.Of.LETTER: "LETTER_FOR_YOU", Release.Of.MINUTES: "MINUTES_FOR_YOU"}


@dataclass(frozen=True)
class Going:
    """One recipient's version and the way it goes."""

    version: Version
    route: Route

    @property
    def row(self) -> dict[str, Any]:
        """What a release keeps of it, and what has to be the same when it is let go."""
        party, document = self.version.reader.party, self.version.document
        return {
            "party": party.key,
            "kind": "agency" if isinstance(party, Agency) else "family_member",
            "name": party.name,
            "to": str(self.route.addressee or ""),
            "channel": self.route.channel,
            "less": self.version.reader.less,
            "sha256": document.sha256,
            "removed": list(document.removed),
            "look_at": list(self.version.look_at),
        }


@act
def prepare_release(
    conference: Conference,
    *,
    of: str,
    translated_for: Sequence[FamilyMember] = (),
    by: Professional,
    on: date,
    at: datetime,
) -> Release:
    """Works out for every recipient what they get and how; one that was waiting is withdrawn for it.

    Raises WrongState, NotApproved, TranslationMissing.
    """
    going = worked_out(conference, of, on)
    recipients.check_translated(_recipients(going), translated_for)
    for waiting in conference.releases.filter(of=of, state=Release.State.PREPARED):
        waiting.withdraw(reason="Worked out anew.")
        waiting.save()
    for each in going:
        keep(each.version.document, at)
    release = Release(
        conference=conference,
        of=of,
        text_version=_text_version(conference, of),
        prepared_by=by,
        rows=[each.row for each in going],
    )
    release.save()
    return release


@act
def release_document(release: Release, *, by: Professional, on: date, at: datetime) -> Release:
    """A second person lets it go, exactly as it was prepared: copies, mails, and the duty that is met by it.

    Raises WrongState, SecondPersonNeeded, NotAsPreviewed naming whose version would differ.
    """
    ready(release.release)
    if by is None or by.is_same_person_as(release.prepared_by):
        raise SecondPersonNeeded(about=[release.conference.key])
    going = worked_out(release.conference, release.of, on)
    changed = what_changed(release.rows, going)
    if changed:
        raise NotAsPreviewed(about=changed)
    copies = _let_go(release, going, on=on, at=at)
    here = [copy.addressee for copy in copies if copy.channel == Channel.IN_SERVICE]
    tell(release.case, RELEASED[Release.Of(release.of)], release.conference.key, here, on=on)
    release.release(by=by)
    release.save()
    return release


@act
def withdraw_release(release: Release, *, reason: str) -> Release:
    """It does not go as it was prepared. Raises WrongState, ReasonRequired."""
    ready(release.withdraw)
    if not reason.strip():
        raise ReasonRequired(about=[release.conference.key])
    release.withdraw(reason=reason)
    release.save()
    return release


def worked_out(conference: Conference, of: str, on: date) -> list[Going]:
    """Who would get what today, and how. Raises WrongState, NotApproved when it may not go yet or is gone already."""
    if of == Release.Of.LETTER:
        ready(conference.send_letter)
        to = recipients.of_letter(conference)
        recipients.check_letter(conference, to)
        versions = letters_to(conference, to)
    else:
        record = minutes.minutes_of(conference)
        minutes.require_may_go(record)
        to = recipients.of_minutes(conference)
        recipients.check_minutes(conference, to)
        versions = minutes_to(record, to)
    return [Going(each, route_to(conference.case, each.reader.party, on)) for each in versions]


def what_changed(rows: Iterable[Mapping[str, Any]], going: Iterable[Going]) -> list[str]:
    """The keys of the parties whose version is not what was prepared, came in addition or fell away."""
    before = {row["party"]: row for row in rows}
    now = {each.row["party"]: each.row for each in going}
    return sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))


def _recipients(going: Sequence[Going]) -> Recipients:
    readers = [each.version.reader for each in going]
    return Recipients([one.party for one in readers if not one.less], [one.party for one in readers if one.less])


def _text_version(conference: Conference, of: str) -> int:
    return 1 if of == Release.Of.LETTER else minutes.minutes_of(conference).text_version


def _let_go(
    release: Release, going: Sequence[Going], *, on: date, at: datetime
) -> Sequence[LetterCopy] | Sequence[MinutesCopy]:
    versions = [each.version for each in going]
    routes: dict[Party, Route] = {each.version.reader.party: each.route for each in going}
    if release.of == Release.Of.LETTER:
        return letters.let_letter_go(release.conference, versions, routes=routes, on=on, at=at)
    record = minutes.minutes_of(release.conference)
    return minutes.let_minutes_go(record, versions, routes=routes, on=on, at=at)
