"""The file of a report: put away under a name that says nothing, found again, held against its hash.

The bytes lie in the storage `uploads`, outside everything that is served; the record keeps their hash. A file goes
there before its act and away again when the act is refused, so that nothing of a refused one is kept.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.utils import timezone

from meetings.models import Report, ReportFile
from meetings.uploads import check
from workflow.acts import act, refuse
from workflow.errors import NotYourAgency, ReasonRequired, Refused
from workflow.finding import Finding
from workflow.models import Case, Professional
from workflow.permissions import ADMIN, has_role, speaks_for


@dataclass(frozen=True)
class PutAway:
    """A file that lies in the storage and is not of the record yet."""

    kept_as: str
    format: str
    size: int
    sha256: str
    is_scanned: bool


def storage() -> Storage:
    return storages["uploads"]


@contextmanager
def put_away(
    uploaded: File | None, name: str, case: Case, *, by: Professional, at: datetime
) -> Iterator[PutAway | None]:
    """Checks a file and puts it away for the act `name`; None when there is none. What is refused is written down.

    When the act is refused, or fails, the file goes again.
    """
    if uploaded is None:
        yield None
        return
    try:
        checked = check(uploaded)
    except Refused as refused:
        refuse(name, case, {"size": uploaded.size}, refused, by=by, at=at)
        raise
    kept_as = storage().save(uuid4().hex, ContentFile(checked.content))
    try:
        yield PutAway(kept_as, checked.format, len(checked.content), checked.sha256, checked.is_scanned)
    except BaseException:
        storage().delete(kept_as)
        raise


@act
def add_report_file(
    report: Report, file: PutAway, *, reason: str = "", by: Professional, on: date, at: datetime
) -> ReportFile:
    """The file of a report that is in already, or a new version of it: the one before stays and is marked so.

    An agency does it for its own report, the administrator for any. Raises NotYourAgency, ReasonRequired.
    """
    if not speaks_for(by, report.agency, on) and not has_role(by, ADMIN, on):
        raise NotYourAgency(about=[report.agency.key])
    if report.files.exists() and len(reason.strip()) < 3:
        raise ReasonRequired()
    return file_of_report(report, file, by=by, at=at)


def file_of_report(report: Report, file: PutAway, *, by: Professional, at: datetime) -> ReportFile:
    """The next version, inside an act."""
    kept = ReportFile(
        report=report,
        number=report.files.count() + 1,
        format=file.format,
        size=file.size,
        sha256=file.sha256,
        kept_as=file.kept_as,
        is_scanned=file.is_scanned,
        given_by=by,
        given_at=at,
    )
    kept.save()
    return kept


def content_of(file: ReportFile) -> bytes | None:
    """The very bytes that were handed in; None when they are gone or are others."""
    if not storage().exists(file.kept_as):
        return None
    with storage().open(file.kept_as) as kept:
        content: bytes = kept.read()
    return content if sha256(content).hexdigest() == file.sha256 else None


# What is being put away just now is of no record yet.
UNTIL_IT_IS_LEFT_OVER = timedelta(days=1)


def names_of_files(case: Case) -> list[str]:
    """Under which names the files of a case lie in the storage."""
    return list(ReportFile.objects.filter(report__conference__case=case).values_list("kept_as", flat=True))


def forget(names: Iterable[str]) -> None:
    """Takes files out of the storage, once their case is lawfully destroyed."""
    for kept_as in names:
        storage().delete(kept_as)


def check_files(case: Case | None = None) -> Iterator[Finding]:
    """Each file whose bytes are gone or are not those that were handed in; of all cases, also each of no record."""
    files = ReportFile.objects.select_related("report__agency", "report__conference__case")
    for file in files.filter(report__conference__case=case) if case else files:
        if content_of(file) is None:
            yield Finding(
                f"file {file.pk}, case {file.case.reference}", "is not whole", "its bytes are gone or changed"
            )
    if case is None:
        yield from _left_over()


def _left_over() -> Iterator[Finding]:
    """Files of no record: what a process that died in the middle left, or whose case was destroyed."""
    if not storage().exists(""):
        return
    known = set(ReportFile.objects.values_list("kept_as", flat=True))
    for name in sorted(set(storage().listdir("")[1]) - known):
        if storage().get_modified_time(name) < timezone.now() - UNTIL_IT_IS_LEFT_OVER:
            yield Finding(f"file {name}", "is of no record", "take it out of the storage")
