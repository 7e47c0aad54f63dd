"""Every text of a case that is about one child or family member of it, as it stands and as it stood before.

Which fields hold words, and to whom a record leads, is asked of the models themselves. What names or quotes somebody
else, is about others too, could do harm, or was changed since, waits for a person to decide (`config.subject_pack`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.db import models

from workflow.acting import day_of
from workflow.audiences import ACTS, FIELDS
from workflow.belonging import Kind, past_of, path_to_case
from workflow.destruction import destroyed_kinds
from workflow.models import Child, Entry, FamilyMember, HeldFact, Passage, SubjectRequest

SHORTEST_NAME = 3
# Whatever they say, somebody looks: they may endanger whom they are about if they are told.
MAY_HARM = {"exclusion", "restriction", "brokenglass", "protection", "heldfact"}
# Made by the system, sent by it, or about those who work here.
NOT_OF_A_SUBJECT = {
    *("notice", "notification", "webhookdelivery", "signedlink", "outsidemail", "presence", "release", "brief"),
    *("subjectrequest", "passage", "caselink", "agencycontact", "deadline", "clockstop", "auditanswer", "secondview"),
    *("sampledcase", "lettercopy", "minutescopy", "recordcopy", "alert", "snooze", "handover"),
}
REACHED_BY = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|\b0\d{3,4}[ \d]{6,}|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
TITLE = r"(?:Mr|Mrs|Ms|Miss|Dr)\.?"
OTHERS = {"mum", "mother", "dad", "father", "brother", "sister", "sibling", "partner", "neighbour"}
QUOTED = re.compile('["“”«»]')


@dataclass(frozen=True)
class Place:
    """One text, where it stands, and why somebody should look at it besides whom it names.

    A record that leads to nobody in particular (minutes, a journal entry) is not about the subject alone. An earlier
    wording stood until `until_on`, a day in London.
    """

    place: str
    part: str
    text: str
    may_harm: bool = False
    is_of_all: bool = False
    until_on: date | None = None
    matter: str = ""


def gathered(request: SubjectRequest) -> Iterator[Passage]:
    """A passage for each; where nobody has to look, it is kept whole at once."""
    names = re.compile("|".join(ways_of_naming_others(request)) or r"(?!)", re.IGNORECASE)
    for found in places(request):
        others = list(dict.fromkeys([*names.findall(found.text), *REACHED_BY.findall(found.text)]))
        why = [
            *(["names somebody else, or says how to reach them"] if others else []),
            *(["is not about this person alone"] if found.is_of_all else []),
            *(["quotes somebody"] if QUOTED.search(found.text) else []),
            *(["could do harm"] if found.may_harm else []),
            *(["was changed since"] if found.until_on else []),
        ]
        passage = Passage(
            request=request,
            place=found.place[:200],
            part=found.part[:100],
            text=found.text,
            until_on=found.until_on,
            matter=found.matter,
            why_look=why,
            others=others,
        )
        if not why:
            passage.keep()
        yield passage


def ways_of_naming_others(request: SubjectRequest) -> list[str]:
    """Patterns for another child or family member: their name, whole and in its parts, and what they are to the child.

    Also a name they had before. The longest first. A name the subject shares counts only behind a title: Mrs Lowe.
    """
    case, mine = request.case, names_of(request.subject)
    own = {word for name in mine for word in _words(name)}
    members = list(case.family_members.exclude(pk=request.member_id))
    others = {name for one in (*case.children.exclude(pk=request.child_id), *members) for name in names_of(one)}
    found = {re.escape(name) for name in others - mine}
    found |= {re.escape(word) for name in others for word in _words(name) - own}
    found |= {rf"{TITLE} {re.escape(word)}" for name in others for word in _words(name) & own}
    found |= {re.escape(word) for one in members for word in _words(one.relation)} | OTHERS
    return [rf"\b{name}\b" for name in sorted(found, key=lambda name: (-len(name), name))]


def names_of(one: Child | FamilyMember) -> set[str]:
    """Their name, and each they had before it was put right or changed."""
    return {one.name, *past_of(type(one)).objects.filter(id=one.pk).values_list("name", flat=True)} - {""}


def _words(name: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]+", name) if len(word) >= SHORTEST_NAME}


def places(request: SubjectRequest) -> Iterator[Place]:
    """Every text of the case that is about the subject, or about nobody else in particular, and what it was before."""
    words = {word for name in names_of(request.subject) for word in _words(name)}
    mine = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in words), re.IGNORECASE)
    for kind in sorted(destroyed_kinds(), key=lambda kind: kind._meta.label):
        if kind._meta.model_name in NOT_OF_A_SUBJECT:
            continue
        ways, name = ways_to_people(kind), str(kind._meta.verbose_name).capitalize()
        for row, said in _wordings(kind, request.case_id):
            people = [one for way in ways if (one := _followed(said.of if way else row, way)) is not None]
            is_theirs = not people or any(_same(one, request.subject) for one in people)
            if is_theirs or mine.search(said.text):
                part, harm = str(said.field.verbose_name).capitalize(), kind._meta.model_name in MAY_HARM
                alone = bool(people) and is_theirs
                where, matter = f"{name} {row.pk}", _matter(kind, said)
                yield Place(where, part, said.text, harm, is_of_all=not alone, until_on=said.until_on, matter=matter)
    for entry in Entry.objects.filter(case=request.case_id, outcome=Entry.Outcome.DONE).exclude(reason=""):
        if mine.search(entry.reason):
            matter = ACTS.get(entry.act, "")
            yield Place(f"Journal, entry {entry.number}", "Reason", entry.reason, is_of_all=True, matter=matter)


@dataclass(frozen=True)
class Wording:
    """What a field says, or said until a day; `of` is the record, or the line of its history, that says it."""

    of: Any
    field: Any
    text: str
    until_on: date | None = None


def _matter(kind: Kind, said: Wording) -> str:
    """What the words are about, where not everybody who sees the case reads it."""
    if kind is HeldFact:
        return str(said.of.matter)
    return FIELDS.get((kind._meta.label, said.field.name), "")


def _wordings(kind: Kind, case: int) -> Iterator[tuple[Any, Wording]]:
    """Each record of a kind with each text of it: as it stands, then what it said before, the latest first."""
    fields = [field for field in kind._meta.concrete_fields if _says_something(field)]
    if not fields:
        return
    rows = kind._base_manager.filter(**{path_to_case(kind) or "": case}).order_by("pk")
    own = kind._meta.pk.name  # type: ignore[union-attr]
    past: dict[Any, list[Any]] = {}
    lines = past_of(kind).objects.filter(**{f"{own}__in": rows.values("pk")})
    for line in lines.order_by("history_date", "history_id"):
        past.setdefault(getattr(line, own), []).append(line)
    for row in rows:
        for field in fields:
            now = list(_texts(getattr(row, field.attname)))
            yield from ((row, Wording(row, field, text)) for text in now)
            yield from ((row, before) for before in _before(field, past.get(row.pk, []), now))


def _before(field: Any, lines: list[Any], now: list[str]) -> Iterator[Wording]:
    """What the field said before it said what it says now: each text once, with the day until which it stood."""
    said = {_plain(text) for text in now}
    for line, following in reversed(list(pairwise(lines))):
        for text in _texts(getattr(line, field.attname)):
            if _plain(text) not in said:
                said.add(_plain(text))
                yield Wording(line, field, text, until_on=day_of(following.history_date))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _says_something(field: Any) -> bool:
    """Words somebody wrote: not a code, a key or a hash."""
    if field.choices or field.primary_key or isinstance(field, models.SlugField):
        return False
    words = isinstance(field, (models.TextField, models.JSONField, models.EmailField))
    return words or (isinstance(field, models.CharField) and (field.max_length or 0) >= 200)


def _texts(value: Any) -> Iterator[str]:
    """The words in a value, however deep they lie; a word without a blank is a code."""
    if isinstance(value, str):
        if value.strip():
            yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from (text for text in _texts(each) if " " in text)
    elif isinstance(value, list):
        for each in value:
            yield from (text for text in _texts(each) if " " in text)


def ways_to_people(kind: Kind) -> list[str]:
    """By which fields a record leads to the child or family member it is about; of itself, none."""
    if kind in (Child, FamilyMember):
        return [""]
    found: list[str] = []
    of_a_case, ahead = set(destroyed_kinds()), [(kind, "")]
    for model, path in ahead:
        for field in model._meta.concrete_fields:
            linked = field.related_model
            if linked in (Child, FamilyMember):
                found.append(f"{path}{field.name}")
            elif path.count(".") < 2 and linked in of_a_case:
                ahead.append((linked, f"{path}{field.name}."))
    return found


def _same(one: Any, subject: Child | FamilyMember) -> bool:
    return type(one) is type(subject) and one.pk == subject.pk


def _followed(row: Any, way: str) -> Any:
    for name in filter(None, way.split(".")):
        row = getattr(row, name) if row is not None else None
    return row
