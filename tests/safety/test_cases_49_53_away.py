"""Cases 49 and 53: the database goes away in the middle of a meeting, or the network for ten minutes.

What the page in the browser does meanwhile is `tests/browser/test_no_word_is_lost.py`.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from bs4 import BeautifulSoup
from django.db import InterfaceError, OperationalError, ProgrammingError, close_old_connections, connection
from django.test import Client
from django.urls import reverse

from config.without_the_database import TRY_AGAIN_AFTER, is_without
from meetings import writing
from meetings.models import Revision
from tests.at_once import require_postgres
from tests.config import test_drafts as drafts
from tests.making import doing
from tests.meetings.minuting import a_scene
from tests.safety.borrowing import world_of
from workflow.drafting import aside_at, draft_at
from workflow.models import User
from workflow.scope import ASKS_NOTHING

globals().update(world_of(drafts, "people", "chair", "the_day"))

PLACE, AT = drafts.PLACE, drafts.AT
TYPED = "She was told <b>at once</b>."


@contextmanager
def gone(kind: type[Exception] = OperationalError) -> Iterator[None]:
    """Nothing that is asked of the database is answered, but for the parts of the test's own transaction."""

    def refuse(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if sql.startswith(ASKS_NOTHING):
            return execute(sql, *more)
        raise kind("the connection was lost")

    with connection.execute_wrapper(refuse):
        yield


@contextmanager
def before(begins: str, happens: Callable[[], None]) -> Iterator[None]:
    """Once, just before the first statement that begins with these words."""
    left = [happens]

    def look(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if left and sql.startswith(begins):
            left.pop()()
        return execute(sql, *more)

    with connection.execute_wrapper(look):
        yield


def restart() -> None:
    """What a server that stops does to every connection it has."""
    own = connection.connection.info
    with psycopg.connect(host=own.host, port=own.port, user=own.user, dbname="postgres", autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [own.backend_pid])


@pytest.fixture
def client(chair) -> Client:
    """The chair, signed in, who is shown what anybody would be shown."""
    client = Client(raise_request_exception=False)
    client.force_login(chair.user)
    return client


def save(client: Client, words: str, number: int = 0, **other: Any) -> Any:
    said = {"place": PLACE, "number": number, "typed": {"plan": [words]}, **other}
    return client.post("/drafts/", json.dumps(said), "application/json", headers={"Accept": "application/json"})


def words_of(answer: Any) -> str:
    return " ".join(BeautifulSoup(answer.content, "html.parser").main.get_text(" ").split())


@pytest.mark.django_db
class TestTheDatabaseGoesAway:
    @pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
    def test_case_49_the_page_says_what_is_kept_and_what_to_do(self, client, kind):
        with gone(kind):
            answer = client.get("/cases/?page=2")
        assert (answer.status_code, answer["Retry-After"]) == (503, str(TRY_AGAIN_AFTER))
        assert answer["Content-Security-Policy"]
        said = words_of(answer)
        for each in ("cannot save anything just now", "Everything saved before is safe", "the draft comes back"):
            assert each in said
        assert BeautifulSoup(answer.content, "html.parser").find("a", class_="govuk-button")["href"] == "/cases/?page=2"

    def test_case_49_what_was_sent_stands_in_the_page_and_the_draft_is_named(self, client):
        save(client, TYPED)
        sent = {"plan": TYPED, "password": "secret", "draft": PLACE, "draft-saved-at": "12:00"}
        with gone():
            answer = client.post(PLACE, sent)
        said = words_of(answer)
        assert answer.status_code == 503
        assert "draft was last saved at 12:00" in said
        assert f"Plan {TYPED}" in said
        assert "look before you send it again" in said
        assert "secret" not in said

    def test_case_49_only_a_time_of_the_day_is_taken_for_one(self, client):
        with gone():
            said = words_of(client.post(PLACE, {"draft-saved-at": "12:00, says <b>somebody</b>"}))
        assert "somebody" not in said
        assert "the draft comes back" in said

    def test_case_49_nothing_that_was_typed_to_sign_in_is_shown_again(self, client):
        with gone():
            told = {"username": "mira lowe", "password": "no secret to the database"}
            said = words_of(Client(raise_request_exception=False).post("/sign-in/", told))
        assert "cannot save" in said
        assert "mira" not in said
        assert "secret" not in said

    def test_case_49_a_script_and_a_machine_are_told_in_their_way(self, client):
        with gone():
            answers = [save(client, TYPED), client.get("/api/v1/deadlines/overdue"), client.get("/health/")]
        for answer in answers:
            assert (answer.status_code, answer["Retry-After"]) == (503, str(TRY_AGAIN_AFTER))
            assert "Nothing was changed" in answer.json()["error"]

    def test_case_49_the_draft_returns_and_goes_on_where_it_was(self, client, chair):
        save(client, "She was told")
        with gone():
            assert save(client, TYPED, 1).status_code == 503
        assert client.get("/drafts/", {"place": PLACE}).json()["draft"]["typed"] == {"plan": ["She was told"]}
        again = save(client, TYPED, 1, unsure=[{"plan": [TYPED]}])
        assert (again.status_code, again.json()["number"]) == (200, 2)
        assert draft_at(chair, PLACE).typed == {"plan": [TYPED]}

    def test_case_49_a_statement_of_ours_that_makes_no_sense_stays_our_fault(self, client):
        with pytest.raises((OperationalError, ProgrammingError)) as wrong, connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")
        assert not is_without(wrong.value)
        assert is_without(OperationalError())
        assert not is_without(ZeroDivisionError())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestAServerThatRestarts:
    def test_case_49_it_restarts_in_the_middle_of_a_save(self, client, chair):
        require_postgres()
        save(client, "She was told")
        with before('UPDATE "workflow_draft"', restart):
            assert save(client, TYPED, 1).status_code == 503
        close_old_connections()  # as at the beginning of every request that does not come from a test
        assert draft_at(chair, PLACE).typed == {"plan": ["She was told"]}
        assert save(client, TYPED, 1).json()["number"] == 2

    def test_case_49_it_restarts_under_a_page(self, client):
        require_postgres()
        with before('SELECT "django_session"', restart):
            assert client.get("/cases/").status_code == 503
        close_old_connections()
        assert client.get("/cases/").status_code == 200


@pytest.mark.django_db
class TestTheNetworkIsAway:
    def test_case_53_what_arrives_late_covers_nothing_newer_and_is_not_lost(self, client, chair):
        """The first of two saves was held up on the way, and arrives after the second."""
        save(client, "one")
        assert save(client, "one, two, three", 1).json()["number"] == 2
        late = save(client, "one, two", 1)
        assert (late.status_code, late.json()["number"]) == (409, 2)
        assert draft_at(chair, PLACE).typed == {"plan": ["one, two, three"]}
        assert aside_at(chair, PLACE).typed == {"plan": ["one, two"]}

    def test_case_53_ten_minutes_of_tries_end_with_the_newest_words_and_no_second_page(self, client, chair):
        """Any of them may have arrived without its answer: the page names them all, and conflicts with none of them."""
        tried = [f"one{', and on' * times}" for times in range(1, 20)]
        save(client, "one")
        for arrived in (tried[0], tried[7], tried[-1]):
            number = draft_at(chair, PLACE).number
            assert save(client, arrived, number).status_code == 200  # and its answer is lost
            again = save(client, tried[-1] + ".", number, unsure=[{"plan": [each]} for each in tried])
            assert (again.status_code, again.json()["number"]) == (200, number + 2)
            assert aside_at(chair, PLACE) is None
        assert draft_at(chair, PLACE).typed == {"plan": [tried[-1] + "."]}

    def test_case_53_a_page_of_before_says_only_the_last_one(self, client):
        save(client, "one")
        assert save(client, "one, two", 0, unsure={"plan": ["one"]}).json()["number"] == 2

    def test_case_53_so_do_the_minutes(self):
        scene = a_scene()
        told, later = {"by": scene.clerk}, AT + timedelta(minutes=10)
        tried = ["Mother", "Mother came", "Mother came late"]
        for item, arrived in zip(scene.items, (tried[:1], tried[1:2], tried), strict=True):
            for number, each in enumerate(arrived):
                writing.write(item, each, at=AT, based_on=number, **told)  # and the answer is lost
            outcome = writing.write(item, "Mother came late.", at=later, based_on=0, unsure=tried, **told)
            assert isinstance(outcome, writing.Saved)
            assert writing.text_of(item).text == "Mother came late."
            numbers = Revision.objects.filter(writing__item=item).order_by("pk").values_list("number", flat=True)
            assert list(numbers) == list(range(1, len(arrived) + 2))

    def test_case_53_somebody_elses_save_in_between_is_still_a_conflict(self):
        scene = a_scene()
        item = scene.items[0]
        writing.write(item, "mine", by=scene.clerk, at=AT, based_on=0)
        writing.write(item, "the chair's", by=scene.chair, at=AT, based_on=1)
        outcome = writing.write(item, "mine, and on", by=scene.clerk, at=AT, based_on=0, unsure=["mine"])
        assert isinstance(outcome, writing.Conflict)

    def test_case_53_minutes_that_arrive_late_are_kept_beside_the_newer_ones(self):
        scene = a_scene()
        item, told = scene.items[0], {"by": scene.clerk, "at": AT}
        writing.write(item, "one", based_on=0, **told)
        writing.write(item, "one, two, three", based_on=1, **told)
        assert isinstance(writing.write(item, "one, two", based_on=1, **told), writing.Conflict)
        assert writing.text_of(item).text == "one, two, three"
        assert [each.text for each in writing.waiting_texts(item)] == ["one, two"]

    def test_case_53_over_the_wire_the_minutes_take_every_text_that_is_unsure(self):
        scene = a_scene()
        with doing(name="give_sign_ins"):
            scene.clerk.user = User.objects.create(username="clerk")
            scene.clerk.save()
        client = Client(headers={"Accept": "application/json"})
        client.force_login(scene.clerk.user)
        address = reverse("meeting-minutes-item", args=[scene.conference.pk, scene.items[0].number])
        assert client.post(address, {"text": "one", "based_on": 0}).json()["number"] == 1
        told = {"text": "one, two, three", "based_on": 0, "unsure": ["one", "one, two"]}
        assert client.post(address, told).json()["number"] == 2
