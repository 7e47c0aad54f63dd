"""Two servers delivering at once: no address gets a mail twice. Real processes, a real PostgreSQL, a real server."""

from collections import Counter

import pytest

from notifications.models import OutsideMail
from notifications.outside import write_outside
from tests.at_once import do_at_once, require_postgres
from tests.escalation.scene import OPENED, at_noon, set_scene
from tests.notifications.mail_server import running_mail_server
from tests.notifications.test_deliver import NOW

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DELIVER = """
from datetime import datetime
from notifications.outside import deliver_outside
from workflow.acting import LONDON
print(deliver_outside(datetime(2026, 1, 5, 14, 0, tzinfo=LONDON)).mails)
"""


def test_delivered_at_once_every_mail_goes_once_and_every_row_was_tried_once():
    require_postgres()
    scene = set_scene()
    addresses = [f"desk{number}@agency.example" for number in range(12)]
    with at_noon(OPENED):
        for address in addresses:
            write_outside(
                scene.case, name="Desk", address=address, subject="Meeting", body="Come.", about=scene.nurse, at=NOW
            )
    with running_mail_server() as server:
        sent = do_at_once(DELIVER, processes=3, EMAIL_URL=f"smtp://127.0.0.1:{server.port}")
    assert sum(int(mails) for mails in sent) == len(addresses)
    assert Counter(mail.to[0] for mail in server.mails) == dict.fromkeys(addresses, 1)
    assert set(OutsideMail.objects.values_list("state", "attempts")) == {("handed_over", 1)}
