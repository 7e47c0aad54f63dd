"""The frame around every page: the way round, who is here, and pages for when something is refused or broken."""

import datetime as dt
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory

from config.context import Service


class Person(SimpleNamespace):
    is_authenticated = True

    def __str__(self):
        return "Jo Ash"


@pytest.fixture(autouse=True)
def addresses(settings):
    settings.ROOT_URLCONF = "tests.config.urls_for_front_end"
    settings.DEMO = False


def asked(address="/", person=None):
    request = RequestFactory().get(address)
    request.user = person or AnonymousUser()
    return request


def page(template, request=None, **context):
    return BeautifulSoup(render_to_string(template, context, request), "html.parser")


def test_a_page_that_is_not_there_is_left_out_of_the_navigation():
    assert [item["label"] for item in Service(asked(person=Person())).navigation] == ["Today", "Meetings", "Alerts"]


@pytest.mark.parametrize(
    ("address", "current"),
    [
        ("/", {"Today": "page"}),
        ("/meetings/", {"Meetings": "page"}),
        ("/meetings/12/", {"Meetings": "true"}),
        ("/nowhere/", {}),
    ],
)
def test_the_navigation_says_where_you_are(address, current):
    items = Service(asked(address, Person())).navigation
    assert {item["label"]: item["current"] for item in items if item["current"]} == current


def test_a_stranger_sees_no_navigation_and_no_way_to_sign_out():
    drawn = page("base.html", asked())
    assert drawn.nav is None
    assert drawn.form is None


def test_unread_alerts_are_counted_beside_their_link(monkeypatch):
    monkeypatch.setattr(Service, "alert_count", 2)
    drawn = page("base.html", asked(person=Person()))
    assert drawn.find("a", href="/alerts/").get_text(" ", strip=True) == "Alerts 2 (2 unread)"


def test_signing_out_is_a_press_of_a_button_not_a_link_somebody_could_send():
    form = page("base.html", asked(person=Person())).form
    assert (form["method"], form["action"]) == ("post", "/sign-out/")
    assert form.find("input", attrs={"name": "csrfmiddlewaretoken"})


def test_a_page_has_one_main_part_a_way_past_the_menu_and_a_quiet_voice():
    drawn = page("base.html", asked(person=Person()))
    assert len(drawn.find_all("main")) == 1
    assert drawn.find("a", class_="govuk-skip-link")["href"] == f"#{drawn.main['id']}"
    assert drawn.find(id="live-status")["role"] == "status"


def test_nothing_is_written_into_a_page_that_the_policy_would_refuse():
    drawn = page("base.html", asked(person=Person()))
    assert [script for script in drawn.find_all("script") if not script.get("src")] == []
    assert drawn.find("style") is None
    assert [
        tag for tag in drawn.find_all(True) if tag.get("style") or any(name.startswith("on") for name in tag.attrs)
    ] == []


def test_nothing_claims_to_be_part_of_another_service():
    words = page("base.html", asked(person=Person())).get_text()
    assert "GOV.UK" not in words
    assert "Crown" not in words


def test_a_title_begins_with_error_when_the_form_has_one():
    class Reason(forms.Form):
        reason = forms.CharField()

    assert page("registration/sign_in.html", asked(), form=Reason()).title.get_text() == "Sign in – Throughline"
    assert page("registration/sign_in.html", asked(), form=Reason({})).title.get_text().startswith("Error: Sign in")


def test_a_demonstration_says_so_and_what_day_it_is(settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setattr(Service, "today", dt.date(2026, 11, 23))
    words = page("base.html", asked()).get_text(" ")
    assert "Demonstration: fictional people. Today here is Monday 23 November 2026." in words
    assert "terminal" in page("registration/sign_in.html", asked(), form=forms.Form()).get_text()


def test_the_real_service_never_calls_itself_a_demonstration():
    assert "Demonstration" not in page("base.html", asked()).get_text()


@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html"])
def test_a_page_for_trouble_needs_nothing_and_says_what_became_of_the_work(template):
    drawn = page(template)
    assert len(drawn.find_all("h1")) == 1
    assert any(word in drawn.main.get_text() for word in ("saved", "changed"))
    assert drawn.title.get_text() == f"{drawn.h1.get_text()} – Throughline"


def test_a_refusal_says_what_was_refused():
    assert "Only the chair may" in page("403.html", asked(), exception="Only the chair may do this.").get_text()


def test_what_may_not_be_seen_and_what_is_not_there_look_alike():
    assert "secret" not in str(page("404.html", asked(), exception="secret", request_path="/secret/"))
