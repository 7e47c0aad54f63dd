"""Who may act and who may see: nobody, unless a rule says so."""

import re
from datetime import date
from pathlib import Path

import pytest

import config.nightly
import config.stories.verbs
import config.urls  # noqa: F401 - every act is registered once the verbs and the pages are known
from tests.making import A_WEDNESDAY, a_case, a_partnership, a_professional, an_agency, cover, doing
from workflow.acts import ACTS
from workflow.errors import NotPermitted
from workflow.models import AgencyPart, Case, CaseLink, Role
from workflow.people import link
from workflow.permissions import (
    ADMIN,
    AGENCY,
    ANY,
    CHAIR,
    LP,
    MAY,
    RULES,
    SERVICE,
    TM,
    check_may,
    has_role,
    hats,
    may,
    require_wears,
    speaks_for,
)

FORMAT = Path(config.stories.verbs.__file__).with_name("FORMAT.md")
FRIDAY = date(2026, 3, 20)
AFTER = date(2026, 3, 21)


@pytest.fixture
def people(db):
    return a_partnership()


@pytest.fixture
def case(people):
    return a_case(people)


# The matrix


def test_every_act_has_a_row_in_the_matrix_and_every_row_an_act():
    assert set(ACTS) == set(MAY)


def test_an_act_without_a_row_is_refused_to_everybody(people):
    for person in people.values():
        with pytest.raises(NotPermitted) as refused:
            check_may("delete_everything", person, A_WEDNESDAY)
        assert refused.value.about == ["delete_everything"]


def test_every_act_has_a_predicate_that_asks_for_the_post_and_the_roles_of_its_row():
    assert set(RULES) == set(MAY)
    assert RULES["cancel_action"].name == "(is in post & acts as conference_chair)"


def test_nobody_without_a_role_named_in_the_row_may_do_it(people):
    for act, roles in MAY.items():
        for person in people.values():
            assert may(act, person, A_WEDNESDAY) == (person.role in roles), (act, person.role)


def test_an_auditor_audits_takes_copies_out_and_does_nothing_else():
    audits = {"draw_sample", "answer_audit_question", "record_finding", "give_second_view"}
    assert {act for act, roles in MAY.items() if Role.AUDITOR in roles} == audits | {"export_bundle", "export_history"}


def test_every_row_names_at_least_one_role_and_only_roles():
    for act, roles in MAY.items():
        assert roles and roles <= set(Role), act


WORDS = {
    "LP": LP,
    "TM": TM,
    "admin": ADMIN,
    "chair": CHAIR,
    "any": ANY,
    "agency roles": AGENCY,
    "agency_lead": frozenset({Role.AGENCY_LEAD}),
    "auditor": frozenset({Role.AUDITOR}),
    "partnership": frozenset({Role.PARTNERSHIP}),
    "director": frozenset({Role.DIRECTOR}),
    "service manager": SERVICE - {Role.DIRECTOR},
    # Whoever this is in one case or another, the act itself asks for the particular person or agency.
    "the conference's chair": ANY,
    "own agency": ANY,
    "admin for family": ADMIN,
    "either agency": ANY,
    "owner": ANY,
    "owner's agency": ANY,
    "owner's agency lead": ANY,
    "agency roles for their own agency": AGENCY,
}
ONE_VERB_TWO_ACTS = {"cancel_meeting"}
SYSTEM = "system"


def who_may_by_the_rules():
    """Every verb of the story format with the words that say who may."""
    listed = re.findall(r"^- \*\*`(\w+)`\*\* \(((?:[^()]|\([^)]*\))*)\)", FORMAT.read_text(), re.MULTILINE)
    return {verb: re.split(r"[,;] ", words) for verb, words in listed if verb not in ONE_VERB_TWO_ACTS}


def test_the_rules_were_read():
    assert len(who_may_by_the_rules()) > 60


@pytest.mark.parametrize(
    ("verb", "words"), [pytest.param(*item, id=item[0]) for item in who_may_by_the_rules().items()]
)
def test_the_matrix_says_what_the_rules_say(verb, words):
    if words == [SYSTEM]:
        assert verb not in MAY
    else:
        assert MAY[verb] == frozenset().union(*(WORDS[word] for word in words))


def test_a_strategy_discussion_is_cancelled_by_managers_and_a_conference_by_its_people():
    assert (MAY["cancel_strategy"], MAY["cancel_conference"]) == (TM, CHAIR | ADMIN)


# Hats


def test_the_system_itself_is_not_asked(people):
    check_may("book_conference", None, A_WEDNESDAY)


def test_whoever_left_their_post_may_do_nothing_from_that_day(people):
    chair = people[Role.CONFERENCE_CHAIR]
    with doing():
        chair.left_on = FRIDAY
        chair.save()
    assert may("cancel_action", chair, date(2026, 3, 19))
    assert not may("cancel_action", chair, FRIDAY)


def test_a_cover_may_do_it_from_the_first_day_to_the_last_and_no_longer(people):
    admin, iro = people[Role.CONFERENCE_ADMIN], people[Role.IRO]
    cover(admin, iro, from_on=date(2026, 3, 19), until_on=FRIDAY)
    days = (A_WEDNESDAY, date(2026, 3, 19), FRIDAY, AFTER)
    assert [may("book_conference", iro, day) for day in days] == [False, True, True, False]
    assert hats(iro, FRIDAY) == [iro, admin]
    assert not may("cancel_action", admin, FRIDAY)


def test_cover_is_not_passed_on(people):
    admin, iro, lead = people[Role.CONFERENCE_ADMIN], people[Role.IRO], people[Role.AGENCY_LEAD]
    cover(admin, iro, from_on=A_WEDNESDAY, until_on=FRIDAY)
    cover(iro, lead, from_on=A_WEDNESDAY, until_on=FRIDAY)
    assert not may("book_conference", lead, FRIDAY)


