"""What every test may use: a clock of its own days, and one case on a plan, told as a story tells it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.stories.replay import Player
from config.stories.story import LIBRARY, read


@pytest.fixture
def told(db: None) -> Iterator[object]:
    """Plays a story into the test's database, whole or until a day: `told("two_siblings", until=day)`."""

    def tell(name: str, *, until: object = None) -> Player:
        player = Player(read(story_path(name)))
        player.play(until=until)  # type: ignore[arg-type]
        return player

    yield tell


@pytest.fixture(autouse=True, scope="session")
def uploads_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests hand in lies in a folder of their own."""
    from django.conf import settings

    place = settings.STORAGES["uploads"]["OPTIONS"]
    kept, place["location"] = place["location"], str(tmp_path_factory.mktemp("uploads"))
    yield
    place["location"] = kept


def story_path(name: str) -> Path:
    """A story by its name, among the long ones or the promises."""
    found = [path for path in LIBRARY.rglob("*.json") if path.stem == name]
    assert found, f"no story is called {name}"
    return found[0]


@pytest.fixture(autouse=True, scope="session")
def flushed_in_spite_of_the_guards() -> Iterator[None]:
    """Between tests that commit, Django empties every table; the owner puts the guards to sleep for that alone."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    from tests.unguarded import no_guards

    flush = DatabaseOperations.execute_sql_flush

    def unguarded(self: DatabaseOperations, sql_list: list[str]) -> None:
        with no_guards():
            flush(self, sql_list)

    DatabaseOperations.execute_sql_flush = unguarded  # type: ignore[method-assign]
    yield
    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
