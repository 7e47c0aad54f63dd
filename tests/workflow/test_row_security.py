"""On PostgreSQL a page that forgets to ask is shown no row of a case: the net holds what `visible_to` says."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from notifications import need_to_know
from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, a_professional, an_agency, cover, doing, noon
from tests.under_the_net import THE_APPLICATION, as_the_application, make_the_application
from workflow import row_security, scope
from workflow.models import AgencyPart, Case, CaseLink, Child, Deadline, Entry, Family, Read, Role
from workflow.people import link
from workflow.permissions import hats
from workflow.reads import read
from workflow.scope import BUT, EVERYTHING, NOTHING, ONLY, Scope, asking, by_the_service, narrow_to, scope_of

AT = noon(A_WEDNESDAY)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no row-level security"),
]


@pytest.fixture(autouse=True, params=["as a list", "as bits"])
def told(request, monkeypatch):
    """A long list is told as bits; here also one of a single case."""
    if request.param == "as bits":
        monkeypatch.setattr(scope, "A_SHORT_LIST", 0)
        monkeypatch.setattr(scope, "BITS_OF_A_LETTER", 10**9)
    return request.param


@pytest.fixture
def people():
    found = a_partnership()
    with doing():
        found["other"] = a_professional("other", Role.AGENCY_PRACTITIONER, an_agency("police"))
        found["police_lead"] = a_professional("police_lead", Role.AGENCY_LEAD, found["other"].agency)
        found["leaver"] = a_professional(
            "leaver", Role.TEAM_MANAGER, found[Role.TEAM_MANAGER].agency, left_on=A_WEDNESDAY
        )
    return found


@pytest.fixture
def cases(people):
    """One that everybody linked sees, one restricted, one of which the police have a part, one opened by the glass."""
    found = {name: a_case(people, reference=name) for name in ("CP-1", "CP-2", "CP-3", "CP-4")}
    need_to_know.restrict_case(
        found["CP-2"], why="staff", reason="A cousin works here", by=people[Role.SERVICE_MANAGER], on=A_WEDNESDAY
    )
    with doing(found["CP-3"]):
        AgencyPart.objects.get_or_create(case=found["CP-3"], agency=people["other"].agency)
        link(found["CP-3"], people["other"], "core group", on=A_WEDNESDAY)
    cover(people["other"], people[Role.IRO], from_on=A_WEDNESDAY, until_on=A_WEDNESDAY)
    need_to_know.break_glass(
        found["CP-4"], why="danger", reason="She has not come home", by=people["other"], at=AT - timedelta(hours=1)
    )
    make_the_application()
    return found


def seen(kind=Case):
    """What the application is shown of a kind of record, or of its history."""
    with as_the_application():
        return all_of(kind)


def all_of(kind):
    rows = kind.all() if hasattr(kind, "all") else kind.objects.all()
    return set(rows.values_list("pk", flat=True))


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


# What is shown


def test_every_table_that_hangs_from_a_case_is_under_the_net():
    assert row_security.missing() == []
    assert len(row_security.policies()) > 150


def test_it_shows_everybody_exactly_what_visible_to_shows(people, cases):
    for name, person in people.items():
        for moment in (AT, AT + timedelta(hours=4)):
            wearing = hats(person, A_WEDNESDAY)
            visible = set(Case.objects.visible_to(person, A_WEDNESDAY, wearing, moment).values_list("pk", flat=True))
            with asking(scope_of(person, A_WEDNESDAY, wearing, moment)):
                assert seen() == visible, (name, moment)


def test_people_see_different_things_in_it(people, cases):
    """Or the test above could not fail."""
    told = {}
    for name in ("other", Role.IRO, Role.AUDITOR, Role.DIRECTOR, Role.PARTNERSHIP, "leaver"):
        with asking(scope_of(people[name], A_WEDNESDAY, hats(people[name], A_WEDNESDAY), AT)):
            told[name] = {reference for reference, case in cases.items() if case.pk in seen()}
    assert told == {
        "other": {"CP-3", "CP-4"},
        Role.IRO: {"CP-3"},
        Role.AUDITOR: set(cases),
        Role.DIRECTOR: set(cases) - {"CP-2"},
        Role.PARTNERSHIP: set(),
        "leaver": set(),
    }


def test_whoever_sees_nearly_all_is_told_by_what_they_do_not_see(people, cases):
    assert scope_of(people[Role.DIRECTOR], A_WEDNESDAY) == Scope(BUT, (cases["CP-2"].pk,))
    assert scope_of(people[Role.AUDITOR], A_WEDNESDAY) == EVERYTHING
    assert scope_of(people["leaver"], A_WEDNESDAY) == NOTHING


@pytest.mark.parametrize("kind", [Case, Child, CaseLink, AgencyPart, Deadline, Family, Case.history, Child.history])
def test_what_hangs_from_a_case_is_shown_with_it_and_only_then(cases, kind):
    for case in cases.values():
        a_deadline(case)
    everything = all_of(kind)
    with asking(Scope(ONLY, (cases["CP-1"].pk,))):
        one = seen(kind)
    with asking(Scope(BUT, (cases["CP-1"].pk,))):
        others = seen(kind)
    assert one and others and not one & others and one | others == everything


def test_whatever_the_number_of_a_case_it_is_the_one_that_was_told(people, told):
    """At every place within a byte, and beside it."""
    every = [a_case(people, f"CP-{n}") for n in range(18)]
    make_the_application()
    for case in every:
        with asking(Scope(ONLY, (case.pk,))):
            assert seen() == {case.pk}, told
        with asking(Scope(BUT, (case.pk,))):
            assert seen() == {each.pk for each in every} - {case.pk}, told


def test_a_case_opened_since_it_was_told_is_not_named_by_it(people, cases):
    its_own = Scope(ONLY, (cases["CP-1"].pk,))
    others = Scope(BUT, (cases["CP-1"].pk,))
    later = a_case(people, "CP-9")
    assert later.pk > max(case.pk for case in cases.values())
    with asking(its_own):
        assert later.pk not in seen()
    with asking(others):
        assert later.pk in seen()


# It fails closed


@pytest.mark.parametrize("kind", [Case, Child, Deadline, Entry, Read, Family, Case.history])
def test_nobody_said_for_whom_is_no_row(people, cases, kind):
    a_deadline(cases["CP-1"])
    read(None, by=people["other"], kind=Read.Kind.SEARCH, at=AT, about="Reed")
    assert all_of(kind)
    assert seen(kind) == set()


def test_before_a_reader_is_known_only_what_is_about_no_case_is_shown(people, cases):
    read(None, by=people["other"], kind=Read.Kind.SEARCH, at=AT, about="Reed")
    read(cases["CP-1"], by=people["other"], kind=Read.Kind.VIEW, at=AT)
    with asking():
        assert seen(Case) == seen(Deadline) == seen(Family) == set()
        assert seen(Read) == {Read.objects.get(case=None).pk}


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_goes_back_to_a_pool_carries_nothing_over():
    case = a_case(a_partnership())
    make_the_application()

    def whoever_takes_it_next():
        """The driver's own cursor: nothing is put in front of its statement."""
        return connection.connection.execute("SELECT count(*) FROM workflow_case").fetchone()[0]

    try:
        with as_the_application():
            with asking(EVERYTHING):
                assert Case.objects.get() == case
                assert whoever_takes_it_next() == 0
                with transaction.atomic():
                    assert Case.objects.get() == case
                assert whoever_takes_it_next() == 0
                with pytest.raises(ZeroDivisionError), transaction.atomic():
                    assert Case.objects.get() == case
                    raise ZeroDivisionError
                assert whoever_takes_it_next() == 0
            assert not Case.objects.exists()
    finally:
        run(f"DROP OWNED BY {THE_APPLICATION}")
        run(f"DROP ROLE {THE_APPLICATION}")


