"""What somebody needs in order to take part in a conference, and how each child does.

Sources: LDN, SUX (accredited interpreters; children and parents helped to take part); learning from reviews (family
members interpreting; children's views not sought).
"""

from collections.abc import Iterable, Mapping

from django_fsm import can_proceed

from meetings.models import Arrangement, Conference, ConferenceChild
from workflow.acts import act
from workflow.errors import ChildTakesNoPart, InterpreterNotIndependent, ReasonRequired, Unknown, WrongState
from workflow.models import Case, Child, FamilyMember

Kind, State = Arrangement.Kind, Arrangement.State
ACCREDITED, DECLINED = "accredited", "declined"
IN_WORDS = {ACCREDITED: "Accredited interpreter"}
# Without these somebody cannot take part; a supporter or an observer is welcome, and never a reason to wait.
NEEDED_TO_TAKE_PART = (Kind.INTERPRETER, Kind.ADVOCATE, Kind.ACCESS, Kind.COMMUNICATION)


@act
def arrange_support(
    conference: Conference, person: Child | FamilyMember | None, *, kind: str, note: str = ""
) -> Arrangement:
    """Somebody needs support at a conference, or asks to observe it (then `person` may be None).

    Raises WrongState once it is over, Unknown for a kind there is not, ReasonRequired when an access or communication
    need is not described.
    """
    _require_ahead(conference)
    if kind not in Kind.values or (person is None and kind != Kind.OBSERVER):
        raise Unknown(about=[kind])
    if kind in (Kind.ACCESS, Kind.COMMUNICATION) and not note.strip():
        raise ReasonRequired("Say what is needed.")
    return _needs(conference, person, kind, note)


def _require_ahead(conference: Conference) -> None:
    if conference.is_over:
        raise WrongState(f"It is {conference.get_state_display().lower()}.", about=[conference.key])


def _needs(conference: Conference, person: Child | FamilyMember | None, kind: str, note: str = "") -> Arrangement:
    arrangement = Arrangement(
        conference=conference,
        kind=kind,
        for_child=person if isinstance(person, Child) else None,
        for_member=person if isinstance(person, FamilyMember) else None,
        note=note,
    )
    arrangement.save()
    return arrangement


@act
def settle_support(arrangement: Arrangement, *, how: str, who: str = "", note: str = "") -> Arrangement:
    """How far the arranging has got: asked_for, booked (with `who`), declined, not_available or cancelled.

    Raises WrongState, Unknown, ReasonRequired (booked without saying who), InterpreterNotIndependent.
    """
    _require_ahead(arrangement.conference)
    match how:
        case State.ASKED_FOR:
            arrangement.ask()
        case State.BOOKED:
            _book(arrangement, who)
        case State.DECLINED:
            arrangement.decline()
        case State.NOT_AVAILABLE:
            arrangement.miss()
        case State.CANCELLED:
            arrangement.cancel()
        case _:
            raise Unknown(about=[how])
    arrangement.note = note.strip() or arrangement.note
    arrangement.save()
    return arrangement


def _book(arrangement: Arrangement, who: str) -> None:
    if not who.strip():
        raise ReasonRequired("Say who is booked.")
    if arrangement.kind == Kind.INTERPRETER:
        require_independent(arrangement.case, {str(arrangement.person): who})
    arrangement.book(who=who.strip())


def require_independent(case: Case, interpreters: Mapping[str, str]) -> None:
    """Raises InterpreterNotIndependent naming everybody for whom family or a child would interpret, by key or name."""
    kin = [*case.children.all(), *case.family_members.all()]
    keys, names = {one.key for one in kin}, [_plain(one.name) for one in kin]
    related = [
        person for person, who in interpreters.items() if who in keys or any(name in _plain(who) for name in names)
    ]
    if related:
        raise InterpreterNotIndependent(about=related)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


# Interpreters


def interpreters_at(conference: Conference) -> dict[FamilyMember, Arrangement]:
    """The last word on an interpreter for each family member."""
    found = conference.arrangements.filter(kind=Kind.INTERPRETER).exclude(for_member=None)
    return {each.for_member: each for each in found.select_related("for_member") if each.for_member}


def answered(arrangement: Arrangement | None) -> str:
    """What an invitation keeps of it: accredited, declined, or nothing while it is open."""
    if arrangement is None:
        return ""
    return {State.BOOKED.value: ACCREDITED, State.DECLINED.value: DECLINED}.get(arrangement.state, "")


def note_interpreters(conference: Conference, said: Mapping[FamilyMember, str]) -> None:
    """What was said of interpreters when inviting, as arrangements: anything but declined is booked."""
    known = interpreters_at(conference)
    for person, word in said.items():
        found = known.get(person)
        if answered(found) == (DECLINED if word == DECLINED else ACCREDITED):
            continue
        if word == DECLINED:
            found = found if found and can_proceed(found.decline) else _needs(conference, person, Kind.INTERPRETER)
            found.decline()
        else:
            found = found if found and can_proceed(found.book) else _needs(conference, person, Kind.INTERPRETER)
            found.book(who=IN_WORDS.get(word, word))
        found.save()


def not_settled(arrangements: Iterable[Arrangement]) -> list[Arrangement]:
    """What is needed to take part and is neither booked nor declined."""
    return [each for each in arrangements if each.kind in NEEDED_TO_TAKE_PART and each.state not in Arrangement.SETTLED]


# Children


@act
def consider_child(
    conference: Conference,
    child: Child,
    *,
    takes_part: str = "",
    why_not_there: str = "",
    why_no_father: str = "",
) -> ConferenceChild:
    """How this one child takes part, or why not; and why no father is on record, where none is.

    A child who is to be heard through an advocate needs one from now on; of an unborn child it is not asked how it
    takes part. Raises WrongState, Unknown, ChildTakesNoPart.
    """
    _require_ahead(conference)
    row = conference.about.select_related("child").filter(child=child).first()
    if row is None or (takes_part and takes_part not in ConferenceChild.TakesPart.values):
        raise Unknown(about=[child.key if row is None else takes_part])
    row.takes_part, row.why_not_there = takes_part, why_not_there.strip()
    row.why_no_father = why_no_father.strip() or row.why_no_father
    if takes_no_part(row):
        raise ChildTakesNoPart(about=[child.key])
    row.save()
    advocates = conference.arrangements.filter(kind=Kind.ADVOCATE, for_child=child)
    if takes_part == ConferenceChild.TakesPart.ADVOCATE and not advocates.exclude(state=State.CANCELLED).exists():
        _needs(conference, child, Kind.ADVOCATE)
    return row


def takes_no_part(row: ConferenceChild) -> bool:
    """A born child about whom nobody has said how it takes part, or not why it does not."""
    if not row.child.is_born:
        return False
    return not row.takes_part or (row.takes_part == ConferenceChild.TakesPart.NOT and not row.why_not_there.strip())


# Reaching the family


@act
def record_contact_details(
    member: FamilyMember, *, email: str = "", postal_address: str = "", safe_contact: str = ""
) -> FamilyMember:
    """How a family member may safely be reached. An e-mail address only where they said that mail to it is safe."""
    member.email, member.postal_address, member.safe_contact = email, postal_address, safe_contact
    member.save()
    return member
