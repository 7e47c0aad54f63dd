"""There is one way in: a sign-in with a post. Nothing else opens anything."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from config.doors import DOORS, LET_THROUGH
from tests.access.samples import routes
from workflow.models import User

OURS = ("config", "meetings", "plans", "escalation", "notifications", "workflow")


@pytest.mark.django_db
def test_a_superuser_without_a_post_gets_nowhere(client):
    client.force_login(User.objects.create_superuser("root"))
    asked = [each for each in routes() if DOORS[each.name] not in LET_THROUGH and not each.pattern.converters]
    assert len(asked) > 15
    for route in asked:
        for method in (client.get, client.post):
            assert method(reverse(route.name)).status_code in (403, 405), route.name


def test_no_code_asks_whether_somebody_is_a_superuser():
    asks = re.compile(r"is_superuser|is_staff|has_perm\b|user_passes_test")
    files = [path for folder in OURS for path in Path(settings.BASE_DIR, folder).rglob("*.py")]
    assert [path for path in files if "migrations" not in path.parts and asks.search(path.read_text())] == []


def test_neither_djangos_admin_nor_a_toolbar_is_there(client):
    assert not {"django.contrib.admin", "debug_toolbar", "silk"} & set(settings.INSTALLED_APPS)
    for address in ("/admin/", "/admin/login/", "/__debug__/", "/silk/"):
        assert client.get(address).status_code == 404
