"""Components for templates: `{% load govuk %}`. Text is escaped unless it was already marked safe."""

import datetime as dt

from django import template
from django.core.paginator import Page
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from config.govuk import component
from config.govuk import error_links as links_to_errors

register = template.Library()


@register.simple_tag
def tag(text, colour=""):
    """`{% tag "Overdue" "red" %}`. Never the colour alone: the word carries the meaning."""
    return component("tag", text=text, classes=f"govuk-tag--{colour}" if colour else "")


@register.simple_tag
def button(text, href="", variant="", name="", value="", id="", once=True):
    """`{% button "Save" %}` posts, once even when pressed twice; with `href` it goes there.

    `variant`: secondary, warning or inverse. `once` is False where a script answers the press and may have to be asked
    again at once.
    """
    classes = f"govuk-button--{variant}" if variant else ""
    if href:
        return component("button", text=text, href=href, classes=classes, id=id)
    return component("button", text=text, classes=classes, name=name, value=value, id=id, preventDoubleClick=once)


@register.simple_tag
def badge(text, colour=""):
    """An outlined label, for what a record is rather than how it stands: `{% badge "Restricted" "red" %}`."""
    return format_html('<span class="moj-badge{}">{}</span>', f" moj-badge--{colour}" if colour else "", text)


@register.simple_tag
def summary_list(rows, card=""):
    """`rows`: (key, value), (key, value, href) for a Change link, or (key, value, href, text of the link)."""
    title = {"card": {"title": {"text": card}}} if card else {}
    return component("summary-list", rows=[summary_row(*row) for row in rows], **title)


def summary_row(key, value, href="", action="Change") -> dict:
    row = {"key": {"text": key}, "value": {"text": "" if value is None else value}}
    if href:
        row["actions"] = {"items": [{"href": href, "text": action, "visuallyHiddenText": str(key).lower()}]}
    return row


@register.simple_tag
def warning_text(text):
    return component("warning-text", text=text, iconFallbackText="Warning")


@register.simple_tag
def inset_text(text):
    return component("inset-text", text=text)


@register.simple_tag(takes_context=True)
def notification_banner(context):
    """Every waiting message, in one banner. It takes the focus, and is green, only when all of it is good news."""
    waiting = list(context.get("messages") or [])
    if not waiting:
        return ""
    said = format_html_join(
        "\n", '<p class="govuk-notification-banner__heading">{}</p>', [(message.message,) for message in waiting]
    )
    good = all(message.level_tag == "success" for message in waiting)
    return component("notification-banner", html=said, **({"type": "success"} if good else {}))


@register.simple_tag(takes_context=True)
def sort_header(context, text, key, default=""):
    """A table head that sorts on the server: `?sort=due`, and `?sort=-due` when pressed again.

    `default` is the sort the page has when the address names none.
    """
    now = context["request"].GET.get("sort", default)
    direction = {key: "ascending", f"-{key}": "descending"}.get(now, "none")
    href = address_with(context["request"], sort=f"-{key}" if now == key else key, page=None)
    return format_html(
        '<th scope="col" class="govuk-table__header" aria-sort="{}">'
        '<a class="govuk-link app-sort" href="{}">{}</a></th>',
        direction,
        href,
        text,
    )


@register.simple_tag(takes_context=True)
def pagination(context, page: Page):
    """`{% pagination page %}` for a Django page of a list; nothing where there is only one."""
    if page.paginator.num_pages < 2:
        return ""

    def link(number: int) -> dict:
        return {"href": address_with(context["request"], page=number)}

    items = [
        {"number": number, "current": number == page.number} | link(number)
        if isinstance(number, int)
        else {"ellipsis": True}
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return component(
        "pagination",
        items=items,
        previous=link(page.previous_page_number()) if page.has_previous() else None,
        next=link(page.next_page_number()) if page.has_next() else None,
    )


def address_with(request: HttpRequest, **changes) -> str:
    """This page's query string with `changes`; None takes a parameter out."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


@register.filter
def error_links(form):
    return links_to_errors(form) if form else []


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """Mon 5 Jan 2026."""
    return in_words(value, "D j M Y")


@register.filter
def short_day(value: dt.date | dt.datetime | None) -> str:
    """5 Jan 2026."""
    return in_words(value, "j M Y")


@register.filter
def long_day(value: dt.date | dt.datetime | None) -> str:
    """Monday 5 January 2026."""
    return in_words(value, "l j F Y")


@register.filter
def moment(value: dt.date | dt.datetime | None) -> str:
    """Mon 5 Jan 2026, 10:12, by the clock on the wall here; a date alone stays a date."""
    return in_words(value, "D j M Y, H:i" if isinstance(value, dt.datetime) else "D j M Y")


def in_words(value: dt.date | dt.datetime | None, wording: str) -> str:
    if not value:
        return ""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return date_format(value, wording)


@register.filter
def working_days(number: int) -> str:
    """1 working day, 5 working days."""
    return f"{number} working day{pluralize(number)}"


@register.filter
def working_days_late(number: int) -> str:
    """5 working days late; for nought, due today; for a number below nought, due in that many."""
    if number > 0:
        return f"{working_days(number)} late"
    return f"due in {working_days(-number)}" if number else "due today"
