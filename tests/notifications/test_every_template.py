"""Whatever leaves the house after a whole story holds no name, no address, no word of what happened."""

import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest

from config.stories.replay import Player
from config.stories.story import read
from notifications import outside
from notifications.deliver import Mail, compose, context_of, render
from notifications.digest import compose_heartbeat
from notifications.models import Heartbeat, Notification, OutsideMail, WebhookDelivery, WebhookTarget
from notifications.webhooks import body_of
from tests.conftest import story_path
from workflow.acting import LONDON
from workflow.models import Agency, Case, Child, FamilyMember, Professional

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=LONDON)
ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "notifications" / "templates" / "notifications"
OUTSIDE = ROOT / "meetings" / "templates" / "meetings" / "mails"
# Words of every day that are also part of somebody's post or agency in the story.
PLAIN = {"case", "the", "and", "for", "mail", "urgent", "child", "team", "care", "meeting"}


@pytest.fixture
def told_in_full():
    """The whole of two siblings' story: every kind of message it writes."""
    Player(read(story_path("two_siblings"))).play()


def seeded():
    """Every name there is, word by word; keys of children and family; what actions and deadlines say."""
    names = [each.name for model in (Child, FamilyMember, Professional, Agency) for each in model.objects.all()]
    names += [case.family.name for case in Case.objects.select_related("family")]
    names += list(Child.objects.values_list("key", flat=True)) + list(
        FamilyMember.objects.values_list("key", flat=True)
    )
    words = {word for name in names for word in re.findall(r"[^\W\d_]{3,}", name)}
    return {word for word in words if word.lower() not in PLAIN}


def without_the_address(text):
    """Without the reader's own address, which names their agency; a calendar folds its long lines."""
    return re.sub(r"\S+@\S+", "", re.sub(r"[\r\n]+[ \t]", "", text))


def clean(text, words):
    """Those of the words that stand in the text as words of their own."""
    found = {word.lower() for word in re.findall(r"[^\W\d_]+", text)}
    return sorted(word for word in words if word.lower() in found)


def whole(message):
    """A mail as it leaves, its calendar entry decoded."""
    return "\n".join(
        part.get_payload(decode=True).decode(errors="replace")
        for part in message.message().walk()
        if not part.is_multipart()
    ) + str(message.subject)


def test_every_mail_text_calendar_entry_and_call_is_free_of_names_and_codes(told_in_full):
    words, rendered = seeded(), []
    messages = list(Notification.objects.select_related("case", "recipient", "notice"))
    assert len(messages) > 100
    codes = {message.code for message in messages} | {message.about for message in messages}
    for message in messages:
        for urgent in (True, False):
            message.is_urgent = urgent
            mail = Mail(message.recipient, [message])
            rendered += [whole(compose(mail)), render("text.txt", context_of(mail))]
    person = messages[0].recipient
    rendered.append(
        whole(compose_heartbeat(Heartbeat(recipient=person, week_from=date(2026, 1, 5), message_id="<a@b>")))
    )
    about = {"about": Heartbeat.About.ACCESS, "number": 3}
    rendered.append(
        whole(compose_heartbeat(Heartbeat(recipient=person, week_from=date(2026, 1, 5), message_id="<a@b>", **about)))
    )
    target = WebhookTarget(name="Records", agency=person.agency, url="https://x.example", salt="x", from_on=NOW.date())
    for message in messages:
        call = WebhookDelivery(target=target, notification=message, event_id="e", written_at=NOW)
        rendered.append(body_of(call).decode())
        assert set(json.loads(body_of(call))) == {"id", "event", "reference", "urgent", "written_at"}
    rendered += [whole(outside.compose(mail)) for mail in OutsideMail.objects.all()]
    text = without_the_address("\n".join(rendered))
    assert clean(text, words) == []
    assert [code for code in codes if len(code) > 4 and code in text] == []


def test_every_template_of_mail_is_rendered_here_or_where_it_is_written():
    """A template nobody knows of would be scanned by nobody."""
    mails = {path.name for path in TEMPLATES.glob("*.txt")}
    assert mails == {
        *("subject.txt", "mail.txt", "digest_subject.txt", "digest_mail.txt"),
        *("heartbeat_subject.txt", "heartbeat_mail.txt", "text.txt", "access_subject.txt", "access_mail.txt"),
    }
    assert sorted(OUTSIDE.glob("*.txt"))  # to an address outside: what they can show is read below


@pytest.mark.parametrize("path", sorted(OUTSIDE.glob("*.txt")), ids=lambda path: path.name)
def test_what_a_mail_to_the_outside_can_hold(path):
    """Each variable of these templates is one of a short list, and none of them is a name."""
    shown = {each.split("|")[0].strip() for each in re.findall(r"{{(.*?)}}", path.read_text())}
    assert not {each for each in shown if re.search(r"name|child|family|person|agency|address|title", each)}, shown
