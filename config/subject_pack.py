"""What is held about one child or family member of a case, given to them without giving away anybody else.

Nothing is dumped. Every text of the case that is theirs is gathered as it stands; where it names or quotes another
person, or could do harm, somebody decides: keep it, take the names out, leave it out, and why. Somebody else, who
decided nothing in it, lets the pack go. It is owed within a calendar month of the request. Sources: UK GDPR articles
12(3) and 15; Data Protection Act 2018 Schedule 2 paragraph 16 (others' data) and Schedule 3 part 2 (serious harm).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.db import models

from config.keeping import clock_of
from meetings.asking import next_key
from meetings.documents.document import Document, Section, Table
from meetings.documents.pdf import PangoMissing, as_pdf
from workflow import deadlines
from workflow.acts import act
from workflow.belonging import Kind, path_to_case
from workflow.destruction import destroyed_kinds
from workflow.errors import DateInFuture, OthersNotDecided, ReasonRequired, SecondPersonNeeded, WrongState
from workflow.models import (
    AgencyPart,
    Case,
    Child,
    Entry,
    FamilyMember,
    Passage,
    Professional,
    SubjectRequest,
)
from workflow.records import keep_new, ready
from workflow.safe_tables import Sheet, as_xlsx

CODE = "subject_access"
SAYS_SOMETHING = 3
SHORTEST_NAME = 3
REMOVED, ANOTHER = "[left out]", "[another person]"
# Whatever they say, somebody looks: they may endanger whom they are about if they are told.
MAY_HARM = {"exclusion", "restriction", "brokenglass", "protection"}
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


# The acts


@act
def open_subject_request(
    case: Case, *, about: Child | FamilyMember, asked_by: str, received_on: date, by: Professional, on: date
) -> SubjectRequest:
    """Gathers what is held about that person; the pack is owed a calendar month after the request was received.

    Raises ReasonRequired when nobody is said to have asked, DateInFuture.
    """
    if len(asked_by.strip()) < SAYS_SOMETHING:
        raise ReasonRequired(about=["asked_by"])
    if received_on > on:
        raise DateInFuture(about=[received_on.isoformat()])
    whom = {"child": about} if isinstance(about, Child) else {"member": about}
    request = SubjectRequest(
        case=case, key=next_key(case.subject_requests, "sar-"), asked_by=asked_by, received_on=received_on, **whom
    )
    request.save()
    keep_new(list(_gathered(request)))
    deadlines.start(
        case,
        CODE,
        request.key,
        timescale=CODE,
        title="Answer to a subject access request",
        since=received_on,
        because="request received",
        owner=case.administrator,
        on=on,
    )
    return request


@act
def decide_passage(passage: Passage, *, decision: str, reason: str, by: Professional) -> Passage:
    """Keep it, take the names of others out, or leave it out, and why. Raises WrongState, ReasonRequired."""
    passage = passage.fresh()
    if not passage.request.is_open:
        raise WrongState(f"It is {passage.request.get_state_display().lower()}.")
    if len(reason.strip()) < SAYS_SOMETHING:
        raise ReasonRequired()
    decide = {
        Passage.State.KEPT: passage.keep,
        Passage.State.NAMES_OUT: passage.take_names_out,
        Passage.State.LEFT_OUT: passage.leave_out,
    }[Passage.State(decision)]
    decide(by=by, reason=reason)
    passage.save()
    return passage


@act
def prepare_subject_pack(request: SubjectRequest, *, by: Professional, on: date) -> SubjectRequest:
    """Everything is decided; somebody else looks at it now. Raises WrongState, OthersNotDecided."""
    request = request.fresh()
    ready(request.prepare)
    waiting = request.passages.filter(state=Passage.State.TO_DECIDE).count()
    if waiting:
        raise OthersNotDecided(about=[f"{waiting} to decide"])
    request.prepare(by=by, on=on)
    request.save()
    return request


@act
def send_subject_pack_back(request: SubjectRequest, *, reason: str, by: Professional) -> SubjectRequest:
    """The second person is not content, and says why. Raises WrongState, SecondPersonNeeded, ReasonRequired."""
    request = request.fresh()
    ready(request.send_back)
    _require_second(request, by)
    if len(reason.strip()) < SAYS_SOMETHING:
        raise ReasonRequired()
    request.send_back(reason=reason)
    request.save()
    return request


@act
def release_subject_pack(request: SubjectRequest, *, by: Professional, on: date) -> SubjectRequest:
    """A second person lets it go, and what was owed is done. Raises WrongState, SecondPersonNeeded."""
    request = request.fresh()
    ready(request.release)
    _require_second(request, by)
    request.release(by=by, on=on)
    request.save()
    deadlines.meet(deadlines.pending(request.case, CODE, request.key), on=on)
    return request


@act
def withdraw_subject_request(request: SubjectRequest, *, reason: str) -> SubjectRequest:
    """Whoever asked asks no more, and nothing is owed. Raises WrongState, ReasonRequired."""
    request = request.fresh()
    ready(request.withdraw)
    if len(reason.strip()) < SAYS_SOMETHING:
        raise ReasonRequired()
    request.withdraw(reason=reason)
    request.save()
    deadlines.waive(deadlines.pending(request.case, CODE, request.key))
    return request


@act
def export_subject_pack(request: SubjectRequest, *, by: Professional, on: date, at: datetime) -> bytes:
    """The pack as one file. Raises WrongState unless it is released."""
    if not request.is_released:
        raise WrongState(f"It is {request.get_state_display().lower()}.")
    return zipped(request, on, at)


def _require_second(request: SubjectRequest, by: Professional) -> None:
    """Somebody who neither prepared it nor decided a passage of it, in this post or another with the same sign-in."""
    decided = Professional.objects.filter(pk__in=request.passages.values("decided_by"))
    hands = [request.prepared_by, *decided]
    if any(one == by or (by.user_id is not None and one.user_id == by.user_id) for one in hands):
        raise SecondPersonNeeded(about=[request.key])


# What is theirs


@dataclass(frozen=True)
class Place:
    """One text, where it stands, and why somebody should look at it besides whom it names.

    A record that leads to nobody in particular (minutes, a journal entry) is not about the subject alone.
    """

    place: str
    part: str
    text: str
    may_harm: bool = False
    is_of_all: bool = False


def _gathered(request: SubjectRequest) -> Iterator[Passage]:
    names = re.compile("|".join(ways_of_naming_others(request)) or r"(?!)", re.IGNORECASE)
    for found in places(request):
        others = list(dict.fromkeys([*names.findall(found.text), *REACHED_BY.findall(found.text)]))
        why = [
            *(["names somebody else, or says how to reach them"] if others else []),
            *(["is not about this person alone"] if found.is_of_all else []),
            *(["quotes somebody"] if QUOTED.search(found.text) else []),
            *(["could do harm"] if found.may_harm else []),
        ]
        passage = Passage(
            request=request,
            place=found.place[:200],
            part=found.part[:100],
            text=found.text,
            why_look=why,
            others=others,
        )
        if not why:
            passage.keep()
        yield passage


def ways_of_naming_others(request: SubjectRequest) -> list[str]:
    """Patterns for another child or family member: their name, whole and in its parts, and what they are to the child.

    The longest first. A name the subject shares counts only behind a title: Mrs Lowe.
    """
    case, own = request.case, _words(request.subject.name)
    members = list(case.family_members.exclude(pk=request.member_id))
    others = [*case.children.exclude(pk=request.child_id), *members]
    found = {re.escape(one.name) for one in others if one.name != request.subject.name}
    found |= {re.escape(word) for one in others for word in _words(one.name) - own}
    found |= {rf"{TITLE} {re.escape(word)}" for one in others for word in _words(one.name) & own}
    found |= {re.escape(word) for one in members for word in _words(one.relation)} | OTHERS
    return [rf"\b{name}\b" for name in sorted(found, key=lambda name: (-len(name), name))]


def _words(name: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]+", name) if len(word) >= SHORTEST_NAME}


def places(request: SubjectRequest) -> Iterator[Place]:
    """Every text of the case that is about the subject, or about nobody else in particular."""
    mine = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in _words(request.subject.name)), re.IGNORECASE)
    for kind in sorted(destroyed_kinds(), key=lambda kind: kind._meta.label):
        if kind._meta.model_name in NOT_OF_A_SUBJECT:
            continue
        texts = [field for field in kind._meta.concrete_fields if _says_something(field)]
        if not texts:
            continue
        ways = ways_to_people(kind)
        for row in kind._base_manager.filter(**{path_to_case(kind) or "": request.case_id}).order_by("pk"):
            people = [one for way in ways if (one := _followed(row, way)) is not None]
            is_theirs = not people or any(_same(one, request.subject) for one in people)
            for field in texts:
                for text in _texts(getattr(row, field.attname)):
                    if is_theirs or mine.search(text):
                        name = str(kind._meta.verbose_name).capitalize()
                        harm = kind._meta.model_name in MAY_HARM
                        part = str(field.verbose_name).capitalize()
                        alone = bool(people) and is_theirs
                        yield Place(f"{name} {row.pk}", part, text, harm, is_of_all=not alone)
    for entry in Entry.objects.filter(case=request.case_id, outcome=Entry.Outcome.DONE).exclude(reason=""):
        if mine.search(entry.reason):
            yield Place(f"Journal, entry {entry.number}", "Reason", entry.reason, is_of_all=True)


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


# What is given


def given(passage: Passage) -> str:
    """What the subject gets of a passage."""
    if passage.state in (Passage.State.LEFT_OUT, Passage.State.TO_DECIDE):
        return REMOVED
    return str(passage.text) if passage.state == Passage.State.KEPT else without_names(passage)


def without_names(passage: Passage) -> str:
    """The passage with a mark in the place of each word that names somebody else."""
    text = str(passage.text)
    for other in sorted(passage.others, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(other)}(?!\w)", ANOTHER, text, flags=re.IGNORECASE)
    return text


def sheets(request: SubjectRequest, on: date) -> Iterator[Sheet]:
    """The tables of the pack: what is held, and what goes with it."""
    passages = list(request.passages.all())
    rows = [[one.place, one.part, given(one)] for one in passages]
    yield Sheet("What is held", ["Where", "What", "Text"], rows)
    agencies = sorted(
        part.agency.name for part in AgencyPart.objects.filter(case=request.case).select_related("agency")
    )
    clock = clock_of(request.case, on)
    left_out = sum(one.state == Passage.State.LEFT_OUT for one in passages)
    without = sum(one.state == Passage.State.NAMES_OUT for one in passages)
    yield Sheet(
        "About this pack",
        ["What", "Answer"],
        [
            ["Why it is held", "To protect children: UK GDPR articles 6(1)(e) and 9(2)(g)"],
            ["Who has a part in it", ", ".join(agencies)],
            ["How long it is kept", f"{clock.rule}, to the end of the calendar year"],
            ["Passages left out", str(left_out)],
            ["Passages without the names of others", str(without)],
            ["If you do not agree", "You may ask us to look again, and complain to the Information Commissioner"],
        ],
    )


def zipped(request: SubjectRequest, on: date, at: datetime) -> bytes:
    """A workbook and the same as a PDF to be printed; without what draws PDF, it says so in its place."""
    found, out = list(sheets(request, on)), BytesIO()
    stamp = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    name = file_name(request).removesuffix(".zip")
    with ZipFile(out, "w", ZIP_DEFLATED) as pack:

        def put(file: str, content: bytes) -> None:
            info = ZipInfo(file, stamp)
            info.compress_type = ZIP_DEFLATED
            pack.writestr(info, content)

        put(f"{name}.xlsx", as_xlsx(found))
        try:
            put(f"{name}.pdf", as_pdf(_document(request, found, on)))
        except PangoMissing as missing:
            put("no-pdf.txt", str(missing).encode())
    return out.getvalue()


def _document(request: SubjectRequest, found: list[Sheet], on: date) -> Document:
    sections = [
        Section(sheet.name, table=Table(list(sheet.headings), [[str(value) for value in row] for row in sheet.rows]))
        for sheet in reversed(found)
    ]
    return Document(
        title="What is held about you",
        reference=request.case.reference,
        version=request.key,
        recipient=request.subject.name,
        day=f"{on:%-d %B %Y}",
        sections=sections,
    )


def file_name(request: SubjectRequest) -> str:
    """Names nobody: the reference of the case and of the request."""
    return f"{request.case.reference}-{request.key}.zip"
