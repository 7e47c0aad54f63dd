"""What is held about one child or family member of a case, given to them without giving away anybody else.

Nothing is dumped. Every text of the case that is theirs is gathered as it stands and as it stood before; where it names
or quotes another person, or could do harm, somebody decides: keep it, take the names out, leave it out, and why.
Somebody else, who decided nothing in it, lets the pack go. It is owed within a calendar month of the request, within
three where that is complex or there are many and the person is told so in the first. Sources: UK GDPR articles 12(3)
and 15; Data Protection Act 2018 Schedule 2 paragraph 16 (others' data) and Schedule 3 part 2 (serious harm).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from config.keeping import clock_of
from config.subject_places import gathered
from config.zip_files import as_zip, drawn
from meetings.asking import next_key
from meetings.documents.document import Document, Section, Table
from workflow import deadlines
from workflow.acts import act
from workflow.audiences import may_read
from workflow.errors import (
    DateInFuture,
    KeptFromYou,
    OthersNotDecided,
    ReasonRequired,
    SecondPersonNeeded,
    ToldTooLate,
    WrongState,
)
from workflow.models import (
    AgencyPart,
    Case,
    Child,
    FamilyMember,
    Passage,
    Professional,
    SubjectRequest,
    WhyLonger,
)
from workflow.permissions import hats
from workflow.policy import calendar, policy_on
from workflow.records import keep_new, ready
from workflow.safe_tables import Sheet, as_xlsx

CODE = "subject_access"
EXTENDED = "subject_access_extended"
SAYS_SOMETHING = 3
REMOVED, ANOTHER = "[left out]", "[another person]"

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
    keep_new(list(gathered(request)))
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
def extend_subject_request(
    request: SubjectRequest, *, because: str, reason: str, told_on: date, by: Professional, on: date
) -> SubjectRequest:
    """The answer is owed two months later, since the request is complex or they asked for much; they were told why.

    `because` is a code of WhyLonger, `reason` what they were told. Once for a request, and only when they were told
    within the first month: UK GDPR article 12(3). Raises WrongState, ReasonRequired, DateInFuture, ToldTooLate.
    """
    request = request.fresh()
    owed = deadlines.pending(request.case, CODE, request.key)
    if owed is None or request.is_extended:
        raise WrongState("It is answered, or was given longer already.", about=[request.key])
    if len(reason.strip()) < SAYS_SOMETHING:
        raise ReasonRequired()
    if told_on > on:
        raise DateInFuture(about=[told_on.isoformat()])
    if not request.received_on <= told_on <= tell_by(request, on):
        raise ToldTooLate(about=[tell_by(request, on).isoformat()])
    request.extend(because=WhyLonger(because), reason=reason, told_on=told_on, on=on)
    request.save()
    deadlines.extend(owed, EXTENDED, on=on, because=request.get_longer_because_display().lower())
    return request


def tell_by(request: SubjectRequest, on: date) -> date:
    """The last day on which they may be told that it takes longer: a calendar month after the request."""
    return policy_on(on).after(CODE, request.received_on, calendar())


@act
def decide_passage(passage: Passage, *, decision: str, reason: str, by: Professional, on: date) -> Passage:
    """Keep it, take the names of others out, or leave it out, and why.

    Raises WrongState, ReasonRequired, KeptFromYou for a passage about a matter the doer does not read.
    """
    passage = passage.fresh()
    _require_reads([passage], by, on)
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
    """A second person, who reads all of it, lets it go, and what was owed is done.

    Raises WrongState, SecondPersonNeeded, KeptFromYou.
    """
    request = request.fresh()
    ready(request.release)
    _require_second(request, by)
    _require_reads(request.passages.exclude(matter=""), by, on)
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
    """The pack as one file. Raises WrongState unless it is released, KeptFromYou unless the doer reads all of it."""
    if not request.is_released:
        raise WrongState(f"It is {request.get_state_display().lower()}.")
    _require_reads(request.passages.exclude(matter="").exclude(state=Passage.State.LEFT_OUT), by, on)
    return zipped(request, on, at)


def _require_second(request: SubjectRequest, by: Professional) -> None:
    """Somebody who neither prepared it nor decided a passage of it, in this post or another with the same sign-in."""
    decided = Professional.objects.filter(pk__in=request.passages.values("decided_by"))
    hands = [request.prepared_by, *decided]
    if any(by.is_same_person_as(one) for one in hands):
        raise SecondPersonNeeded(about=[request.key])


def _require_reads(passages: Iterable[Passage], by: Professional, on: date) -> None:
    wearing = hats(by, on)
    if not all(reads(passage, wearing) for passage in passages):
        raise KeptFromYou()


def reads(passage: Passage, wearing: Iterable[Professional]) -> bool:
    """Whether somebody with these hats reads a passage: most are for whoever works on the request."""
    return not passage.matter or may_read(passage.matter, wearing)


# What is given


def given(passage: Passage) -> str:
    """What the subject gets of a passage."""
    if passage.state in (Passage.State.LEFT_OUT, Passage.State.TO_DECIDE):
        return REMOVED
    return str(passage.text) if passage.state == Passage.State.KEPT else without_names(passage)


def part_of(passage: Passage) -> str:
    """Which part of a record it is, and until when it stood where it was changed."""
    return f"{passage.part}, until {passage.until_on:%-d %B %Y}" if passage.until_on else str(passage.part)


def without_names(passage: Passage) -> str:
    """The passage with a mark in the place of each word that names somebody else."""
    text = str(passage.text)
    for other in sorted(passage.others, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(other)}(?!\w)", ANOTHER, text, flags=re.IGNORECASE)
    return text


def sheets(request: SubjectRequest, on: date) -> Iterator[Sheet]:
    """The tables of the pack: what is held, and what goes with it."""
    passages = list(request.passages.all())
    rows = [[one.place, part_of(one), given(one)] for one in passages]
    yield Sheet("What is held", ["Where", "What", "Text"], rows)
    agencies = sorted(
        part.agency.name for part in AgencyPart.objects.filter(case=request.case).select_related("agency")
    )
    clock = clock_of(request.case, on)
    longer = request.get_longer_because_display() if request.is_extended else ""
    left_out = sum(one.state == Passage.State.LEFT_OUT for one in passages)
    without = sum(one.state == Passage.State.NAMES_OUT for one in passages)
    yield Sheet(
        "About this pack",
        ["What", "Answer"],
        [
            ["Why it is held", "To protect children: UK GDPR articles 6(1)(e) and 9(2)(g)"],
            ["Who has a part in it", ", ".join(agencies)],
            ["How long it is kept", f"{clock.rule}, to the end of the calendar year"],
            ["What was changed since", "Stands here too, with the day until which it stood"],
            ["Passages left out", str(left_out)],
            ["Passages without the names of others", str(without)],
            *([["Why it took longer", f"{longer}: {request.why_longer}"]] if longer else []),
            ["If you do not agree", "You may ask us to look again, and complain to the Information Commissioner"],
        ],
    )


def zipped(request: SubjectRequest, on: date, at: datetime) -> bytes:
    """A workbook and the same as a PDF to be printed; without what draws PDF, it says so in its place."""
    found, name = list(sheets(request, on)), file_name(request).removesuffix(".zip")
    return as_zip([(f"{name}.xlsx", as_xlsx(found)), drawn(name, _document(request, found, on))], at)


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
