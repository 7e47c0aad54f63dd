"""Prepares a site in which every page has something to show, and writes down each address with somebody who sees it.

`python -m tests.browser.prepare_world`, with THROUGHLINE_DATA and THROUGHLINE_DEMO set. The addresses are a JSON list
of [name, address, sign-in] in THROUGHLINE_DATA/addresses.json.
"""

import json
import os
from datetime import date, timedelta
from pathlib import Path

ASKED_IN_TURN = ("manager", "board", "inspector", "technician", "clerk", "cp_chair", "social_worker", "teacher")
# Pages with more to do for somebody else.
SHOWN_BEST_TO = {
    "case-bundle": "inspector",
    "case-access": "cp_chair",
    "legal-planning-recommend": "cp_chair",
    "core-group-hold": "social_worker",
}
# Looked at by whoever holds a conference in a browser (`journey`).
OF_A_CONFERENCE = ("meeting-", "invitation-", "minutes-")
# A file, a fragment, what a script or a machine asks, a way on: no page. Recovery codes are there once a second step is
# set up, which `test_sign_in` does.
NO_PAGE = {
    "recovery-codes",
    *("alerts-fragment", "overdue-fragment", "case-changes", "case-printed", "action-check", "case-dates-file"),
    *("sign-out", "health", "sign-in", "people-moves-file", "certificate-file"),
}
WORDS = "He sleeps on the sofa when the other child is loud; she asked twice whether he may move."
# Questions whose answers are pages of their own.
ASKED = (
    ("policy-what-if", "?changes=ladder+%3D+%5B%221+wd%22%2C+%222+wd%22%2C+%223+wd%22%2C+%225+wd%22%5D"
     "&first-day=1&first-month=9&first-year=2026&last-day=20&last-month=11&last-year=2026", "board"),
    ("case-dates", "?what=duties", "manager"),
    ("case-record", "?show=taken", "manager"),
)  # fmt: skip


def prepare() -> None:
    from config import clock, demo
    from tests.access import world
    from tests.browser.prepare import tables_at_once

    tables_at_once()
    world.build()
    something_in_every_room(world.TODAY)
    give_passwords(demo.PASSWORD)
    clock.wind_to(world.TODAY)
    found = json.dumps(list(addresses()))
    Path(os.environ["THROUGHLINE_DATA"], "addresses.json").write_text(found)


def something_in_every_room(on: date) -> None:
    """An audit, a change of the rules, a stopped clock, partners' systems, somebody away, what a family says."""
    from tests.making import a_professional, doing
    from tests.meetings.sat import agency, person
    from workflow.acts import PARTNERSHIP
    from workflow.models import Role, User

    with doing(on=on, name="open_links"):
        technician = a_professional("technician", Role.SYSTEM_ADMIN, agency("social_care"))
        technician.user = User.objects.create(username="technician")
        technician.save()
    an_audit(on)
    partners_systems(on)
    on_the_plan(on)

    from escalation.posts import record_absence
    from workflow.policy_proposals import draft_policy, propose_policy

    away = {"from_on": on + timedelta(days=3), "until_on": on + timedelta(days=10)}
    record_absence(PARTNERSHIP, person("manager"), **away, by=person("manager"), on=on)
    said = {"starts_on": on + timedelta(days=60), "reason": "Weekly visits, as the review of the winter asked"}
    change = draft_policy(PARTNERSHIP, {"visit": "5 wd"}, **said, by=person("board"), on=on)
    propose_policy(change, by=person("board"), on=on)


def an_audit(on: date) -> None:
    from plans.auditing import answer_audit_question, draw_sample, record_finding
    from tests.meetings.sat import person
    from workflow.acts import PARTNERSHIP

    by = {"by": person("inspector"), "on": on}
    sample = draw_sample(PARTNERSHIP, seed="autumn", wanted=1, strata=["category"], **by)
    sampled = sample.cases.get()
    answer_audit_question(sampled, sample.questions[0]["code"], "no", evidence="Nothing was written until June", **by)
    told = {"found": "No outcome was measured at first", "action": "Measure each one", "due": on + timedelta(days=14)}
    record_finding(sampled, **told, owner=person("manager"), **by)


def partners_systems(on: date) -> None:
    from unittest import mock

    from notifications import outgoing
    from notifications.api_keys import make_api_key
    from notifications.webhooks import add_webhook_target
    from tests.meetings.sat import agency, person

    by = {"by": person("technician"), "on": on}
    with mock.patch.object(outgoing, "place_of"):  # a name nobody has to look up
        add_webhook_target(agency("health"), name="The ward’s system", url="https://ward.example/in", **by)
    make_api_key(person("teacher"), name="The school’s system", scopes=["deadlines:read"], **by)