def test_an_act_that_the_gate_let_in_works_on_a_case_its_doer_does_not_see(people, cases):
    with as_the_application(), asking(NOTHING):
        opened = need_to_know.break_glass(
            cases["CP-1"], why="danger", reason="He has not come home", by=people["other"], on=A_WEDNESDAY, at=AT
        )
        assert not Case.objects.exists()
    assert opened.pk


def test_the_application_changes_no_row_it_is_not_shown(people, cases):
    its_own = AgencyPart.objects.filter(case=cases["CP-1"]).count()
    assert 0 < its_own < AgencyPart.objects.count()
    with as_the_application(), asking(Scope(ONLY, (cases["CP-1"].pk,))):
        assert AgencyPart.objects.update(last_heard_at=AT) == its_own
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            AgencyPart.objects.create(case=cases["CP-2"], agency=people["other"].agency)


def test_what_failed_inside_a_transaction_is_taken_back_and_the_rest_goes_on(cases):
    with as_the_application(), asking(EVERYTHING), transaction.atomic():
        for _ in range(2):
            with pytest.raises(DatabaseError), transaction.atomic():
                run("SELECT 1 / 0")
            assert Case.objects.count() == 4
    with as_the_application():
        with asking(NOTHING), pytest.raises(DatabaseError), transaction.atomic(), by_the_service():
            assert Case.objects.count() == 4
            run("SELECT 1 / 0")
        with asking(NOTHING):
            assert Case.objects.count() == 0


def test_the_reader_can_be_known_later_than_the_request_began(cases):
    with as_the_application(), asking():
        assert Case.objects.count() == 0
        narrow_to(Scope(ONLY, (cases["CP-3"].pk,)))
        assert Case.objects.get() == cases["CP-3"]
        with by_the_service():
            assert Case.objects.count() == 4
        assert Case.objects.count() == 1


def test_a_report_is_kept_from_nothing(cases):
    run("CREATE ROLE throughline_test_report")
    call_command("database_roles", "report", "throughline_test_report", "--apply", stdout=StringIO())
    run("SET ROLE throughline_test_report")
    try:
        assert Case.objects.count() == 4
    finally:
        run("RESET ROLE")
