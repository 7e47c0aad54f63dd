"""A plan at several moments side by side: in each column, what the column before it did not say."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from plans.as_it_stood import Item, Point, Stood
from plans.differences import Kind, Piece, pieces


class How(StrEnum):
    """How a part of the plan stands in a column, beside the column before."""

    ABSENT = "absent"
    WHOLE = "whole"  # the first column: everything it says
    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"


@dataclass(frozen=True)
class Said:
    """One point in a cell: its words, and what differs from the column before."""

    point: Point
    pieces: list[Piece]


@dataclass(frozen=True)
class Cell:
    how: How
    said: list[Said] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    section: str
    title: str
    cells: list[Cell]

    @property
    def differs(self) -> bool:
        """Whether any column says something the one before did not."""
        return any(cell.how in (How.ADDED, How.CHANGED, How.GONE) for cell in self.cells)


@dataclass(frozen=True)
class Section:
    title: str
    rows: list[Row]


def compare(columns: Sequence[Stood], *, only_differences: bool = False) -> list[Section]:
    """Every part of the plan that any column has, in the order of the plan; or only those that differ."""
    keys = dict.fromkeys((item.section, item.key, item.title) for stood in columns for item in stood.items)
    order = list(dict.fromkeys(section for stood in columns for section in (item.section for item in stood.items)))
    rows = [Row(section, title, _cells(columns, section, key)) for section, key, title in keys]
    shown = sorted(
        (row for row in rows if row.differs or not only_differences), key=lambda row: order.index(row.section)
    )
    return [Section(title, list(of_one)) for title, of_one in groupby(shown, key=lambda row: row.section)]


def differences(sections: Sequence[Section]) -> int:
    """How many parts of the plan differ."""
    return sum(row.differs for section in sections for row in section.rows)


def _cells(columns: Sequence[Stood], section: str, key: str) -> list[Cell]:
    items = [stood.item(section, key) for stood in columns]
    first = Cell(How.WHOLE, _whole(items[0])) if items[0] else Cell(How.ABSENT)
    return [first, *(_cell(was, now) for was, now in zip(items, items[1:], strict=False))]


def _cell(was: Item | None, now: Item | None) -> Cell:
    if now is None:
        return Cell(How.GONE if was else How.ABSENT)
    if was is None:
        return Cell(How.ADDED, _whole(now))
    changed = [said for label in _labels(was, now) if (said := _changed(was.point(label), now.point(label)))]
    return Cell(How.CHANGED, changed) if changed else Cell(How.SAME)


def _labels(was: Item, now: Item) -> list[str]:
    return list(dict.fromkeys(point.label for point in (*now.points, *was.points)))


def _whole(item: Item) -> list[Said]:
    return [Said(point, [Piece(Kind.SAME, point.words)]) for point in item.points]


def _changed(was: Point | None, now: Point | None) -> Said | None:
    """What became of one point; None when its words are the same."""
    before, after = (was.words if was else ""), (now.words if now else "")
    point = now or was
    if point is None or before == after:
        return None
    if point.is_whole:
        return Said(point, [Piece(kind, words) for kind, words in ((Kind.GONE, before), (Kind.NEW, after)) if words])
    return Said(point, pieces(before, after))
