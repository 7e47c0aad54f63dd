"""What reaches the browser live: only to whom it may, only "look again", and never for longer than it may."""

import json
import shutil
import signal
import subprocess
import time
from datetime import datetime
from importlib import import_module
from socket import create_connection, create_server

import pytest
from asgiref.sync import SyncToAsync, sync_to_async
from channels.layers import channel_layers
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import clock
from config.asgi import serving
from config.engine import SECONDS_BETWEEN_CATCHING_UP, Engine, waiting_nudges
from escalation.posts import leave_post, stop_sign_in
from notifications.consumers import LookAgain, catch_up
from tests.escalation.scene import OPENED, at_noon, set_scene
from tests.making import doing
from tests.notifications.open_page import OpenPage
from tests.services import missing, redis_url
from workflow.acting import LONDON
from workflow.models import CaseLink, User
from workflow.people import link
from workflow.sign_ins import BEGUN, SEEN

pytestmark = pytest.mark.django_db(transaction=True)
SITE = "http://127.0.0.1:8000"
NO_LONGER_ALLOWED = 4403


@pytest.fixture(autouse=True)
def on_the_day_of_the_scene(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 5, 14, 0, tzinfo=LONDON))
    waiting_nudges()
    yield
    channel_layers.backends.clear()
    # The thread that asks for all sockets keeps its connection for a while; a database in use cannot be taken down.
    SyncToAsync.single_thread_executor.submit(lambda: connection.close()).result()  # its own, not ours


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
    session[BEGUN] = session[SEEN] = time.time()
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


async def test_whoever_leaves_their_post_is_cut_off_at_once(scene):
    page = await listening(scene)
    await sync_to_async(leave_post)(None, scene.nurse, by=scene.health_lead, on=OPENED)
    await Engine().pass_on_nudges()
    assert await page.is_closed_with() == NO_LONGER_ALLOWED


async def test_whoever_is_shut_out_is_cut_off_at_once(scene):
    page = await listening(scene)
    said = {"reason": "A stolen telephone", "by": scene.health_lead, "on": OPENED}
    await sync_to_async(stop_sign_in)(None, scene.nurse, **said)
    await Engine().pass_on_nudges()
    assert await page.is_closed_with() == NO_LONGER_ALLOWED


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
    assert await page.hears(signs_of_life=True) == {"still": "here"}
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


def sign_ins_of(scene):
    store = import_module(django_settings.SESSION_ENGINE).SessionStore
    return [store(each.session_key) for each in store.get_model_class().objects.all()]


def wind_the_sign_in(scene, **began):
    """As if it had begun, or been used last, so many seconds ago."""
    for session in sign_ins_of(scene):
        for name, seconds in began.items():
            session[name] = time.time() - seconds
        session.save()


def leave_it_unused(scene):
    wind_the_sign_in(scene, **{SEEN: django_settings.SIGN_IN_LASTS_UNUSED})


def use_it_for_too_long(scene):
    """To the last minute: it ends all the same."""
    wind_the_sign_in(scene, **{BEGUN: django_settings.SIGN_IN_LASTS})


ENDINGS = [leave, lock_out, sign_out_everywhere, change_the_password, leave_it_unused, use_it_for_too_long]


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


@pytest.mark.parametrize("ending", [leave_it_unused, use_it_for_too_long], ids=lambda ending: ending.__name__)
async def test_a_sign_in_that_is_over_opens_no_socket(scene, ending):
    key = await sync_to_async(signed_in)(scene.nurse.user)
    await sync_to_async(ending)(scene)
    page = socket(key)
    assert await page.connects()
    assert await page.is_closed_with() == NO_LONGER_ALLOWED


async def test_a_session_that_does_not_say_since_when_it_is_opens_none(scene):
    key = await sync_to_async(signed_in)(scene.nurse.user)

    def forget():
        for session in sign_ins_of(scene):
            del session[BEGUN]
            session.save()

    await sync_to_async(forget)()
    page = socket(key)
    assert await page.connects()
    assert await page.is_closed_with() == NO_LONGER_ALLOWED


async def test_to_listen_makes_no_sign_in_last_longer(scene, monkeypatch):
    """Neither does what is heard: the moment of the last use stays what it was until somebody does something."""
    monkeypatch.setattr(LookAgain, "seconds_between_signs_of_life", 0.02)
    page = await listening(scene)
    nearly = {SEEN: django_settings.SIGN_IN_LASTS_UNUSED - 5, BEGUN: django_settings.SIGN_IN_LASTS - 5}
    await sync_to_async(wind_the_sign_in)(scene, **nearly)
    before = await sync_to_async(moments_of)(scene)
    for _ in range(3):
        await sync_to_async(scene.told)("nurse")
        await Engine().pass_on_nudges()
        assert (await page.hears())["look"] == "again"
    await page.hears(signs_of_life=True)
    assert await sync_to_async(moments_of)(scene) == before
    await page.goes_away()


