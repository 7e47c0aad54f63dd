"""What is asked of people who get a meeting together. A form decides nothing: the domain says what is missing."""

from typing import Any

from django import forms
from django.conf import settings

from meetings.asking import area, radios, ticks
from meetings.inviting import AGENCY_EXCUSES, FAMILY_EXCUSES
from meetings.models import Arrangement, Conference, ConferenceChild, Exclusion, Party
from meetings.roll import EXCUSES
from meetings.uploads import MEGABYTE
from workflow.date_input import DateInputField
from workflow.models import Agency, Child, Professional, Role

YES_NO = (("yes", "Yes"), ("no", "No"))
CLOCK = ["%H:%M", "%H.%M"]


def words(label: str, **kwargs: Any) -> forms.CharField:
    return area(label, required=False, **kwargs)


class PickDay(forms.Form):
    """Which day somebody has in mind. Sent by GET: nothing is saved by looking."""

    mark_optional = False
    child = forms.MultipleChoiceField(label="Which children is it about?", widget=forms.CheckboxSelectMultiple)
    chair = forms.ChoiceField(label="Who chairs?")
    day = DateInputField(label="On which day?", named="The day", help_text="For example 3 12 2026")

    def __init__(self, data: Any = None, *, children: list[Child], chair: Professional | None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["child"].choices = [(str(child.pk), child.name) for child in children]
        self.fields["child"].initial = [str(child.pk) for child in children]
        chairs = Professional.objects.filter(role=Role.CONFERENCE_CHAIR, left_on=None)
        self.fields["chair"].choices = [(str(one.pk), one.name) for one in chairs]
        self.fields["chair"].initial = str(chair.pk) if chair else ""


class PickAnotherDay(forms.Form):
    """Another day for a meeting that has one."""

    mark_optional = False
    day = DateInputField(label="To which day?", named="The day", help_text="For example 3 12 2026")


def managers() -> list[tuple[str, str]]:
    found = Professional.objects.filter(role=Role.SERVICE_MANAGER, left_on=None)
    return [("", "Nobody"), *((one.key, one.name) for one in found)]


class PastTheLimit(forms.Form):
    """Asked only where the day is past a legal limit."""

    late_reason = words("Why is it past the legal limit?")
    approved_by = forms.ChoiceField(label="Which service manager agreed?", required=False)

    def __init__(self, *args: Any, is_late: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approved_by"].choices = managers() if is_late else []
        if not is_late:
            del self.fields["late_reason"], self.fields["approved_by"]


class TimeAndPlace(forms.Form):
    """When on the day, where, and for how long."""

    starts_at = forms.TimeField(label="At what time?", input_formats=CLOCK, help_text="For example 10:00")
    place = forms.CharField(
        label="Where?", required=False, max_length=200, help_text="A room, or how to join by video or telephone"
    )
    minutes_planned = forms.IntegerField(label="How many minutes are planned?", min_value=15, max_value=480)


class Book(PastTheLimit, TimeAndPlace):
    mark_optional = False
    why_early = words("This review comes well before it has to. Why?")

    def __init__(self, *args: Any, is_early: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_early:
            del self.fields["why_early"]
        else:
            self.fields["why_early"].required = True


class Move(PastTheLimit):
    mark_optional = False
    reason = area("Why is it moved?", required=False)
    field_order = ["reason"]


class Cancel(forms.Form):
    mark_optional = False
    reason = area("Why does it not take place?", required=False)


class Excuse(forms.Form):
    mark_optional = False
    reason = radios("Why need they not be invited?", ())
    tracing = words(
        "What was done to find them?", help_text="Each step and its day. Only if nobody knows where they are"
    )

    def __init__(self, *args: Any, party: Party, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_agency = isinstance(party, Agency)
        allowed = AGENCY_EXCUSES if is_agency else FAMILY_EXCUSES
        self.fields["reason"].choices = [(excuse, EXCUSES[excuse]) for excuse in allowed]
        if is_agency:
            del self.fields["tracing"]


def ground_in_words(ground: str) -> str:
    """Prejudice to child; a ground of a partnership's own as its own words."""
    return ground.replace("_", " ").capitalize()


class AskToKeepOut(forms.Form):
    mark_optional = False
    grounds = ticks("On which grounds?", (), required=True)
    evidence = words("What is the evidence?")
    late_reason = words("Why could it not be asked for earlier?")

    def __init__(self, *args: Any, grounds: list[str], is_late: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grounds"].choices = [(ground, ground_in_words(ground)) for ground in grounds]
        if not is_late:
            del self.fields["late_reason"]


class DecideToKeepOut(forms.Form):
    mark_optional = False
    excluded = radios("Are they kept out?", YES_NO)
    reason = words("Why?")
    other_means = words("How can they contribute instead?", help_text="Only if they are kept out")
    may_receive = radios("What may they receive?", Exclusion.MayReceive.choices, initial=Exclusion.MayReceive.NOTHING)


class Consider(forms.Form):
    """How one child takes part."""

    mark_optional = False
    takes_part = radios("How does the child take part?", ConferenceChild.TakesPart.choices)
    why_not_there = words("If the child takes no part: why not?")
    why_no_father = words("Why is no father or other parent on record?")

    def __init__(self, *args: Any, about: ConferenceChild, without_father: bool, **kwargs: Any) -> None:
        said = {name: getattr(about, name) for name in ("takes_part", "why_not_there", "why_no_father")}
        super().__init__(*args, initial=said, **kwargs)
        if about.child.is_unborn:
            # An unborn child cannot come; its views are what was observed, at the meeting.
            del self.fields["takes_part"], self.fields["why_not_there"]
        if not without_father and not about.why_no_father:
            del self.fields["why_no_father"]


class Arrange(forms.Form):
    mark_optional = False
    kind = radios("What is needed?", Arrangement.Kind.choices)
    person = forms.ChoiceField(label="For whom?", required=False)
    note = words("What exactly?", help_text="The language, the advocate’s service, the need in words")

    def __init__(self, *args: Any, conference: Conference, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        children = [(f"child-{child.pk}", child.name) for child in conference.children]
        family = [
            (f"person-{one.pk}", f"{one.name}, {one.relation}")
            for one in conference.case.family_members.filter(is_deceased=False)
        ]
        self.fields["person"].choices = [("", "Nobody of the family"), *children, *family]


class Settle(forms.Form):
    mark_optional = False
    how = radios("How does it stand?", [each for each in Arrangement.State.choices if each[0] != "needed"])
    who = forms.CharField(label="Who is booked?", required=False, max_length=200)
    note = words("Anything to add?")


class ContactDetails(forms.Form):
    email = forms.EmailField(
        label="E-mail address", required=False, help_text="Only where the person said that mail to it is safe"
    )
    postal_address = area("Postal address", required=False)
    safe_contact = area("How and when is it safe to reach them?", required=False)


def report_file(label: str, **kwargs: Any) -> forms.FileField:
    """A file; what is in it is judged when it is handed in, so an empty one is not refused here already."""
    most = f"A PDF or a Word document (.docx), at most {settings.UPLOAD_LIMIT // MEGABYTE} MB, without macros"
    return forms.FileField(label=label, help_text=most, allow_empty_file=True, **kwargs)


class LogReport(forms.Form):
    mark_optional = False
    file = report_file("The report as a file, if there is one", required=False)
    on_paper = forms.BooleanField(label="It came on paper", required=False)
    summary = words("What does it say, in short?")
    shared_with_family = radios("Has the family seen it?", YES_NO)
    shared_how = words("If so, how did they come to know it?")


class AddReportFile(forms.Form):
    mark_optional = False
    file = report_file("The file")
    reason = words("If there is one already: why a new version?")


class ShareReport(forms.Form):
    mark_optional = False
    how = words("How did the family come to know it?", help_text="Read to them, given to them, translated, by whom")
    shared_on = DateInputField(label="On which day?", named="The day", required=False)


class Invite(forms.Form):
    """Who is invited: everybody who belongs there, and whoever else should come."""

    mark_optional = False
    invited = ticks("Who is invited?", ())

    def __init__(self, *args: Any, offered: list[tuple[str, str]], ticked: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["invited"].choices = offered
        self.fields["invited"].initial = ticked
