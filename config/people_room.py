"""The people of an agency: who is invited, changes their post or leaves it, and the report of it over a period."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from escalation.leaving import on_their_way
from escalation.posts import end_post, leave_post, stop_sign_in
from meetings.asking import CaseForm, area
from meetings.delivery import delivery_of
from meetings.views.files import attached
from meetings.views.steps import Step, performed, with_steps
from notifications import joining
from notifications.outside import mails_about
from workflow.acts import PARTNERSHIP
from workflow.date_input import DateInputField
from workflow.errors import Refused
from workflow.history_of_posts import Move, moves_of_people
from workflow.models import Agency, JoiningLink, Professional, Role
from workflow.permissions import MAY_GIVE, NOBODY
from workflow.safe_tables import Sheet, as_xlsx
from workflow.signed_in import asked_on, hats_of, may_do, person_of
from workflow.unusual_access import watches_access

EVERYWHERE = {Role.SYSTEM_ADMIN}
MAY_READ_ALL = EVERYWHERE | {Role.PARTNERSHIP, Role.AUDITOR}
ON_A_PAGE = 50
A_MONTH = timedelta(days=31)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ("What", "On", "Who", "Agency", "Post", "Before", "Decided by", "Decided on")


def agencies_of(request: HttpRequest) -> "QuerySet[Agency]":
    """The agencies whose people the reader decides about, or may read about."""
    hats = hats_of(request)
    if any(hat.role in MAY_READ_ALL for hat in hats):
        return Agency.objects.all()
    mine = [hat.agency_id for hat in hats if Role(hat.role) in MAY_GIVE]
    if not mine:
        raise PermissionDenied("The people of an agency are for those who decide about their posts.")
    return Agency.objects.filter(pk__in=mine)


def roles_of(request: HttpRequest) -> list[tuple[str, str]]:
    """The roles the reader gives."""
    given = {role for hat in hats_of(request) for role in MAY_GIVE.get(Role(hat.role), NOBODY)}
    return [(role.value, role.label) for role in Role if role in given]


class Invite(CaseForm):
    button = "Send the link"
    beside = {"OWN_POST": "email", "ALREADY_EXISTS": "email", "POST_NOT_YOURS": "role"}
    name = forms.CharField(label="Name", max_length=200)
    email = forms.EmailField(label="Work e-mail address", help_text="The link goes there, and to nobody else.")
    role = forms.ChoiceField(label="Post")
    agency = forms.ModelChoiceField(label="Agency", queryset=Agency.objects.none())

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, case=None, **kwargs)  # type: ignore[arg-type]
        self.fields["role"].choices = [("", "Choose one"), *roles_of(request)]  # type: ignore[attr-defined]
        agencies = agencies_of(request)
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]
        if len(agencies) == 1:
            self.fields["agency"].initial = agencies[0]

    def perform(self, *, by: Professional, at: datetime) -> Professional:
        said = self.cleaned_data
        return joining.invite_colleague(
            PARTNERSHIP, said["agency"], name=said["name"], email=said["email"], role=said["role"], by=by, at=at
        )


class NewAgency(CaseForm):
    button = "Add the agency"
    beside = {"ALREADY_EXISTS": "name"}
    name = forms.CharField(label="Name of the agency", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, case=None, **kwargs)  # type: ignore[arg-type]

    def perform(self, *, by: Professional, at: datetime) -> Agency:
        return joining.add_agency(PARTNERSHIP, name=self.cleaned_data["name"], by=by, at=at)


@login_required
def people(request: HttpRequest) -> HttpResponse:
    """Who is in post, and the form that invites one more."""
    agencies = agencies_of(request)
    invite = Invite(request.POST if "invite" in request.POST else None, request=request)
    agency = NewAgency(request.POST if "add-agency" in request.POST else None, prefix="agency")
    for form, said in ((invite, "The link is on its way."), (agency, "The agency is there.")):
        if performed(form, request) is not None:
            messages.success(request, said)
            return redirect("people")
    waiting = JoiningLink.objects.filter(professional=OuterRef("pk"), state=JoiningLink.State.OPEN)
    found = (
        Professional.objects.in_post(asked_on(request))  # type: ignore[attr-defined]
        .filter(agency__in=agencies)
        .select_related("agency", "user")
        .annotate(is_invited=Exists(waiting))
        .order_by("agency__name", "name", "id")
    )
    shown = {
        "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
        "invite": invite if may_do(request, "invite_colleague") else None,
        "agency": agency if may_do(request, "add_agency") else None,
        "form": agency if agency.is_bound else invite,
        "watches": watches_access(person_of(request)),
    }
    return render(request, "config/people.html", shown)


class PostForm(CaseForm):
    """A form about one post."""

    beside = {"REASON_REQUIRED": "reason", "POST_NOT_YOURS": "role"}
    reason = area("Why?")

    def __init__(self, *args: Any, record: Professional, **kwargs: Any) -> None:
        self.professional = record
        super().__init__(*args, case=None, **kwargs)  # type: ignore[arg-type]

    def where(self, refused: Refused) -> dict[str, str]:
        return {code: field for code, field in self.beside.items() if field in self.fields}


class SendLink(PostForm):
    button = "Send a new link"
    forgets_second_step = forms.BooleanField(
        label="Their telephone or passkey is lost too: they set up the second step anew", required=False
    )

    def perform(self, *, by: Professional, at: datetime) -> Any:
        return joining.send_joining_link(PARTNERSHIP, self.professional, **self.cleaned_data, by=by, at=at)


class ChangePost(PostForm):
    button = "Change the post"
    role = forms.ChoiceField(label="New post", choices=Role.choices)

    def perform(self, *, by: Professional, at: datetime) -> Any:
        return joining.change_post(PARTNERSHIP, self.professional, **self.cleaned_data, by=by, at=at)


class StopSignIn(PostForm):
    button = "Stop their sign-in"

    def perform(self, *, by: Professional, at: datetime) -> Any:
        return stop_sign_in(PARTNERSHIP, self.professional, **self.cleaned_data, by=by, at=at)


class AllowSignIn(PostForm):
    button = "Allow their sign-in again"

    def perform(self, *, by: Professional, at: datetime) -> Any:
        return joining.allow_sign_in(PARTNERSHIP, self.professional, **self.cleaned_data, by=by, at=at)


class Leave(PostForm):
    button = "End the post"
    reason = None  # type: ignore[assignment]

    def perform(self, *, by: Professional, at: datetime) -> Any:
        return leave_post(PARTNERSHIP, self.professional, by=by, at=at)


class End(Leave):
    def perform(self, *, by: Professional, at: datetime) -> Any:
        return end_post(PARTNERSHIP, self.professional, by=by, at=at)


GIVEN_BACK = "No alert waits for their answer."
STEPS = (
    Step("send_joining_link", "Send a link to set up a sign-in", SendLink, "The link is on its way."),
    Step("change_post", "Change the post", ChangePost, "The post is changed."),
    Step("stop_sign_in", "Stop their sign-in at once", StopSignIn, f"They are signed out everywhere. {GIVEN_BACK}"),
    Step("allow_sign_in", "Allow their sign-in again", AllowSignIn, "They may sign in again."),
    Step("leave_post", "They leave", Leave, f"The post has ended. They are signed out everywhere. {GIVEN_BACK}"),
    Step("end_post", "End the post", End, f"The post has ended. They are signed out everywhere. {GIVEN_BACK}"),
)


@login_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One post: how it stands with their sign-in, and what can be decided about it."""
    found = Professional.objects.filter(pk=pk, agency__in=agencies_of(request)).select_related("agency", "user").first()
    if found is None:
        raise Http404
    links = list(JoiningLink.objects.filter(professional=found).order_by("-pk")[:5])
    mails = mails_about(links)
    shown = {
        "person": found,
        "is_in_post": found.is_in_post(asked_on(request)),
        "on_their_way": on_their_way(found),
        "hands_over": may_do(request, "hand_over_case"),
        "links": [(link, [delivery_of(mail) for mail in mails.get(link.pk, [])]) for link in links],
    }
    return with_steps(
        request,
        found,
        STEPS,
        address=request.path,
        is_shown=lambda step: may_do(request, step.act) and _fits(request, step.act, found),
        template="config/person.html",
        shown=shown,
    )


