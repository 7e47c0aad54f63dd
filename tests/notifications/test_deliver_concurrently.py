"""Two servers delivering at once: nobody gets a mail twice. Real processes, a real PostgreSQL, a real mail server."""

from collections import Counter

import pytest

from notifications.models import Notification
from tests.at_once import do_at_once, require_postgres
from tests.escalation.scene import PEOPLE, set_scene
from tests.notifications.mail_server import running_mail_server

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DELIVER = """
from datetime import datetime
from notifications.deliver import deliver
from workflow.acting import LONDON
print(deliver(datetime(2026, 1, 5, 14, 0, tzinfo=LONDON)).mails)
"""


def test_delivered_at_once_everybody_gets_one_mail_and_every_row_was_tried_once():
    require_postgres()
    scene = set_scene()
    for _ in range(3):
        scene.told(*(key for key, *_ in PEOPLE), code="INQUORATE")
    with running_mail_server() as server:
        sent = do_at_once(DELIVER, processes=3, EMAIL_URL=f"smtp://127.0.0.1:{server.port}")
    assert sum(int(mails) for mails in sent) == len(PEOPLE)
    assert Counter(mail.to[0] for mail in server.mails) == {person.email: 1 for person in scene.people.values()}
    rows = Notification.objects.values_list("state", "attempts")
    assert set(rows) == {("sent", 1)}
