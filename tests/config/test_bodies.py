"""What is larger than anything taken is not read to its end."""

import pytest

from config.bodies import largest, no_larger_than_is_taken


async def sent_to(pages, *pieces, length=None):
    """The status it is answered with, and how many pieces were asked for."""
    waiting, answers = list(pieces), []

    async def receive():
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(told):
        answers.append(told)

    headers = [(b"content-length", str(length).encode())] if length is not None else []
    await no_larger_than_is_taken(pages)({"type": "http", "headers": headers}, receive, send)
    return answers[0]["status"], len(pieces) - len(waiting)


async def a_page(scope, receive, send):
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200})


@pytest.fixture(autouse=True)
def small(settings):
    settings.UPLOAD_LIMIT, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 6, 4
    assert largest() == 10


async def test_what_fits_is_answered_by_the_page():
    assert await sent_to(a_page, b"12345", b"67890", length=10) == (200, 2)


async def test_what_says_that_it_is_too_large_is_not_read_at_all():
    assert await sent_to(a_page, b"12345", length=11) == (413, 0)


@pytest.mark.parametrize("length", [None, 3, "many"])
async def test_what_does_not_say_so_is_read_no_further_than_the_limit(length):
    assert await sent_to(a_page, b"12345", b"67890", b"1", b"2", length=length) == (413, 3)
