"""Subject access: requests of a case, the work-list of passages that name others, a second person, and the pack."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from config import subject_pack
from meetings.asking import CaseForm, area, named, radios
from meetings.views.files import attached
from meetings.views.steps import Step, performed, with_steps
from workflow.audiences import matters_read_by
from workflow.date_input import DateInputField
from workflow.errors import Refused
from workflow.models import Case, Child, FamilyMember, Passage, Professional, SubjectRequest, WhyLonger
from workflow.permissions import AUDITOR, MAY
from workflow.signed_in import asked_at, asked_on, case_for, hats_of, may_do, person_of

ON_A_PAGE = 20
LOOKS_AT = AUDITOR.union(*(MAY[act] for act in ("decide_passage", "release_subject_pack", "export_subject_pack")))
DECISIONS = [
    (Passage.State.KEPT, "Give it whole"),
    (Passage.State.NAMES_OUT, "Give it without the others’ names"),
    (Passage.State.LEFT_OUT, "Leave it out"),
]


class Open(CaseForm):
    button = "Begin"
    beside = {"REASON_REQUIRED": "asked_by", "DATE_IN_FUTURE": "received_on"}  # noqa: RUF012, as its base has it
    asked_by = forms.CharField(
        label="Who asked?",
        help_text="The person themselves, or who asked for them and with what right.",
        max_length=200,
        required=False,
    )
    received_on = DateInputField(label="When was the request received?", named="The day it was received")

    def __init__(self, *args: Any, record: Case, **kwargs: Any) -> None:
        super().__init__(*args, case=record, **kwargs)

    def ask(self) -> None:
        people = [(f"child-{one.pk}", one.name) for one in self.case.children.all()]
        people += [(f"member-{one.pk}", named(one)) for one in self.case.family_members.all()]
        self.fields["subject"] = radios("About whom?", people)
        self.order_fields(["subject", "asked_by", "received_on"])

    def perform(self, *, by: Professional, at: datetime) -> SubjectRequest:
        said = self.cleaned_data
        kind, _, pk = said["subject"].partition("-")
        subject: Child | FamilyMember = (self.case.children if kind == "child" else self.case.family_members).get(pk=pk)
        return subject_pack.open_subject_request(
            self.case, about=subject, asked_by=said["asked_by"], received_on=said["received_on"], by=by, at=at
        )


OPEN = Step(
    "open_subject_request", "Somebody asks for what is held about them", Open, "What is held about them was gathered."
)


@login_required
def requests(request: HttpRequest, reference: str) -> HttpResponse:
    """The subject access requests of a case; a new one can be begun."""
    case = case_for(request, reference, Case.objects.prefetch_related("children", "family_members"))
    found = list(case.subject_requests.select_related("child", "member", "prepared_by", "released_by"))
    due = dict(case.deadlines.filter(code=subject_pack.CODE).values_list("subject", "due_on"))
    return with_steps(
        request,
        case,
        (OPEN,),
        address=request.path,
        is_shown=lambda step: may_do(request, step.act),
        template="config/subject_requests.html",
        shown={
            "case": case,
            "here": "record",
            "rows": [(one, due.get(one.key)) for one in found],
            "may_look": _may_look(request),
        },
    )


# One request


class OfARequest(forms.Form):
    """Base of the steps of one request."""

    button = "Save"
    mark_optional = False
    act = ""

    def __init__(self, *args: Any, record: SubjectRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record

    def where(self, refused: Refused) -> dict[str, str]:
        return {"REASON_REQUIRED": "reason"} if "reason" in self.fields else {}

    def perform(self, *, by: Professional, at: datetime) -> Any:
        return getattr(subject_pack, self.act)(self.record, **self.cleaned_data, by=by, at=at)


class Prepare(OfARequest):
    act, button = "prepare_subject_pack", "It is prepared"


class Release(OfARequest):
    act, button = "release_subject_pack", "Let it go"


class SendBack(OfARequest):
    act, button = "send_subject_pack_back", "Send it back"
    reason = area("What has to be looked at again?", required=False)


class Extend(OfARequest):
    act, button = "extend_subject_request", "Take two months longer"
    because = radios("Why does it take longer?", WhyLonger.choices)
    reason = area("What were they told of it?", required=False)
    told_on = DateInputField(label="When were they told?", named="The day they were told")

    def where(self, refused: Refused) -> dict[str, str]:
        return {"REASON_REQUIRED": "reason", "DATE_IN_FUTURE": "told_on", "TOLD_TOO_LATE": "told_on"}


class Withdraw(OfARequest):
    act, button = "withdraw_subject_request", "Withdraw the request"
    reason = area("Why is nothing asked any more?", required=False)


STEPS = (
    Step("prepare_subject_pack", "Everything is decided", Prepare, "It is prepared. Somebody else lets it go."),
    Step("release_subject_pack", "Let it go", Release, "It may be given now."),
    Step("send_subject_pack_back", "Send it back", SendBack, "It is sent back."),
    Step("extend_subject_request", "It takes longer", Extend, "It is owed two months later."),
    Step("withdraw_subject_request", "Nothing is asked any more", Withdraw, "The request is withdrawn."),
)


@login_required
def one_request(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The passages of one request: those to be decided first; whoever may lets the pack go, and takes it out."""
    case, found = _request(request, reference, pk)
    if request.method == "POST" and request.POST.get("do") == "export_subject_pack":
        return _taken_out(request, found)
    theirs = _read_by(request, found)
    waiting = theirs.filter(state=Passage.State.TO_DECIDE).count()
    page = Paginator(theirs.order_by("-state", "id"), ON_A_PAGE).get_page(request.GET.get("page"))
    for each in page:
        each.given, each.part_in_words = subject_pack.given(each), subject_pack.part_of(each)
    is_shown = {
        "prepare_subject_pack": found.is_open and not waiting,
        "release_subject_pack": found.is_prepared,
        "send_subject_pack_back": found.is_prepared,
        "extend_subject_request": (found.is_open or found.is_prepared) and not found.is_extended,
        "withdraw_subject_request": found.is_open or found.is_prepared,
    }
    return with_steps(
        request,
        found,
        STEPS,
        address=request.path,
        is_shown=lambda step: is_shown[step.act] and may_do(request, step.act),
        template="config/subject_request.html",
        shown={
            "case": case,
            "here": "record",
            "asked": found,
            "waiting": waiting,
            "tell_by": subject_pack.tell_by(found, asked_on(request)),
            "page": page,
            "due": case.deadlines.filter(code=subject_pack.CODE, subject=found.key).last(),
            "may_decide": found.is_open and may_do(request, "decide_passage"),
            "may_take": found.is_released and may_do(request, "export_subject_pack"),
            "on": asked_on(request),
        },
    )


