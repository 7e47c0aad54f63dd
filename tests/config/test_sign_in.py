"""Signing in: the second step, who is slowed down and who is not, how long it lasts, and what is asked again."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver, reverse

from config import clock
from config.sign_in import again, second_step, throttle
from config.sign_in.lasting import PROVED
from tests.making import a_case, a_partnership, doing
from workflow.models import BrokenGlass, Role, SignIn, User, WrongAnswer
from workflow.sign_ins import SEEN

pytestmark = pytest.mark.django_db
PASSWORD = "four plain words together"
CHAIR = Role.CONFERENCE_CHAIR.value


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def people():
    found = a_partnership()
    with doing(name="give_sign_ins"):
        for key, person in found.items():
            person.user = User.objects.create_user(str(key), password=PASSWORD)
            person.save()
    return found


class Hands:
    """The machine's clock, wound by hand; codes are counted by it too."""

    def __init__(self, monkeypatch):
        self.now = clock.real_now()
        monkeypatch.setattr(clock, "real_now", lambda: self.now)
        monkeypatch.setattr(second_step.time, "time", lambda: self.now.timestamp())

    def wind(self, **by):
        self.now += timedelta(**by)

    def code(self, secret, ahead=0):
        return format_hotp_value(hotp_value(secret, int(self.now.timestamp()) // second_step.STEP + ahead))


@pytest.fixture
def hands(monkeypatch):
    return Hands(monkeypatch)


def sign_in(client, name=CHAIR, password=PASSWORD, **where):
    return client.post("/sign-in/", {"username": name, "password": password}, **where)


def is_in(client):
    return client.get("/").status_code == 200


def set_up(client, hands):
    """A second step, set up on the page; its key and its recovery codes."""
    secret = re.sub(
        r"\s", "", re.search(r"app-code-key\">([A-Z2-7 ]+)<", said(client.get("/my-sign-in/second-step/"))).group(1)
    )
    answer = said(client.post("/my-sign-in/second-step/", {"code": hands.code(secret)}))
    return secret, re.findall(r"<li>(\d{8})</li>", answer)


def said(answer):
    return answer.content.decode()


# A name and a password


def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(client, people):
    answers = [sign_in(client, *said_so) for said_so in ((CHAIR, "wrong"), ("nobody-of-this-name", "wrong"))]
    pages = [re.sub(r'value="[^"]*"', "", said(answer)) for answer in answers]
    assert pages[0] == pages[1]
    assert "do not belong together" in pages[0]


def test_where_somebody_wanted_to_go_is_where_they_come_and_never_elsewhere(client, people):
    there = {"username": CHAIR, "password": PASSWORD}
    assert client.post("/sign-in/", there | {"next": "/meetings/"})["Location"] == "/meetings/"
    client.logout()
    assert client.post("/sign-in/", there | {"next": "https://elsewhere.example/"})["Location"] == "/"


def test_nobody_signs_up_and_there_is_no_other_door():
    names = {key for key in get_resolver().reverse_dict if isinstance(key, str)}
    assert not {name for name in names if name.startswith(("account_", "mfa_", "admin"))} - {
        "account_login",
        "mfa_authenticate",
    }


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/accounts/signup/", "/accounts/login/"])
def test_the_admin_and_the_pages_of_the_library_are_not_there(client, people, address):
    client.force_login(people[Role.SYSTEM_ADMIN].user)
    assert client.get(address).status_code == 404


def test_the_session_has_another_name_after_signing_in(client, people):
    client.get("/sign-in/")
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before
    assert not is_in(holding(before))


def holding(session_key):
    """A browser that knows the name of a session."""
    other = Client()
    other.cookies["sessionid"] = session_key
    return other


# Slowed down, not locked out


def test_fifty_wrong_passwords_on_a_chair_from_one_address_do_not_keep_the_chair_out(client, people):
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    answers = [said(sign_in(stranger, password=f"wrong {number}")) for number in range(50)]
    assert sum("do not belong together" in answer for answer in answers) == throttle.ON_ONE_ACCOUNT_FROM_ONE_ADDRESS
    assert "Too many wrong answers" in answers[-1]
    assert "Too many wrong answers" in said(sign_in(stranger))  # also with the right one: it would be a hint
    assert not is_in(stranger)
    sign_in(client, REMOTE_ADDR="198.51.100.7")
    assert is_in(client)


def test_others_at_the_same_address_go_on_where_they_were_signed_in_before(client, people):
    office = {"REMOTE_ADDR": "203.0.113.9"}
    sign_in(client, **office)
    client.post("/sign-out/")
    stranger = Client(**office)
    for number in range(throttle.FROM_ONE_ADDRESS + 10):
        sign_in(stranger, name=f"guess {number}", password="wrong", **office)
    assert "Too many wrong answers" in said(sign_in(stranger, name=Role.DIRECTOR.value, **office))
    sign_in(client, **office)
    assert is_in(client)


def test_a_pause_ends_by_itself(client, people, hands):
    for _ in range(10):
        sign_in(client, password="wrong")
    sign_in(client)
    assert not is_in(client)
    hands.wind(minutes=16)
    sign_in(client)
    assert is_in(client)


def test_a_known_machine_is_slowed_down_too_for_its_own_mistakes(client, people):
    sign_in(client)
    client.post("/sign-out/")
    answers = [said(sign_in(client, password="wrong")) for _ in range(throttle.ON_A_KNOWN_MACHINE + 1)]
    assert "do not belong together" in answers[-2]
    assert "Too many wrong answers" in answers[-1]


def test_one_network_of_the_newer_kind_is_one_address(client, people):
    for number in range(6):
        sign_in(client, password="wrong", REMOTE_ADDR=f"2001:db8:1:2::{number}")
    assert set(WrongAnswer.objects.values_list("address", flat=True)) == {"2001:db8:1:2::/64"}
    assert "Too many wrong answers" in said(sign_in(client, REMOTE_ADDR="2001:db8:1:2::99"))


def test_nothing_that_was_typed_is_kept(client, people):
    sign_in(client, name="my secret typed in the wrong box", password="wrong")
    kept = WrongAnswer.objects.get()
    assert "secret" not in " ".join(str(value) for value in vars(kept).values())


# The second step


def test_with_a_second_step_a_password_is_not_enough(client, people, hands):
    sign_in(client)
    secret, codes = set_up(client, hands)
    assert len(codes) == 10
    client.post("/sign-out/")
    assert sign_in(client)["Location"] == "/sign-in/code/"
    assert not is_in(client)
    assert "This code is not right" in said(client.post("/sign-in/code/", {"code": "000000"}))
    hands.wind(seconds=30)
    assert client.post("/sign-in/code/", {"code": hands.code(secret)})["Location"] == "/"
    assert is_in(client)
    assert SignIn.objects.latest("pk").how == SignIn.How.SECOND_STEP


def test_a_code_is_good_once_even_while_its_time_lasts(people, client, hands):
    sign_in(client)
    secret, codes = set_up(client, hands)
    hands.wind(seconds=30)
    code = hands.code(secret)
    for typed, is_good in ((code, True), (code, False), (codes[0], True), (codes[0], False)):
        other = Client()
        sign_in(other)
        other.post("/sign-in/code/", {"code": typed})
        assert is_in(other) is is_good, typed


def test_codes_cannot_be_guessed_all_day(people, client, hands):
    sign_in(client)
    set_up(client, hands)
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    sign_in(stranger)
    answers = [said(stranger.post("/sign-in/code/", {"code": f"{number:06}"})) for number in range(8)]
    assert "Too many wrong answers" in answers[-1]


def test_the_key_is_not_in_the_database_as_it_is(people, client, hands):
    sign_in(client)
    secret, codes = set_up(client, hands)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in codes)


def test_where_everybody_needs_one_nobody_gets_further_without(people, client, hands, settings):
    settings.SECOND_STEP_FOR_ALL = True
    sign_in(client)
    for address in ("/", "/cases/", "/my-sign-in/", "/drafts/?place=/", "/people/"):
        assert client.get(address)["Location"] == "/my-sign-in/second-step/", address
    assert client.post("/break-glass/", {})["Location"] == "/my-sign-in/second-step/"
    assert "Everybody here signs in" in said(client.get("/my-sign-in/second-step/"))
    set_up(client, hands)
    assert is_in(client)


def test_new_recovery_codes_end_the_old_ones(people, client, hands):
    sign_in(client)
    _, old = set_up(client, hands)
    new = re.findall(r"<li>(\d{8})</li>", said(client.post("/my-sign-in/recovery-codes/")))
    assert len(new) == 10
    for typed, is_good in ((old[0], False), (new[0], True)):
        other = Client()
        sign_in(other)
        other.post("/sign-in/code/", {"code": typed})
        assert is_in(other) is is_good


def test_somebody_elses_wrong_codes_do_not_hold_up_a_machine_the_account_knows(people, client, hands):
    sign_in(client)
    secret, _ = set_up(client, hands)
    client.post("/sign-out/")
    for number in range(8):
        thief = Client()  # at the same address, and with the right password
        sign_in(thief)
        thief.post("/sign-in/code/", {"code": f"{number:06}"})
    hands.wind(seconds=60)
    sign_in(client)
    client.post("/sign-in/code/", {"code": hands.code(secret)})
    assert is_in(client)


# How long it lasts


def test_unused_it_ends_and_the_page_says_why(people, client, hands, settings):
    sign_in(client)
    hands.wind(seconds=settings.SIGN_IN_LASTS_UNUSED - 1)
    assert is_in(client)
    hands.wind(seconds=settings.SIGN_IN_LASTS_UNUSED + 1)
    answer = client.get("/cases/?show=all")
    assert answer["Location"] == "/sign-in/?next=/cases/%3Fshow%3Dall&over=1"
    assert "Your sign-in is over" in said(client.get(answer["Location"]))
    assert SignIn.objects.get().ended_at is not None


def test_what_was_in_a_form_is_shown_when_the_sign_in_is_over(people, client, hands, settings):
    sign_in(client)
    hands.wind(seconds=settings.SIGN_IN_LASTS_UNUSED + 1)
    answer = client.post("/break-glass/", {"reference": "CP-1", "reason": "Typed for an hour", "password": "secret"})
    assert answer.status_code == 403
    assert "Typed for an hour" in said(answer)
    assert "secret" not in said(answer)
    assert "/sign-in/?next=" in said(answer)
    assert not is_in(client)


def test_a_page_that_asks_by_itself_does_not_keep_it_alive_and_typing_does(people, client, hands, settings):
    sign_in(client)
    for _ in range(10):
        hands.wind(seconds=settings.SIGN_IN_LASTS_UNUSED / 10 + 1)
        client.get("/alerts/fragment/")
    assert not is_in(client)
    sign_in(client)
    for number in range(3):
        hands.wind(seconds=settings.SIGN_IN_LASTS_UNUSED - 1)
        typed = {"place": "/cases/", "typed": {"a": ["b"]}, "number": number}
        assert client.post("/drafts/", typed, content_type="application/json").status_code == 200
    assert is_in(client)


def test_used_all_day_it_ends_all_the_same(people, client, hands, settings):
    sign_in(client)
    for _ in range(int(settings.SIGN_IN_LASTS / 1500)):
        assert is_in(client)
        hands.wind(seconds=1500)
    hands.wind(seconds=1500)
    assert not is_in(client)


def test_a_script_asks_how_long_and_may_stay(people, client, hands, settings):
    assert client.get("/sign-in/lasts/").status_code == 401
    sign_in(client)
    hands.wind(seconds=settings.SIGN_IN_LASTS_UNUSED - 60)
    assert client.get("/sign-in/lasts/").json() == {"left": 60}
    assert client.get("/sign-in/lasts/").json() == {"left": 60}
    assert client.post("/sign-in/lasts/").json() == {"left": settings.SIGN_IN_LASTS_UNUSED}
    hands.wind(seconds=settings.SIGN_IN_LASTS_UNUSED + 1)
    assert client.get("/sign-in/lasts/").status_code == 401


def test_a_used_page_writes_at_most_once_a_minute(people, client, hands, django_assert_num_queries):
    sign_in(client)
    client.get("/sign-in/lasts/")
    with django_assert_num_queries(2):  # the session and who it is
        client.get("/sign-in/lasts/")
    seen = client.session[SEEN]
    hands.wind(seconds=59)
    client.get("/my-sign-in/")
    assert client.session[SEEN] == seen
    hands.wind(seconds=2)
    client.get("/my-sign-in/")
    assert client.session[SEEN] == seen + 61


# One's own sign-ins


def test_a_person_sees_where_they_are_signed_in_and_ends_it(people, client):
    other = Client(HTTP_USER_AGENT="A browser in the library")
    sign_in(other)
    sign_in(client)
    stranger = Client()
    sign_in(stranger, name=Role.DIRECTOR.value)
    page = said(client.get("/my-sign-in/"))
    assert "A browser in the library" in page
    theirs = SignIn.objects.get(user__username=Role.DIRECTOR.value)
    client.post("/my-sign-in/", {"end": theirs.pk})
    assert is_in(stranger)
    client.post("/my-sign-in/", {"end": SignIn.objects.get(browser="A browser in the library").pk})
    assert not is_in(other)
    assert is_in(client)


def test_another_password_ends_every_other_sign_in(people, client):
    other = Client()
    sign_in(other)
    sign_in(client)
    assert "too short" in said(client.post("/my-sign-in/", {"password": "short"}))
    client.post("/my-sign-in/", {"password": "another four plain words"})
    assert is_in(client)
    assert not is_in(other)
    sign_in(other, password="another four plain words")
    assert is_in(other)


@pytest.mark.parametrize(
    ("said_so", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("A browser in the library", "A browser in the library"),
        ("", "Not known"),
    ],
)
def test_a_browser_is_told_in_words(said_so, words):
    assert SignIn(browser=said_so).browser_in_words == words


# Asked again


@pytest.fixture
def case(people):
    return a_case(people)


def long_ago(client):
    """They said who they are some time ago."""
    session = client.session
    session[PROVED] -= 3600
    session.save()


RESTRICT = {"do": "restrict_case", "why": "staff", "reason": "A cousin & a <colleague>"}


def test_what_cannot_be_taken_back_is_asked_again_and_what_was_typed_goes_on(people, case, client):
    client.force_login(people[Role.SERVICE_MANAGER].user)
    long_ago(client)
    before = client.session.session_key
    asked = client.post("/cases/CP-1/access/", RESTRICT)
    assert asked.status_code == 403
    assert not case.restrictions.exists()
    assert 'name="reason" value="A cousin &amp; a &lt;colleague&gt;"' in said(asked)
    wrong = client.post("/cases/CP-1/access/", RESTRICT | {"again-password": "wrong", "again-wanted": "POST"})
    assert "not the password you sign in with" in said(wrong)
    assert 'name="reason" value="A cousin' in said(wrong)
    assert client.session.session_key == before
    done = client.post("/cases/CP-1/access/", RESTRICT | {"again-password": PASSWORD, "again-wanted": "POST"})
    assert done["Location"] == "/cases/CP-1/access/"
    assert case.restrictions.get().reason == RESTRICT["reason"]
    assert client.session.session_key != before
    assert not is_in(holding(before))
    assert SignIn.objects.get(session_key=client.session.session_key).ended_at is None


def test_it_is_not_asked_while_they_have_just_said_it(people, case, client):
    client.force_login(people[Role.SERVICE_MANAGER].user)
    assert client.post("/cases/CP-1/access/", RESTRICT)["Location"] == "/cases/CP-1/access/"
    assert case.restrictions.exists()


def test_breaking_the_glass_is_asked_each_time_however_lately_they_signed_in(people, case, client):
    client.force_login(people[Role.IRO].user)
    said_so = {"reference": "CP-1", "why": "danger", "reason": "Not home since four"}
    assert "Say once more that it is you" in said(client.post("/break-glass/", said_so))
    assert not BrokenGlass.objects.exists()
    client.post("/break-glass/", said_so | {"again-password": PASSWORD})
    assert BrokenGlass.objects.get().reason == "Not home since four"


def test_a_wrong_password_is_counted_here_too(people, case, client):
    client.force_login(people[Role.IRO].user)
    answers = [said(client.post("/break-glass/", {"again-password": "wrong"})) for _ in range(12)]
    assert "Too many wrong answers" in answers[-1]
    assert is_in(client)


@pytest.mark.parametrize("name", sorted(again.ASKED))
def test_every_address_that_is_asked_for_exists(name):
    assert any(route.name == name for route in get_resolver().url_patterns), name


def test_a_file_is_asked_for_by_a_press_once_they_have_said_who_they_are(people, client):
    client.force_login(people[Role.AGENCY_LEAD].user)
    long_ago(client)
    address = reverse("people-moves-file")
    assert "Say once more" in said(client.get(address))
    after = client.post(address, {"again-password": PASSWORD, "again-wanted": "GET"})
    assert f'href="{address}"' in said(after)
    assert client.get(address)["Content-Disposition"].startswith("attachment")


# The first administrator


def test_the_first_administrator_is_made_by_a_command_once(client, capsys, django_user_model):
    call_command("first_administrator", name="Kit Lowther", email="kit@council.example")
    address = re.search(r"/join/\S+", capsys.readouterr().out).group(0)
    assert "Kit Lowther, system administrator" in said(client.get(address))
    assert "too common" in said(client.post(address, {"password": "password1234"}))
    assert client.post(address, {"password": PASSWORD})["Location"] == "/sign-in/"
    assert client.post(address, {"password": PASSWORD}).status_code == 404
    sign_in(client, name="kit@council.example")
    assert "Kit Lowther" in said(client.get("/people/"))
    with pytest.raises(Exception, match="There is an administrator already"):
        call_command("first_administrator", name="Second", email="second@council.example")
