"""The life of an alert: seen, answered, handed over, kept quiet, signed for. None of it stops the ladder."""

from datetime import date, timedelta

import pytest

from escalation.answering import (
    accept_alert,
    acknowledge_alert,
    decline_alert,
    hand_over_alert,
    see_alert,
    sign_end_of_ladder,
    snooze_alert,
    take_back_alert,
)
from escalation.board import waiting_for, who_still_has_to_answer
from escalation.models import Acknowledgement, Alert
from escalation.sweep import sweep
from notifications.models import Notice, Notification
from tests.escalation.scene import OPENED, at_noon, set_scene
from tests.making import noon, with_policy
from workflow import deadlines
from workflow.errors import (
    AlreadyAnswered,
    DateInPast,
    NotARecipient,
    NotPermitted,
    NotTheEnd,
    PromiseFirst,
    ReasonRequired,
    WrongState,
)

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
DUE = date(2026, 3, 2)
NEXT, FRIDAY, THE_END = DUE + ONE_DAY, date(2026, 3, 6), date(2026, 3, 31)


def asking(answers, *to, **more):
    """A partnership whose actions have one rung of this kind."""
    rungs = [{"at": "1 wd", "to": list(to), "answers": answers, **more}, {"at": "5 wd", "to": ["partnership"]}]
    with_policy({"ladders": {"action": {"ordinary": rungs}}}, on=OPENED)


def late(scene, night=NEXT):
    owed = scene.owe("A1", DUE)
    sweep(night)
    return owed


def promise(owed, by, *, rung=1, on=NEXT, intend_by=FRIDAY, **more):
    return acknowledge_alert(owed, rung, intend_by=intend_by, plan="will ring", by=by, on=on, **more)


def waits(scene, *keys, on=NEXT):
    return [key for key in keys if waiting_for(scene.people[key], on).exists()]


# Answering


def test_answering_stops_the_reminders_to_that_person_and_never_the_ladder():
    scene = set_scene()
    owed = late(scene)
    promise(owed, scene.nurse)
    assert waits(scene, "nurse", "worker") == ["worker"]
    assert [alert.rung for alert in sweep(date(2026, 3, 9)).alerts] == [2]


def test_where_one_answer_is_enough_it_stops_the_reminders_to_all():
    scene = set_scene()
    asking("any_one", "owner", "lead_practitioner", "chair")
    promise(late(scene), scene.nurse)
    assert waits(scene, "nurse", "worker", "chair") == []
    assert who_still_has_to_answer(Alert.objects.get()) == []


def test_where_every_agency_must_answer_the_first_does_not_silence_the_others():
    scene = set_scene()
    asking("each_agency", "owner", "lead_practitioner", "chair")
    owed = late(scene)
    promise(owed, scene.nurse)
    assert waits(scene, "nurse", "worker", "chair") == ["worker", "chair"]
    assert who_still_has_to_answer(Alert.objects.get()) == ["Social_Care"]
    promise(owed, scene.chair)
    assert waits(scene, "nurse", "worker", "chair") == []
    assert who_still_has_to_answer(Alert.objects.get()) == []


def test_where_roles_are_named_it_waits_for_them_whoever_else_answers():
    scene = set_scene()
    asking("named", "owner", "agency_lead", must_answer=["agency_lead"])
    owed = late(scene)
    promise(owed, scene.nurse)
    assert who_still_has_to_answer(Alert.objects.get()) == ["Ivy Bunting"]
    promise(owed, scene.health_lead)
    assert who_still_has_to_answer(Alert.objects.get()) == []


def test_the_same_answer_sent_twice_is_one():
    scene = set_scene()
    owed = late(scene)
    assert promise(owed, scene.nurse) == promise(owed, scene.nurse)
    assert Acknowledgement.objects.count() == 1


def test_whoever_answers_from_an_old_page_is_told_who_did_and_may_answer_again():
    scene = set_scene()
    owed = late(scene)
    seen = Alert.objects.get().version
    promise(owed, scene.nurse, seen=seen)
    with pytest.raises(AlreadyAnswered, match="Hal Linnet answered first, and acts by 6 March 2026"):
        promise(owed, scene.worker, seen=seen)
    assert promise(owed, scene.worker, seen=Alert.objects.get().version).by == scene.worker


