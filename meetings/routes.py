"""Which way a document goes to whom: read here after signing in, by a link in a mail, or by post."""

from dataclasses import dataclass
from datetime import date

from meetings.models import Copy, Party
from workflow.models import Agency, Case, Professional
from workflow.people import contact_of, lead_of

Channel = Copy.Channel


@dataclass(frozen=True)
class Route:
    """The channel, and who receives it for an agency; the address where it goes by mail."""

    channel: str
    addressee: Professional | None = None
    address: str = ""


def route_to(case: Case, party: Party, on: date) -> Route:
    """In the service for an agency whose contact, or else whose lead, can sign in; by a link where there is an address.

    Mail goes to a family member only where they said that it is safe; otherwise it is post.
    """
    if not isinstance(party, Agency):
        return Route(Channel.LINK, address=party.email) if party.email else Route(Channel.POST)
    people = [one for one in (contact_of(case, party, on), lead_of(party, on)) if one and one.is_in_post(on)]
    for person in people:
        if person.user_id:
            return Route(Channel.IN_SERVICE, person, person.email)
    for person in people:
        if person.email:
            return Route(Channel.LINK, person, person.email)
    return Route(Channel.POST, people[0] if people else None)
