"""A case that is lawfully destroyed takes its files with it."""

import pytest
from django.test import TestCase

from meetings.models import Conference, Report
from meetings.report_files import content_of, storage
from tests.making import an_agency, doing, noon
from tests.meetings.handed_in import a_file_of
from tests.safety.borrowing import world_of
from tests.workflow import test_destruction
from workflow.models import Role

globals().update(world_of(test_destruction, "people", "case"))


@pytest.fixture
def file(people, case, monkeypatch):
    with doing(case, on=test_destruction.LAST):
        conference = Conference(case=case, key="icpc-1", kind=Conference.Kind.INITIAL)
        conference.save()
        school = an_agency("education")
        report = Report(
            conference=conference, agency=school, received_on=test_destruction.LAST, shared_with_family=False
        )
        report.save()
    monkeypatch.setattr("config.keeping._require_due", lambda clock, on: None)
    return a_file_of(report, by=people[Role.CONFERENCE_ADMIN], at=noon(test_destruction.LAST))


def test_its_files_go_once_it_is_destroyed_and_not_before(people, case, file):
    assert content_of(file)
    with TestCase.captureOnCommitCallbacks(execute=True):
        test_destruction.destroyed(case, people)
        assert storage().exists(file.kept_as)
    assert not storage().exists(file.kept_as)
