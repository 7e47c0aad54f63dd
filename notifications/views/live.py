"""What a page asks once its socket has said "look again": how many changes by others it does not show yet."""

from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import HttpRequest, HttpResponseBadRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from workflow.models import Entry
from workflow.signed_in import case_for, person_of


@login_required
@require_safe
@never_cache
def changes(request: HttpRequest, reference: str) -> HttpResponseBase:
    """How many changes by others the case has had after the entry with number `after`, and the number it is at now.

    The catch-up of a page that was away, under the reader's rights of this moment.
    """
    case, after = case_for(request, reference), request.GET.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        return HttpResponseBadRequest()
    entries = Entry.objects.filter(case=case)
    missed = entries.filter(number__gt=int(after), outcome=Entry.Outcome.DONE).exclude(by=person_of(request)).count()
    return JsonResponse({"at": entries.aggregate(last=Max("number"))["last"] or 0, "changes": missed})
