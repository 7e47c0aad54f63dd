"""Pages with five hundred open plans and with a hundred times as many, side by side; and how heavy the first load is.

Two databases that differ in nothing but the copied cases: in each a child, a plan that is open, ten dates and an alert.
One reader has twenty of the cases, another sees every case. The pages take turns between the two databases.
"""

import gzip
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client

from benchmarks.many import copied, copies, counted_up
from benchmarks.rounds import beside, interleaved
from benchmarks.told_case import TODAY, tell_the_case
from escalation.models import Alert, AlertRecipient
from plans.models import Plan
from workflow.models import Case, Deadline, Professional

MINE = 20
FEW = 500
DUTIES = 10
PAGES = {
    "/": ["social_worker", "head_of_service"],
    "/alerts/": ["social_worker", "head_of_service"],
    "/overdue/": ["social_worker", "head_of_service"],
    "/cases/": ["social_worker"],
    "/drift/": ["social_worker", "head_of_service"],
    "/meetings/": ["social_worker"],
    "/cases/SP-0001/": ["social_worker"],
    "/cases/SP-0001/plan/": ["social_worker"],
    "/cases/SP-0001/dates/": ["social_worker"],
}


def pages(rounds: int, most: int, say: Callable[[str], object]) -> None:
    """Says of each page and reader how long it takes with few plans and with many, and what its first load weighs."""
    people = tell_the_case()
    _open_plans(people, FEW)
    few = str(connection.settings_dict["NAME"])
    many = _copy_of(few)
    with In(many):
        _open_plans(people, most - FEW)
        counted_up()
    with In(few):
        counted_up()
    try:
        for address, readers in PAGES.items():
            for reader in readers:
                ways = {
                    name: _look(address, people[reader], database) for name, database in (("few", few), ("many", many))
                }
                measured = interleaved(ways, rounds)
                say(beside(f"{address} ({reader})", measured["few"], measured["many"]))
        for address in PAGES:
            say(f"  {_weight(address, people['social_worker'])}")
    finally:
        _throw_away(many)


def _open_plans(people: dict[str, Professional], count: int) -> None:
    case = Case.objects.get(reference="SP-0001")
    plan = Plan.objects.filter(child__case=case, state__in=Plan.OPEN).order_by("pk").first()
    owed = Deadline.objects.filter(case=case, code="action").order_by("pk").first()
    alert = Alert.objects.filter(case=case).order_by("pk").first()
    assert plan and owed and alert
    there, first_family = Case.objects.count(), copied(case.family, count)
    lead = f"CASE WHEN n + {there} <= {MINE} THEN {people['social_worker'].pk} ELSE {people['stranger'].pk} END"
    others = dict.fromkeys(("team_manager_id", "chair_id", "administrator_id"), str(people["stranger"].pk))
    first = copied(
        case,
        count,
        reference=f"'CP-' || (100000 + n + {there})",
        family_id=f"{first_family} + n - 1",
        lead_practitioner_id=lead,
        **others,
    )
    first_child = copied(plan.child, count, case_id=f"{first} + n - 1", key="'child-' || n")
    copied(plan, count, child_id=f"{first_child} + n - 1", case_id=f"{first} + n - 1")
    late = f"DATE '{TODAY}' - 3 + CAST(n % 200 AS integer)"
    if connection.vendor == "sqlite":
        late = f"date('{TODAY}', (n % 200 - 3) || ' days')"
    owner = lead.replace("n + ", f"n % {count} + 1 + ")
    pending = {"state": "'pending'", "met_on": "NULL", "why_waived": "''", "owner_professional_id": owner}
    first_duty = copied(
        owed,
        count * DUTIES,
        case_id=f"{first} + n % {count}",
        subject=f"'D{first}-' || n",
        due_on=late,
        **pending,
    )
    first_alert = copied(
        alert,
        count,
        case_id=f"{first} + n - 1",
        deadline_id=f"{first_duty} + n - 1",
        due_on=late,
    )
    who = people["stranger"].pk
    recipient = AlertRecipient.objects.order_by("pk").first()
    assert recipient is not None
    copies(AlertRecipient, recipient.pk, count, {"alert_id": f"{first_alert} + n - 1", "professional_id": str(who)})


# Two databases


class In:
    """The connection is to this database for so long."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        self.before = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = self.name

    def __exit__(self, *failure: object) -> None:
        connection.close()
        connection.settings_dict["NAME"] = self.before


def _copy_of(name: str) -> str:
    many = f"{name}_many"
    if connection.vendor == "sqlite":
        connection.close()
        shutil.copy(name, many)
        return many
    connection.close()
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]  # Django's own way to another database
        cursor.execute(f'DROP DATABASE IF EXISTS "{many}"')
        cursor.execute(f'CREATE DATABASE "{many}" TEMPLATE "{name}"')
    return many


def _throw_away(name: str) -> None:
    if connection.vendor == "sqlite":
        Path(name).unlink()
        return
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f'DROP DATABASE "{name}"')


# Looking


def _look(address: str, person: Professional, database: str) -> Callable[[], float]:
    with In(database):
        client = _signed_in(person)

    def looked_at() -> float:
        with In(database):
            client.get(address)  # the connection is new, and so is what the database keeps at hand
            began = time.perf_counter()
            answer = client.get(address)
            took = time.perf_counter() - began
        assert answer.status_code == 200, (address, answer.status_code)
        return took

    return looked_at


def _signed_in(person: Professional) -> Client:
    client = Client()
    assert person.user is not None
    client.force_login(person.user)
    return client


def _weight(address: str, person: Professional) -> str:
    """The page and every style, script, font and picture it names, each compressed by itself, in kB."""
    answer = _signed_in(person).get(address)
    soup = BeautifulSoup(answer.content, "html.parser")
    parts: dict[str, Any] = {address: answer.content}
    for tag, attribute in (("link", "href"), ("script", "src"), ("img", "src")):
        for each in soup.find_all(tag, **{attribute: True}):
            named = str(each[attribute])
            if tag == "link" and not {"stylesheet", "icon", "modulepreload", "preload"} & set(each.get("rel", [])):
                continue
            path = urlsplit(urljoin(address, named)).path
            found = finders.find(path.removeprefix("/static/"))
            if isinstance(found, str) and os.path.exists(found):
                parts[path] = Path(found).read_bytes()
    weight = sum(len(gzip.compress(content)) for content in parts.values())
    return f"{address}: {weight / 1000:.0f} kB in {len(parts)} parts"