def test_an_answer_from_another_agency_is_no_reason_to_ask_again_where_every_agency_must_answer():
    scene = set_scene()
    asking("each_agency", "owner", "lead_practitioner", "chair")
    owed = late(scene)
    seen = Alert.objects.get().version
    promise(owed, scene.nurse, seen=seen)
    promise(owed, scene.worker, seen=seen)
    with pytest.raises(AlreadyAnswered):
        promise(owed, scene.chair, seen=seen)


def test_an_alert_whose_duty_is_done_is_answered_by_nobody():
    scene = set_scene()
    owed = late(scene)
    with at_noon(NEXT):
        deadlines.meet(owed.fresh(), on=NEXT)
    with pytest.raises(WrongState, match="It is met"):
        promise(owed, scene.nurse)  # `owed` is the duty as it was read before


# Seen


def test_it_is_seen_once_by_those_it_went_to():
    scene = set_scene()
    late(scene)
    alert = Alert.objects.get()
    for who, hour in ((scene.nurse, 12), (scene.nurse, 15), (scene.health_lead, 12)):
        see_alert(alert, by=who, at=noon(NEXT).replace(hour=hour))
    seen = {row.professional.key: row.seen_at for row in alert.recipients.all()}
    assert seen == {"nurse": noon(NEXT), "worker": None}


def test_opening_it_is_seeing_what_one_was_told_about_it_and_nothing_else():
    scene = set_scene()
    late(scene)
    scene.owe("A2", DUE)
    sweep(NEXT)
    see_alert(Alert.objects.get(deadline__subject="A1"), by=scene.nurse, at=noon(NEXT))
    see_alert(Alert.objects.get(deadline__subject="A1"), by=scene.nurse, at=noon(NEXT).replace(hour=15))
    seen = {(row.recipient.key, row.about): row.seen_at for row in Notification.objects.all()}
    assert seen == {
        ("nurse", "action:A1"): noon(NEXT),
        ("worker", "action:A1"): None,
        ("nurse", "action:A2"): None,
        ("worker", "action:A2"): None,
    }


# Handed over


def offered(scene, to="health_lead"):
    late(scene)
    return hand_over_alert(Alert.objects.get(), to=scene.people[to], reason="On leave", by=scene.nurse, on=NEXT)


def test_until_it_is_accepted_whoever_offered_it_answers_for_it():
    scene = set_scene()
    offer = offered(scene)
    assert waits(scene, "nurse", "health_lead") == ["nurse"]
    accept_alert(offer, by=scene.health_lead, on=NEXT)
    assert waits(scene, "nurse", "health_lead") == ["health_lead"]
    told = [(notice.code, *(to.recipient.key for to in notice.notifications.all())) for notice in Notice.objects.all()]
    assert told == [("ALERT_OFFERED", "health_lead"), ("ALERT_ACCEPTED", "nurse")]


def test_declined_or_taken_back_it_stays_where_it_was_and_is_offered_anew():
    scene = set_scene()
    offer = offered(scene)
    with pytest.raises(ReasonRequired):
        decline_alert(offer, reason=" ", by=scene.health_lead, on=NEXT)
    decline_alert(offer, reason="Not mine", by=scene.health_lead, on=NEXT)
    again = hand_over_alert(offer.alert, to=scene.health_exec, reason="On leave", by=scene.nurse, on=NEXT)
    take_back_alert(again, by=scene.nurse, on=NEXT)
    assert waits(scene, "nurse", "health_lead", "health_exec") == ["nurse"]
    with pytest.raises(WrongState):
        accept_alert(again, by=scene.health_exec, on=NEXT)


def test_nobody_takes_what_was_not_offered_to_them_and_nobody_gives_what_they_do_not_have():
    scene = set_scene()
    offer = offered(scene)
    with pytest.raises(NotPermitted):
        accept_alert(offer, by=scene.worker, on=NEXT)
    with pytest.raises(NotARecipient):
        hand_over_alert(offer.alert, to=scene.worker, reason="x", by=scene.health_exec, on=NEXT)
    with pytest.raises(WrongState, match="offered it to somebody already"):
        hand_over_alert(offer.alert, to=scene.worker, reason="x", by=scene.nurse, on=NEXT)


