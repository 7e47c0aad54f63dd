"""Which records belong to a case, and by which links: asked of the models themselves, so that none is forgotten."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from django.db.models import Field

from workflow.models import Case
from workflow.records import Record

Kind: TypeAlias = type[Record]


def past_of(kind: Kind) -> Any:
    """The model that keeps the history of a kind of record."""
    return kind.history.model


def path_to_case(kind: Kind) -> str | None:
    """How a kind of record leads to its case, as a filter says it (`alert__case`); None when it belongs to no case.

    By links that every record of the kind has; only where there is none, by one that may be empty.
    """
    return _path(kind, by_empty_links=False) or _path(kind, by_empty_links=True)


def _path(kind: Kind, *, by_empty_links: bool) -> str | None:
    seen, ahead = {kind}, [(kind, "")]
    for model, path in ahead:
        if model is Case:
            return path or "pk"
        for name, linked in _links(model, by_empty_links=by_empty_links):
            if linked not in seen:
                seen.add(linked)
                ahead.append((linked, f"{path}__{name}" if path else name))
    return None


def _links(kind: Kind, *, by_empty_links: bool) -> Iterator[tuple[str, Kind]]:
    """The records that a record of this kind points to, and those that point to it one to one."""
    for field in kind._meta.get_fields():
        linked = field.related_model
        if (field.many_to_one or field.one_to_one) and isinstance(linked, type) and issubclass(linked, Record):
            if by_empty_links or not (isinstance(field, Field) and field.null):
                yield field.name, linked
