"""The plan of one child at several moments, side by side."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from plans import comparison
from plans.as_it_stood import Moment, PlanHistory
from plans.views.asking import CompareForm, asked, known_by
from workflow.as_of import end_of
from workflow.models import Case, Child
from workflow.signed_in import asked_on, case_for

NOW = "Now"


@login_required
@require_safe
def compare(request: HttpRequest, reference: str) -> HttpResponse:
    """The plan at its conferences and now, or at two chosen days, with what differs from column to column."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    child = _child(request, case)
    today = asked_on(request)
    form = CompareForm(asked(request, "left", "right", "known"))
    form.is_valid()
    told = getattr(form, "cleaned_data", {})
    kept = PlanHistory(child) if child else None
    held = [moment for moment in kept.meetings_by_name if moment.on <= today] if kept else []
    columns = _columns(held, told.get("left"), told.get("right"), today)
    known = told.get("known")
    stood = [kept.stood(end_of(moment.on), known_by(known)) for moment in columns] if kept else []
    sections = comparison.compare(stood, only_differences=told.get("changed", False)) if stood else []
    shown = {
        "child": child,
        "form": form,
        "columns": columns,
        "last": columns[-1],
        "sections": [(section.title, [(row, _paired(columns, row)) for row in section.rows]) for section in sections],
        "differing": comparison.differences(sections),
        "known": known,
        "is_chosen": bool(told.get("left") or told.get("right")),
        "steps": _steps(held, columns, today, child),
        "held": held,
    }
    return render(request, "plans/compare.html", {"case": case, "here": "compare"} | shown)


def _paired(columns: list[Moment], row: comparison.Row) -> list[tuple[Moment, comparison.Cell]]:
    return list(zip(columns, row.cells, strict=True))


def _child(request: HttpRequest, case: Case) -> Child | None:
    """The child asked for, by number so that no address names one; else the first of the case."""
    asked_for = request.GET.get("child", "")
    children = list(case.children.all())
    if not asked_for:
        return children[0] if children else None
    found = next((child for child in children if str(child.pk) == asked_for), None)
    if found is None:
        raise Http404
    return found


def _columns(held: list[Moment], left: date | None, right: date | None, today: date) -> list[Moment]:
    """The two days asked for, or every conference and now. A day on which a meeting was held goes by its name."""
    if not left and not right:
        conferences = [moment for moment in held if moment.is_conference and moment.on < today]
        return [*conferences, Moment(today, NOW)]
    first = left or next((moment.on for moment in held), today)
    return [_named(day, held, today) for day in sorted([first, right or today])]


def _named(day: date, held: list[Moment], today: date) -> Moment:
    """A conference before a core group of the same day, and either before the day alone."""
    on_the_day = [moment for moment in held if moment.on == day]
    on_the_day.sort(key=lambda moment: not moment.is_conference)
    return next(iter(on_the_day), Moment(day, NOW if day == today else ""))


def _steps(held: list[Moment], columns: list[Moment], today: date, child: Child | None) -> dict[str, Any]:
    """Where the two pairs of meetings before and after the ones shown are."""
    if len(columns) != 2:
        return {}
    days = list(dict.fromkeys([*(moment.on for moment in held), today]))
    earlier = [day for day in days if day < columns[1].on]
    later = [day for day in days if day > columns[1].on]
    steps: dict[str, Any] = {}
    if len(earlier) > 1:
        steps["before"] = _pair(earlier[-2], earlier[-1], held, today, child)
    if later:
        steps["after"] = _pair(columns[1].on, later[0], held, today, child)
    return steps


def _pair(left: date, right: date, held: list[Moment], today: date, child: Child | None) -> dict[str, Any]:
    query = {"child": child.pk if child else "", "left": left.isoformat(), "right": right.isoformat()}
    return {"href": f"?{urlencode(query)}", "left": _named(left, held, today), "right": _named(right, held, today)}