def test_it_cannot_be_handed_to_somebody_out_of_post():
    scene = set_scene()
    scene.leave("health_lead", NEXT)
    with pytest.raises(WrongState, match="in post"):
        offered(scene)


# Kept quiet


def test_only_what_was_promised_is_kept_quiet_and_no_longer_than_the_promise():
    scene = set_scene()
    owed = late(scene)
    alert = Alert.objects.get()
    quiet = {"reason": "Waiting for the laboratory", "by": scene.nurse, "on": NEXT}
    with pytest.raises(PromiseFirst):
        snooze_alert(alert, until_on=FRIDAY, **quiet)
    promise(owed, scene.nurse)
    with pytest.raises(PromiseFirst, match="6 March 2026"):
        snooze_alert(alert, until_on=FRIDAY + ONE_DAY, **quiet)
    with pytest.raises(DateInPast):
        snooze_alert(alert, until_on=NEXT, **quiet)
    snooze_alert(alert, until_on=FRIDAY, **quiet)
    assert [alert.rung for alert in sweep(date(2026, 3, 9)).alerts] == [2]


THURSDAY = date(2026, 3, 5)


def kept_quiet(scene, until_on=THURSDAY):
    owed = late(scene)
    promise(owed, scene.nurse)
    snooze_alert(Alert.objects.get(), until_on=until_on, reason="Waiting", by=scene.nurse, on=NEXT)
    return owed


def reminded():
    return list(Notification.objects.filter(code="REMINDED_AGAIN").values_list("recipient__key", "is_urgent"))


def test_on_the_day_the_quiet_is_over_they_are_reminded_once_and_nobody_else_is():
    scene = set_scene()
    kept_quiet(scene)
    sweep(THURSDAY - ONE_DAY)
    assert reminded() == []
    for night in (THURSDAY, THURSDAY, FRIDAY):
        sweep(night)
        assert reminded() == [("nurse", False)]  # not urgent: it comes with the mail of the day


def test_a_quiet_that_ended_while_nobody_swept_is_told_by_the_next_sweep():
    scene = set_scene()
    kept_quiet(scene)
    sweep(FRIDAY)
    assert reminded() == [("nurse", False)]


@pytest.mark.parametrize("ended_by", ["meeting the duty", "a longer quiet", "a promise that lapsed meanwhile"])
def test_nobody_is_reminded_of_what_has_ended_or_is_still_quiet(ended_by):
    scene = set_scene()
    owed, night = kept_quiet(scene), THURSDAY
    if ended_by == "meeting the duty":
        with at_noon(NEXT):
            deadlines.meet(owed.fresh(), on=NEXT)
    elif ended_by == "a longer quiet":
        snooze_alert(Alert.objects.get(), until_on=FRIDAY, reason="Still waiting", by=scene.nurse, on=NEXT)
    else:
        night = FRIDAY + ONE_DAY
    sweep(night)
    assert reminded() == []
    sweep(FRIDAY + ONE_DAY)
    assert reminded() == []  # on Friday nobody swept; on Saturday the promise had lapsed, which is told instead


# The end of the ladder


def test_only_the_end_of_a_ladder_is_signed_for_by_an_executive_and_the_duty_stays_late():
    scene = set_scene()
    owed = late(scene, THE_END)
    signed = {"reason": "A locum starts on Monday", "on": THE_END}
    with pytest.raises(NotTheEnd):
        sign_end_of_ladder(Alert.objects.get(rung=3), by=scene.health_exec, **signed)
    last = Alert.objects.get(rung=4)
    with pytest.raises(NotPermitted):
        sign_end_of_ladder(last, by=scene.care_exec, **signed)
    with pytest.raises(ReasonRequired):
        sign_end_of_ladder(last, by=scene.health_exec, reason="", on=THE_END)
    assert waits(scene, "board", on=THE_END) == ["board"]
    closing = sign_end_of_ladder(last, by=scene.health_exec, **signed)
    assert (closing.by, closing.role) == (scene.health_exec, "agency_exec")
    assert waits(scene, "board", on=THE_END) == []
    assert owed.fresh().is_overdue(THE_END)
    with pytest.raises(WrongState, match="signed by Joy Siskin on 31 March 2026"):
        sign_end_of_ladder(last, by=scene.board, **signed)
