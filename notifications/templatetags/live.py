"""What makes a page notice that others have changed its case."""

from typing import Any

from django import template

from workflow.models import Case

register = template.Library()


@register.inclusion_tag("notifications/_live_case.html")
def live_case(case: Case) -> dict[str, Any]:
    """Says "2 changes by others. Show" when there are some after the number the journal had when the page was made."""
    return {"reference": case.reference, "at": case.changes or 0}
