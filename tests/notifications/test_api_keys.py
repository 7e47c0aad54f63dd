"""A key opens what its holder may see, for the purpose it was made for, until it is revoked."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from config import clock
from notifications.api_keys import make_api_key, revoke_api_key, with_api_key
from notifications.models import ApiKey, ApiKeyUse
from tests.escalation.scene import OPENED, at_noon, set_scene
from tests.making import a_professional, an_agency
from workflow.acting import LONDON
from workflow.errors import DateInPast, NotPermitted
from workflow.models import Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 12, 9, 0, tzinfo=LONDON)
SCOPES = ["deadlines:read"]


@pytest.fixture
def scene(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    scene = set_scene()
    with at_noon(OPENED):
        scene.people["admin"] = a_professional("admin", Role.SYSTEM_ADMIN, scene.worker.agency)
        scene.people["stranger"] = a_professional("stranger", Role.AGENCY_LEAD, an_agency("library"))
    scene.owe("A1", date(2026, 1, 8), owner="worker")
    return scene


def made(scene, holder="manager", **said):
    said = {"name": "Dashboard", "scopes": SCOPES, **said}
    return make_api_key(scene.people[holder], **said, by=scene.admin, on=OPENED)


def ask(words, **query):
    headers = {"Authorization": f"Bearer {words}"} if words else {}
    return Client().get("/api/v1/deadlines/overdue", query, headers=headers)


def test_a_key_reads_what_its_holder_may_see_and_no_name(scene):
    answer = ask(made(scene).words)
    assert answer.status_code == 200
    [row] = answer.json()["overdue"]
    assert (row["reference"], row["code"], row["due_on"], row["days_late"]) == ("CP-0417", "action", "2026-01-08", 4)
    assert "Mira" not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_and_nothing_its_holder_may_not_see(scene):
    assert ask(made(scene, "stranger").words).json() == {"overdue": [], "next": None}


@pytest.mark.parametrize("words", ["", "tl_guessed", "tl_" + "x" * 43])
def test_without_a_key_nothing_is_told(scene, words):
    answer = ask(words)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_a_sign_in_is_no_key(scene):
    assert Client().get("/api/v1/deadlines/overdue").status_code == 401


def test_a_revoked_key_an_ended_one_and_one_whose_holder_has_left_open_nothing(scene, monkeypatch):
    revoked, ended, left = made(scene), made(scene, ends_on=date(2026, 1, 11)), made(scene, "nurse")
    assert ask(revoked.words).status_code == 200
    revoke_api_key(revoked.key, reason="Found in a mail", by=scene.admin, on=OPENED)
    scene.leave("nurse", date(2026, 1, 12))
    assert [ask(each.words).status_code for each in (revoked, ended, left)] == [401, 401, 401]


def test_a_key_for_something_else_is_refused(scene):
    key = made(scene)
    with at_noon(OPENED):
        row = key.key.fresh()
        row.scopes = []
        row.save()
    assert ask(key.words).status_code == 403


def test_only_the_hash_is_kept_and_the_last_use_is_known_to_the_minute(scene, monkeypatch):
    key = made(scene)
    rows = [*ApiKey.objects.values(), *ApiKey.history.values()]
    assert not any(key.words in str(row) for row in rows)
    ask(key.words)
    assert ApiKeyUse.objects.get().last_used_at == NOW
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=5))
    ask(key.words)
    assert ApiKeyUse.objects.get().last_used_at == NOW + timedelta(minutes=5)


def test_who_may_make_one_and_for_what(scene):
    with pytest.raises(NotPermitted):
        make_api_key(scene.nurse, name="Mine", scopes=SCOPES, by=scene.nurse, on=OPENED)
    with pytest.raises(ValueError, match="no such purpose: everything"):
        made(scene, scopes=["everything"])
    with pytest.raises(DateInPast):
        made(scene, ends_on=date(2026, 1, 4))
    with pytest.raises(ValueError, match="no such purpose"):
        with_api_key("everything")


def test_a_page_of_the_answer_says_where_the_next_begins(scene, monkeypatch):
    monkeypatch.setattr("config.api.MOST", 2)
    for number in range(2, 6):
        scene.owe(f"A{number}", date(2026, 1, 8), owner="worker")
    words = made(scene).words
    first = ask(words).json()
    rest = ask(words, after=first["next"]).json()
    last = ask(words, after=rest["next"]).json()
    assert [len(page["overdue"]) for page in (first, rest, last)] == [2, 2, 1]
    assert last["next"] is None
    assert ask(words, after="x").status_code == 400
