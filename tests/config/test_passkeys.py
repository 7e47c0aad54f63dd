"""Passkeys: added, used in the place of a code or of a password, and each of the ways in which they are refused."""

import json
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from fido2.cose import ES256, UnsupportedKey
from fido2.utils import websafe_encode

from config.sign_in import passkeys, throttle
from config.sign_in.lasting import SECOND_STEP
from config.sign_in.passkey_forms import COPIED, NOT_RIGHT
from escalation.posts import end_post, stop_sign_in
from notifications import joining
from notifications.models import OutsideMail
from tests.config import test_sign_in as sign_ins
from tests.config.a_passkey import ORIGIN, Passkey, asked
from tests.config.test_sign_in import CHAIR, PASSWORD, holding, is_in, long_ago, said, sign_in
from tests.making import A_WEDNESDAY, doing, noon
from tests.safety.borrowing import world_of
from workflow.acts import PARTNERSHIP
from workflow.models import BrokenGlass, Entry, Role, SignIn, User
from workflow.second_steps import MAY_BE_COPIED, OUT_OF_USE, STOPPED, usable_passkeys_of

globals().update(world_of(sign_ins, "quick_hashes", "people", "hands", "case"))
pytestmark = pytest.mark.django_db
HERE = {"host": "localhost:8000"}
PAGE, CODE = "/my-sign-in/passkeys/", "/sign-in/code/"


@pytest.fixture(autouse=True)
def at_an_address_with_a_name(settings):
    settings.SITE_URL = ORIGIN


@pytest.fixture
def browser():
    return Client(headers=HERE)


def add(browser, passkey=None, name="Work laptop", **wrong):
    """Added on the page by somebody signed in. The passkey, and the answer."""
    passkey = passkey or Passkey()
    typed = passkey.made(asked(browser.get(PAGE)), **wrong)
    return passkey, browser.post(PAGE, {"name": name, "credential": typed})


def chairs():
    return User.objects.get(username=CHAIR)


def with_a_passkey(browser, **kind):
    """The chair, signed in and out again, and their passkey."""
    sign_in(browser)
    passkey, answer = add(browser, Passkey(**kind))
    assert "Recovery codes" in said(answer)
    browser.post("/sign-out/")
    return passkey


def use(browser, passkey, *, name=CHAIR, **wrong):
    """The password, and then what the passkey answers to the page that follows."""
    sign_in(browser, name)
    return browser.post(CODE, {"credential": passkey.answer(asked(browser.get(CODE)), **wrong)})


# Added


def test_a_passkey_is_a_second_step_and_comes_with_recovery_codes(people, browser, settings):
    settings.SECOND_STEP_FOR_ALL = True
    sign_in(browser)
    assert browser.get("/")["Location"] == "/my-sign-in/second-step/"
    assert 'href="/my-sign-in/passkeys/"' in said(browser.get("/my-sign-in/second-step/"))
    _, answer = add(browser)
    assert len(re.findall(r"<li>(\d{8})</li>", said(answer))) == 10
    assert is_in(browser)
    page = said(browser.get(PAGE))
    assert "Work laptop" in page
    assert "Not yet" in page
    assert "Passkeys: 1" in said(browser.get("/my-sign-in/"))


def test_it_is_asked_for_after_the_password_and_lets_in(people, browser):
    passkey = with_a_passkey(browser)
    assert sign_in(browser)["Location"] == CODE
    assert not is_in(browser)
    page = said(browser.get(CODE))
    assert page.index("Use your passkey") < page.index("Or enter a recovery code")
    assert use(browser, passkey)["Location"] == "/"
    assert is_in(browser)
    assert browser.session[SECOND_STEP] is True
    assert SignIn.objects.latest("pk").how == SignIn.How.PASSKEY
    assert "Not yet" not in said(browser.get(PAGE))


def test_without_a_password_before_it_a_passkey_opens_nothing(people, browser):
    passkey = with_a_passkey(browser)
    sign_in(browser)
    wanted = asked(browser.get(CODE))
    stranger = Client(headers=HERE)
    assert stranger.post(CODE, {"credential": passkey.answer(wanted)})["Location"] == "/sign-in/"
    assert not is_in(stranger)


