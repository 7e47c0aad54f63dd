"""The small parts pages are made of: escaped, worded, and right without their colour."""

import datetime as dt
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

NASTY = "<script>alert(1)</script>"


def draw(template, **context):
    return Template("{% load govuk %}" + template).render(Context(context))


def page(template, **context):
    return BeautifulSoup(draw(template, **context), "html.parser")


def at(address):
    return RequestFactory().get(address)


@pytest.mark.parametrize(
    "template",
    [
        "{% tag nasty nasty %}",
        "{% badge nasty nasty %}",
        "{% button nasty href=nasty %}",
        "{% button nasty name=nasty value=nasty id=nasty variant=nasty %}",
        "{% warning_text nasty %}",
        "{% inset_text nasty %}",
        "{% summary_list rows card=nasty %}",
        "{% sort_header nasty nasty %}",
        "{% notification_banner %}",
        '{% include "components/identity_bar.html" with reference=nasty initials=nasty restriction=nasty %}',
        '{% include "components/timeline.html" with entries=entries %}',
        '{% include "components/alert.html" with title=nasty text=nasty %}',
        '{% include "components/sub_navigation.html" with label=nasty items=items %}',
    ],
)
def test_text_from_a_stranger_stays_text(template):
    entry = {"title": NASTY, "by": NASTY, "text": NASTY, "tag": NASTY, "when": dt.date(2026, 3, 27)}
    drawn = draw(
        template,
        nasty=NASTY,
        rows=[(NASTY, NASTY, NASTY, NASTY)],
        entries=[entry],
        items=[{"label": NASTY, "href": NASTY}],
        messages=[Message(20, NASTY)],
        request=at(f"/?{NASTY}={NASTY}"),
    )
    assert "<script" not in drawn
    assert "&lt;script" in drawn


def test_a_button_posts_once_and_a_link_dressed_as_one_goes_there():
    button = page('{% button "Save" %}').button
    assert button["data-prevent-double-click"] == "true"
    link = page('{% button "Add" href="/add/" variant="secondary" %}').a
    assert link["href"] == "/add/"
    assert "govuk-button--secondary" in link["class"]


def test_a_change_link_says_what_it_changes():
    drawn = page("{% summary_list rows %}", rows=[("Due date", "27 Mar 2026", "/move/"), ("Owner", None)])
    assert drawn.a.get_text(" ", strip=True) == "Change due date"
    assert "None" not in drawn.get_text()


@pytest.mark.parametrize(
    ("address", "state", "leads_to"),
    [
        ("/", "ascending", "?sort=-due"),
        ("/?sort=due", "ascending", "?sort=-due"),
        ("/?sort=-due&page=4", "descending", "?sort=due"),
        ("/?sort=owner&agency=police", "none", "?agency=police&sort=due"),
    ],
)
def test_a_column_is_sorted_by_a_link_and_says_which_way_it_is_sorted(address, state, leads_to):
    head = page('{% sort_header "Due" "due" default="due" %}', request=at(address)).th
    assert head["aria-sort"] == state
    assert head.a["href"] == leads_to


def test_a_long_list_is_turned_page_by_page_and_keeps_its_filter():
    pages = Paginator(range(100), 10)
    drawn = page("{% pagination page %}", page=pages.page(2), request=at("/?agency=police&page=2"))
    assert drawn.find("a", rel="next")["href"] == "?agency=police&page=3"
    assert drawn.find("a", attrs={"aria-current": "page"}).get_text(strip=True) == "2"


def test_a_short_list_has_no_pages_to_turn():
    assert draw("{% pagination page %}", page=Paginator([1], 10).page(1), request=at("/")).strip() == ""


def test_good_news_is_green_and_takes_the_focus_but_not_when_there_is_bad_news_in_it():
    good, bad = Message(25, "Saved"), Message(30, "One person could not be told")
    assert page("{% notification_banner %}", messages=[good]).div["role"] == "alert"
    mixed = page("{% notification_banner %}", messages=[good, bad])
    assert mixed.div["role"] == "region"
    assert [said.get_text() for said in mixed.find_all("p")] == ["Saved", "One person could not be told"]
    assert draw("{% notification_banner %}", messages=[]).strip() == ""


@pytest.mark.parametrize(
    ("wording", "words"),
    [
        ("{{ d|day }}", "Mon 5 Jan 2026"),
        ("{{ d|short_day }}", "5 Jan 2026"),
        ("{{ d|long_day }}", "Monday 5 January 2026"),
        ("{{ d|moment }}", "Mon 5 Jan 2026"),
        ("{{ nothing|day }}", ""),
    ],
)
def test_dates_are_written_one_way(wording, words):
    assert draw(wording, d=dt.date(2026, 1, 5), nothing=None) == words


def test_a_moment_is_shown_by_the_clock_on_the_wall(settings):
    settings.TIME_ZONE = "Europe/London"
    summer = dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC)
    assert draw("{{ m|moment }}", m=summer) == "Thu 2 Jul 2026, 00:30"
    assert draw("{{ m|day }}", m=summer) == "Thu 2 Jul 2026"


@pytest.mark.parametrize(
    ("number", "length", "lateness"),
    [
        (1, "1 working day", "1 working day late"),
        (5, "5 working days", "5 working days late"),
        (0, "0 working days", "due today"),
    ],
)
def test_working_days_are_counted_in_words(number, length, lateness):
    assert draw("{{ n|working_days }}", n=number) == length
    assert draw("{{ n|working_days_late }}", n=number) == lateness


def test_what_is_not_late_yet_says_when_it_is_due():
    assert draw("{{ n|working_days_late }}", n=-1) == "due in 1 working day"


def test_a_timeline_takes_rows_as_well_as_dictionaries():
    entry = SimpleNamespace(
        title="Conference held", when=dt.date(2026, 3, 27), by="Jo Ash", text="", tag="", href="/x/"
    )
    drawn = page('{% include "components/timeline.html" with entries=entries level=2 %}', entries=[entry])
    assert drawn.h2.a["href"] == "/x/"
    assert drawn.time["datetime"] == "2026-03-27"
