"""A form is drawn so that everybody can fill it in, keeps what was typed, and names what to put right."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict

from config.govuk import DateInputField, error_links


class Move(forms.Form):
    reason = forms.CharField(help_text="In a sentence.", max_length=20)
    due_on = DateInputField(label="When is it due?", named="Due date")
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), required=False)
    count = forms.IntegerField(label="How many children", min_value=0)
    agency = forms.ChoiceField(choices=[("", "---------"), ("police", "Police"), ("health", "Health")])
    outcome = forms.ChoiceField(
        choices=[("", "---------"), ("plan", "A plan"), ("none", "No plan")], widget=forms.RadioSelect
    )
    present = forms.MultipleChoiceField(
        choices=[("police", "Police"), ("health", "Health")], widget=forms.CheckboxSelectMultiple
    )
    told = forms.MultipleChoiceField(choices=[("a", "Mother"), ("b", "Father")], required=False)
    checked = forms.BooleanField(label="I have checked every preview", help_text="All six.")
    paper = forms.FileField(required=False)
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    version = forms.IntegerField(widget=forms.HiddenInput, initial=3)


def draw(form):
    return BeautifulSoup(str(form), "html.parser")


def filled(**typed):
    return Move(MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in typed.items()}))


def described_by(page, field):
    return [page.find(id=identifier).get_text(" ", strip=True) for identifier in field["aria-describedby"].split()]


@pytest.mark.parametrize(
    ("name", "element", "shape"),
    [
        ("reason", "input", {"type": "text", "class": "govuk-input"}),
        ("note", "textarea", {"rows": "4", "class": "govuk-textarea"}),
        ("count", "input", {"type": "text", "inputmode": "numeric"}),
        ("agency", "select", {"class": "govuk-select"}),
        ("outcome", "input", {"type": "radio"}),
        ("present", "input", {"type": "checkbox", "value": "police"}),
        ("told", "input", {"type": "checkbox", "value": "a"}),
        ("checked", "input", {"type": "checkbox", "value": "true"}),
        ("paper", "input", {"type": "file"}),
        ("password", "input", {"type": "password", "autocomplete": "new-password"}),
        ("version", "input", {"type": "hidden", "value": "3"}),
        ("due_on-day", "input", {"type": "text", "inputmode": "numeric"}),
    ],
)
def test_each_kind_of_question_has_its_own_box(name, element, shape):
    box = draw(Move()).find(element, attrs={"name": name})
    assert {key: " ".join(box[key]) if key == "class" else box[key] for key in shape}.items() >= shape.items()


def test_every_box_has_a_label_of_its_own():
    page = draw(Move())
    boxes = [box for box in page.find_all(["input", "select", "textarea"]) if box.get("type") != "hidden"]
    assert boxes
    assert [box["name"] for box in boxes if not page.find("label", attrs={"for": box["id"]})] == []
    assert len({box["id"] for box in boxes}) == len(boxes)


def test_one_field_can_be_drawn_by_itself():
    assert 'id="id_reason"' in Move()["reason"].as_field_group()


def test_a_hint_and_an_error_are_read_out_with_their_box():
    page = draw(filled(reason=""))
    assert described_by(page, page.find(id="id_reason")) == ["In a sentence.", "Error: “Reason” needs an answer"]


def test_the_hint_of_a_single_tick_box_belongs_to_the_box():
    page = draw(Move())
    assert described_by(page, page.find(id="id_checked")) == ["All six."]


def test_what_may_be_left_empty_says_so_except_in_a_filter():
    class Filter(Move):
        mark_optional = False

    assert "Note (optional)" in str(Move())
    assert "(optional)" not in str(Filter())


def test_no_browser_cuts_or_refuses_before_the_server_can_explain():
    page = draw(Move())
    assert [tag for tag in page.find_all(True) for name in ("required", "maxlength", "min") if tag.has_attr(name)] == []


def test_what_was_typed_is_shown_again_as_text():
    page = draw(filled(reason="<script>alert(1)</script>", note="\nfirst\n<b>second & third", count="{{ 7*7 }}"))
    assert page.find("script") is None
    assert page.find("b") is None
    assert page.find(id="id_reason")["value"] == "<script>alert(1)</script>"
    assert page.find(id="id_count")["value"] == "{{ 7*7 }}"


def test_a_text_that_begins_with_an_empty_line_keeps_it():
    # A browser drops the first line break inside a textarea, so one more is written.
    assert ">\n\nfirst</textarea>" in str(filled(note="\nfirst"))


def test_a_label_a_hint_and_a_choice_made_of_data_are_escaped():
    class Named(forms.Form):
        agency = forms.ChoiceField(
            label="<i>A</i>", help_text="<i>B</i>", choices=[("<i>", "<i>C</i>")], widget=forms.RadioSelect
        )

    assert draw(Named()).find("i") is None
    assert "<i>" not in str(Named({"agency": "<i>nobody</i>"}))


def test_chosen_options_are_shown_chosen():
    page = draw(filled(agency="health", outcome="none", present=["police", "health"], checked="true"))
    assert page.find("option", selected=True)["value"] == "health"
    assert [box["value"] for box in page.find_all("input", checked=True)] == ["none", "police", "health", "true"]


def test_nothing_chosen_is_said_in_words_and_is_no_radio():
    page = draw(Move())
    assert page.find("option").get_text(strip=True) == "Choose one"
    assert [box["value"] for box in page.find_all("input", attrs={"name": "outcome"})] == ["plan", "none"]


# Dates


def due(day="", month="", year="", **options):
    class Due(forms.Form):
        due_on = DateInputField(label="When is it due?", named="Due date", **options)

    return Due({"due_on-day": day, "due_on-month": month, "due_on-year": year})


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        pytest.param(("27", "3", "2026"), dt.date(2026, 3, 27), id="plain"),
        pytest.param(("07", "03", "2026"), dt.date(2026, 3, 7), id="with noughts"),
        pytest.param((" 7 ", " 3", "2026 "), dt.date(2026, 3, 7), id="with blanks"),
        pytest.param(("1", "Jan", "2027"), dt.date(2027, 1, 1), id="month in short"),
        pytest.param(("1", "january", "2027"), dt.date(2027, 1, 1), id="month in full"),
        pytest.param(("29", "2", "2028"), dt.date(2028, 2, 29), id="leap day"),
    ],
)
def test_a_date_is_understood(typed, date):
    form = due(*typed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"due_on": date}


@pytest.mark.parametrize(
    ("typed", "message", "wrong"),
    [
        pytest.param(("", "", ""), "Due date must include a day, a month and a year", "day month year", id="empty"),
        pytest.param(("", "3", "2026"), "Due date must include a day", "day", id="no day"),
        pytest.param(("27", " ", ""), "Due date must include a month and a year", "month year", id="half"),
        pytest.param(("31", "2", "2026"), "Due date must be a real date", "day month year", id="31 February"),
        pytest.param(("29", "2", "2027"), "Due date must be a real date", "day month year", id="no leap year"),
        pytest.param(("1", "13", "2026"), "Due date must be a real date", "day month year", id="13th month"),
        pytest.param(("-1", "1", "2026"), "Due date must be a real date", "day month year", id="minus"),
        pytest.param(("٢٧", "3", "2026"), "Due date must be a real date", "day month year", id="other digits"),
        pytest.param(("1\x00", "3", "2026"), "Due date must be a real date", "day month year", id="NUL"),
        pytest.param(("9" * 500, "3", "2026"), "Due date must be a real date", "day month year", id="endless"),
        pytest.param(("1", "3", "20027"), "Due date must have a year of 4 numbers, like 2026", "year", id="long year"),
        pytest.param(("1", "3", "26"), "Due date must have a year of 4 numbers, like 2026", "year", id="short year"),
        pytest.param(("1", "3", "1026"), "Due date must be between 1900 and 2100", "year", id="old year"),
    ],
)
def test_a_date_that_cannot_be_is_named_marked_and_kept(typed, message, wrong):
    form = due(*typed)
    assert form.errors["due_on"] == [message]
    page = draw(form)
    boxes = page.find_all("input")
    assert tuple(box["value"] for box in boxes) == typed
    marked = [box["name"].removeprefix("due_on-") for box in boxes if "govuk-input--error" in box["class"]]
    assert marked == wrong.split()
    assert error_links(form) == [{"text": message, "href": f"#id_due_on-{marked[0]}"}]
    assert page.find(id=f"id_due_on-{marked[0]}")


def test_a_date_that_is_not_asked_for_may_be_left_out():
    form = due(required=False)
    assert form.is_valid()
    assert form.cleaned_data == {"due_on": None}


def test_a_date_is_named_by_its_label_where_it_has_no_other_name():
    class Born(forms.Form):
        born_on = DateInputField(label="Date of birth", latest=2026)

    assert Born({}).errors["born_on"] == ["Date of birth must include a day, a month and a year"]
    late = Born({"born_on-day": "1", "born_on-month": "1", "born_on-year": "2027"})
    assert late.errors["born_on"] == ["Date of birth must be between 1900 and 2026"]


def test_a_date_already_known_stands_in_its_boxes_and_is_no_change():
    typed = {"due_on-day": "27", "due_on-month": "3", "due_on-year": "2026"}

    class Due(forms.Form):
        due_on = DateInputField()

    known = Due(initial={"due_on": dt.date(2026, 3, 27)})
    assert [box["value"] for box in draw(known).find_all("input")] == ["27", "3", "2026"]
    assert not Due(typed, initial={"due_on": dt.date(2026, 3, 27)}).has_changed()
    assert Due(typed, initial={"due_on": dt.date(2026, 3, 28)}).has_changed()


def test_the_three_boxes_stand_under_one_question():
    page = draw(Move())
    group = page.find(id="id_due_on").find_parent("fieldset")
    assert group["role"] == "group"
    assert group.legend.get_text(strip=True) == "When is it due?"


# The summary at the top of the page


def test_every_error_in_the_summary_leads_to_a_box_on_the_page():
    form = filled(reason="", present=[])
    page = draw(form)
    links = [link for link in error_links(form) if "href" in link]
    assert len(links) >= 6
    assert [link for link in links if page.find(id=link["href"].removeprefix("#")) is None] == []


def test_a_missing_answer_names_its_question():
    texts = [link["text"] for link in error_links(filled())]
    assert "“Reason” needs an answer" in texts
    assert "“I have checked every preview” must be ticked" in texts
    assert "This field is required." not in texts


def test_the_summary_is_drawn_escaped_and_only_when_there_is_something_wrong():
    form = filled(agency="<i>nobody</i>")
    summary = BeautifulSoup(render_to_string("components/error_summary.html", {"form": form}), "html.parser")
    assert summary.h2.get_text() == "There is a problem"
    assert summary.find("i") is None
    assert summary.find("a", href="#id_agency")
    assert render_to_string("components/error_summary.html", {"form": Move()}).strip() == ""
    assert render_to_string("components/error_summary.html", {}).strip() == ""


def test_what_is_wrong_with_the_whole_form_leads_to_its_first_box():
    form = filled()
    form.add_error(None, "Somebody else has moved this date")
    assert error_links(form)[0] == {"text": "Somebody else has moved this date", "href": "#id_reason"}


def test_an_error_in_a_hidden_box_is_still_said():
    assert {"text": "“Version” needs an answer"} in error_links(filled())