def test_a_key_that_never_counts_is_taken_each_time(people, browser):
    passkey = with_a_passkey(browser, count=None)
    for _ in range(3):
        use(browser, passkey)
        assert is_in(browser)
        browser.post("/sign-out/")


def test_a_recovery_code_does_in_its_place(people, browser):
    sign_in(browser)
    _, answer = add(browser)
    code = re.findall(r"<li>(\d{8})</li>", said(answer))[0]
    browser.post("/sign-out/")
    sign_in(browser)
    assert browser.post(CODE, {"code": code})["Location"] == "/"


def test_a_second_passkey_and_a_telephone_leave_what_was_there(people, browser, hands):
    passkey = with_a_passkey(browser)
    use(browser, passkey)
    _, answer = add(browser, name="Blue key")
    assert answer["Location"] == PAGE
    assert {each["id"] for each in asked(browser.get(PAGE))["excludeCredentials"]} >= {websafe_encode(passkey.number)}
    secret, _ = sign_ins.set_up(browser, hands)
    assert usable_passkeys_of(chairs()).count() == 2
    browser.post("/sign-out/")
    sign_in(browser)
    assert "Or enter a code" in said(browser.get(CODE))
    hands.wind(seconds=30)
    browser.post(CODE, {"code": hands.code(secret)})
    assert is_in(browser)


def test_with_the_first_of_all_whoever_is_signed_in_without_one_is_out(people, browser):
    thief = Client(headers=HERE)
    sign_in(thief)
    sign_in(browser)
    before = browser.session.session_key
    add(browser)
    assert is_in(browser)
    assert not is_in(thief)
    assert not is_in(holding(before))


def test_adding_is_asked_again_when_they_said_who_they_are_long_ago(people, browser):
    sign_in(browser)
    long_ago(browser)
    passkey, answer = add(browser)
    assert "Say once more that it is you" in said(answer)
    assert not Authenticator.objects.exists()
    carried = dict(re.findall(r'name="(name|credential)" value="([^"]+)"', said(answer)))
    carried["credential"] = carried["credential"].replace("&quot;", '"')
    browser.post(PAGE, carried | {"again-password": PASSWORD, "again-wanted": "POST"})
    assert usable_passkeys_of(chairs()).get().data["name"] == "Work laptop"


def test_without_a_name_nothing_is_made_and_nothing_is_lost(people, browser):
    sign_in(browser)
    wanted = asked(browser.get(PAGE))
    page = said(browser.post(PAGE, {"name": "", "credential": ""}))
    assert "needs an answer" in page
    assert "No passkey was made" not in page
    page = said(browser.post(PAGE, {"name": "Laptop", "credential": ""}))
    assert "No passkey was made" in page
    typed = Passkey().made(wanted)
    assert "was not added" in said(browser.post(PAGE, {"name": "Laptop", "credential": typed}))  # a newer one waits


def test_there_are_so_many_and_no_more(people, browser, monkeypatch):
    monkeypatch.setattr(passkeys, "AT_MOST", 2)
    sign_in(browser)
    add(browser)
    wanted = asked(browser.get(PAGE))
    add(browser)
    assert "Remove one first" in said(browser.get(PAGE))
    answer = browser.post(PAGE, {"name": "Third", "credential": Passkey().made(wanted)})
    assert "You have 2 passkeys" in said(answer)
    assert usable_passkeys_of(chairs()).count() == 2


# Refused when added


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://throughline.evil.example"},
        {"origin": "http://localhost:9000"},
        {"origin": "http://sub.localhost:8000"},
        {"place": "evil.example"},
        {"crossed": True},
        {"public_key": UnsupportedKey({1: 2, 3: -65535, -1: b"x"})},
    ],
    ids=[
        "another address",
        "another port",
        "an address below ours",
        "another name",
        "in a frame",
        "a weak kind of key",
    ],
)
def test_a_key_made_elsewhere_or_of_another_kind_is_not_added(people, browser, wrong):
    sign_in(browser)
    _, answer = add(browser, **wrong)
    assert "was not added" in said(answer)
    assert not Authenticator.objects.exists()


