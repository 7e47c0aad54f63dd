"""Joining, moving and leaving: who decides about whom, what a link does, and how at once somebody is out."""

import re
from datetime import timedelta

import pytest

from escalation import posts
from notifications import joining
from notifications.models import ApiKey, OutsideMail
from notifications.outside import deliver_outside
from tests.making import A_WEDNESDAY, a_case, a_partnership, a_professional, an_agency, cover, doing, noon
from workflow.acts import PARTNERSHIP
from workflow.errors import (
    AlreadyExists,
    AlreadyThere,
    LinkNotValid,
    NotPermitted,
    OwnPost,
    PostNotYours,
    ReasonRequired,
    StillHoldsCase,
    WrongState,
)
from workflow.history_of_posts import moves_of_people
from workflow.models import Agency, JoiningLink, Professional, Role, SignIn, User

pytestmark = pytest.mark.django_db
AT = noon(A_WEDNESDAY)
PASSWORD = "four plain words together"
ONE_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def people():
    found = a_partnership()
    with doing():
        found["police_lead"] = a_professional("police_lead", Role.AGENCY_LEAD, an_agency("police"))
        found["nurse"] = a_professional("nurse", Role.AGENCY_PRACTITIONER, found[Role.AGENCY_LEAD].agency)
        for key in ("nurse", Role.AGENCY_LEAD):
            found[key].email = f"{key}@health.example"
            found[key].save()
    return found


def invited(people, by=Role.AGENCY_LEAD, role=Role.AGENCY_PRACTITIONER, email="Ola.Finch@health.example", **said):
    by = people[by]
    said = {"name": "Ola Finch", "email": email, "role": role, "by": by, "at": AT} | said
    return joining.invite_colleague(PARTNERSHIP, said.pop("where", by.agency), **said)


def token_in(mail):
    return re.search(r"/join/([^/]+)/", mail.body).group(1)


def latest_token():
    return token_in(OutsideMail.objects.latest("pk"))


def test_a_lead_invites_a_colleague_who_sets_up_a_sign_in_by_the_link_once(people):
    colleague = invited(people)
    mail = OutsideMail.objects.get()
    assert (mail.to_address, mail.case) == ("Ola.Finch@health.example", None)
    assert "Ola" not in mail.body + mail.subject
    token = latest_token()
    user = joining.join(token, password=PASSWORD, at=AT + ONE_DAY)
    colleague = colleague.fresh()
    assert (colleague.user, user.username) == (user, "ola.finch@health.example")
    assert user.check_password(PASSWORD)
    with pytest.raises(LinkNotValid):
        joining.join(token, password="another of four words", at=AT + ONE_DAY)
    assert not User.objects.get().check_password("another of four words")


def test_the_link_goes_out_by_mail_and_is_nowhere_else(people, mailoutbox):
    invited(people)
    deliver_outside(AT)
    token = token_in(mailoutbox[0])
    assert joining.link_behind(token, at=AT).professional.name == "Ola Finch"
    assert token not in str(list(JoiningLink.objects.values()))


def test_a_link_is_over_after_three_days_and_when_another_was_sent(people):
    colleague = invited(people)
    first = latest_token()
    with pytest.raises(LinkNotValid):
        joining.link_behind(first, at=AT + 3 * ONE_DAY)
    joining.send_joining_link(PARTNERSHIP, colleague, reason="It did not arrive", by=people[Role.AGENCY_LEAD], at=AT)
    with pytest.raises(LinkNotValid):
        joining.link_behind(first, at=AT)
    joining.link_behind(latest_token(), at=AT)


def test_a_mail_of_nobodys_case_that_fails_stays_failed_and_tells_nobody(people):
    invited(people)
    mail = OutsideMail.objects.get()
    with doing(name="deliver_outside"):
        mail.to_address = "not an address"
        mail.save()
    assert deliver_outside(AT).failed == 1
    assert OutsideMail.objects.get().state == OutsideMail.State.FAILED