def moments_of(scene):
    return [(each[BEGUN], each[SEEN]) for each in sign_ins_of(scene)]


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


# A page that is open on one case


def on_a_case(session_key, reference):
    page = socket(session_key)
    page.scope["query_string"] = f"case={reference}".encode()
    return page


def decided(scene):
    """Somebody does something in the case; the number of its entry."""
    with doing(scene.case, on=OPENED, by=scene.worker, name="decide"):
        pass
    return scene.case.entries.latest("number").number


def linked(scene):
    with at_noon(OPENED):
        link(scene.case, scene.nurse, "health visitor", on=OPENED)


async def open_on_the_case(scene):
    await sync_to_async(linked)(scene)
    page = on_a_case(await sync_to_async(signed_in)(scene.nurse.user), "CP-0417")
    assert await page.connects()
    assert (await page.hears())["look"] == "again"
    said = await page.hears()
    assert set(said) == {"case", "at"}
    waiting_nudges()
    return page


async def test_case_7_is_at_42_and_nothing_else(scene):
    page = await open_on_the_case(scene)
    number = await sync_to_async(decided)(scene)
    await Engine().pass_on_nudges()
    assert await page.hears() == {"case": scene.case.pk, "at": number}
    await page.goes_away()


@pytest.mark.parametrize("reference", ["CP-0417", "CP-9999", "CP%00"])
async def test_a_case_somebody_may_not_see_and_one_that_is_not_there_are_closed_alike(scene, reference):
    page = on_a_case(await sync_to_async(signed_in)(scene.nurse.user), reference)
    assert await page.connects()
    assert await page.is_closed_with() == NO_LONGER_ALLOWED


def end_the_link(scene):
    with at_noon(OPENED):
        found = CaseLink.objects.get(case=scene.case, professional=scene.nurse)
        found.until_on = OPENED
        found.save()


async def test_whose_link_to_the_case_ends_is_closed_at_the_next_change_and_learns_nothing(scene):
    page = await open_on_the_case(scene)
    await sync_to_async(end_the_link)(scene)
    await sync_to_async(decided)(scene)
    await Engine().pass_on_nudges()
    assert await page.is_closed_with() == NO_LONGER_ALLOWED


async def test_and_without_any_change_within_a_minute(scene, monkeypatch):
    monkeypatch.setattr(LookAgain, "seconds_between_signs_of_life", 0.02)
    page = await open_on_the_case(scene)
    await sync_to_async(end_the_link)(scene)
    while (heard := await page.receive_output(timeout=2))["type"] == "websocket.send":
        assert json.loads(heard["text"]) == {"still": "here"}
    assert heard["code"] == NO_LONGER_ALLOWED


def caught_up(scene, after):
    client = Client()
    client.force_login(scene.nurse.user)
    return client.get("/cases/CP-0417/changes/", {"after": after})


def test_a_page_that_was_away_catches_up_by_its_number_and_does_not_count_its_own(scene):
    linked(scene)
    first = caught_up(scene, 0).json()["at"]
    decided(scene)
    last = decided(scene)
    with doing(scene.case, on=OPENED, by=scene.nurse, name="decide"):
        pass
    assert caught_up(scene, first).json() == {"at": last + 1, "changes": 2}
    assert caught_up(scene, last + 1).json() == {"at": last + 1, "changes": 0}
    assert caught_up(scene, "x").status_code == 400
    end_the_link(scene)
    assert caught_up(scene, first).status_code == 404


def test_a_change_that_is_refused_or_rolled_back_nudges_nobody(scene):
    waiting_nudges()
    with pytest.raises(RuntimeError), doing(scene.case, on=OPENED, name="decide"):
        raise RuntimeError
    assert waiting_nudges() == set()


# When Redis dies and returns


def redis_on(port):
    return subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )


def answers(port):
    for _ in range(100):
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("no Redis came up")