NONSENSE = [
    "nonsense",
    "[]",
    "{}",
    "null",
    "1e999",
    '{"id": "AA", "rawId": "AB", "type": "public-key", "response": {}}',
    json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "e30"}}),
    json.dumps({"rawId": "AA", "response": {"clientDataJSON": "W10", "attestationObject": "oA"}}),
    json.dumps({"rawId": "AA", "response": {"clientDataJSON": "W10", "authenticatorData": "AA", "signature": "AA"}}),
    "[" * 19_000,
]


@pytest.mark.parametrize("typed", [*NONSENSE, "be\0fore", "x" * 30_000])
def test_nonsense_is_a_no(people, browser, typed):
    passkey = with_a_passkey(browser)
    sign_in(browser)
    browser.get(CODE)
    assert browser.post(CODE, {"credential": typed}).status_code == 200
    assert not is_in(browser)
    use(browser, passkey)
    browser.get(PAGE)
    assert browser.post(PAGE, {"name": "Odd", "credential": typed}).status_code == 200
    assert usable_passkeys_of(chairs()).count() == 1


def test_one_key_belongs_to_one_person(people, browser):
    passkey = with_a_passkey(browser)
    other = Client(headers=HERE)
    sign_in(other, Role.DIRECTOR.value)
    _, answer = add(other, Passkey(number=passkey.number))
    assert "was not added" in said(answer)
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_what_is_refused_is_no_second_step_and_signs_nobody_out(people, browser, settings):
    settings.SECOND_STEP_FOR_ALL = True
    other = Client(headers=HERE)
    sign_in(other)
    sign_in(browser)
    add(browser, place="evil.example")
    for each in (browser, other):
        assert each.get("/")["Location"] == "/my-sign-in/second-step/"
    assert not Entry.objects.filter(act="add_passkey").exists()


def test_a_challenge_adds_one_passkey(people, browser):
    sign_in(browser)
    wanted = asked(browser.get(PAGE))
    for _ in range(2):
        browser.post(PAGE, {"name": "Laptop", "credential": Passkey().made(wanted)})
    assert usable_passkeys_of(chairs()).count() == 1


# Refused when used


def refused(browser, answer):
    assert NOT_RIGHT in said(answer)
    assert "recovery code" in said(answer)
    assert not is_in(browser)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://throughline.evil.example"},
        {"origin": "http://localhost:9000"},
        {"place": "evil.example"},
        {"kind": "webauthn.create"},
        {"crossed": True},
        {"signed_by": Passkey()},
    ],
    ids=["another address", "another port", "another name", "another question", "in a frame", "signed by another key"],
)
def test_an_answer_meant_for_somebody_else_is_refused(people, browser, wrong):
    passkey = with_a_passkey(browser)
    refused(browser, use(browser, passkey, **wrong))
    use(browser, passkey)
    assert is_in(browser)


def test_the_passkey_of_somebody_else_is_refused(people, browser):
    with_a_passkey(browser)
    other = Client(headers=HERE)
    sign_in(other, Role.DIRECTOR.value)
    theirs, _ = add(other)
    refused(browser, use(browser, theirs))
    mine = usable_passkeys_of(chairs()).get()
    mine.data[OUT_OF_USE] = "For this test"
    mine.save()


def test_a_key_that_says_it_is_somebody_elses_is_refused(people, browser):
    passkey = with_a_passkey(browser)
    passkey.handle = b"999999"
    refused(browser, use(browser, passkey))
    passkey.handle = str(chairs().pk).encode()
    use(browser, passkey)
    assert is_in(browser)


def test_a_challenge_is_good_once_and_in_its_session_alone(people, browser):
    passkey = with_a_passkey(browser)
    sign_in(browser)
    typed = passkey.answer(asked(browser.get(CODE)))
    other = Client(headers=HERE)
    sign_in(other)
    other.get(CODE)
    refused(other, other.post(CODE, {"credential": typed}))
    browser.post(CODE, {"credential": typed})
    assert is_in(browser)
    browser.post("/sign-out/")
    sign_in(browser)
    refused(browser, browser.post(CODE, {"credential": typed}))


def test_a_challenge_is_used_up_by_a_wrong_answer_too(people, browser):
    passkey = with_a_passkey(browser)
    sign_in(browser)
    wanted = asked(browser.get(CODE))
    browser.post(CODE, {"credential": "nonsense"})
    refused(browser, browser.post(CODE, {"credential": passkey.answer(wanted)}))


