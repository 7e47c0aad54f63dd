"""Every recipient's version of one document, all built from one reading of the record."""

from collections.abc import Sequence
from dataclasses import dataclass

from meetings.documents.document import Document
from meetings.documents.facts import Facts, facts_of
from meetings.documents.letter import decision_letter
from meetings.documents.minutes import minutes_document
from meetings.documents.readers import Reader, names_to_look_at, readers_of
from meetings.models import Conference, Minutes
from meetings.recipients import Recipients
from workflow.models import FamilyMember


@dataclass(frozen=True)
class Version:
    """What one recipient gets, and names in it that somebody should look at before it goes."""

    reader: Reader
    document: Document
    look_at: Sequence[str]


def letters_to(conference: Conference, to: Recipients) -> list[Version]:
    """The decision letter for each."""
    facts = facts_of(conference)
    readers = readers_of(to.full, to.restricted, facts.children)
    return [_version(facts, reader, decision_letter(facts, reader)) for reader in readers]


def minutes_to(minutes: Minutes, to: Recipients) -> list[Version]:
    """The minutes for each, in the version the chair let go last."""
    facts, text, addenda = facts_of(minutes.conference), minutes.released_text, list(minutes.addenda.all())
    readers = readers_of(to.full, to.restricted, facts.children)
    return [_version(facts, reader, minutes_document(facts, minutes, text, addenda, reader)) for reader in readers]


def _version(facts: Facts, reader: Reader, document: Document) -> Version:
    if not isinstance(reader.party, FamilyMember):
        return Version(reader, document, [])
    return Version(reader, document, names_to_look_at(document, reader, facts.children, facts.family))
