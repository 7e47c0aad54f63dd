"""Cover and leaving: what somebody owes is never owed by nobody."""

from datetime import date, timedelta

import pytest

from escalation.answering import hand_over_alert
from escalation.models import Alert, HandOver
from escalation.posts import leave_post, name_cover
from escalation.sweep import sweep
from notifications.api_keys import key_behind, make_api_key
from notifications.joining import send_joining_link
from notifications.models import ApiKey, Notice
from tests.escalation.scene import OPENED, at_noon, set_scene
from tests.making import a_professional, noon
from workflow.errors import NotPermitted, OwnPost, PostNotYours, StillHoldsCase, WrongState
from workflow.models import JoiningLink, Role, SignIn, User
from workflow.signed_in import posts_and_covered

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


# At once


def test_who_leaves_is_signed_out_everywhere_and_cannot_sign_in_again(scene, client):
    with at_noon(OPENED):
        scene.nurse.user = User.objects.create_user("nurse", password="!none")
        scene.nurse.save()
    client.force_login(scene.nurse.user)
    assert client.get("/my-sign-in/").status_code == 200
    leave_post(None, scene.nurse, by=scene.health_lead, on=OPENED)
    assert client.get("/my-sign-in/").status_code == 302
    client.force_login(User.objects.get())
    assert client.get("/my-sign-in/").status_code == 403
    assert SignIn.objects.filter(ended_at=None).count() == 1  # the one just made, which leads nowhere


def test_what_opened_something_in_their_name_opens_nothing(scene):
    with at_noon(OPENED):
        admin = a_professional("admin", Role.SYSTEM_ADMIN, scene.worker.agency)
    made = make_api_key(scene.nurse, name="Board", scopes=["deadlines:read"], by=admin, on=OPENED)
    send_joining_link(None, scene.nurse, reason="Lost", by=scene.health_lead, at=noon(OPENED))
    leave_post(None, scene.nurse, by=scene.health_lead, on=OPENED)
    assert key_behind(made.words, OPENED) is None
    assert ApiKey.objects.get().state == ApiKey.State.REVOKED
    assert JoiningLink.objects.get().state == JoiningLink.State.STOPPED


def test_a_hand_over_that_waits_for_a_leaver_goes_back_and_theirs_is_withdrawn(scene):
    late = DUE + ONE_DAY
    scene.owe("A1", DUE, owner="health_lead")
    scene.owe("A2", DUE, owner="nurse")
    sweep(late)
    leads, nurses = (Alert.objects.get(deadline__subject=subject, rung=1) for subject in ("A1", "A2"))
    offered = hand_over_alert(leads, to=scene.nurse, reason="On leave", by=scene.health_lead, on=late)
    theirs = hand_over_alert(nurses, to=scene.health_exec, reason="Busy", by=scene.nurse, on=late)
    leave_post(None, scene.nurse, by=scene.health_lead, on=late)
    assert offered.fresh().state == HandOver.State.DECLINED
    assert theirs.fresh().state == HandOver.State.WITHDRAWN
    [told] = Notice.objects.get(code="ALERT_DECLINED").notifications.all()
    assert told.recipient == scene.health_lead


def test_a_post_that_was_left_covers_nobody_for_another_post_of_the_same_person(scene):
    with at_noon(OPENED):
        user = User.objects.create(username="two posts")
        for person in (scene.nurse, scene.chair):
            person.user = user
            person.save()
    name_cover(
        None, scene.health_lead, scene.nurse, from_on=OPENED, until_on=OPENED + ONE_DAY, by=scene.nurse, on=OPENED
    )
    assert scene.health_lead in posts_and_covered(user.pk, OPENED)
    scene.leave("nurse", OPENED)
    assert list(posts_and_covered(user.pk, OPENED)) == [scene.chair]


def test_nobody_ends_their_own_post_or_one_elsewhere_or_above_them(scene):
    for who, by, refused in (
        ("health_lead", "health_lead", OwnPost),
        ("worker", "health_lead", PostNotYours),
        ("manager", "clerk", PostNotYours),
        ("health_exec", "health_lead", PostNotYours),
    ):
        with pytest.raises(refused):
            leave_post(None, scene.people[who], by=scene.people[by], on=OPENED)