def test_of_one_answer_sent_twice_at_once_one_is_taken(people, browser):
    """Both requests may have read the session before either used the challenge up: then the row knows."""
    passkey = with_a_passkey(browser, count=None)
    sign_in(browser)
    wanted = asked(browser.get(CODE))
    waiting = browser.session[passkeys.CHALLENGES]
    typed = passkey.answer(wanted)
    browser.post(CODE, {"credential": typed})
    assert is_in(browser)
    browser.post("/sign-out/")
    sign_in(browser)
    session = browser.session
    session[passkeys.CHALLENGES] = waiting
    session.save()
    refused(browser, browser.post(CODE, {"credential": typed}))


def test_a_challenge_does_not_wait_for_ever(people, browser, hands):
    passkey = with_a_passkey(browser)
    sign_in(browser)
    wanted = asked(browser.get(CODE))
    hands.wind(seconds=passkeys.A_CHALLENGE_LASTS + 1)
    refused(browser, browser.post(CODE, {"credential": passkey.answer(wanted)}))


def test_a_challenge_for_one_thing_is_none_for_another(people, browser):
    passkey = with_a_passkey(browser)
    use(browser, passkey)
    wanted = asked(browser.get(PAGE)) | {"rpId": "localhost"}
    long_ago(browser)
    answer = browser.post("/my-sign-in/", {"end": "others", "again-credential": passkey.answer(wanted)})
    assert NOT_RIGHT in said(answer)


def test_guesses_are_slowed_down_and_the_recovery_codes_are_not(people, browser):
    sign_in(browser)
    _, added = add(browser)
    code = re.findall(r"<li>(\d{8})</li>", said(added))[0]
    stranger = Client(headers=HERE, REMOTE_ADDR="203.0.113.9")
    sign_in(stranger)
    for _ in range(throttle.ON_ONE_ACCOUNT_FROM_ONE_ADDRESS):
        stranger.get(CODE)
        assert NOT_RIGHT in said(stranger.post(CODE, {"credential": "nonsense"}))
    assert "Too many wrong answers" in said(stranger.post(CODE, {"credential": "nonsense"}))
    stranger.post(CODE, {"code": code})
    assert is_in(stranger)


def test_without_script_a_sentence_says_what_else_there_is(people, browser):
    with_a_passkey(browser)
    sign_in(browser)
    assert "app-without-script" in said(browser.get(CODE))
    page = said(browser.post(CODE, {"credential": ""}))
    assert "Nothing came from your passkey" in page
    assert "recovery code" in page


# A copy


def test_a_copy_betrays_itself_and_both_are_out_of_use(people, browser):
    with doing(name="give_addresses"):
        people[CHAIR].email = "chair@council.example"
        people[CHAIR].save()
    sign_in(browser)
    passkey, first = add(browser)
    codes = re.findall(r"<li>(\d{8})</li>", said(first))
    browser.post("/sign-out/")
    copy = Passkey(passkey.number, passkey.key, passkey.count)
    use(browser, passkey)
    browser.post("/sign-out/")
    answer = use(browser, copy)
    assert COPIED in said(answer)
    assert not is_in(browser)
    found = Entry.objects.get(act="suspect_passkey")
    assert (found.by, found.details["professional"]) == (None, people[CHAIR].key)
    assert "may have been copied" in OutsideMail.objects.latest("pk").body
    page = said(browser.get(CODE))
    assert "data-asked" not in page  # neither of the two is asked again
    assert "Your passkeys are out of use" in page
    kept = Authenticator.objects.get(type="webauthn")
    assert kept.data[OUT_OF_USE] == MAY_BE_COPIED
    sign_in(browser)
    assert not is_in(browser)  # and a password alone does not do
    browser.post(CODE, {"code": codes[0]})
    assert "Your passkeys are out of use; 9 recovery codes left" in said(browser.get("/my-sign-in/"))
    assert "It may have been copied" in said(browser.get(PAGE))


# Removed


def test_one_is_removed_and_opens_nothing_any_more(people, browser):
    passkey = with_a_passkey(browser)
    use(browser, passkey)
    add(browser, name="Blue key")
    browser.post(PAGE, {"remove": Authenticator.objects.get(data__name="Work laptop").pk})
    assert usable_passkeys_of(chairs()).get().data["name"] == "Blue key"
    browser.post("/sign-out/")
    refused(browser, use(browser, passkey))


