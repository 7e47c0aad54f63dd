"""The sign-in of an organisation, against a provider that answers over HTTP and signs with keys of its own."""

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from config.sign_in import organisation
from config.sign_in.lasting import PROVED, SECOND_STEP
from tests.browser.conftest import free_port
from tests.config.provider import CLIENT, SECRET, TENANT
from tests.making import a_case, a_partnership, doing
from workflow.models import BrokenGlass, Role, SignIn, User

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def provider():
    """The provider's address, as long as it answers."""
    port = free_port()
    command = [sys.executable, str(Path(__file__).with_name("provider.py")), str(port)]
    with subprocess.Popen(command) as running:
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{address}/keys", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
        running.terminate()


@pytest.fixture
def says(provider, settings):
    """Tells the provider what to say. The site is set up for it."""
    settings.OIDC = {
        "issuer": provider,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "tenant": TENANT,
        "amr": "mfa",
        "name": "the health trust",
    }
    settings.SITE_URL = "http://testserver"

    def tell(**said):
        body = json.dumps(said).encode()
        urllib.request.urlopen(urllib.request.Request(f"{provider}/says", body), timeout=5).close()

    tell()
    return tell


@pytest.fixture
def nurse():
    people = a_partnership()
    with doing(name="give_sign_ins"):
        nurse = people[Role.AGENCY_PRACTITIONER]
        nurse.user = User.objects.create(username="nurse@health.example", password="!none")
        nurse.save()
    return nurse


def comes_back(client, address="/sign-in/organisation/?next=/meetings/"):
    """The address the provider sends a browser back to."""
    there = client.get(address)["Location"]
    opener = urllib.request.build_opener(NotFurther)
    try:
        opener.open(there, timeout=5)
    except urllib.error.HTTPError as led:
        back = urlsplit(led.headers["Location"])
        return f"{back.path}?{back.query}"
    raise AssertionError("the provider did not lead back")