WHO_MAY = [
    (Role.AGENCY_LEAD, Role.AGENCY_PRACTITIONER, None),
    (Role.AGENCY_LEAD, Role.AGENCY_LEAD, None),
    (Role.AGENCY_LEAD, Role.AGENCY_EXEC, PostNotYours),
    (Role.AGENCY_LEAD, Role.AUDITOR, PostNotYours),
    (Role.AGENCY_LEAD, Role.SYSTEM_ADMIN, PostNotYours),
    (Role.AGENCY_EXEC, Role.AGENCY_EXEC, None),
    (Role.TEAM_MANAGER, Role.LEAD_PRACTITIONER, None),
    (Role.TEAM_MANAGER, Role.TEAM_MANAGER, PostNotYours),
    (Role.TEAM_MANAGER, Role.CONFERENCE_CHAIR, PostNotYours),
    (Role.DIRECTOR, Role.CONFERENCE_CHAIR, None),
    (Role.DIRECTOR, Role.SYSTEM_ADMIN, PostNotYours),
    (Role.SYSTEM_ADMIN, Role.AUDITOR, None),
    (Role.AGENCY_PRACTITIONER, Role.AGENCY_PRACTITIONER, NotPermitted),
    (Role.PARTNERSHIP, Role.AGENCY_LEAD, NotPermitted),
    (Role.AUDITOR, Role.AUDITOR, NotPermitted),
]


@pytest.mark.parametrize(("by", "role", "refused"), WHO_MAY)
def test_who_gives_which_post(people, by, role, refused):
    if refused:
        with pytest.raises(refused):
            invited(people, by=by, role=role)
    else:
        assert invited(people, by=by, role=role).role == role


def test_nobody_gives_a_post_in_another_agency_but_an_administrator(people):
    police = people["police_lead"].agency
    with pytest.raises(PostNotYours):
        invited(people, where=police)
    assert invited(people, by=Role.SYSTEM_ADMIN, where=police).agency == police


def test_nobody_decides_about_themselves_under_any_name(people):
    lead = people[Role.AGENCY_LEAD]
    with pytest.raises(OwnPost):
        invited(people, email=lead.email.upper())
    said = {"reason": "Because", "by": lead, "at": AT}
    for act, more in (
        (joining.change_post, {"role": Role.AGENCY_PRACTITIONER}),
        (joining.send_joining_link, {}),
        (posts.stop_sign_in, {}),
        (joining.allow_sign_in, {}),
    ):
        with pytest.raises(OwnPost):
            act(PARTNERSHIP, lead, **more, **said)
    with doing():
        user = User.objects.create(username="both")
        for each in (lead, people["nurse"]):
            each.user = user
            each.save()
    with pytest.raises(OwnPost):
        joining.change_post(PARTNERSHIP, people["nurse"], role=Role.AGENCY_LEAD, **said)


def test_an_address_holds_one_post(people):
    invited(people)
    with pytest.raises(AlreadyExists):
        invited(people, email="ola.finch@HEALTH.example")


def test_whoever_covers_a_lead_decides_for_them_but_not_about_themselves(people):
    lead, nurse = people[Role.AGENCY_LEAD], people["nurse"]
    cover(lead, nurse, from_on=A_WEDNESDAY, until_on=A_WEDNESDAY)
    assert invited(people, by="nurse").agency == nurse.agency
    with pytest.raises(OwnPost):
        joining.change_post(PARTNERSHIP, nurse, role=Role.AGENCY_LEAD, reason="Promoted", by=nurse, at=AT)


def test_a_post_is_changed_with_a_reason_and_not_while_a_case_hangs_on_it(people):
    said = {"by": people[Role.AGENCY_LEAD], "at": AT}
    with pytest.raises(ReasonRequired):
        joining.change_post(PARTNERSHIP, people["nurse"], role=Role.AGENCY_LEAD, reason=" ", **said)
    changed = joining.change_post(PARTNERSHIP, people["nurse"], role=Role.AGENCY_LEAD, reason="Promoted", **said)
    assert changed.fresh().role == Role.AGENCY_LEAD
    with pytest.raises(WrongState):
        joining.change_post(PARTNERSHIP, changed, role=Role.AGENCY_LEAD, reason="Promoted", **said)
    a_case(people)
    with pytest.raises(StillHoldsCase):
        joining.change_post(
            PARTNERSHIP,
            people[Role.LEAD_PRACTITIONER],
            role=Role.TEAM_MANAGER,
            reason="Promoted",
            by=people[Role.SERVICE_MANAGER],
            at=AT,
        )


def a_user(person, client):
    """Somebody who is signed in in a browser."""
    with doing():
        person.user = User.objects.create_user(person.key, password=PASSWORD)
        person.save()
    client.force_login(person.user)
    return person.user


