"""Drift over many cases: where it is growing, and which cases are behind a figure. No table of people."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from plans import authority
from plans.flags import flag_in_words
from plans.stagnation import days_untouched, untouched
from workflow.drift_months import month_of
from workflow.models import Case, Role
from workflow.models.case import CaseQuerySet
from workflow.permissions import sees_every_case
from workflow.scope import narrow_to, scope_of_figures
from workflow.signed_in import asked_on, hats_of, own_cases, person_of, visible_cases_of
from workflow.working_days import add_months

ON_A_PAGE = 25
DRAWN_WIDE, DRAWN_HIGH = 480, 120


@dataclass(frozen=True)
class Asked:
    """What the reader looks at: twelve months, of which cases, narrowed to what; and whether few have to be hidden."""

    window: authority.Window
    scope: str
    month: date | None
    agency: str
    kind: str
    oversees: bool
    is_partnership: bool

    @property
    def hide_few(self) -> bool:
        """An authority-wide figure: told to somebody outside the case team of most of what is in it."""
        return self.oversees and self.scope == "all"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.month or self.agency or self.kind)

    @property
    def narrowed(self) -> dict[str, Any]:
        wanted = {"month": self.month, "agency__key": self.agency, "kind": self.kind}
        return {name: value for name, value in wanted.items() if value}

    def address(self, **more: str) -> str:
        said = {
            "until": f"{self.window.last:%Y-%m}",
            "cases": "mine" if self.scope == "mine" else "",
            "month": f"{self.month:%Y-%m}" if self.month else "",
            "agency": self.agency,
            "kind": self.kind,
            **more,
        }
        return f"?{urlencode({name: value for name, value in said.items() if value})}"


def _asked(request: HttpRequest) -> Asked:
    hats, this_month = hats_of(request), month_of(asked_on(request))
    is_partnership = any(hat.role == Role.PARTNERSHIP for hat in hats)
    until = _month(request.GET.get("until", ""))
    return Asked(
        authority.Window(min(until or this_month, this_month)),
        "mine" if request.GET.get("cases") == "mine" else "all",
        _month(request.GET.get("month", "")),
        request.GET.get("agency", "")[:60],
        request.GET.get("kind", "")[:40],
        is_partnership or any(sees_every_case(hat) for hat in hats),
        is_partnership,
    )


def _month(text: str) -> date | None:
    """The month written as 2026-11; None for anything else."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _cases(request: HttpRequest, asked: Asked) -> CaseQuerySet:
    """The cases the figures are of: for a partnership officer all that are not restricted, as figures only."""
    if asked.scope == "mine":
        return own_cases(person_of(request))  # type: ignore[return-value]
    if not asked.is_partnership:
        return visible_cases_of(request)
    narrow_to(scope_of_figures(person_of(request)))
    return Case.objects.counted_for(person_of(request))


@login_required
@require_safe
def drift(request: HttpRequest) -> HttpResponse:
    """Where drift is growing, by month, by agency and by what was owed; narrowed, with the cases behind it."""
    asked, today = _asked(request), asked_on(request)
    cases, window = _cases(request, asked), asked.window
    found = authority.within(cases, window, **asked.narrowed)
    months = authority.by_month(found, window)
    total = authority.total(months)
    is_hidden = asked.hide_few and 0 < total.events < authority.FEW
    shown: dict[str, Any] = {
        "asked": asked,
        "few": authority.FEW,
        "total": total,
        "is_hidden": is_hidden,
        "earlier": asked.address(until=f"{add_months(window.last, -authority.MONTHS):%Y-%m}"),
        "later": asked.address(until=f"{add_months(window.last, authority.MONTHS):%Y-%m}")
        if window.last < month_of(today)
        else "",
    }
    if total.events and not is_hidden:
        months = authority.hide(months) if asked.hide_few else months
        overdue = authority.overdue(cases, today)
        shown |= {
            "months": [(each, asked.address(month=f"{each.key:%Y-%m}")) for each in months],
            "agencies": [
                (each, asked.address(agency=each.key), _few(overdue.get(each.key, 0), asked))
                for each in authority.by_agency(found, window, hide_few=asked.hide_few)
            ],
            "kinds": [
                (each, asked.address(kind=each.key))
                for each in authority.by_kind(found, window, hide_few=asked.hide_few)
            ],
            "bars": bars(months),
        }
        if asked.is_narrowed:
            shown["behind"] = _behind(request, asked, window)
    if not asked.is_narrowed:
        shown["flags"] = [(flag_in_words(code), _few(n, asked)) for code, n in authority.standing_flags(cases)]
        shown["raised"] = _few(authority.flags_raised(cases, window), asked)
    return render(request, "plans/drift.html", shown | {"narrowed_to": _narrowed_to(asked)})


def _few(number: int, asked: Asked) -> str:
    return f"Fewer than {authority.FEW}" if asked.hide_few and 0 < number < authority.FEW else str(number)


def _narrowed_to(asked: Asked) -> list[tuple[str, str]]:
    """What the figures are narrowed to, in words, each with the address without it."""
    named = (
        ("month", f"{asked.month:%B %Y}" if asked.month else ""),
        ("agency", asked.agency.replace("_", " ").capitalize()),
        ("kind", authority.kind_in_words(asked.kind) if asked.kind else ""),
    )
    return [(words, asked.address(**{name: ""})) for name, words in named if words]


def _behind(request: HttpRequest, asked: Asked, window: authority.Window) -> Any:
    """The cases behind the figures, of those the reader may open."""
    mine = own_cases(person_of(request)) if asked.scope == "mine" else visible_cases_of(request)
    behind = authority.by_case(authority.within(mine, window, **asked.narrowed), window)
    return Paginator(behind, ON_A_PAGE).get_page(request.GET.get("page"))


def bars(months: list[authority.Figure]) -> list[dict[str, Any]]:
    """The days later of each month as bars of a drawing; a hidden month has none."""
    most = max([each.days for each in months] + [1])
    step = DRAWN_WIDE // len(months)
    return [
        {
            "x": step * number + 4,
            "y": DRAWN_HIGH - DRAWN_HIGH * each.days // most,
            "width": step - 8,
            "height": DRAWN_HIGH * each.days // most,
            "middle": step * number + step // 2,
            "label": f"{each.key:%b}",
            "is_hidden": each.is_hidden,
        }
        for number, each in enumerate(months)
    ]


# For supervision


@login_required
@require_safe
def quiet(request: HttpRequest) -> HttpResponse:
    """Actions that are not late and that nobody has touched for six weeks, in every case the reader may see."""
    today = asked_on(request)
    found = untouched(visible_cases_of(request), today)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    shown = {"page": page, "quiet": [(action, days_untouched(action, today)) for action in page]}
    return render(request, "plans/quiet.html", shown)