def _request(request: HttpRequest, reference: str, pk: int) -> tuple[Case, SubjectRequest]:
    """For those who work on it and auditors: what is gathered is more than whoever sees the case reads."""
    if not _may_look(request):
        raise Http404
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    beside = ("case", "child", "member", "prepared_by__agency", "released_by__agency")
    found = SubjectRequest.objects.filter(case=case, pk=pk).select_related(*beside).first()
    if found is None:
        raise Http404
    return case, found


def _may_look(request: HttpRequest) -> bool:
    return any(hat.role in LOOKS_AT for hat in hats_of(request))


def _read_by(request: HttpRequest, asked: SubjectRequest) -> "QuerySet[Passage]":
    """The passages of a request without those about a matter that is not for the reader."""
    return asked.passages.filter(matter__in=["", *matters_read_by(hats_of(request))])


def _taken_out(request: HttpRequest, found: SubjectRequest) -> HttpResponse:
    try:
        pack = subject_pack.export_subject_pack(found, by=person_of(request), at=asked_at(request))
    except Refused as refused:
        messages.warning(request, refused.message)
        return redirect("subject-request", found.case.reference, found.pk)
    return attached(pack, subject_pack.file_name(found), "application/zip")


class Decide(forms.Form):
    mark_optional = False
    decision = radios("What is done with it?", DECISIONS)
    reason = area("Why?", required=False)

    def __init__(self, *args: Any, record: Passage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record

    def where(self, refused: Refused) -> dict[str, str]:
        return {"REASON_REQUIRED": "reason"}

    def perform(self, *, by: Professional, at: datetime) -> Passage:
        return subject_pack.decide_passage(self.record, **self.cleaned_data, by=by, at=at)


@login_required
def passage(request: HttpRequest, reference: str, pk: int, passage_pk: int) -> HttpResponse:
    """One passage: its words, why somebody has to look, and what is done with it. Then the next one to decide."""
    case, asked = _request(request, reference, pk)
    found = _read_by(request, asked).select_related("request__case", "decided_by").filter(pk=passage_pk).first()
    if found is None:
        raise Http404
    before = {"decision": found.state, "reason": found.reason} if found.decided_by_id else {}
    form = Decide(request.POST if request.method == "POST" else None, record=found, initial=before)
    if request.method == "POST" and performed(form, request) is not None:
        waiting = _read_by(request, asked).filter(state=Passage.State.TO_DECIDE, pk__gt=found.pk).first()
        if waiting is not None:
            return redirect("subject-passage", reference, pk, waiting.pk)
        return redirect("subject-request", reference, pk)
    shown = {
        "case": case,
        "here": "record",
        "asked": asked,
        "passage": found,
        "part": subject_pack.part_of(found),
        "without": subject_pack.without_names(found),
        "form": form,
        "may_decide": asked.is_open and may_do(request, "decide_passage"),
        "back": reverse("subject-request", args=[reference, pk]),
    }
    return render(request, "config/subject_passage.html", shown)
