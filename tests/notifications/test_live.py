"""What reaches the browser live: only to whom it may, only "look again", and never for longer than it may."""

import json
from datetime import datetime
from importlib import import_module

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from config import clock
from config.asgi import serving
from config.engine import Engine, waiting_nudges
from notifications.consumers import LookAgain
from tests.escalation.scene import OPENED, at_noon, set_scene
from tests.notifications.open_page import OpenPage
from tests.services import missing, redis_url
from workflow.acting import LONDON
from workflow.models import User

pytestmark = pytest.mark.django_db(transaction=True)
SITE = "http://127.0.0.1:8000"
NO_LONGER_ALLOWED = 4403


@pytest.fixture(autouse=True)
def on_the_day_of_the_scene(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 5, 14, 0, tzinfo=LONDON))
    waiting_nudges()
    yield
    channel_layers.backends.clear()


@pytest.fixture
def scene():
    scene = set_scene()
    with at_noon(OPENED):
        scene.nurse.user = User.objects.create_user("nurse", password="a long enough sentence")
        scene.nurse.save()
    return scene


def signed_in(user):
    """A session as signing in makes one; its key."""
    session = import_module(django_settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = django_settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def socket(session_key="", origin=SITE):
    headers = [(b"origin", origin.encode())] if origin is not None else []
    if session_key:
        headers.append((b"cookie", f"{django_settings.SESSION_COOKIE_NAME}={session_key}".encode()))
    return OpenPage(serving([SITE]), "/live/", headers)


async def listening(scene):
    """The nurse's page, connected, its first word heard."""
    page = socket(await sync_to_async(signed_in)(scene.nurse.user))
    assert await page.connects()
    assert (await page.hears())["look"] == "again"
    return page


# Who may listen


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", None, "http://127.0.0.1:8001", "https://127.0.0.1:8000", "http://127.0.0.1", ""],
)
async def test_a_page_from_elsewhere_is_refused_before_anything_is_asked(scene, origin):
    page = socket(await sync_to_async(signed_in)(scene.nurse.user), origin=origin)
    assert not await page.connects()


@pytest.mark.parametrize("session_key", ["", "made-up"])
async def test_a_stranger_is_told_that_they_may_not_and_hears_nothing(scene, session_key):
    page = socket(session_key)
    assert await page.connects()
    assert await page.is_closed_with() == NO_LONGER_ALLOWED


async def test_a_sign_in_without_a_post_is_told_that_it_may_not(scene):
    user = await sync_to_async(User.objects.create_user)("nobody", password="a long enough sentence")
    page = socket(await sync_to_async(signed_in)(user))
    assert await page.connects()
    assert await page.is_closed_with() == NO_LONGER_ALLOWED


# What is heard


async def test_a_nudge_after_the_commit_arrives_and_holds_a_number_and_nothing_else(scene):
    page = await listening(scene)
    [message] = await sync_to_async(scene.told)("nurse")
    await Engine().pass_on_nudges()
    assert await page.hears() == {"look": "again", "at": message.pk}
    await page.goes_away()


async def test_somebody_elses_news_is_not_heard(scene):
    page = await listening(scene)
    await sync_to_async(scene.told)("chair")
    await Engine().pass_on_nudges()
    assert await page.receive_nothing(timeout=0.2)
    await page.goes_away()


async def test_a_stalled_page_ends_on_the_newest_number(scene):
    page = await listening(scene)
    for _ in range(150):
        [last] = await sync_to_async(scene.told)("nurse")
        await Engine().pass_on_nudges()
    numbers = []
    while not numbers or numbers[-1] != last.pk:
        numbers.append((await page.hears())["at"])
    assert numbers == sorted(numbers)
    await page.goes_away()


async def test_an_open_page_hears_a_sign_of_life(scene, monkeypatch):
    monkeypatch.setattr(LookAgain, "seconds_between_signs_of_life", 0.05)
    page = await listening(scene)
    assert await page.hears() == {"still": "here"}
    await page.goes_away()


@pytest.mark.parametrize("frame", ["hello", "x" * 1_000_000, b"\x00"])
async def test_a_page_that_talks_is_hung_up_on(scene, frame):
    page = await listening(scene)
    await page.says(frame)
    assert await page.is_closed_with() == 1008


# For how long


def leave(scene):
    scene.leave("nurse", OPENED)


def lock_out(scene):
    User.objects.filter(pk=scene.nurse.user.pk).update(is_active=False)


def sign_out_everywhere(scene):
    import_module(django_settings.SESSION_ENGINE).SessionStore.get_model_class().objects.all().delete()


def change_the_password(scene):
    user = User.objects.get(pk=scene.nurse.user.pk)
    user.set_password("quite another sentence")
    user.save()


ENDINGS = [leave, lock_out, sign_out_everywhere, change_the_password]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__)
async def test_whoever_may_no_longer_listen_is_closed_at_the_next_nudge_and_learns_nothing(scene, ending):
    page = await listening(scene)
    await sync_to_async(ending)(scene)
    await sync_to_async(nudge)(scene)
    await Engine().pass_on_nudges()
    assert await page.is_closed_with() == NO_LONGER_ALLOWED


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__)
async def test_and_without_any_nudge_within_a_minute(scene, ending, monkeypatch):
    assert LookAgain.seconds_between_signs_of_life * LookAgain.signs_of_life_between_checks <= 60
    monkeypatch.setattr(LookAgain, "seconds_between_signs_of_life", 0.02)
    page = await listening(scene)
    await sync_to_async(ending)(scene)
    while (heard := await page.receive_output(timeout=2))["type"] == "websocket.send":
        assert json.loads(heard["text"]) == {"still": "here"}
    assert heard["code"] == NO_LONGER_ALLOWED


def nudge(scene):
    from notifications.live import look_again

    look_again([scene.nurse.pk])


# When the layer is away


async def test_a_layer_that_fails_or_never_answers_loses_a_nudge_and_nothing_else(scene, monkeypatch, caplog):
    class Broken:
        async def group_send(self, group, message):
            raise ConnectionError("Redis is away")

    monkeypatch.setattr("config.engine.get_channel_layer", lambda: Broken())
    [message] = await sync_to_async(scene.told)("nurse")
    await Engine().pass_on_nudges()
    assert await sync_to_async(message.fresh)()
    assert "the page will look later" in caplog.text


@pytest.mark.redis
async def test_a_nudge_crosses_redis(scene, settings):
    url = redis_url() or missing("Redis")
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [url]}}
    }
    page = await listening(scene)
    [message] = await sync_to_async(scene.told)("nurse")
    await Engine().pass_on_nudges()
    assert await page.hears() == {"look": "again", "at": message.pk}
    await page.goes_away()
    await channel_layers["default"].flush()
