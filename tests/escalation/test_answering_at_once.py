"""Answers at the same moment have one outcome. Real processes on a real PostgreSQL."""

from collections import Counter
from datetime import date

import pytest

from escalation.models import Acknowledgement, Alert, AlertRecipient
from escalation.sweep import sweep
from tests.at_once import do_at_once, require_postgres
from tests.escalation.scene import OPENED, at_noon, set_scene
from tests.making import a_professional, with_policy
from workflow.chain import check_chains
from workflow.models import Deadline, Role

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DUE, NEXT = date(2026, 3, 2), date(2026, 3, 3)

ANSWER = """
from datetime import date
from threading import Thread
from escalation.answering import acknowledge_alert
from escalation.models import Alert
from workflow.errors import Refused
from workflow.models import Deadline, Professional

alert = Alert.objects.get()
who = list(Professional.objects.filter(key__in={who!r}))
said, FRIDAY = [], date(2026, 3, 6)

def answer(by):
    duty = Deadline.objects.get()
    try:
        acknowledge_alert(duty, 1, intend_by=FRIDAY, plan="will ring", seen={seen}, by=by, on=date(2026, 3, 3))
        said.append("won")
    except Refused as refused:
        said.append(refused.code + " " + refused.message)
    except Exception as failure:
        said.append(repr(failure))
    finally:
        connection.close()

threads = [Thread(target=answer, args=(by,)) for by in who for _ in range({times})]
for each in threads: each.start()
for each in threads: each.join()
print("\\n".join(said))
"""

BESIDE = """
from threading import Thread as Beside
def beside(script):
    global meeting
    meeting = Beside(target=lambda: (exec(script, {}), connection.close()))
    meeting.start()
"""

# As every act that meets a duty: about its case, whose lock it takes first.
MEET = """
from datetime import date
from tests.making import doing
from workflow import deadlines
from workflow.models import Case, Deadline
with doing(Case.objects.get(), on=date(2026, 3, 3)):
    deadlines.meet(Deadline.objects.get(), on=date(2026, 3, 3))
"""


@pytest.fixture
def twenty():
    """One alert that went to twenty people of one agency, one of whom must answer."""
    require_postgres()
    scene = set_scene()
    rung = {"at": "1 wd", "to": ["owner"], "answers": "any_one"}
    with_policy({"ladders": {"action": {"ordinary": [rung]}}}, on=OPENED)
    scene.owe("A1", DUE)
    sweep(NEXT)
    keys = [f"nurse_{n}" for n in range(20)]
    with at_noon(NEXT):
        for key in keys:
            person = a_professional(key, Role.AGENCY_PRACTITIONER, scene.nurse.agency, name=key.title())
            AlertRecipient(alert=Alert.objects.get(), professional=person).save()
    return keys


def answered(who, *, seen=None, times=1, processes=1):
    script = ANSWER.format(who=who, seen=seen, times=times)
    return [line for said in do_at_once(script, processes=processes) for line in said.splitlines()]


def test_of_twenty_answers_at_once_one_wins_and_nineteen_are_told_who(twenty):
    said = answered(twenty, seen=Alert.objects.get().version)
    winner = Acknowledgement.objects.get().by
    assert Counter(line.split()[0] for line in said) == {"won": 1, "ALREADY_ANSWERED": 19}
    assert all(f"{winner} answered first" in line for line in said if line != "won")
    assert list(check_chains()) == []


def test_an_answer_sent_twice_at_once_by_two_servers_is_one(twenty):
    assert answered(twenty[:1], times=4, processes=2) == ["won"] * 8
    assert Acknowledgement.objects.count() == 1


def test_answered_while_it_is_done_the_duty_stays_done(twenty):
    answer = ANSWER.format(who=twenty, seen=Alert.objects.get().version, times=1)
    (said,) = do_at_once(f"{BESIDE}\nbeside({MEET!r})\n{answer}\nmeeting.join()", processes=1)
    duty = Deadline.objects.get()
    assert (duty.state, duty.met_on) == ("met", NEXT)
    assert {line.split()[0] for line in said.splitlines()} <= {"won", "ALREADY_ANSWERED", "WRONG_STATE"}
    assert Acknowledgement.objects.count() == said.splitlines().count("won") <= 1
    assert "WRONG_STATE" in answered(twenty[-1:])[0]
    assert list(check_chains()) == []
