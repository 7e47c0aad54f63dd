"""Which cases an auditor looks at: drawn by a seed from strata, so that anybody can draw the same again. No Django."""

from collections.abc import Mapping, Sequence
from random import Random


def drawn(strata: Mapping[str, Sequence[str]], wanted: int, seed: str) -> dict[str, list[str]]:
    """So many references of each stratum, by its share; the same seed over the same cases gives the same sample.

    Each stratum gives one before any gives a second, as far as `wanted` reaches: the largest come first.
    """
    shares = _shares({name: len(cases) for name, cases in strata.items()}, wanted)
    return {
        name: sorted(Random(f"{seed}/{name}").sample(sorted(cases), shares[name]))  # noqa: S311
        for name, cases in sorted(strata.items())
        if shares[name]
    }


def _shares(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """By largest remainder, none above what a stratum has, and at least one each where there is room."""
    total = sum(sizes.values())
    wanted = min(wanted, total)
    by_size = sorted(sizes, key=lambda name: (-sizes[name], name))
    shares = {name: int(number < wanted) for number, name in enumerate(by_size)}
    while sum(shares.values()) < wanted:
        room = [name for name in by_size if shares[name] < sizes[name]]
        shares[max(room, key=lambda name: sizes[name] * wanted / total - shares[name])] += 1
    return shares
