"""Who may read what is kept from some of those who see a case: one declaration for every matter, field and act.

Seeing a case is not reading all of it. What is about one of these matters is read by the roles named here, in their own
post or one they cover, and by the agency that gave it, unless that is social care. Every page, export, search and
interface asks here; what somebody may not read is not shown, and nothing says how much of it there is.
Source: rules 6 and 11 (protected address, police intelligence, adoption, third parties, excluded parents).
"""

from collections.abc import Iterable

from django.db.models import TextChoices

from workflow.models import SOCIAL_CARE, Professional, Role
from workflow.permissions import ADMIN, AUDITOR, CHAIR, LP, TM

HELD_BACK = "held back"


class Matter(TextChoices):
    """What something is about that is not for everybody who sees the case."""

    ADDRESS = "address", "Where somebody lives who is protected"
    CONTACT = "contact", "How and when it is safe to reach somebody"
    POLICE = "police", "Police intelligence"
    EXCLUDED = "excluded", "About a parent who is kept out"
    ADOPTION = "adoption", "Adoption"
    THIRD_PARTY = "third_party", "About somebody outside the family"
    ACCESS = "access", "Why a case is restricted or was opened"


READERS: dict[str, frozenset[Role]] = {
    Matter.ADDRESS: LP | TM | ADMIN,
    Matter.CONTACT: LP | TM | ADMIN,
    Matter.POLICE: LP | TM | CHAIR | AUDITOR,
    Matter.EXCLUDED: LP | TM | CHAIR | ADMIN | AUDITOR,
    Matter.ADOPTION: LP | TM | AUDITOR,
    Matter.THIRD_PARTY: LP | TM | CHAIR | AUDITOR,
    Matter.ACCESS: LP | TM | CHAIR | ADMIN | AUDITOR,
}

# By model and field. A held fact (`workflow.models.HeldFact`) says itself what it is about.
FIELDS: dict[tuple[str, str], Matter] = {
    ("workflow.FamilyMember", "email"): Matter.CONTACT,
    ("workflow.FamilyMember", "postal_address"): Matter.CONTACT,
    ("workflow.FamilyMember", "safe_contact"): Matter.CONTACT,
    ("meetings.Exclusion", "grounds"): Matter.EXCLUDED,
    ("meetings.Exclusion", "evidence"): Matter.EXCLUDED,
    ("meetings.Exclusion", "reason"): Matter.EXCLUDED,
    ("workflow.Restriction", "reason"): Matter.ACCESS,
    ("workflow.BrokenGlass", "reason"): Matter.ACCESS,
    ("workflow.BrokenGlass", "review"): Matter.ACCESS,
}

# Acts whose reason, and what they were told, are about one of them. Out of the house their words never go.
ACTS: dict[str, Matter] = {
    "record_contact_details": Matter.CONTACT,
    "request_exclusion": Matter.EXCLUDED,
    "decide_exclusion": Matter.EXCLUDED,
    "restrict_case": Matter.ACCESS,
    "name_reader": Matter.ACCESS,
    "take_reader_off": Matter.ACCESS,
    "lift_restriction": Matter.ACCESS,
    "break_glass": Matter.ACCESS,
    "review_broken_glass": Matter.ACCESS,
    # The fewest readers of all: why something about one matter holds no longer is not for the readers of another.
    **dict.fromkeys(("hold_fact", "end_held_fact"), Matter.ADOPTION),
}


def may_read(matter: str, hats: Iterable[Professional], given_by: int | None = None) -> bool:
    """Whether somebody with these hats reads what is about this matter; always, when their own agency gave it.

    A matter nobody declared is read by nobody. `given_by`: the id of the agency.
    """
    wearing, readers = list(hats), READERS.get(matter, frozenset())
    return any(hat.role in readers for hat in wearing) or given_by in whose_own_is_read(wearing)


def whose_own_is_read(hats: Iterable[Professional]) -> set[int]:
    """The agencies whose people read what their own agency gave. In social care that would be nearly everybody."""
    return {hat.agency_id for hat in hats if hat.agency.key != SOCIAL_CARE}


def matters_read_by(hats: Iterable[Professional]) -> frozenset[str]:
    """The matters that somebody with these hats reads, whoever gave them."""
    wearing = list(hats)
    return frozenset(matter for matter in READERS if may_read(matter, wearing))


def may_read_act(name: str, hats: Iterable[Professional]) -> bool:
    """Whether the words of this act are for somebody with these hats: most are for whoever sees the case."""
    return name not in ACTS or may_read(ACTS[name], hats)


def outside(name: str, words: str) -> str:
    """What an export may say of the words of an act: nothing of those that are kept from some readers here."""
    return HELD_BACK if name in ACTS and words else words
