"""Cover and leaving: what somebody owes is never owed by nobody."""

from datetime import date, timedelta

import pytest

from escalation.answering import accept_alert, hand_over_alert
from escalation.board import waiting_for
from escalation.leaving import OnTheirWay, on_their_way
from escalation.models import Alert, HandOver
from escalation.posts import end_post, leave_post, name_cover, stop_sign_in
from escalation.sweep import sweep
from escalation.what_differs import were_raised
from notifications.api_keys import key_behind, make_api_key
from notifications.joining import send_joining_link
from notifications.models import ALERT, ApiKey, Notice, Notification
from tests.escalation.scene import OPENED, at_noon, set_scene
from tests.making import a_professional, noon
from workflow import deadlines
from workflow.errors import NotPermitted, OwnPost, PostNotYours, StillHoldsCase, WrongState
from workflow.models import Entry, JoiningLink, Role, SignIn, User
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


# Alerts on their way


LATE = DUE + ONE_DAY


@pytest.fixture(params=["leaves", "is stopped"])
def shut_out(request, scene):
    """Both ways in which somebody can answer no more."""

    def happens(key, by="health_lead", on=LATE, act=leave_post):
        person = scene.people[key].fresh()
        if request.param == "leaves":
            return act(None, person, by=scene.people[by], on=on)
        with at_noon(on):
            person.user = User.objects.create_user(key)
            person.save()
        return stop_sign_in(None, person, reason="A stolen telephone", by=scene.people[by], on=on)

    return happens


def late_with(scene, owner, subject="A1"):
    """The first alert of something the owner owes."""
    scene.owe(subject, DUE, owner=owner)
    sweep(LATE)
    return Alert.objects.get(deadline__subject=subject, rung=1)


def went_to(alert):
    return sorted(alert.recipients.values_list("professional__key", flat=True))


def heard(alert):
    """The messages about the ladder since it was raised, to whom."""
    told = Notification.objects.filter(about=alert.deadline.key, code=ALERT).order_by("pk")
    return [each.recipient.key for each in told[len(heard_first(alert)) :]]


def heard_first(alert):
    return [one for one in alert.recipients.all() if one.instead_of is None]


def test_an_alert_that_waits_for_them_is_back_with_whoever_offered_it(scene, shut_out):
    alert = late_with(scene, "health_lead")
    offered = hand_over_alert(alert, to=scene.nurse, reason="On leave", by=scene.health_lead, on=LATE)
    assert on_their_way(scene.nurse) == OnTheirWay(offered=1, taken_over=0, offers=0)
    shut_out("nurse")
    kept = offered.fresh()
    assert (kept.state, kept.answered_on, bool(kept.answer)) == (HandOver.State.GIVEN_BACK, LATE, True)
    [told] = Notice.objects.get(code="ALERT_GIVEN_BACK").notifications.all()
    assert told.recipient == scene.health_lead
    assert alert in waiting_for(scene.health_lead, LATE)
    assert not heard(alert) and not on_their_way(scene.nurse)


def test_one_they_had_taken_over_waits_for_whoever_handed_it_over_again(scene, shut_out):
    alert = late_with(scene, "health_lead")
    offered = hand_over_alert(alert, to=scene.nurse, reason="On leave", by=scene.health_lead, on=LATE)
    accept_alert(offered, by=scene.nurse, on=LATE)
    assert alert not in waiting_for(scene.health_lead, LATE)
    assert on_their_way(scene.nurse) == OnTheirWay(offered=0, taken_over=1, offers=0)
    shut_out("nurse")
    assert offered.fresh().state == HandOver.State.GIVEN_BACK
    assert alert in waiting_for(scene.health_lead, LATE)


