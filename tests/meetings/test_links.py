"""A signed link does one thing for one person for a short time; everything else is the same closed door."""

from datetime import timedelta

import pytest
from django.urls import reverse

from meetings.links import BYTES, end_links, follow_link, links_to, make_link, purpose_of, revoke_link
from meetings.models import Conference, Invitation, SignedLink
from tests.making import A_WEDNESDAY, a_case, a_partnership, doing, noon
from workflow.errors import LinkNotValid, NotPermitted, ReasonRequired, WrongState
from workflow.models import Agency, Entry, Role, User

pytestmark = pytest.mark.django_db
NOW = noon(A_WEDNESDAY)
A_DAY = timedelta(days=1)
REPLY, READ = SignedLink.Purpose.REPLY, SignedLink.Purpose.READ


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def invitation(people):
    case = a_case(people)
    with doing(case):
        conference = Conference(case=case, key="icpc-1", kind="initial", state=Conference.State.INVITED)
        conference.save()
        invitation = Invitation(
            conference=conference, agency=Agency.objects.get(key="health"), state=Invitation.State.INVITED
        )
        invitation.save()
    return invitation


def a_link(invitation, purpose=REPLY, ends=NOW + A_DAY):
    """The token of a new link."""
    with doing(invitation):
        address = make_link(invitation.case, purpose, invitation, made_for="Health", expires_at=ends, at=NOW)
    return address.rstrip("/").rpartition("/")[2]


def test_a_link_leads_to_what_it_was_made_for(invitation, settings):
    settings.SITE_URL = "https://throughline.example"
    with doing(invitation):
        address = make_link(invitation.case, REPLY, invitation, made_for="Health", expires_at=NOW + A_DAY, at=NOW)
    token = address.rstrip("/").rpartition("/")[2]
    assert address == f"https://throughline.example{reverse('link', args=[token])}"
    link, about = follow_link(token, REPLY, at=NOW)
    assert about == invitation
    assert link.made_for == "Health"


def test_a_token_is_256_bits_and_only_its_hash_is_kept(invitation):
    tokens = {a_link(invitation) for _ in range(20)}
    assert len(tokens) == 20
    assert BYTES == 32
    assert all(len(token) == 43 for token in tokens)
    kept = str(list(SignedLink.objects.values())) + str(list(SignedLink.history.values()))
    kept += str(list(Entry.objects.values()))
    assert not any(token in kept for token in tokens)


def test_every_use_is_counted_and_in_the_journal(invitation):
    token = a_link(invitation)
    follow_link(token, REPLY, at=NOW + timedelta(hours=1))
    link, _ = follow_link(token, REPLY, at=NOW + timedelta(hours=2))
    assert (link.times_used, link.first_used_at) == (2, NOW + timedelta(hours=1))
    used = Entry.objects.filter(act="use_link", case=invitation.case, outcome="done")
    assert [entry.details["made_for"] for entry in used] == ["Health", "Health"]


def refusal(token, purpose=REPLY, at=NOW):
    with pytest.raises(LinkNotValid) as refused:
        follow_link(token, purpose, at=at)
    return refused.value.message


def test_unknown_over_revoked_for_something_else_and_no_longer_theirs_are_one_answer(invitation, people):
    over, revoked, other, excused = (a_link(invitation) for _ in range(4))
    said = {refusal("no-such-token"), refusal(over, at=NOW + A_DAY), refusal(other, purpose=READ)}
    revoke_link(links_to([invitation])[1], reason="Sent astray", by=people[Role.CONFERENCE_ADMIN], at=NOW)
    said.add(refusal(revoked))
    with doing(invitation):
        invitation.excuse_from(reason="work_ended", tracing="")
        invitation.save()
    said.add(refusal(a_link(invitation)))
    assert len(said) == 1
    assert SignedLink.objects.filter(times_used__gt=0).count() == 0