def test_a_stopped_sign_in_is_over_at_once_everywhere_and_comes_back_when_allowed(people, client):
    nurse, said = people["nurse"], {"reason": "The telephone was stolen", "by": people[Role.AGENCY_LEAD], "at": AT}
    a_user(nurse, client)
    assert client.get("/").status_code == 200
    posts.stop_sign_in(PARTNERSHIP, nurse, **said)
    assert client.get("/").status_code == 302
    assert SignIn.objects.get().ended_at is not None
    client.post("/sign-in/", {"username": "nurse", "password": PASSWORD})
    assert client.get("/").status_code == 302
    with pytest.raises(WrongState):
        posts.stop_sign_in(PARTNERSHIP, nurse.fresh(), **said)
    with pytest.raises(WrongState, match="stopped"):
        joining.send_joining_link(PARTNERSHIP, nurse.fresh(), **said)
    joining.allow_sign_in(PARTNERSHIP, nurse.fresh(), **said)
    client.post("/sign-in/", {"username": "nurse", "password": PASSWORD})
    assert client.get("/").status_code == 200


def test_a_key_of_somebody_stopped_opens_nothing(people, client):
    from notifications.api_keys import make_api_key

    nurse = people["nurse"]
    a_user(nurse, client)
    made = make_api_key(nurse, name="Board", scopes=["deadlines:read"], by=people[Role.SYSTEM_ADMIN], on=A_WEDNESDAY)
    assert made.key.is_valid(A_WEDNESDAY)
    said = {"reason": "A letter from the trust", "by": people[Role.AGENCY_LEAD], "at": AT}
    posts.stop_sign_in(PARTNERSHIP, nurse, **said)
    assert not ApiKey.objects.get().is_valid(A_WEDNESDAY)


def test_a_new_link_gives_a_new_password_and_a_new_second_step_only_when_that_is_said(people, client):
    from allauth.mfa.models import Authenticator

    nurse = people["nurse"]
    user = a_user(nurse, client)
    Authenticator.objects.create(user=user, type="totp", data={})
    for lost in (False, True):
        said = {"reason": "Forgot it", "by": people[Role.AGENCY_LEAD], "at": AT}
        joining.send_joining_link(PARTNERSHIP, nurse.fresh(), forgets_second_step=lost, **said)
        joining.join(latest_token(), password=f"{PASSWORD} {lost}", at=AT)
        assert Authenticator.objects.exists() is not lost
    assert client.get("/").status_code == 302
    assert User.objects.get().check_password(f"{PASSWORD} True")


def test_the_first_administrator_is_the_only_one_nobody_invites(people):
    with pytest.raises(AlreadyThere):
        joining.begin_with("Kit", "kit@council.example", at=AT)


def test_an_agency_is_added_once(people):
    by = people[Role.SYSTEM_ADMIN]
    added = joining.add_agency(PARTNERSHIP, name="Fire & Rescue", by=by, at=AT)
    assert (added.key, added.quorum_group) == ("fire_rescue", "fire_rescue")
    with pytest.raises(AlreadyExists):
        joining.add_agency(PARTNERSHIP, name="Fire rescue", by=by, at=AT)


def test_the_report_tells_who_came_moved_and_went_and_who_decided(people):
    lead = people[Role.AGENCY_LEAD]
    invited(people)
    joining.change_post(
        PARTNERSHIP, people["nurse"], role=Role.AGENCY_LEAD, reason="Promoted", by=lead, at=AT + ONE_DAY
    )
    gone = Professional.objects.get(key="ola_finch")
    with doing(on=A_WEDNESDAY + 5 * ONE_DAY, by=lead, name="leave_post"):
        gone.left_on = A_WEDNESDAY + 5 * ONE_DAY
        gone.save()
    health = Agency.objects.filter(key="health")
    found = moves_of_people(A_WEDNESDAY, A_WEDNESDAY + 30 * ONE_DAY, health)
    told = [(one.kind, one.name, (one.on - A_WEDNESDAY).days, one.role, one.before, one.by) for one in found]
    assert told[:2] == [
        ("Left", "Ola Finch", 5, "Agency practitioner", "", lead.name),
        ("Changed post", "Nurse", 1, "Agency lead", "Agency practitioner", lead.name),
    ]
    assert ("Joined", "Ola Finch", 0, "Agency practitioner", "", lead.name) in told
    assert not moves_of_people(A_WEDNESDAY, A_WEDNESDAY + ONE_DAY, Agency.objects.filter(key="fire"))
    assert [one.kind for one in moves_of_people(A_WEDNESDAY + ONE_DAY, A_WEDNESDAY + ONE_DAY, health)] == [
        "Changed post"
    ]
