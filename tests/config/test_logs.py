"""A line of the log says what happened and where, and cannot say to whom."""

import ast
import json
import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from config import logs
from workflow.errors import ActionNotSmart

log = logging.getLogger("tests.of.the.log")
OURS = ("config", "meetings", "plans", "escalation", "notifications", "workflow")


@pytest.fixture
def written(monkeypatch):
    """Everything logged from here on, line by line as it would be written."""
    lines = []

    class Kept(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    handler = Kept()
    handler.setFormatter(logs.OneLine())
    monkeypatch.setattr(log, "handlers", [handler])
    monkeypatch.setattr(log, "propagate", False)
    monkeypatch.setattr(log, "level", logging.DEBUG)
    return lines


def only(written):
    (line,) = written
    assert "\n" not in line
    return json.loads(line)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("Mira Lowe", "[left out]"),
        ("14 Quarry Lane", "[left out]"),
        (b"Mira", "[left out]"),
        (["Mira"], "[left out]"),
        (KeyError("Mira"), "KeyError"),
        ("SP-0014", "SP-0014"),
        ("hold_core_group", "hold_core_group"),
        ("case-plan", "case-plan"),
        (42, "42"),
        (only, "only"),
        ("a\nWARNING everything is well", "[left out]"),
    ],
)
def test_what_is_put_into_a_text_is_told_only_if_it_can_name_nobody(written, given, told):
    log.warning("could not do %s", given)
    assert only(written)["said"] == f"could not do {told}"


def test_a_text_that_was_put_together_before_is_not_told(written):
    name = "Mira"
    log.warning(f"{name} was not seen")
    log.warning("%s was not seen" % name)  # noqa: UP031
    log.warning(name)
    assert {json.loads(line)["said"] for line in written[:2]} == {"[left out]"}
    assert "seen" not in str(written)


def test_an_error_is_told_by_its_kind_and_place_and_never_by_what_it_says(written):
    child = "Mira"
    try:
        try:
            raise ValueError(f"{child} is not a date")
        except ValueError as first:
            raise ActionNotSmart(f"about {child}") from first
    except ActionNotSmart:
        log.exception("it went wrong")
    told = only(written)
    assert [each["kind"] for each in told["error"]] == ["ActionNotSmart", "ValueError"]
    assert told["error"][0]["code"] == "ACTION_NOT_SMART"
    assert told["error"][0]["where"][0].startswith("test_logs.py:")
    assert child not in str(written)


def test_the_time_is_in_utc(written):
    log.warning("it went wrong")
    assert only(written)["at"].endswith("+00:00")


def test_more_gaps_than_things_to_put_in_breaks_nothing(written):
    log.warning("%s and %s", 1)
    assert only(written)["said"] == "1 and [left out]"


def answered(answer, **headers):
    request = RequestFactory().get("/cases/SP-0014/?name=Mira", headers=headers)
    return logs.numbered(answer)(request)


def test_every_answer_has_the_number_of_its_request_and_so_has_every_line(written):
    def page(request):
        log.warning("it went wrong")
        return HttpResponse()

    number = answered(page)["X-Request-ID"]
    told = only(written)
    assert told["request"] == number and told["method"] == "GET"
    assert "Mira" not in str(written)


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [("a1b2c3d4-e5f6", True), ("x", False), ("Mira Lowe\r\nX: y", False), ("a" * 65, False)],
)
def test_a_proxys_number_is_kept_if_it_is_one(given, is_kept):
    assert (answered(lambda request: HttpResponse(), **{"X-Request-ID": given})["X-Request-ID"] == given) is is_kept


def test_after_a_request_no_line_bears_its_number(written):
    with pytest.raises(Http404):
        answered(lambda request: (_ for _ in ()).throw(Http404))
    log.warning("it went wrong")
    assert "request" not in only(written)


def test_every_line_of_every_logger_passes_here_and_none_goes_out_by_mail():
    handlers = settings.LOGGING["handlers"]
    assert {each["formatter"] for each in handlers.values()} == {"line"}
    named = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    speaks = [each for each in named if any(type(one) is not logging.NullHandler for one in each.handlers)]
    own = {each.name for each in speaks if not each.name.startswith(("tests.", "_"))}
    assert own <= {"django.server"}  # of `runserver`, which is not used
    assert not logging.raiseExceptions


def texts_logged():
    for folder in OURS:
        for path in Path(settings.BASE_DIR, folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    if isinstance(node.func.value, ast.Name) and node.func.value.id == "log":
                        yield path, node


def test_our_own_texts_are_written_out_in_one_piece_so_that_they_are_kept():
    found = list(texts_logged())
    assert len(found) > 8
    for path, node in found:
        text = node.args[0]
        where = f"{path}:{node.lineno}"
        assert isinstance(text, ast.Constant) and text.lineno == text.end_lineno, where
        assert f'"{text.value}"' in path.read_text(), where
