"""Raising and clearing flags: a flag stands until cleared, raising one is told, one that stands is not raised again."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from notifications.tell import tell
from plans.models import Flag
from workflow.models import AgencyPart, Case, Professional
from workflow.records import act_under_way

IN_WORDS = {
    "ACTION_REDATED": "An action keeps moving",
    "ACTION_CARRIED": "An action is carried from meeting to meeting",
    "NO_OUTCOME_MOVEMENT": "No outcome is moving",
    "SCORE_WITHOUT_EVIDENCE": "A better score without evidence",
    "MEETINGS_WITHOUT_MOVEMENT": "Many meetings, no movement",
    "REVIEW_WITHOUT_CHANGE": "A review that changed nothing",
    "CORE_GROUP_GAP": "Core groups are late",
    "CHILD_NOT_SEEN": "Child not seen",
    "AGENCY_SILENT": "An agency is silent",
    "NON_ENGAGEMENT": "A parent is not engaged",
    "CONTINGENCY_NOT_USED": "The contingency plan was not used",
    "REPEAT_PLAN": "On a plan again",
}


def flag_in_words(code: str) -> str:
    """An action keeps moving. A code nobody has words for is shown as its own."""
    if code.startswith("PLAN_") and code[5:-1].isdecimal():
        return f"On a plan for {code[5:-1]} months"
    return IN_WORDS.get(code) or code.replace("_", " ").capitalize()


def about_in_words(about: str) -> str:
    """Whom or what a flag is about, from its key: Domestic abuse; A1."""
    return f"{about[:1].upper()}{about[1:]}".replace("_", " ")


def raise_flag(
    case: Case,
    code: str,
    about: str,
    to: Iterable[Professional | None],
    *,
    facts: str,
    on: date,
    again: bool = False,
) -> None:
    """Raises the flag and tells these people. One that stands stays as it is, unless it is to be told `again`."""
    standing = Flag.objects.filter(case=case, code=code, about=about, cleared_on=None).first()
    if standing and not again:
        return
    flag = standing or Flag(case=case, code=code, about=about, raised_on=on)
    flag.facts, flag.raised_at = facts, act_under_way().at
    flag.save()
    tell(case, code, about, to, on=on)


def clear(case: Case, about: str, *codes: str, on: date) -> None:
    """Clears the standing flags about this with these codes; without codes, all of them."""
    standing = Flag.objects.filter(case=case, about=about, cleared_on=None)
    for flag in standing.filter(code__in=codes) if codes else standing:
        flag.cleared_on = on
        flag.save()


def raise_or_clear(
    case: Case, code: str, about: str, to: Iterable[Professional | None], *, when: bool, facts: str, on: date
) -> None:
    """Raises the flag when its rule holds now, and clears it when it does not."""
    if when:
        raise_flag(case, code, about, to, facts=facts, on=on)
    else:
        clear(case, about, code, on=on)


def standing(case: Case) -> list[Flag]:
    """The flags that stand now. An agency that was silent and has been heard from since is silent no longer."""
    return standing_in([case]).get(case.pk, [])


def standing_in(cases: Iterable[Case]) -> dict[int, list[Flag]]:
    """The flags that stand now in each of these cases, in two statements."""
    wanted = [case.pk for case in cases]
    return still_standing(wanted, AgencyPart.objects.filter(case__in=wanted).select_related("agency"))


def still_standing(cases: Collection[int], parts: Iterable[AgencyPart]) -> dict[int, list[Flag]]:
    """The same, for whoever has read the agencies' parts in these cases already: one statement."""
    heard = {(part.case_id, part.agency.key): part.last_heard_at for part in parts}
    found: dict[int, list[Flag]] = {}
    for flag in Flag.objects.filter(case__in=cases, cleared_on=None):
        if flag.code != "AGENCY_SILENT" or not heard_since(flag, heard.get((flag.case_id, flag.about))):
            found.setdefault(flag.case_id, []).append(flag)
    return found


def heard_since(flag: Flag, last_heard_at: datetime | None) -> bool:
    """Whether the silence a flag tells of has been broken since it was raised."""
    return last_heard_at is not None and last_heard_at > flag.raised_at
