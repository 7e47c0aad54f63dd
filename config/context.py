"""What every page has without asking, as `service`: its name, the way round, the date, and if it is a demonstration."""

import datetime as dt

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property

# Label and the name of its page, in the order they stand. A page that is not there is left out.
NAVIGATION = [
    ("Today", "today"),
    ("My work", "my-work"),
    ("Meetings", "meetings"),
    ("Cases", "cases"),
    ("Alerts", "alerts"),
    ("People", "people"),
    ("Policy", "policy"),
    ("Audits", "audits"),
    ("Retention", "retention"),
    ("Connections", "connections"),
]

# Rooms only these roles are shown the way to.
ROOMS = {
    "people": {"team_manager", "service_manager", "director", "agency_lead", "agency_exec", "conference_admin"}
    | {"system_admin", "partnership", "auditor"},
    "policy": {"partnership", "auditor", "system_admin"},
    "audits": {"auditor"},
    "retention": {"partnership", "conference_admin", "service_manager", "director", "auditor"},
    "connections": {"system_admin"},
}


class Service:
    """Worked out only when a template asks, so that a fragment pays for nothing it does not show."""

    name = "Throughline"

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.demo = settings.DEMO
        self.lasts_unused = settings.SIGN_IN_LASTS_UNUSED
        self.minutes_unused = settings.SIGN_IN_LASTS_UNUSED // 60
        self.csrf_cookie = settings.CSRF_COOKIE_NAME  # it differs in production; a script asks for it

    @cached_property
    def person(self):
        """Who is signed in, or None."""
        person = getattr(self.request, "user", None)
        return person if person is not None and person.is_authenticated else None

    @cached_property
    def today(self) -> dt.date:
        from config import clock  # here, so that loading the settings does not load the clock

        return clock.today()

    @cached_property
    def post(self):
        """The post the person signed in holds today, or None."""
        from workflow.signed_in import post_of  # here, so that loading the settings does not load the models

        return post_of(self.request) if self.person is not None else None

    @cached_property
    def signed_in_as(self) -> str:
        """Who is here and for whom: name, role, agency; only the sign-in name of somebody without a post."""
        if self.post is None:
            return str(self.person)
        return f"{self.post}, {self.post.get_role_display().lower()}, {self.post.agency}"

    @cached_property
    def may_take_out(self) -> bool:
        """Whether the way to a case's bundle is shown to this person."""
        from workflow.signed_in import may_do  # here, so that loading the settings does not load the models

        return self.post is not None and may_do(self.request, "export_bundle")

    @cached_property
    def alert_count(self) -> int:
        """How many alerts stand for this person that they have not acknowledged; a page that lists them has counted."""
        from escalation.board import waiting_for
        from workflow.scope import by_the_service

        counted: int | None = getattr(self.request, "alerts_counted", None)
        if counted is not None:
            return counted
        with by_the_service():  # also those about a case they do not see: it is only a number
            return waiting_for(self.post, self.today).count() if self.post else 0

    @cached_property
    def navigation(self) -> list[dict]:
        if self.person is None:
            return []
        items = [(label, name, address(name)) for label, name in NAVIGATION]
        return [
            {
                "label": label,
                "href": href,
                "current": self.current(href),
                "badge": self.alert_count if name == "alerts" else 0,
            }
            for label, name, href in items
            if href and self.goes_to(name)
        ]

    def goes_to(self, name: str) -> bool:
        """Whether the way there is shown: to everybody, except to the rooms that only some roles have."""
        return name not in ROOMS or (self.post is not None and self.post.role in ROOMS[name])

    def current(self, href: str) -> str:
        """What `aria-current` says of a link: this very page, somewhere below it, or nothing."""
        if self.request.path == href:
            return "page"
        return "true" if href != "/" and self.request.path.startswith(href) else ""


def address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def service(request: HttpRequest) -> dict:
    return {"service": Service(request)}
