"""Two siblings on a plan, told as the story tells it, up to a day on which the clock then stands still."""

from datetime import datetime

from config import clock
from config.stories.replay import Player
from config.stories.story import read
from tests.conftest import story_path
from tests.making import a_professional, an_agency, doing
from tests.pages.played import TODAY
from workflow.acting import LONDON
from workflow.models import Professional, Role, User

__all__ = ["TODAY", "tell_the_case"]


def tell_the_case() -> dict[str, Professional]:
    """Everybody of it, by key, each with a sign-in; nine in the morning of TODAY."""
    Player(read(story_path("two_siblings"))).play(until=TODAY)
    with doing(on=TODAY, name="give_sign_ins"):
        a_professional("stranger", Role.AGENCY_PRACTITIONER, an_agency("library"), name="Sam Stranger")
        for professional in Professional.objects.all():
            professional.user = User.objects.create(username=professional.key)
            professional.save()
    nine = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=LONDON)
    clock.now = lambda: nine
    return {each.key: each for each in Professional.objects.select_related("user", "agency")}
