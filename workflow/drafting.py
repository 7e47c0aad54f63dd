"""What somebody has typed and not yet sent, kept so that nothing typed is lost. Nobody but that person ever sees it.

Every save names the number of the save before it, as the page knows it. Another number means that the form is open
twice: then neither text covers the other, and the later one is kept aside.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from django.db import transaction

from workflow.models import Draft, Professional

KEPT_FOR = timedelta(days=30)
LONGEST = 2_000_000  # characters of one form, names and all
LONGEST_PLACE = 190
ASIDE = "#aside"

Typed: TypeAlias = Mapping[str, Sequence[str]]


class NotKept(Exception):
    """A draft was not kept. The words are for the person who typed it."""


class TooLong(NotKept):
    """This is too long to be kept as a draft."""


class NotText(NotKept):
    """There is a character in it that cannot be kept. Take it out and go on."""


class NewerElsewhere(NotKept):
    """The same form is open twice, and the other one was saved later. Both texts are kept."""

    def __init__(self, newer: Draft) -> None:
        self.newer = newer
        super().__init__()


class SentMeanwhile(NotKept):
    """The form this was typed into has been sent from another page."""


def draft_at(person: Professional, place: str) -> Draft | None:
    """What the person last typed into the form at this address."""
    return Draft.objects.filter(person=person, place=place).first()


def aside_at(person: Professional, place: str) -> Draft | None:
    """What the person typed into the same form on a second page."""
    return draft_at(person, place + ASIDE)


def keep_draft(
    person: Professional,
    place: str,
    typed: Typed,
    *,
    at: datetime,
    number: int,
    unsure: Sequence[Typed] = (),
    instead: bool = False,
) -> Draft:
    """Keeps what is typed at `place`; `number` is that of the last save the page knows of, 0 for none.

    `unsure` is what the page sent since then and never heard about, one of which may have arrived; `instead` puts the
    other page's text aside for this one. Raises TooLong, NotText, NewerElsewhere, SentMeanwhile.
    """
    check_can_be_kept(place, typed)
    newer = None
    with transaction.atomic():
        found = Draft.objects.select_for_update().filter(person=person, place=place).first()
        if found is None:
            if number:
                raise SentMeanwhile()
            found = Draft(person=person, place=place)
        elif found.number != number and not _was_it(found, unsure) and not instead:
            newer = found
            _put_aside(person, place, typed, at)
        elif instead:
            _put_aside(person, place, found.typed, found.saved_at)
        if newer is None:
            return _saved(found, typed, at)
    raise NewerElsewhere(newer)


def check_can_be_kept(place: str, typed: Typed) -> None:
    """Raises TooLong or NotText."""
    texts = [place, *typed, *(value for values in typed.values() for value in values)]
    if len(place) > LONGEST_PLACE or sum(map(len, texts)) > LONGEST:
        raise TooLong()
    if not all(_can_be_kept(text) for text in texts):
        raise NotText()


def _can_be_kept(text: str) -> bool:
    """Neither NUL, which PostgreSQL refuses, nor half a character, which no encoding has."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def _was_it(found: Draft, unsure: Sequence[Typed]) -> bool:
    return any(found.typed == {name: list(values) for name, values in each.items()} for each in unsure)


def _put_aside(person: Professional, place: str, typed: Typed, at: datetime) -> None:
    aside = aside_at(person, place) or Draft(person=person, place=place + ASIDE)
    _saved(aside, typed, at)


def _saved(draft: Draft, typed: Typed, at: datetime) -> Draft:
    draft.typed = {name: list(values) for name, values in typed.items()}
    draft.number += 1
    draft.saved_at = at
    draft.save()
    return draft


def forget_draft(person: Professional, place: str) -> None:
    """The form at this address was sent, or its draft thrown away. What a second page typed stays aside."""
    Draft.objects.filter(person=person, place=place).delete()


def forget_aside(person: Professional, place: str) -> None:
    """What a second page typed is thrown away."""
    forget_draft(person, place + ASIDE)


def forget_old_drafts(before: datetime) -> int:
    """Drafts nobody touched since `before` less thirty days are gone. Returns how many."""
    return Draft.objects.filter(saved_at__lt=before - KEPT_FOR).delete()[0]
