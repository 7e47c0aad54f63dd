"""When the record was last held against its seals, by whom, and what came of it."""

from datetime import datetime

from django.db.models import Q

from workflow.chain import check_chains
from workflow.models import Case, Professional, Seal, Verification
from workflow.reads import check_reads


def verify(case: Case | None, *, by: Professional | None, at: datetime, links_only: bool = False) -> Verification:
    """Looks at every seal of a case, or of everything, and at every read sealed; keeps what came of it.

    The night looks at `links_only`: that every seal follows the one before it and has its entry.
    """
    found = [str(finding) for finding in (*check_chains(case, links_only=links_only), *check_reads(case))]
    seals = Seal.objects.filter(**({"chain__case": case} if case else {})).count()
    return Verification.objects.create(case=case, by=by, at=at, seals=seals, findings=found)


def last_verified(case: Case | None = None) -> Verification | None:
    """The last time this case, or everything, was looked at."""
    whole = Q(case=None)
    return Verification.objects.filter(whole | Q(case=case) if case else whole).select_related("by").last()
