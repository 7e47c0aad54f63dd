"""A review of two siblings, decided: ready to be sent, also to a father from whom the mother's whereabouts are kept."""

from datetime import date, datetime

from meetings import minutes, releasing
from meetings.models import Conference, MinutesVersion, Release
from tests.making import doing
from tests.meetings.sat import INVITED, invited, person, relative
from tests.stories.small import at, running
from workflow.acting import LONDON
from workflow.models import User

DECIDED_ON = date(2026, 9, 18)
MONDAY = date(2026, 9, 21)
CHILDREN = {
    "mira": {"name": "Mira Lowe", "born_on": "2024-05-14"},
    "jonah": {"name": "Jonah Lowe", "born_on": "2021-11-02"},
}
FAMILY = {
    "ida": {
        "name": "Ida Lowe",
        "relation": "mother",
        "of": ["mira", "jonah"],
        "parental_responsibility": ["mira", "jonah"],
        "protected_from": ["ole"],
    },
    "ole": {"name": "Ole Varga", "relation": "father", "of": ["mira"], "parental_responsibility": ["mira"]},
}
ADDRESS = "14 Quarry Lane\nLeicester\nLE1 7QX"
CLOSED_PART = "What the police told the professionals"
KEPT_FROM_OLE = "How the mother is kept safe"
EVERYBODY = "What has changed since last time"


def nine(day: date = MONDAY, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)


def decided(*then, **told):
    """The review has decided about both children; education disagreed."""
    opened = {
        "conference": "rcpc-1",
        "attended": ["social_worker", "health_visitor", "teacher"],
        "family_present": ["ida"],
    }
    decisions = {
        "conference": "rcpc-1",
        "contingency": "Back to conference if a visit is refused",
        "decisions": [
            {"child": "mira", "outcome": "continue", "category": "NEG", "reason": "Meals are still missed"},
            {"child": "jonah", "outcome": "continue", "category": "EMO", "reason": "Jonah is still afraid at night"},
        ],
        "views": {"mira": "observation", "jonah": "words", "ida": "in_person"},
        "core_group": ["social_care", "health", "education"],
        "dissents": {"education": "Neglect describes Jonah better"},
        "actions": [
            {
                "action": "A1",
                "text": "Take Jonah to the sleep clinic",
                "owner": "health_visitor",
                "due": "2026-10-12",
                "measure": "Letter of the clinic on file",
                "outcome": "O1",
                "children": ["jonah"],
            }
        ],
    }
    return invited(
        running(child="jonah"),
        then=[
            at("2026-09-18", "cp_chair", "open_conference", opened),
            at("2026-09-18", "cp_chair", "decide_conference", decisions),
            *then,
        ],
        family=FAMILY,
        children=CHILDREN,
        about=("mira", "jonah"),
        who=INVITED,
        **told,
    )


def ready_to_send(*then):
    """Decided; addresses are on record and the people of two agencies can sign in. Returns the conference."""
    _, conference = decided(*then)
    with doing(conference.case, on=DECIDED_ON):
        ida = relative("ida")
        ida.postal_address, ida.email, ida.safe_contact = ADDRESS, "ida@post.example", "Rings the school office only"
        ida.save()
        for key in ("social_worker", "health_visitor"):
            one = person(key)
            one.user = User.objects.create(username=key)
            one.save()
    return conference


def written(conference: Conference) -> MinutesVersion:
    """The chair has approved a text with a part for everybody, one for professionals and one kept from the father."""
    record = minutes.minutes_of(conference)
    minutes.draft_minutes(conference, by=person("clerk"), on=MONDAY)
    version = minutes.latest_version(record)
    with doing(conference.case, on=MONDAY):
        version.sections = [
            _section(1, EVERYBODY, 'The school sees both children every day. <b>Not</b> bold & "quoted" 😀'),
            _section(2, CLOSED_PART, "A call on 3 September.", audience="professionals"),
            _section(3, KEPT_FROM_OLE, "She has moved twice.", kept_from=["ole"]),
            _section(4, "Where everybody lives", "Ida gave her address as 14 Quarry Lane, le17qx. She is well."),
        ]
        version.save()
    minutes.approve_minutes(conference, by=person("cp_chair"), on=MONDAY)
    return version.fresh()


def _section(number, heading, text, audience="everyone", kept_from=()):
    return {
        "key": f"item-{number}",
        "number": number,
        "heading": heading,
        "text": text,
        "audience": audience,
        "kept_from": list(kept_from),
    }


def prepared(conference: Conference, of: str = "letter") -> Release:
    return releasing.prepare_release(conference, of=of, by=person("clerk"), at=nine())


def released(conference: Conference, of: str = "letter", by: str = "manager") -> Release:
    return releasing.release_document(prepared(conference, of), by=person(by), at=nine(hour=10))


def row_of(release: Release, key: str) -> dict:
    return next(row for row in release.rows if row["party"] == key)
