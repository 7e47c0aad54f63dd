"""What every test may use: a clock of its own days, and one case on a plan, told as a story tells it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.stories.replay import Player
from config.stories.story import LIBRARY, read


@pytest.fixture(scope="session")
def django_db_use_migrations(django_db_use_migrations: bool) -> bool:
    """PostgreSQL runs the migrations; SQLite is given its tables at once, which is the same schema and much faster."""
    from django.conf import settings

    return django_db_use_migrations and "sqlite" not in settings.DATABASES["default"]["ENGINE"]


@pytest.fixture
def told(db: None) -> Iterator[object]:
    """Plays a story into the test's database, whole or until a day: `told("two_siblings", until=day)`."""

    def tell(name: str, *, until: object = None) -> Player:
        player = Player(read(story_path(name)))
        player.play(until=until)  # type: ignore[arg-type]
        return player

    yield tell


def story_path(name: str) -> Path:
    """A story by its name, among the long ones or the promises."""
    found = [path for path in LIBRARY.rglob("*.json") if path.stem == name]
    assert found, f"no story is called {name}"
    return found[0]
