"""Who a sign-in belongs to, read together with the posts it holds and covers today: one statement for both."""

from django.contrib.auth.backends import ModelBackend

from config import clock
from workflow.models import User
from workflow.signed_in import posts_and_covered


class WithPosts(ModelBackend):
    """Django's own sign-in, which brings the posts along (`workflow.signed_in` uses them for the same day)."""

    def get_user(self, user_id: int) -> User | None:
        on = clock.today()
        found = list(posts_and_covered(user_id, on).select_related("user"))
        user = next((one.user for one in found if one.user_id == user_id), None)
        if user is None:
            return super().get_user(user_id)  # type: ignore[return-value]
        if not self.user_can_authenticate(user):
            return None
        user.posts_found = (on, found)
        return user
