"""The browser is told to trust nothing but this service, and to keep nothing."""

import pytest
from django.http import HttpResponse
from django.test import AsyncRequestFactory, RequestFactory

from config.headers import SecurityHeaders


def answer(**headers):
    page = HttpResponse("A page about a child", headers=headers)
    return SecurityHeaders(lambda request: page)(RequestFactory().get("/"))


def policy(response):
    return dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))


def test_a_page_runs_and_loads_only_what_this_service_serves():
    allowed = policy(answer())
    assert allowed["default-src"] == "'none'"
    assert allowed["script-src"] == allowed["style-src"] == allowed["img-src"] == "'self'"
    assert "unsafe" not in str(allowed)
    assert "data:" not in str(allowed)


def test_a_page_can_be_framed_by_nobody_and_posts_only_home():
    allowed = policy(answer())
    assert allowed["frame-ancestors"] == allowed["base-uri"] == allowed["font-src"] == "'none'"
    assert allowed["form-action"] == "'self'"


@pytest.mark.parametrize(
    ("origin", "socket"),
    [("https://throughline.example", "wss://throughline.example"), ("http://127.0.0.1:8000", "ws://127.0.0.1:8000")],
)
def test_a_socket_may_be_opened_to_this_very_address(settings, origin, socket):
    settings.LIVE_ORIGINS = [origin]
    assert policy(answer())["connect-src"] == f"'self' {socket}"


def test_nothing_is_left_in_the_browser_for_the_next_person():
    assert answer()["Cache-Control"] == "no-store"


def test_a_page_that_only_asks_to_be_kept_privately_is_still_not_kept():
    assert answer(**{"Cache-Control": "private, max-age=60"})["Cache-Control"] == "no-store"


def test_no_page_can_ask_to_be_kept_by_others_either():
    assert answer(**{"Cache-Control": "public, max-age=60"})["Cache-Control"] == "no-store"


def test_no_page_may_listen_watch_or_locate():
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(answer()["Permissions-Policy"].split(", "))


async def test_the_headers_are_set_in_an_async_chain_too():
    async def page(request):
        return HttpResponse("A page about a child")

    response = await SecurityHeaders(page)(AsyncRequestFactory().get("/"))
    assert response["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in response