def test_a_particular_person_is_asked_for_and_their_cover_will_do(people):
    chair, admin, iro = people[Role.CONFERENCE_CHAIR], people[Role.CONFERENCE_ADMIN], people[Role.IRO]
    require_wears(chair, [None, chair], FRIDAY)
    for stranger in (admin, None):
        with pytest.raises(NotPermitted):
            require_wears(stranger, [chair], FRIDAY)
    with pytest.raises(NotPermitted):
        require_wears(chair, [None], FRIDAY)
    cover(chair, iro, from_on=FRIDAY, until_on=FRIDAY)
    require_wears(iro, [chair], FRIDAY)
    with pytest.raises(NotPermitted):
        require_wears(iro, [chair], AFTER)


def test_a_cover_speaks_for_the_agency_and_the_role_of_whom_they_cover(people):
    lead, iro = people[Role.AGENCY_LEAD], people[Role.IRO]
    cover(lead, iro, from_on=FRIDAY, until_on=FRIDAY)
    assert speaks_for(iro, lead.agency, FRIDAY) and has_role(iro, frozenset({Role.AGENCY_LEAD}), FRIDAY)
    assert not speaks_for(iro, lead.agency, AFTER) and not has_role(iro, frozenset({Role.AGENCY_LEAD}), AFTER)
    assert speaks_for(lead, lead.agency, AFTER)
    assert not speaks_for(None, lead.agency, FRIDAY) and not has_role(None, ANY, FRIDAY)


# Sight

SEES_WITHOUT_A_PART = {
    Role.AUDITOR,
    Role.TEAM_MANAGER,
    Role.SERVICE_MANAGER,
    Role.DIRECTOR,
    Role.CONFERENCE_ADMIN,
    "social_care_lead",
    "social_care_exec",
}
SEES_BY_ROLE_IN_CASE = {Role.LEAD_PRACTITIONER, Role.CONFERENCE_CHAIR}
SEES_BY_AGENCY_IN_CASE = {Role.AGENCY_LEAD, Role.AGENCY_EXEC}


def sees(person, on=None):
    return set(Case.objects.visible_to(person, on))


@pytest.mark.parametrize("who", [*Role, "social_care_lead", "social_care_exec"])
def test_each_role_sees_a_case_only_by_need(people, case, who):
    expected = who in SEES_WITHOUT_A_PART | SEES_BY_ROLE_IN_CASE | SEES_BY_AGENCY_IN_CASE
    assert sees(people[who]) == ({case} if expected else set())


@pytest.mark.parametrize(
    "who", ["lead_practitioner", "conference_chair", "agency_practitioner", "agency_lead", "agency_exec"]
)
def test_the_same_role_without_a_part_in_the_case_sees_nothing(people, case, who):
    with doing():
        stranger = a_professional("stranger", Role(who), an_agency("police"))
    assert sees(stranger) == set()


def test_a_link_opens_the_case_and_its_end_closes_it(people, case):
    worker = people[Role.AGENCY_PRACTITIONER]
    assert sees(worker) == set()
    with doing(case):
        link(case, worker, "core group", on=A_WEDNESDAY)
    assert sees(worker) == {case}
    with doing(case):
        ended = CaseLink.objects.get(case=case, professional=worker)
        ended.until_on = FRIDAY
        ended.save()
    assert sees(worker) == set()


def test_a_part_of_the_agency_opens_the_case_to_its_lead_and_executive_only(people, case):
    with doing():
        police = an_agency("police")
        found = {role: a_professional(f"police_{role}", role, police) for role in AGENCY}
    AgencyPart.objects.create(case=case, agency=police)
    assert {role for role, person in found.items() if sees(person)} == {Role.AGENCY_LEAD, Role.AGENCY_EXEC}


def test_one_case_does_not_open_another(people, case):
    other = a_case({**people, Role.LEAD_PRACTITIONER: people[Role.IRO]}, "CP-2")
    assert sees(people[Role.LEAD_PRACTITIONER]) == {case}
    assert sees(people[Role.IRO]) == {other}
    assert sees(people[Role.CONFERENCE_CHAIR]) == {case, other}


def test_nobody_out_of_post_sees_anything_not_even_an_auditor(people, case):
    for role in (Role.AUDITOR, Role.LEAD_PRACTITIONER, Role.TEAM_MANAGER, Role.AGENCY_LEAD):
        with doing():
            people[role].left_on = A_WEDNESDAY
            people[role].save()
        assert sees(people[role]) == set()


def test_a_case_is_seen_once_however_many_reasons_there_are(people, case):
    lead = people[Role.AGENCY_LEAD]
    with doing(case):
        link(case, lead, "core group", on=A_WEDNESDAY)
    assert list(Case.objects.visible_to(lead)) == [case]


def test_a_cover_sees_what_they_may_act_in_for_as_long_as_they_cover(people, case):
    practitioner, iro = people[Role.LEAD_PRACTITIONER], people[Role.IRO]
    cover(practitioner, iro, from_on=FRIDAY, until_on=FRIDAY)
    assert [sees(iro, on) for on in (A_WEDNESDAY, FRIDAY, AFTER)] == [set(), {case}, set()]
    assert sees(iro) == set()


def test_who_covers_a_manager_sees_every_case_that_day(people, case):
    cover(people[Role.TEAM_MANAGER], people[Role.IRO], from_on=FRIDAY, until_on=FRIDAY)
    assert sees(people[Role.IRO], FRIDAY) == {case}
