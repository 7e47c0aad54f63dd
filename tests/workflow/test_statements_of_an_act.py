"""What an act costs in statements: pinned, so that one more is somebody's decision."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.actions import ActionDraft, complete_action, open_action
from plans.models import Action
from tests.escalation.scene import OPENED, at_noon, set_scene

pytestmark = pytest.mark.django_db


def test_an_action_is_completed_in_fourteen_statements_of_which_eight_write():
    scene = set_scene()
    actions = []
    with at_noon(OPENED):
        for key in ("a1", "a2"):
            draft = ActionDraft(
                key=key, text="x", owner=scene.worker, due=date(2026, 2, 2), measure="m", outcome="o", children=[]
            )
            actions.append(open_action(scene.case, draft, on=OPENED))
    first, second = (Action.objects.get(pk=action.pk) for action in actions)
    on = OPENED + timedelta(days=3)
    complete_action(first, evidence="seen", by=scene.worker, on=on)  # begins the chain of the case
    with CaptureQueriesContext(connection) as seen:
        complete_action(second, evidence="seen", by=scene.worker, on=on)
    said = [query["sql"] for query in seen if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    writes = [sql for sql in said if sql.startswith(("INSERT", "UPDATE"))]
    assert (len(said), len(writes)) == (14, 8), "\n".join(sql[:90] for sql in said)