def test_one_they_offered_is_withdrawn_and_goes_up(scene, shut_out):
    alert = late_with(scene, "nurse")
    assert went_to(alert) == ["nurse", "worker"]
    theirs = hand_over_alert(alert, to=scene.health_exec, reason="Busy", by=scene.nurse, on=LATE)
    assert on_their_way(scene.nurse) == OnTheirWay(offered=0, taken_over=0, offers=1)
    shut_out("nurse")
    assert theirs.fresh().state == HandOver.State.WITHDRAWN
    assert went_to(alert) == ["health_lead", "nurse", "worker"]
    assert alert.recipients.get(professional=scene.health_lead).instead_of == scene.nurse
    assert sorted(heard(alert)) == ["health_lead", "worker"]
    assert alert in waiting_for(scene.health_lead, LATE)


def test_one_whose_giver_has_gone_meanwhile_goes_up_and_past_a_vacant_post(scene, shut_out):
    with at_noon(OPENED):
        scene.people["midwife"] = a_professional("midwife", Role.AGENCY_PRACTITIONER, scene.nurse.agency)
    alert = late_with(scene, "nurse")
    offered = hand_over_alert(alert, to=scene.midwife, reason="Busy", by=scene.nurse, on=LATE)
    accept_alert(offered, by=scene.midwife, on=LATE)
    leave_post(None, scene.nurse, by=scene.health_lead, on=LATE)
    assert went_to(alert) == ["midwife", "nurse", "worker"]  # whoever accepted it still answers for it
    scene.leave("health_lead", LATE)
    shut_out("midwife", by="health_exec", act=end_post)
    assert went_to(alert) == ["chair", "health_exec", "midwife", "nurse", "worker"]
    vacant = Notice.objects.filter(code="DEAD_LETTER").values_list("about", flat=True)
    assert {"owner:action:A1", "agency_lead:health"} <= set(vacant)


def test_one_that_is_back_with_somebody_does_not_go_up(scene, shut_out):
    """Taken over, and offered on: the one before answers for it."""
    alert = late_with(scene, "health_lead")
    first = hand_over_alert(alert, to=scene.nurse, reason="On leave", by=scene.health_lead, on=LATE)
    accept_alert(first, by=scene.nurse, on=LATE)
    hand_over_alert(alert, to=scene.health_exec, reason="Busy", by=scene.nurse, on=LATE)
    shut_out("nurse")
    assert alert in waiting_for(scene.health_lead, LATE)
    assert not heard(alert)


def test_one_whose_duty_is_done_is_left_as_it_was(scene, shut_out):
    alert = late_with(scene, "health_lead")
    offered = hand_over_alert(alert, to=scene.nurse, reason="On leave", by=scene.health_lead, on=LATE)
    with at_noon(LATE):
        deadlines.meet(alert.deadline, on=LATE)
    assert not on_their_way(scene.nurse)
    shut_out("nurse")
    assert offered.fresh().state == HandOver.State.OFFERED
    assert not Notice.objects.filter(code="ALERT_GIVEN_BACK").exists()


def test_it_is_one_act_in_the_journal_and_the_hand_over_keeps_its_history(scene, shut_out):
    alert = late_with(scene, "health_lead")
    offered = hand_over_alert(alert, to=scene.nurse, reason="On leave", by=scene.health_lead, on=LATE)
    shut_out("nurse")
    entry = Entry.objects.filter(act__in=["leave_post", "stop_sign_in"]).get()
    assert (entry.by, entry.outcome) == (scene.health_lead, Entry.Outcome.DONE)
    last = offered.history.latest()
    assert (last.state, last.history_entry_id) == (HandOver.State.GIVEN_BACK, entry.pk)


def test_who_hears_in_somebodys_place_was_not_told_first(scene):
    """What other rules would have raised is held against whom it was raised for."""
    alert = late_with(scene, "nurse")
    hand_over_alert(alert, to=scene.health_exec, reason="Busy", by=scene.nurse, on=LATE)
    before = were_raised([scene.case])
    leave_post(None, scene.nurse, by=scene.health_lead, on=LATE)
    assert were_raised([scene.case]) == before


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
