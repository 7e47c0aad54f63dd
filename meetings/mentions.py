"""Whether a text names somebody it should perhaps not name. Words of warning only: a person decides.

Source: reprimands for documents that reached the wrong parent (safety finding 15).
"""

import re

from meetings.models import AgendaItem
from workflow.models import FamilyMember, Protection


def warnings_about(item: AgendaItem, text: str) -> list[str]:
    """What to check before this text is read by those who may read the item, each in a sentence."""
    return [*_protected_people(item, text), *_spoken_of_behind_their_back(item, text)] if text.strip() else []


def _protected_people(item: AgendaItem, text: str) -> list[str]:
    if item.audience != AgendaItem.Audience.EVERYONE:
        return []
    found = Protection.objects.filter(protected__case=item.conference.case_id).select_related("protected", "kept_from")
    return [
        f"This names {each.protected.name}, who is protected from {each.kept_from.name}, and {each.kept_from.name} "
        "may read this item. Check it, or keep the item from them."
        for each in found
        if each.kept_from.key not in item.kept_from and _names(text, each.protected)
    ]


def _spoken_of_behind_their_back(item: AgendaItem, text: str) -> list[str]:
    if not item.kept_from:
        return []
    kept_out = FamilyMember.objects.filter(case=item.conference.case_id, key__in=item.kept_from)
    return [
        f"This speaks of the {each.relation}, and the item is kept from them. Check that it belongs here."
        for each in kept_out
        if _names(text, each) or _has_word(text, each.relation)
    ]


def _names(text: str, person: FamilyMember) -> bool:
    """By the whole name or the first one; a family's surname says nothing."""
    return any(_has_word(text, name) for name in (person.name, person.name.split(" ")[0]))


def _has_word(text: str, word: str) -> bool:
    return bool(word) and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None
