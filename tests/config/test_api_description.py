"""The description of the API is what the code does: every address, every answer, and nothing else."""

import json

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from config.api_description import described
from config.doors import DOORS, Door
from config.reference import API, FOLDER
from tests.access.samples import routes
from tests.naughty import STRANGE
from tests.notifications.test_api_keys import made, scene  # noqa: F401

pytestmark = pytest.mark.django_db
OVERDUE = "/api/v1/deadlines/overdue"


def test_the_committed_description_is_the_one_the_code_would_write():
    assert json.loads((FOLDER / API).read_text()) == described(), "Run manage.py write_reference."


def test_every_address_for_other_systems_is_described():
    of_machines = {f"/{each.pattern}" for each in routes() if DOORS.get(each.name) is Door.MACHINE}
    assert set(described()["paths"]) == {each for each in of_machines if each.startswith("/api/")}


def held(answer, status):
    """The answer, held against what is described for its status."""
    whole = described()
    schema = whole["paths"][OVERDUE]["get"]["responses"][str(status)]["content"]["application/json"]["schema"]
    assert answer.status_code == status and answer["Content-Type"] == "application/json"
    Draft202012Validator(schema | {"components": whole["components"]}).validate(answer.json())
    return answer.json()


def ask(words, **query):
    return Client().get(OVERDUE, query, headers={"Authorization": f"Bearer {words}"})


def test_each_answer_is_as_described(scene):  # noqa: F811
    words = made(scene).words
    assert held(ask(words), 200)["overdue"]
    held(ask(words, after="x"), 400)
    held(ask("tl_nothing"), 401)


def test_whatever_stands_in_the_query_or_the_key_is_answered_as_described(scene):  # noqa: F811
    words = made(scene).words
    for text in (*STRANGE, "\0", "9" * 18, "9" * 19, "-1", "٣"):
        status = 200 if text.isascii() and text.isdigit() and len(text) < 19 else 400
        held(ask(words, after=text), status)
        if text.isprintable() and text.isascii():
            held(ask(text), 401)
