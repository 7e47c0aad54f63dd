"""What other systems may ask, with a key (`notifications.api_keys`). No name is in any answer, only references."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from escalation.board import overdue_for
from notifications.api_keys import refused, with_api_key
from workflow.models import Professional
from workflow.signed_in import asked_on

MOST = 200


@require_safe
@with_api_key("deadlines:read")
def overdue(request: HttpRequest, *, holder: Professional) -> JsonResponse:
    """What is overdue in the cases the key's holder may see, 200 at a time; `next` is where the rest begins."""
    after = request.GET.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        return refused(400, "`after` is the number that `next` said.")
    today = asked_on(request)
    found = list(overdue_for([holder], today).filter(pk__gt=int(after)).order_by("pk")[: MOST + 1])
    rows = [
        {
            "id": each.pk,
            "reference": each.case.reference,
            "code": each.code,
            "agency": each.agency.key,
            "due_on": each.due_on.isoformat(),
            "first_due_on": each.first_due_on.isoformat(),
            "days_late": (today - each.due_on).days,
            "rung": getattr(each, "rung", None),
        }
        for each in found[:MOST]
    ]
    return JsonResponse({"overdue": rows, "next": rows[-1]["id"] if len(found) > MOST else None})
