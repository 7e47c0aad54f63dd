"""Attendance over time: by agency, by quarter, each figure down to its meetings."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from meetings.models import Conference, CoreGroup, Presence
from meetings.over_time import FEW, Figure, OfAgency, Quarter, alerts, attendance, quarters_in
from notifications.models import Notice
from workflow.models import Agency, Case
from workflow.permissions import sees_every_case
from workflow.signed_in import hats_of, own_cases, person_of, visible_cases_of

ON_A_PAGE = 50
QUARTERS_SHOWN = 4
HEADINGS = {Presence.Occasion.SITTING: "Conferences", Presence.Occasion.CORE_GROUP: "Core groups"}
ORDERS = {
    "agency": lambda each, figure: each.agency.name,
    "expected": lambda each, figure: figure.expected,
    "share": lambda each, figure: -1 if figure.share is None else figure.share,
    "absent": lambda each, figure: figure.absent,
}


@dataclass(frozen=True)
class Asked:
    """What the reader looks at: which cases, which quarter, and whether small figures have to be hidden."""

    cases: "QuerySet[Case]"
    quarter: Quarter | None
    scope: str
    sees_all: bool

    @property
    def hide_few(self) -> bool:
        """An authority-wide figure: told to somebody outside the case team of most of what is in it."""
        return self.sees_all and self.scope == "all"

    @property
    def presences(self) -> "QuerySet[Presence]":
        return Presence.objects.filter(case__in=self.cases.values("pk"))

    def address(self, agency: Agency, **more: object) -> str:
        """The meetings behind a figure."""
        said = {"cases": self.scope, "quarter": self.quarter or "", **more}
        kept = {name: value for name, value in said.items() if value}
        return f"{reverse('attendance-agency', args=[agency.key])}?{urlencode(kept)}"


def _asked(request: HttpRequest) -> Asked:
    sees_all = any(sees_every_case(hat) for hat in hats_of(request))
    scope = "mine" if request.GET.get("cases") == "mine" else "all"
    cases = own_cases(person_of(request)) if scope == "mine" else visible_cases_of(request)
    return Asked(cases, Quarter.parse(request.GET.get("quarter", "")), scope, sees_all)


class LookForm(forms.Form):
    """Which quarter, and for somebody who oversees every case: which cases."""

    mark_optional = False

    def __init__(self, asked: Asked, quarters: list[Quarter]) -> None:
        super().__init__(initial={"quarter": str(asked.quarter or ""), "cases": asked.scope})
        choices = [("", "All time"), *((str(each), each.in_words) for each in quarters)]
        self.fields["quarter"] = forms.ChoiceField(label="When", choices=choices, required=False)
        if asked.sees_all:
            scopes = [("all", "Every case I may see"), ("mine", "Cases whose team I am in")]
            self.fields["cases"] = forms.ChoiceField(label="Which cases", choices=scopes, required=False)


@login_required
@require_safe
def by_agency(request: HttpRequest) -> HttpResponse:
    """Each agency's attendance at conferences and at core groups, and the alerts of absences in a row."""
    asked = _asked(request)
    figures = attendance(asked.presences, hide_few=asked.hide_few)
    quarters = quarters_in(figures)
    shown = quarters[:QUARTERS_SHOWN]
    agencies = {each.agency for rows in figures.values() for each in rows if not each.total.is_hidden}
    notices = Notice.objects.filter(case__in=asked.cases.values("pk"))
    if asked.quarter:
        notices = asked.quarter.keep(notices, "raised_on")
    tables = [
        {
            "heading": heading,
            "rows": _rows(request, figures[occasion], asked, str(occasion), shown),
            "occasion": occasion,
        }
        for occasion, heading in HEADINGS.items()
    ]
    page = {
        "asked": asked,
        "tables": tables,
        "quarters": shown,
        "alerted": alerts(notices, agencies),
        "look": LookForm(asked, quarters),
        "few": FEW,
    }
    return render(request, "meetings/attendance.html", page)


