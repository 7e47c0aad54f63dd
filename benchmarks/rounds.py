"""Measuring several ways of doing the same, one after the other and again: A B C A B C …"""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ROUNDS = 9


@dataclass(frozen=True)
class Measured:
    """What one way took in each round, in seconds for one piece of work."""

    seconds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def against(self, other: "Measured") -> list[float]:
        """The ratio to another way, round by round."""
        return [mine / theirs for mine, theirs in zip(self.seconds, other.seconds, strict=True)]


def interleaved(ways: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, Measured]:
    """Every way once in each round, in turn. A way returns the seconds it took for one piece of its work, so that what
    it has to prepare first is not counted. One round before the first is thrown away."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            seconds = way()
            if number:
                taken[name].append(seconds)
    return {name: Measured(seconds) for name, seconds in taken.items()}


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Seconds for one of so many."""
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times


def told(title: str, measured: Mapping[str, Measured], base: str, goal: str = "") -> str:
    """One table: medians, and the ratio to `base` with its spread."""
    lines = [f"\n{title}" + (f" (goal: {goal})" if goal else "")]
    for name, one in measured.items():
        ratios = one.against(measured[base])
        lines.append(
            f"  {name:<52}{one.median * 1000:10.2f} ms   {statistics.median(ratios):8.2f} times"
            f"   ({min(ratios):.2f} to {max(ratios):.2f})"
        )
    return "\n".join(lines)


def beside(title: str, one: Measured, other: Measured) -> str:
    """One line: the median of both, and the ratio of the second to the first with its spread."""
    ratios = other.against(one)
    return (
        f"  {title:<52}{one.median * 1000:8.1f} ms {other.median * 1000:8.1f} ms"
        f"   {statistics.median(ratios):8.2f} times   ({min(ratios):.2f} to {max(ratios):.2f})"
    )
