"""Cover and leaving: what somebody owes is never owed by nobody."""

from datetime import date, timedelta

import pytest

from escalation.posts import leave_post, name_cover
from notifications.models import Notice
from tests.escalation.scene import OPENED, set_scene
from workflow.errors import NotPermitted, StillHoldsCase, WrongState

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
DUE = date(2026, 3, 2)


@pytest.fixture
def scene():
    return set_scene()


def test_what_a_leaver_owed_is_told_to_their_lead_and_the_lead_practitioner(scene):
    scene.owe("A1", DUE)
    left = leave_post(None, scene.nurse, by=scene.health_lead, on=OPENED)
    assert not left.is_in_post(OPENED)
    notice = Notice.objects.get(code="OWNER_LEFT")
    assert notice.about == "action:A1"
    assert sorted(told.recipient.key for told in notice.notifications.all()) == ["health_lead", "worker"]


def test_nobody_leaves_while_they_hold_a_role_of_a_case(scene):
    with pytest.raises(StillHoldsCase, match="CP-0417"):
        leave_post(None, scene.worker, by=scene.manager, on=OPENED)
    assert scene.worker.fresh().left_on is None


def test_nobody_leaves_twice(scene):
    leave_post(None, scene.nurse, by=scene.health_lead, on=OPENED)
    with pytest.raises(WrongState):
        leave_post(None, scene.nurse.fresh(), by=scene.health_lead, on=OPENED + ONE_DAY)


def test_a_nurse_may_not_send_somebody_away(scene):
    with pytest.raises(NotPermitted):
        leave_post(None, scene.health_exec, by=scene.nurse, on=OPENED)


@pytest.mark.parametrize(("cover", "until_on"), [("nurse", DUE - ONE_DAY), ("health_lead", DUE)])
def test_cover_is_by_somebody_else_and_ends_after_it_starts(scene, cover, until_on):
    with pytest.raises(WrongState):
        name_cover(None, scene.health_lead, scene.people[cover], from_on=DUE, until_on=until_on, by=scene.nurse, on=DUE)