def test_it_ends_with_the_post_or_the_sign_in_of_whoever_it_went_to(invitation, people):
    lead = people[Role.AGENCY_LEAD]
    with doing(invitation):
        said = {"made_for": "Health", "addressee": lead, "expires_at": NOW + A_DAY, "at": NOW}
        token = make_link(invitation.case, REPLY, invitation, **said).rstrip("/").rpartition("/")[2]
        lead.user = User.objects.create(username="lead")
        lead.save()
    follow_link(token, REPLY, at=NOW)
    User.objects.update(is_active=False)
    refusal(token)
    User.objects.update(is_active=True)
    follow_link(token, REPLY, at=NOW)
    with doing(invitation):
        lead.left_on = A_WEDNESDAY
        lead.save()
    refusal(token)


def test_it_ends_at_its_moment_and_not_before(invitation):
    token = a_link(invitation)
    follow_link(token, REPLY, at=NOW + A_DAY - timedelta(seconds=1))
    refusal(token, at=NOW + A_DAY)


def test_an_attempt_with_a_link_that_is_over_is_written_down(invitation):
    refusal(a_link(invitation), at=NOW + A_DAY)
    assert Entry.objects.filter(act="use_link", outcome="refused", code="LINK_NOT_VALID").count() == 1


@pytest.mark.parametrize("state", [Conference.State.OPEN, Conference.State.HELD, Conference.State.CANCELLED])
def test_nobody_answers_an_invitation_to_a_meeting_that_is_on_or_over(invitation, state):
    token = a_link(invitation)
    with doing(invitation):
        conference = Conference(case=invitation.case, key="icpc-2", kind="initial", state=state)
        conference.save()
        invitation.conference = conference
        invitation.save()
    refusal(token)


def test_an_excluded_person_cannot_use_the_link_they_already_have(invitation):
    token = a_link(invitation)
    with doing(invitation):
        invitation.exclude()
        invitation.save()
    refusal(token)


def test_revoking_takes_back_every_link_to_the_same_thing_for_the_same_purpose(invitation, people):
    first, second, to_read = a_link(invitation), a_link(invitation), a_link(invitation, READ)
    revoke_link(links_to([invitation])[0], reason="Sent astray", by=people[Role.CONFERENCE_CHAIR], at=NOW)
    refusal(first)
    refusal(second)
    assert follow_link(to_read, READ, at=NOW)


def test_revoking_asks_for_a_reason_a_right_and_a_link_that_is_open(invitation, people):
    a_link(invitation)
    link, clerk = links_to([invitation]).get(), people[Role.CONFERENCE_ADMIN]
    with pytest.raises(ReasonRequired):
        revoke_link(link, reason=" ", by=clerk, at=NOW)
    with pytest.raises(NotPermitted):
        revoke_link(link, reason="Sent astray", by=people[Role.AGENCY_PRACTITIONER], at=NOW)
    revoked = revoke_link(link, reason="Sent astray", by=clerk, at=NOW)
    with pytest.raises(WrongState):
        revoke_link(revoked, reason="Sent astray", by=clerk, at=NOW)


def test_links_end_with_what_they_lead_to(invitation):
    token = a_link(invitation)
    with doing(invitation):
        end_links([invitation])
    refusal(token)


def test_a_record_that_cannot_take_a_link_back_gets_none(invitation):
    with doing(invitation), pytest.raises(TypeError):
        make_link(invitation.case, READ, invitation.case, made_for="Health", expires_at=NOW + A_DAY, at=NOW)


def test_a_link_that_would_be_over_at_once_is_not_made(invitation):
    with doing(invitation), pytest.raises(ValueError, match="over before"):
        make_link(invitation.case, REPLY, invitation, made_for="Health", expires_at=NOW, at=NOW)


def test_the_purpose_of_a_token_is_told_without_using_it(invitation):
    token = a_link(invitation)
    assert (purpose_of(token), purpose_of("no-such-token")) == ("reply", "")
    assert links_to([invitation]).get().times_used == 0
