"""The post: one file to print, with a cover sheet before each copy and the recipient's name on every page.

Pages of two families once went into one envelope at a printer; here no page is without its name and its count.
"""

from collections.abc import Sequence

from meetings.copies import AnyCopy, require_open
from meetings.documents.document import drawable
from meetings.documents.pdf import drawn, joined, on_paper
from meetings.documents.renditions import kept
from workflow.models import FamilyMember


def postal_pack(copies: Sequence[AnyCopy]) -> bytes | None:
    """The file; None when no copy waits. Raises PangoMissing, RecipientRestricted when one may not go any more."""
    papers = []
    for copy in copies:
        require_open(copy)
        document = kept(copy.sha256)
        if document is not None:
            letter = drawn("meetings/documents/file.html", {"document": on_paper(document)})
            papers += [_cover(copy, len(letter.pages)), letter]
    return joined(papers) if papers else None


def _cover(copy: AnyCopy, pages: int) -> object:
    """Whose envelope it is, where it goes, and how many pages belong in it."""
    party = copy.party
    address = party.postal_address if isinstance(party, FamilyMember) else ""
    told = {
        "reference": copy.conference.mark,
        "name": drawable(party.name),
        "address": drawable(address),
        "addressee": drawable(str(copy.addressee or "")),
        "pages": pages,
    }
    return drawn("meetings/documents/cover.html", told)