class NotFurther(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def test_somebody_who_holds_a_post_is_let_in(client, nurse, says):
    assert "Sign in with the health trust" in client.get("/sign-in/").content.decode()
    client.get("/sign-in/")
    before = client.session.session_key
    answer = client.get(comes_back(client))
    assert answer["Location"] == "/meetings/"
    assert client.get("/").status_code == 200
    assert client.session.session_key != before
    assert client.session[SECOND_STEP] is True
    assert SignIn.objects.get().how == SignIn.How.ORGANISATION
    nurse.user.refresh_from_db()
    assert nurse.user.organisation_id.endswith(" their-number")


def test_they_need_no_second_step_of_ours(client, nurse, says, settings):
    settings.SECOND_STEP_FOR_ALL = True
    client.get(comes_back(client))
    assert client.get("/").status_code == 200


REFUSED = {
    "another tenant": {"claims": {"tid": "99999999-2222-3333-4444-555555555555"}},
    "no tenant": {"claims": {"tid": None}},
    "not signed": {"signed": "none"},
    "signed with what both know": {"signed": "with the secret"},
    "signed by another key": {"signed": "by another"},
    "a key nobody publishes": {"signed": "by another", "kid": "unknown"},
    "another nonce": {"claims": {"nonce": "of-yesterday"}},
    "no nonce": {"claims": {"nonce": None}},
    "no second factor": {"claims": {"amr": ["pwd"]}},
    "nothing about factors": {"claims": {"amr": None}},
    "another issuer": {"claims": {"iss": "https://login.example/other"}},
    "for another service": {"claims": {"aud": "another"}},
    "for several, given to another": {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
    "over": {"claims": {"exp": int(time.time()) - 3600}},
    "nobody here": {"claims": {"preferred_username": "somebody.else@health.example", "sub": "another"}},
    "nobody at all": {"claims": {"preferred_username": None, "sub": "another"}},
}


@pytest.mark.parametrize("why", REFUSED)
def test_refused(client, nurse, says, why):
    says(**REFUSED[why])
    answer = client.get(comes_back(client))
    assert answer.status_code == 403
    assert "could not be used" in answer.content.decode()
    assert client.get("/").status_code == 302
    assert not SignIn.objects.exists()
    nurse.user.refresh_from_db()
    assert nurse.user.organisation_id == ""


def test_an_answer_is_good_once_and_only_in_the_browser_that_asked(client, nurse, says):
    back = comes_back(client)
    stranger = Client()
    assert stranger.get(back).status_code == 403
    comes_back(stranger)
    assert stranger.get(back).status_code == 403  # the answer to another question
    assert client.get(back).status_code == 302
    client.post("/sign-out/")
    assert client.get(back).status_code == 403


def test_a_token_of_an_earlier_sign_in_does_not_answer_a_later_one(client, nurse, says):
    """The nonce of a first question, brought back under the second."""
    first = parse_qs(urlsplit(client.get("/sign-in/organisation/")["Location"]).query)["nonce"][0]
    says(claims={"nonce": first})
    assert client.get(comes_back(client)).status_code == 403


def test_whoever_left_or_is_stopped_is_not_let_in(client, nurse, says):
    User.objects.filter(pk=nurse.user_id).update(is_active=False)
    assert client.get(comes_back(client)).status_code == 403
    User.objects.filter(pk=nurse.user_id).update(is_active=True)
    with doing(name="leave_post"):
        nurse.left_on = nurse.joined_on = organisation.clock.today()
        nurse.save()
    assert client.get(comes_back(client)).status_code == 403


def test_an_address_given_to_somebody_else_opens_nothing(client, nurse, says):
    client.get(comes_back(client))
    says(claims={"sub": "another-number"})
    newcomer = Client()
    assert newcomer.get(comes_back(newcomer)).status_code == 403


def test_without_a_provider_there_is_no_such_page(client, db):
    assert client.get("/sign-in/organisation/").status_code == 404
    assert client.get("/sign-in/organisation/back/").status_code == 404


def test_a_provider_that_does_not_answer_is_told_in_words(client, nurse, says, settings):
    settings.OIDC = settings.OIDC | {"issuer": "http://127.0.0.1:9"}
    assert client.get("/sign-in/organisation/").status_code == 403


# Asked again


@pytest.fixture
def asked_again(client, nurse, says):
    """The nurse, signed in by the trust some time ago, wants to break the glass and is asked again."""
    a_case_of = a_partnership_case(nurse)
    client.get(comes_back(client))
    session = client.session
    session[PROVED] -= 3600
    session.save()
    typed = {"reference": a_case_of.reference, "why": "danger", "reason": "Not home since four"}
    answer = client.post("/break-glass/", typed)
    assert answer.status_code == 403
    assert "your organisation asks once more" in answer.content.decode()
    return "/sign-in/organisation/?again=1&next=/break-glass/"


def a_partnership_case(nurse):
    from workflow.models import Professional

    by_role = {Role(each.role): each for each in Professional.objects.exclude(key__startswith="social_care_")}
    return a_case(by_role)


def test_they_go_there_and_come_back_to_what_they_typed(client, asked_again):
    before = client.session.session_key
    assert "prompt=login" in client.get(asked_again)["Location"]
    assert client.get(comes_back(client, asked_again))["Location"] == "/break-glass/"
    assert client.session.session_key != before
    page = client.get("/break-glass/").content.decode()
    assert "Nothing is sent yet" in page
    assert 'name="reason" value="Not home since four"' in page
    client.post("/break-glass/", {"reference": "CP-1", "why": "danger", "reason": "Not home since four"})
    assert BrokenGlass.objects.get().reason == "Not home since four"


def test_what_was_typed_stays_while_they_have_not_come_back(client, asked_again, says):
    assert "Nothing is sent yet" not in client.get("/break-glass/").content.decode()
    client.get(comes_back(client, asked_again))
    assert "Not home since four" in client.get("/break-glass/").content.decode()


@pytest.mark.parametrize(
    "claims", [{"auth_time": int(time.time()) - 3600}, {"auth_time": None}, {"sub": "another", "tid": TENANT}]
)
def test_a_provider_that_did_not_ask_them_is_not_believed(client, asked_again, says, claims):
    says(claims=claims)
    assert client.get(comes_back(client, asked_again)).status_code == 403
    client.post("/break-glass/", {"reference": "CP-1", "why": "danger", "reason": "Not home since four"})
    assert not BrokenGlass.objects.exists()