def _rows(
    request: HttpRequest, found: list[OfAgency], asked: Asked, occasion: str, shown: list[Quarter]
) -> list[dict[str, Any]]:
    sort = request.GET.get("sort", "agency")
    order = ORDERS.get(sort.removeprefix("-"), ORDERS["agency"])
    here = [(each, each.at(asked.quarter)) for each in found]
    told = [pair for pair in here if pair[1].expected]
    told.sort(key=lambda pair: order(*pair), reverse=sort.startswith("-"))
    # A hidden figure tells nothing by its place either.
    told.sort(key=lambda pair: pair[1].is_hidden)
    return [
        {
            "agency": each.agency,
            "figure": figure,
            "address": asked.address(each.agency, occasion=occasion),
            "quarters": [
                (quarter, each.at(quarter), asked.address(each.agency, occasion=occasion, quarter=quarter))
                for quarter in shown
            ],
        }
        for each, figure in told
    ]


@login_required
@require_safe
def of_agency(request: HttpRequest, agency: str) -> HttpResponse:
    """The meetings behind one agency's figures, each with what became of it."""
    asked = _asked(request)
    found = get_object_or_404(Agency, key=agency)
    occasion = request.GET.get("occasion", "")
    occasion = occasion if occasion in Presence.Occasion.values else ""
    mine = asked.presences.filter(agency=found)
    figures = attendance(mine, hide_few=asked.hide_few)
    figure = _together(figures, occasion, asked.quarter)
    rows = mine.filter(occasion=occasion) if occasion else mine
    rows = asked.quarter.keep(rows) if asked.quarter else rows
    rows = rows.none() if figure.is_hidden else rows.select_related("case").order_by("-held_on", "-id")
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    shown = {
        "asked": asked,
        "agency": found,
        "figure": figure,
        "what": HEADINGS.get(occasion, "Conferences and core groups"),
        "page": page,
        "rows": _meetings(list(page)),
        "look": LookForm(asked, quarters_in(figures)),
        "occasion": occasion,
        "kinds": _kinds(asked, found, occasion),
        "few": FEW,
    }
    return render(request, "meetings/attendance_agency.html", shown)


def _together(figures: dict[str, list[OfAgency]], occasion: str, quarter: Quarter | None) -> Figure:
    """The figure asked for; of both kinds of meeting hidden if one of its parts is."""
    parts = [each.at(quarter) for kind, rows in figures.items() for each in rows if occasion in ("", kind)]
    total = sum(parts, Figure())
    if any(part.is_hidden for part in parts):
        return Figure(total.expected, is_hidden=True)
    return total


def _kinds(asked: Asked, agency: Agency, occasion: str) -> list[dict[str, object]]:
    """Links to both kinds of meeting together and to each alone."""
    kinds = [("", "Both"), *((str(kind), heading) for kind, heading in HEADINGS.items())]
    return [
        {"label": label, "href": asked.address(agency, occasion=kind), "current": kind == occasion}
        for kind, label in kinds
    ]


def _meetings(rows: list[Presence]) -> list[dict[str, Any]]:
    """Each row with the address of its core group and the kind of its conference: two statements."""
    keys, cases = [row.key for row in rows], {row.case_id for row in rows}
    conferences = Conference.objects.filter(case__in=cases, key__in=keys)
    core_groups = CoreGroup.objects.filter(case__in=cases, key__in=keys)
    kinds = {(each.case_id, each.key): each.get_kind_display() for each in conferences}
    pages = {(each.case_id, each.key): reverse("core-group", args=[each.pk]) for each in core_groups}
    return [
        {
            "row": row,
            "kind": kinds.get((row.case_id, row.key), "Conference")
            if row.occasion == Presence.Occasion.SITTING
            else "Core group",
            "address": pages.get((row.case_id, row.key), "") if row.occasion == Presence.Occasion.CORE_GROUP else "",
        }
        for row in rows
    ]
