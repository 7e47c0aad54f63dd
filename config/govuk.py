"""Draws forms and components in the GOV.UK way, through macros that escape what they are given.

`FORM_RENDERER` names `GovukFormRenderer`, so `{{ form }}` and `{{ form.reason.as_field_group }}` come out drawn.
Text is escaped unless it was already marked safe. Attributes a browser would act on before the server could explain
(`required`, `maxlength`, `min`) are left out: a browser cuts pasted text off in silence, the server says why.
"""

from functools import cache

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString, mark_safe
from jinja2 import Environment, PackageLoader, PrefixLoader

from workflow.date_input import BOXES, DateBoxes, DateInputField

__all__ = ["DateInputField", "GovukFormRenderer", "component", "error_links", "error_messages", "render_field"]

PACKAGE = "govuk_frontend_jinja"
LEFT_OUT = {"autocomplete", "autofocus", "class", "cols", "id", "max", "maxlength", "min", "minlength", "required"}
LEFT_OUT |= {"rows", "step", "type"}


class GovukFormRenderer(DjangoTemplates):
    form_template_name = "components/form.html"
    field_template_name = "govuk-field"

    def render(self, template_name, context, request=None):
        if template_name == self.field_template_name:
            return render_field(context["field"])
        return super().render(template_name, context, request)


@cache
def macro(name: str):
    """The macro of one component. One environment for the process: building one costs more than a page."""
    title = "".join(word.title() for word in name.split("-"))
    return getattr(environment().get_template(f"{PACKAGE}/components/{name}/macro.html").module, f"govuk{title}")


@cache
def environment() -> Environment:
    loader = PrefixLoader({PACKAGE: PackageLoader(PACKAGE)})
    return Environment(loader=loader, autoescape=True, auto_reload=False, trim_blocks=True, lstrip_blocks=True)


def component(kind: str, /, **params) -> SafeString:
    """One GOV.UK component by its name, with the parameters its guide gives: `component("tag", text="Late")`."""
    return mark_safe(str(macro(kind)(params)).strip())


def render_field(field: BoundField) -> SafeString:
    widget = field.field.widget
    if widget.is_hidden:
        return mark_safe(str(field))
    drawn_by = next(DRAWN_BY[kind] for kind in type(widget).__mro__ if kind in DRAWN_BY)
    kind, params = drawn_by(field, widget, field.value())
    return component(kind, **common(field, widget), **params)


def common(field: BoundField, widget: forms.Widget) -> dict:
    errors = error_messages(field)
    given = {name: value for name, value in widget.attrs.items() if name not in LEFT_OUT and value not in (None, False)}
    return {
        "id": identifier(field),
        "idPrefix": identifier(field),
        "name": field.html_name,
        "classes": f"{CLASSES.get(type(widget), '')} {widget.attrs.get('class', '')}".strip(),
        "hint": field.help_text and not isinstance(widget, forms.CheckboxInput) and {"text": field.help_text},
        "errorMessage": errors and {"text": " ".join(errors)},
        "disabled": field.field.disabled,
        "autocomplete": widget.attrs.get("autocomplete"),
        "attributes": {name: "" if value is True else value for name, value in given.items()},
    }


def text_input(field, widget, value):
    params = {"label": label(field), "type": widget.input_type, "value": widget.format_value(value)}
    if widget.input_type == "number":
        whole = isinstance(field.field, forms.IntegerField) and not isinstance(field.field, forms.DecimalField)
        params |= {"type": "text", "inputmode": "numeric" if whole else "decimal"}
    return "input", params


def textarea(field, widget, value):
    # A browser drops one line break after the opening tag: give it one to drop.
    text = widget.format_value(value)
    return "textarea", {"label": label(field), "value": f"\n{text}" if text else "", "rows": widget.attrs["rows"]}


def password_input(field, widget, value):
    return "password-input", {"label": label(field)}


def file_upload(field, widget, value):
    return "file-upload", {"label": label(field), "multiple": widget.allow_multiple_selected}


