"""What is asked about an invitation: the answer to it, and the reason for what is done about it."""

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from meetings.asking import area
from meetings.models import Invitation
from meetings.replies import replies_of

IN_THEIR_OWN_WORDS = {
    Invitation.Reply.ACCEPTED: "I am coming",
    Invitation.Reply.SUBSTITUTE: "Somebody else comes instead of me",
    Invitation.Reply.DECLINED: "I am not coming",
}
REPORTED = {
    Invitation.Reply.ACCEPTED: "They are coming",
    Invitation.Reply.SUBSTITUTE: "Somebody else comes instead",
    Invitation.Reply.DECLINED: "They are not coming",
}


def typed(request: HttpRequest) -> QueryDict | None:
    """What was posted, be it nothing; None where nothing was posted."""
    return request.POST if request.method == "POST" else None


class ReplyForm(forms.Form):
    """One answer for one party; a family member is not asked for a substitute."""

    words = REPORTED
    reply = forms.ChoiceField(label="What did they say?", widget=forms.RadioSelect)
    substitute = forms.CharField(
        label="Who comes instead?", help_text="Their name and role.", max_length=200, required=False
    )
    note = area(
        "Anything the office has to know",
        max_length=1000,
        required=False,
        help_text="For example, coming by video, or help needed to get in. Nothing about the family.",
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = replies_of(invitation)
        self.fields["reply"].choices = [(reply, self.words[reply]) for reply in offered]
        if Invitation.Reply.SUBSTITUTE not in offered:
            del self.fields["substitute"]


class GuestReplyForm(ReplyForm):
    """The same in the first person, for somebody without an account."""

    words = IN_THEIR_OWN_WORDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reply"].label = "Are you coming?"


class WhyForm(forms.Form):
    """One reason."""

    reason = area("Why?", max_length=1000)
