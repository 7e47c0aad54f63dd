"""Who a document is for, and what of it they may read.

An agency reads of every child; somebody in the family only of the children they are related to. From whom somebody is
protected, that person's views and whatever tells where they are is kept. Source: rules for restricted fields; ICO
reprimands after the right document went to the wrong parent.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from meetings.documents.document import Document, Section, Table
from meetings.models import Party
from workflow.models import Agency, Child, FamilyMember, Protection, Relationship

WITHHELD = "[withheld]"
PROFESSIONALS = "professionals"


@dataclass(frozen=True)
class Reader:
    """One recipient: `less` for a redacted copy or the decision only."""

    party: Party
    less: bool
    children: frozenset[int] = frozenset()
    protected: frozenset[int] = frozenset()
    hidden: Sequence[str] = field(default=())

    @property
    def is_agency(self) -> bool:
        return isinstance(self.party, Agency)

    @property
    def name(self) -> str:
        return self.party.name

    def may_read_of(self, child_id: int | None) -> bool:
        """Whether what is told of this child is for them."""
        return self.is_agency or child_id in self.children

    def may_hear(self, member_id: int | None) -> bool:
        """Whether what this family member said is for them."""
        return member_id not in self.protected

    def may_read(self, section: dict[str, object]) -> bool:
        """Whether a section of the minutes is for them: `audience` and `kept_from` as it was written."""
        kept_from: Iterable[str] = section.get("kept_from") or ()  # type: ignore[assignment]
        if section.get("audience") == PROFESSIONALS and not self.is_agency:
            return False
        return self.is_agency or self.party.key not in kept_from


def readers_of(full: Iterable[Party], restricted: Iterable[Party], children: Sequence[Child]) -> list[Reader]:
    """Every recipient as a reader of what is told of these children. Two statements."""
    related: dict[int, set[int]] = {}
    for each in Relationship.objects.filter(child__in=children):
        related.setdefault(each.member_id, set()).add(each.child_id)
    kept: dict[int, list[FamilyMember]] = {}
    for protection in Protection.objects.filter(protected__case__in={child.case_id for child in children}):
        kept.setdefault(protection.kept_from_id, []).append(protection.protected)
    parties = [(party, False) for party in full] + [(party, True) for party in restricted]
    return [_reader(party, less, related, kept) for party, less in parties]


def _reader(party: Party, less: bool, related: dict[int, set[int]], kept: dict[int, list[FamilyMember]]) -> Reader:
    if isinstance(party, Agency):
        return Reader(party, less)
    protected = kept.get(party.pk, [])
    return Reader(
        party,
        less,
        children=frozenset(related.get(party.pk, ())),
        protected=frozenset(member.pk for member in protected),
        hidden=[detail for member in protected for detail in _tells_where(member)],
    )


def _tells_where(member: FamilyMember) -> list[str]:
    """What would lead to somebody: the street and the postcode, the address of mail, how they are reached."""
    parts = [part.strip() for part in re.split(r"[\n,]", member.postal_address) if part.strip()]
    place = [part for at, part in enumerate(parts) if at == 0 or any(letter.isdigit() for letter in part)]
    reached = [line.strip() for line in member.safe_contact.splitlines()]
    return [detail for detail in (*place, member.email, *reached) if len(detail) > 2]


def withheld(document: Document, reader: Reader) -> Document:
    """The document without any detail the reader is kept from, wherever somebody may have written it."""
    if not reader.hidden:
        return document
    found = re.compile("|".join(_however_written(detail) for detail in reader.hidden), re.IGNORECASE)

    def clean(text: str) -> str:
        return found.sub(WITHHELD, text)

    def clean_table(table: Table | None) -> Table | None:
        return table and Table(table.headings, [[clean(cell) for cell in row] for row in table.rows])

    sections = [
        Section(clean(each.heading), clean(each.text), clean_table(each.table), each.audience)
        for each in document.sections
    ]
    return replace(document, sections=sections)


def _however_written(detail: str) -> str:
    """However its words are spaced or its line broken. A postcode is found with and without its space."""
    return r"[\s,]*".join(re.escape(word) for word in re.findall(r"\w+|[^\w\s]", detail))


def names_to_look_at(
    document: Document, reader: Reader, children: Sequence[Child], family: Sequence[FamilyMember]
) -> list[str]:
    """Names in the copy of children who are not the reader's and of people protected from them: for the sender's eyes.

    What somebody typed cannot be judged by a program; a person looks.
    """
    said = "\n".join([*(each.text for each in document.sections), *_cells(document)]).casefold()
    strangers = [child.name for child in children if not reader.may_read_of(child.pk)]
    guarded = [member.name for member in family if not reader.may_hear(member.pk)]
    return [name for name in (*strangers, *guarded) if _is_named(name, said)]


def _cells(document: Document) -> Iterable[str]:
    return (cell for each in document.sections if each.table for row in each.table.rows for cell in row)


def _is_named(name: str, said: str) -> bool:
    return any(re.search(rf"\b{re.escape(part)}\b", said) for part in (name.casefold(), name.split()[0].casefold()))