def _fits(request: HttpRequest, act: str, found: Professional) -> bool:
    hats = hats_of(request)
    if not found.is_in_post(asked_on(request)) or any(hat.pk == found.pk for hat in hats):
        return False
    if not any(found.role in MAY_GIVE.get(Role(hat.role), NOBODY) for hat in hats):
        return False
    is_stopped = found.user is not None and not found.user.is_active
    return {
        "stop_sign_in": found.user is not None and not is_stopped,
        "allow_sign_in": is_stopped,
        "send_joining_link": bool(found.email) and not is_stopped,
    }.get(act, True)


# Joiners, movers, leavers


class Period(forms.Form):
    mark_optional = False
    since = DateInputField(label="From", named="The first day")
    until = DateInputField(label="Until", named="The last day")

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("since") and said.get("until") and said["until"] < said["since"]:
            self.add_error("until", "The last day must be the first or a later one")
        return said


def _asked_for(request: HttpRequest) -> tuple[Period, list[Move] | None, date, date]:
    """The period asked for, of the last month when none is; nothing is found while it cannot be read."""
    today = asked_on(request)
    since, until = today - A_MONTH, today
    is_asked = "until-year" in request.GET
    form = Period(request.GET if is_asked else None, initial={"since": since, "until": until})
    agencies = agencies_of(request)
    if is_asked:
        if not form.is_valid():
            return form, None, since, until
        since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    return form, moves_of_people(since, until, agencies), since, until


@login_required
@require_safe
def moves(request: HttpRequest) -> HttpResponse:
    """Who joined, changed their post and left over a period."""
    form, found, since, until = _asked_for(request)
    query = urlencode(_boxes("since", since) | _boxes("until", until))
    shown = {
        "form": form,
        "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")) if found is not None else None,
        "since": since,
        "until": until,
        "file": f"{reverse('people-moves-file')}?{query}",
    }
    return render(request, "config/moves.html", shown)


def _boxes(name: str, day: date) -> dict[str, int]:
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


@login_required
@require_safe
def moves_file(request: HttpRequest) -> HttpResponse:
    """The same as a workbook, every cell text."""
    _, found, since, until = _asked_for(request)
    if found is None:
        raise Http404
    rows = [
        (one.kind, one.on, one.name, one.agency.name, one.role, one.before, one.by, one.decided_on) for one in found
    ]
    name = f"people-{since.isoformat()}-{until.isoformat()}.xlsx"
    made = as_xlsx([Sheet("Joiners, movers, leavers", HEADINGS, rows)])
    return attached(made, name, XLSX)