def test_the_last_is_not_removed_where_everybody_needs_one(people, browser, settings):
    settings.SECOND_STEP_FOR_ALL = True
    sign_in(browser)
    add(browser)
    only = Authenticator.objects.get(type="webauthn")
    assert "Add another first" in said(browser.post(PAGE, {"remove": only.pk}, follow=True))
    assert usable_passkeys_of(chairs()).get() == only


def test_where_nobody_needs_one_the_last_takes_the_recovery_codes_with_it(people, browser):
    sign_in(browser)
    add(browser)
    browser.post(PAGE, {"remove": Authenticator.objects.get(type="webauthn").pk})
    assert not Authenticator.objects.exists()
    browser.post("/sign-out/")
    sign_in(browser)
    assert is_in(browser)


def test_nobody_removes_somebody_elses(people, browser):
    with_a_passkey(browser)
    other = Client(headers=HERE)
    sign_in(other, Role.DIRECTOR.value)
    for which in (Authenticator.objects.get(type="webauthn").pk, "nonsense", "9" * 30, ""):
        assert other.post(PAGE, {"remove": which})["Location"] == PAGE
    assert usable_passkeys_of(chairs()).exists()


def test_removing_is_asked_again_when_they_said_who_they_are_long_ago(people, browser):
    sign_in(browser)
    add(browser)
    long_ago(browser)
    only = Authenticator.objects.get(type="webauthn")
    assert "Say once more that it is you" in said(browser.post(PAGE, {"remove": only.pk}))
    assert usable_passkeys_of(chairs()).exists()


def test_each_change_is_on_record_and_told_to_its_owner(people, browser, hands):
    with doing(name="give_addresses"):
        people[CHAIR].email = "chair@council.example"
        people[CHAIR].save()
    sign_in(browser)
    add(browser)
    sign_ins.set_up(browser, hands)
    browser.post("/my-sign-in/recovery-codes/")
    browser.post(PAGE, {"remove": Authenticator.objects.get(type="webauthn").pk})
    acts = ["add_passkey", "set_up_telephone", "make_recovery_codes", "remove_passkey"]
    assert list(Entry.objects.order_by("pk").filter(act__in=acts).values_list("act", "by__key")) == [
        (act, CHAIR) for act in acts
    ]
    mails = OutsideMail.objects.order_by("pk")
    assert {mail.to_address for mail in mails} == {"chair@council.example"}
    assert ["passkey was added" in mail.body for mail in mails] == [True, False, False, False]
    assert "Work laptop" not in "".join(mail.body for mail in mails) + str(list(Entry.objects.values_list("details")))


# In the place of the password


def test_a_passkey_says_again_that_it_is_them(people, case, browser):
    passkey = with_a_passkey(browser)
    use(browser, passkey)
    typed = {"reference": "CP-1", "why": "danger", "reason": "Not home since four"}
    with doing(name="give_posts"):
        people[Role.IRO].user, people[CHAIR].user = people[CHAIR].user, None
        people[CHAIR].save()
        people[Role.IRO].save()
    question = browser.post("/break-glass/", typed)
    assert "Or use your passkey" in said(question)
    assert asked(question)["userVerification"] == "required"
    before = browser.session.session_key
    browser.post("/break-glass/", typed | {"again-credential": passkey.answer(asked(question)), "again-wanted": "POST"})
    assert BrokenGlass.objects.get().reason == typed["reason"]
    assert browser.session.session_key != before
    assert not is_in(holding(before))


def test_to_have_the_key_is_not_enough_there(people, browser):
    passkey = with_a_passkey(browser)
    use(browser, passkey)
    long_ago(browser)
    passkey.is_verifying = False
    question = browser.post("/my-sign-in/", {"end": "others"})
    answer = browser.post("/my-sign-in/", {"end": "others", "again-credential": passkey.answer(asked(question))})
    assert answer.status_code == 403
    assert NOT_RIGHT in said(answer)
    assert "Your password, once more" in said(answer)


# Where


