"""Putting a refusal beside what was typed: the form is shown again as it was, with the reason in its summary."""

from collections.abc import Mapping

from django.forms import BaseForm

from workflow.errors import Refused


def show_refusal(form: BaseForm, refused: Refused, fields: Mapping[str, str] | None = None) -> None:
    """Adds the refusal to the form: to the field `fields` names for its code, or to the form as a whole."""
    field = (fields or {}).get(refused.code)
    if field:
        form.add_error(field, " ".join((type(refused).__doc__ or "").split()))
    else:
        form.add_error(None, refused.message)