def select(field, widget, value):
    options = choices(field, widget, value)
    for option in options:
        option["selected"] = option.pop("checked")
    return "select", {"label": label(field), "items": options}


def radios(field, widget, value):
    offered = [option for option in choices(field, widget, value) if option["value"] or not field.field.required]
    return "radios", {"fieldset": legend(field), "items": offered}


def checkboxes(field, widget, value):
    return "checkboxes", {"fieldset": legend(field), "items": choices(field, widget, value)}


def checkbox(field, widget, value):
    hint = field.help_text and {"text": field.help_text}
    box = {"value": "true", "text": field.label, "hint": hint, "checked": widget.check_test(value)}
    return "checkboxes", {"items": [box]}


def date_input(field, widget, value):
    wrong = wrong_boxes(field)
    items = [
        {
            "name": box,
            "value": text,
            "classes": f"govuk-input--width-{4 if box == 'year' else 2}{' govuk-input--error' if box in wrong else ''}",
        }
        for box, text in widget.typed(value).items()
    ]
    return "date-input", {"namePrefix": field.html_name, "fieldset": legend(field), "items": items}


# The nearest kind in the widget's ancestry draws it.
DRAWN_BY = {
    DateBoxes: date_input,
    forms.CheckboxInput: checkbox,
    forms.CheckboxSelectMultiple: checkboxes,
    forms.FileInput: file_upload,
    forms.widgets.Input: text_input,
    forms.PasswordInput: password_input,
    forms.RadioSelect: radios,
    forms.Select: select,
    forms.SelectMultiple: checkboxes,
    forms.Textarea: textarea,
}
CLASSES = {forms.NumberInput: "govuk-input--width-5", forms.TimeInput: "govuk-input--width-5"}


def label(field: BoundField) -> dict:
    return {"text": worded(field), "classes": "govuk-label--s"}


def legend(field: BoundField) -> dict:
    return {"legend": {"text": worded(field), "classes": "govuk-fieldset__legend--s"}}


def worded(field: BoundField) -> str:
    """The label; what may be left empty says so, unless its form sets `mark_optional = False` (a filter, say)."""
    optional = not field.field.required and getattr(field.form, "mark_optional", True)
    return f"{field.label} (optional)" if optional else field.label


def choices(field: BoundField, widget: forms.Widget, value) -> list[dict]:
    return [
        {
            "value": str(option["value"]),
            # Django's row of dashes for "nothing chosen" is read out as dashes.
            "text": "Choose one" if str(option["label"]) == "---------" else option["label"],
            "checked": option["selected"],
        }
        for option in widget.options(field.html_name, widget.format_value(value))
    ]


def identifier(field: BoundField) -> str:
    return field.field.widget.attrs.get("id") or field.auto_id or field.html_name


def error_messages(field: BoundField) -> list[str]:
    """What is wrong with a field. "This field is required", out of its place in a summary, names no field."""
    bare = str(forms.Field.default_error_messages["required"])
    named = "must be ticked" if isinstance(field.field.widget, forms.CheckboxInput) else "needs an answer"
    return [
        f"“{field.label}” {named}" if message == bare else message
        for error in field.errors.as_data()
        for message in error.messages
    ]


def wrong_boxes(field: BoundField) -> list[str]:
    named = [getattr(error, "boxes", BOXES) for error in field.errors.as_data()]
    return [box for box in BOXES if any(box in boxes for boxes in named)]


def error_links(form: forms.BaseForm) -> list[dict]:
    """What is wrong with a form, each with the address of the box to put it right in, where there is one."""
    first = [{"href": f"#{identifier(field)}"} for field in form.visible_fields()[:1]]
    links = [{"text": message} | dict(*first) for message in form.non_field_errors()]
    for field in form:
        href = f"#{identifier(field)}"
        if isinstance(field.field.widget, DateBoxes):
            href += "".join(f"-{box}" for box in wrong_boxes(field)[:1])
        for message in error_messages(field):
            links.append({"text": message} if field.is_hidden else {"text": message, "href": href})
    return links
