"""What is missing before everybody who belongs at a conference can be invited: shown first, and refused then.

Sources: Working Together; LDN, SUX (accredited interpreters); learning from reviews (not all agencies invited; fathers
marginalised; other children not thought of).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from meetings.expected import Around, around, without_a_second_parent
from meetings.models import Arrangement, Conference, ConferenceChild, Party, ReferredChild
from meetings.roll import LEFT_OUT, Roll, roll
from meetings.support import not_settled, takes_no_part
from workflow.errors import ChildTakesNoPart, FatherNotOnRecord, Refused, SupportNotSettled
from workflow.models import Child
from workflow.policy import policy_on
from workflow.timescales import Policy


@dataclass(frozen=True)
class Gap:
    """Something missing: under which code it is refused, whom it is about, the sentence, and what to do about it."""

    code: str
    who: Party | Child | Arrangement | None
    sentence: str
    to_do: str
    is_refused: bool = True


def gaps(conference: Conference, on: date) -> list[Gap]:
    """What is missing before everybody can be invited, as of that day."""
    return gaps_in(roll(conference, on))


def gaps_in(found: Roll) -> list[Gap]:
    """The same for a roll already called."""
    return [*_about_parties(found), *_about_support(found), *_about_children(found)]


def _about_parties(found: Roll) -> Iterator[Gap]:
    for line in found.missing:
        yield Gap(
            "EXPECTED_NOT_INVITED",
            line.party,
            f"{line.party} belongs there ({line.why[0]}) and is neither invited nor excused nor excluded.",
            "Invite, or ask the chair to excuse or exclude.",
        )
    for line in found.agencies:
        if line.contact is None and line.state not in LEFT_OUT:
            yield Gap(
                "NOBODY_TO_CONTACT",
                line.party,
                f"Nobody answers for {line.party} in this case.",
                "Ask the agency whom to write to, and record them as its contact.",
                is_refused=False,
            )
    for line in found.people:
        if line.needs_interpreter:
            yield Gap(
                "INTERPRETER_NOT_BOOKED",
                line.party,
                f"{line.party} speaks {line.language}, and no interpreter is booked or declined.",
                "Book an accredited interpreter, or record that they declined.",
            )


def _about_support(found: Roll) -> Iterator[Gap]:
    asked = "support" in _asked(found.policy)
    languages = {line.party for line in found.people if line.needs_interpreter}
    for each in not_settled(found.arrangements):
        if each.kind == Arrangement.Kind.INTERPRETER and each.for_member in languages:
            continue  # said already, under its own code
        yield Gap(
            "SUPPORT_NOT_SETTLED",
            each,
            f"{each.get_kind_display()} for {each.person or 'the meeting'}: {each.get_state_display().lower()}.",
            "Book it, or record that it was declined.",
            is_refused=asked,
        )


def _about_children(found: Roll) -> Iterator[Gap]:
    asked = _asked(found.policy)
    for child in children_without_father(found.about, found.family):
        yield Gap(
            "FATHER_NOT_ON_RECORD",
            child,
            f"No father or other parent of {child.name} is on record.",
            "Record him, or say why not.",
            is_refused="father" in asked,
        )
    for row in found.about:
        if takes_no_part(row):
            yield Gap(
                "CHILD_TAKES_NO_PART",
                row.child,
                f"Nobody has said how {row.child.name} takes part, or why not.",
                "Say how, or why not.",
                is_refused="children" in asked,
            )


# What is refused


def _asked(policy: Policy) -> Collection[str]:
    """What a partnership wants on record before anybody is invited: father, children, support."""
    asked: list[str] = policy.settings["convening_asks_for"]
    return asked


def children_without_father(about: Sequence[ConferenceChild], family: Around) -> list[Child]:
    """Children of a conference with no father or other parent on record and nobody having said why."""
    without = without_a_second_parent(family)
    if not without:
        return []
    said_now = {row.child_id for row in about if row.why_no_father.strip()}
    referred = ReferredChild.objects.filter(child__in=without).exclude(referral__why_not_father="")
    said_before = set(referred.values_list("child_id", flat=True))
    return [child for child in without if child.pk not in said_now | said_before]


def require_ready(conference: Conference, on: date) -> None:
    """Raises FatherNotOnRecord, ChildTakesNoPart or SupportNotSettled, as far as the partnership asks for them."""
    asked = _asked(policy_on(on))
    about = list(conference.about.select_related("child").order_by("child"))
    if "father" in asked:
        without = children_without_father(about, around(row.child for row in about))
        _refuse(FatherNotOnRecord, [child.key for child in without])
    if "children" in asked:
        _refuse(ChildTakesNoPart, [row.child.key for row in about if takes_no_part(row)])
    if "support" in asked:
        open_still = not_settled(conference.arrangements.select_related("for_child", "for_member"))
        _refuse(SupportNotSettled, [each.person.key if each.person else each.kind for each in open_still])


def _refuse(refusal: type[Refused], about: Sequence[str]) -> None:
    if about:
        raise refusal(about=about)