@pytest.mark.parametrize(
    ("address", "name", "origin"),
    [
        ("https://throughline.council.example", "throughline.council.example", "https://throughline.council.example"),
        ("https://Throughline.Council.example:443", "throughline.council.example", None),
        ("https://council.example:8443", "council.example", "https://council.example:8443"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_passkeys_belong_to_the_name_of_the_site(settings, address, name, origin):
    settings.SITE_URL = address
    assert passkeys.place() == passkeys.Place(name, origin or f"https://{name}")


@pytest.mark.parametrize("address", ["http://council.example", "https://192.0.2.7", "http://[2001:db8::1]:8000"])
def test_where_browsers_make_none_the_page_says_so(people, settings, address):
    settings.SITE_URL = address
    assert passkeys.place() is None
    browser = Client()
    sign_in(browser)
    page = said(browser.get(PAGE))
    assert "Not at this address" in page
    assert "data-asked" not in page


def test_in_production_a_number_is_no_name_for_the_machine_itself(settings):
    settings.SITE_URL, settings.PRODUCTION = "https://127.0.0.1", True
    assert passkeys.place() is None


def test_open_at_another_address_the_page_says_which_one(people, browser):
    with_a_passkey(browser)
    elsewhere = Client(headers={"host": "127.0.0.1:8000"})
    sign_in(elsewhere)
    page = said(elsewhere.get(CODE))
    assert "data-asked" not in page
    assert f'href="{ORIGIN}/"' in page
    director = Client(headers={"host": "127.0.0.1:8000"})
    sign_in(director, Role.DIRECTOR.value)
    assert f'href="{ORIGIN}{PAGE}"' in said(director.get(PAGE))


# What others decide


def test_a_new_link_for_a_lost_telephone_takes_the_passkeys_too(people, browser):
    with_a_passkey(browser)
    with doing(name="give_addresses"):
        people[CHAIR].email = "chair@council.example"
        people[CHAIR].save()
    by = {"reason": "Lost", "by": people[Role.SYSTEM_ADMIN], "at": noon(A_WEDNESDAY)}
    joining.send_joining_link(PARTNERSHIP, people[CHAIR].fresh(), forgets_second_step=True, **by)
    token = re.search(r"/join/([^/]+)/", OutsideMail.objects.latest("pk").body).group(1)
    joining.join(token, password=PASSWORD, at=noon(A_WEDNESDAY) + timedelta(hours=1))
    assert not Authenticator.objects.exists()


def test_who_was_stopped_comes_back_without_their_passkeys(people, browser):
    passkey = with_a_passkey(browser)
    by = {"reason": "A lost laptop", "by": people[Role.SYSTEM_ADMIN], "at": noon(A_WEDNESDAY)}
    stop_sign_in(PARTNERSHIP, people[CHAIR].fresh(), **by)
    joining.allow_sign_in(PARTNERSHIP, people[CHAIR].fresh(), **by)
    assert Authenticator.objects.get(type="webauthn").data[OUT_OF_USE] == STOPPED
    sign_in(browser)
    assert not is_in(browser)
    browser.get(CODE)
    wanted = {"challenge": "x" * 43, "rpId": "localhost"}
    refused(browser, browser.post(CODE, {"credential": passkey.answer(wanted)}))


def test_whoever_leaves_their_last_post_leaves_their_second_step(people, browser):
    with_a_passkey(browser)
    end_post(PARTNERSHIP, people[CHAIR].fresh(), by=people[Role.SYSTEM_ADMIN], at=noon(A_WEDNESDAY))
    assert not Authenticator.objects.exists()


def test_whoever_keeps_a_post_keeps_their_second_step(people, browser):
    with_a_passkey(browser)
    with doing(name="give_posts"):
        people[Role.IRO].user = people[CHAIR].user
        people[Role.IRO].save()
    end_post(PARTNERSHIP, people[CHAIR].fresh(), by=people[Role.SYSTEM_ADMIN], at=noon(A_WEDNESDAY))
    assert Authenticator.objects.filter(type="webauthn").exists()


def test_the_package_reads_what_is_kept(people, browser):
    passkey = with_a_passkey(browser)
    kept = Authenticator.objects.get(type="webauthn").wrap()
    assert (kept.name, kept.authenticator_data.credential_data.credential_id) == ("Work laptop", passkey.number)
    assert isinstance(kept.authenticator_data.credential_data.public_key, ES256)