def on_the_plan(on: date) -> None:
    from plans.actions import add_action
    from plans.baselines import describe_baseline
    from plans.childs_words import record_childs_words
    from plans.editions import sign_edition
    from plans.models import Outcome, OutcomeChild, Plan
    from plans.new_dates import ask_for_new_date
    from plans.other_plans import record_other_plan
    from plans.smart import ActionDraft
    from plans.with_the_family import record_agreement, set_visit_pattern
    from tests.making import with_policy
    from tests.meetings.sat import child, person, relative
    from workflow.models import Deadline
    from workflow.stopping import stop_clock

    worker, manager = {"by": person("social_worker"), "on": on}, {"by": person("manager"), "on": on}
    jonah = child("jonah")
    case = jonah.case
    plan = Plan.objects.open().get(child=jonah)
    record_agreement(plan, who=None, says="agrees", words="I want my own bed", said_on=on, **worker)
    record_agreement(plan, who=relative("ida"), says="does_not", words=WORDS, said_on=on, **worker)
    sign_edition(plan, **worker)
    set_visit_pattern(plan, visits=2, weeks=4, unannounced=1, **worker)
    need = OutcomeChild.objects.filter(child=jonah).earliest("pk")
    record_childs_words(need, words="It is cold at night", how="said", said_on=on, **worker)
    describe_baseline(Outcome.objects.filter(case=case).earliest("pk"), words=WORDS, **worker)
    draft = ActionDraft(
        key="A90",
        text="Repair the window in the bedroom",
        owner=person("teacher"),
        due=date(2026, 12, 4),
        measure="The window shuts and the room keeps 18 degrees at three visits",
        outcome=need.outcome.key,
        children=[jonah],
    )
    action = add_action(case.fresh(), draft, **manager)
    ask_for_new_date(action, date(2026, 12, 11), reason=WORDS, approver=person("manager"), **worker)
    told = {"kind": "marac", "led_by": "Police", "next_review_on": date(2026, 12, 4)}
    record_other_plan(case.fresh(), jonah, **told, **worker)
    running = Deadline.objects.pending().filter(case=case, due_on__gt=on, counted_back=False).exclude(timescale="")
    owed = running.exclude(owner_professional=person("manager")).earliest("pk")
    with_policy({"clock_stops": {owed.timescale: 5}}, on=on)
    stop_clock(owed, reason="The family is away with the grandmother, seen there by the other authority", **manager)


def give_passwords(words: str) -> None:
    """Everybody signs in with the same words; their hash is made once, since making it takes long on purpose."""
    from config import clock
    from workflow.acts import PARTNERSHIP, under_way
    from workflow.models import User

    first = User()
    first.set_password(words)
    with under_way("give_sign_ins", PARTNERSHIP, by=None, at=clock.now()):
        for user in User.objects.all():
            user.password = first.password
            user.save()


def addresses() -> list[tuple[str, str, str]]:
    """Every page, with the first of some people who is shown it."""
    from django.urls import reverse

    from config.doors import DOORS, Door
    from tests.access.samples import routes, what_fills
    from workflow.models import ClockStop, PolicyProposal

    pages = [
        (route.name, reverse(route.name, kwargs=what_fills(route)))
        for route in routes()
        if DOORS.get(route.name) in (Door.OWN, Door.CASE)
        and route.name not in NO_PAGE
        and not route.name.startswith(OF_A_CONFERENCE)
    ]
    shown = [(name, address, who) for name, address in pages if (who := who_is_shown(name, address))]
    stopped, change = ClockStop.objects.get().deadline, PolicyProposal.objects.get(state="proposed")
    shown += [
        ("case-date, stopped", reverse("case-date", args=[stopped.case.reference, stopped.pk]), "manager"),
        ("policy-proposal, proposed", reverse("policy-proposal", args=[change.pk]), "clerk"),
    ]
    where = dict(pages)
    return shown + [(f"{name}, asked", where[name] + asked, who) for name, asked, who in ASKED]


def who_is_shown(name: str, address: str) -> str:
    """The first who gets the page, or is asked first why they open the case."""
    from django.test import Client

    from workflow.models import User

    for who in (SHOWN_BEST_TO[name],) if name in SHOWN_BEST_TO else ASKED_IN_TURN:
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(User.objects.get(username=who))
        answer = client.get(address)
        if answer.status_code == 200 or "/why/" in answer.get("Location", ""):
            return who
    return ""


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    prepare()