@pytest.mark.redis
async def test_redis_may_die_and_return_saves_go_on_and_the_page_misses_nothing(scene, settings):
    if shutil.which("redis-server") is None:
        missing("Redis")
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    redis = redis_on(port)
    try:
        answers(port)
        hosts = [{"address": f"redis://127.0.0.1:{port}/0", "socket_connect_timeout": 1}]
        layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": hosts}}
        settings.CHANNEL_LAYERS = {"default": layer}
        page = await open_on_the_case(scene)
        seen = await sync_to_async(decided)(scene)
        await Engine().pass_on_nudges()
        assert (await page.hears())["at"] == seen

        redis.send_signal(signal.SIGKILL)
        redis.wait()
        begun = time.monotonic()
        lost = await sync_to_async(decided)(scene)  # the change is saved, at once, and its nudge is lost
        assert time.monotonic() - begun < 1
        await Engine().pass_on_nudges()
        assert (await sync_to_async(caught_up)(scene, seen)).json() == {"at": lost, "changes": 1}

        redis = redis_on(port)
        answers(port)
        for _ in range(50):  # the layer finds its way back by itself
            number = await sync_to_async(decided)(scene)
            await Engine().pass_on_nudges()
            if (heard := await page.news(within=0.2)) is not None:
                break
        assert heard["at"] == number
        await page.goes_away()
        await channel_layers["default"].flush()
    finally:
        redis.kill()
        redis.wait()


async def test_a_nudge_that_was_lost_is_made_up_for_before_long_and_only_for_who_is_behind(scene):
    assert 20 <= SECONDS_BETWEEN_CATCHING_UP <= 60
    page, other = await open_on_the_case(scene), await listening(scene)
    number = await sync_to_async(decided)(scene)
    waiting_nudges()  # lost on their way
    await catch_up()
    assert await page.hears() == {"case": scene.case.pk, "at": number}
    assert await other.receive_nothing(timeout=0.1)
    [message] = await sync_to_async(scene.told)("nurse")
    waiting_nudges()
    await catch_up()
    assert await other.hears() == await page.hears() == {"look": "again", "at": message.pk}
    await catch_up()
    assert await page.receive_nothing(timeout=0.1)
    await page.goes_away()
    await other.goes_away()


async def test_catching_up_asks_twice_however_many_pages_are_open(scene):
    pages = [await open_on_the_case(scene), *[await listening(scene) for _ in range(5)]]
    asked = CaptureQueriesContext(connection)
    await sync_to_async(asked.__enter__)()  # where the questions are asked: another thread has another connection
    await catch_up()
    await sync_to_async(asked.__exit__)(None, None, None)
    assert len(await sync_to_async(lambda: asked.captured_queries)()) == 2
    for page in pages:
        await page.goes_away()


async def test_a_page_that_may_no_longer_listen_is_closed_and_not_caught_up(scene):
    page = await open_on_the_case(scene)
    await sync_to_async(end_the_link)(scene)
    await sync_to_async(decided)(scene)
    waiting_nudges()
    await catch_up()
    assert await page.is_closed_with() == NO_LONGER_ALLOWED


@pytest.mark.redis
async def test_once_redis_is_back_every_open_page_is_told_what_it_missed_though_nothing_happens_any_more(
    scene, settings
):
    if shutil.which("redis-server") is None:
        missing("Redis")
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    redis = redis_on(port)
    try:
        answers(port)
        hosts = [{"address": f"redis://127.0.0.1:{port}/0", "socket_connect_timeout": 1}]
        layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": hosts}}
        settings.CHANNEL_LAYERS = {"default": layer}
        page, engine = await open_on_the_case(scene), Engine()
        await engine.look_whether_nudges_arrive()
        assert await page.receive_nothing(timeout=0.1)

        redis.send_signal(signal.SIGKILL)
        redis.wait()
        lost = await sync_to_async(decided)(scene)
        await engine.pass_on_nudges()
        await engine.look_whether_nudges_arrive()
        assert await page.receive_nothing(timeout=0.1)

        redis = redis_on(port)
        answers(port)
        for _ in range(20):
            await engine.look_whether_nudges_arrive()
            if (heard := await page.news(within=0.5)) is not None:
                break
        assert heard == {"case": scene.case.pk, "at": lost}
        await engine.look_whether_nudges_arrive()
        assert await page.receive_nothing(timeout=0.2)  # told once
        await page.goes_away()
        await channel_layers["default"].flush()
    finally:
        redis.kill()
        redis.wait()


@pytest.mark.parametrize("frames", [["x"] * 1_000, ["x" * 1_000_000] * 3])
async def test_a_flood_from_one_page_leaves_the_others_as_they_were(scene, frames):
    quiet, loud = await listening(scene), await listening(scene)
    for frame in frames:
        await loud.says(frame)
    assert await loud.is_closed_with() == 1008
    [message] = await sync_to_async(scene.told)("nurse")
    await Engine().pass_on_nudges()
    assert (await quiet.hears())["at"] == message.pk
    await quiet.goes_away()
