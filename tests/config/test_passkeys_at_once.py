"""One answer of a passkey, sent by several at once: real processes, as on several machines."""

import pytest
from django.test import Client

from tests.at_once import do_at_once, require_postgres
from tests.config.a_passkey import ORIGIN, asked
from tests.config.test_passkeys import CHAIR, CODE, HERE, with_a_passkey
from tests.config.test_sign_in import sign_in
from tests.making import a_partnership, doing
from workflow.models import SignIn, User

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SEND = """
import os
from django.test import Client
client = Client(headers={"host": "localhost:8000"})
client.cookies["sessionid"] = os.environ["SESSION"]
answer = client.post("/sign-in/code/", {"credential": os.environ["TYPED"]})
print(answer.status_code, answer.get("Location", ""))
"""


@pytest.fixture
def browser(settings):
    """Of the chair, who has a sign-in; the site has a name."""
    require_postgres()
    settings.SITE_URL = ORIGIN
    chair = a_partnership()[CHAIR]
    with doing(name="give_sign_ins"):
        chair.user = User.objects.create_user(CHAIR, password="four plain words together")
        chair.save()
    return Client(headers=HERE)


def test_one_answer_sent_by_four_at_once_lets_in_once(browser):
    passkey = with_a_passkey(browser, count=None)  # no count of its own that would tell
    sign_in(browser)
    before = SignIn.objects.count()
    typed = passkey.answer(asked(browser.get(CODE)))
    told = do_at_once(SEND, processes=4, SITE_URL=ORIGIN, SESSION=browser.session.session_key, TYPED=typed)
    assert told.count("302 /") == 1, told
    assert SignIn.objects.count() == before + 1
