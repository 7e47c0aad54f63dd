"""`make bench`: everything that has a goal, on the database that is named, rounds interleaved."""

import argparse
import statistics

from benchmarks.database import of_its_own
from benchmarks.rounds import ROUNDS, told

EVERYTHING = "act,guard,sweep,history,pages"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="postgres://… ; empty: an SQLite file")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", default=EVERYTHING, help=f"Some of {EVERYTHING}.")
    parser.add_argument("--size", type=float, default=1.0, help="Of the tables, as a part of what is usual here.")
    parser.add_argument("--show-statements", action="store_true")
    asked = parser.parse_args()
    only = asked.only.split(",")
    with of_its_own(asked.database):
        from django.db import connection

        goal = 2.0 if connection.vendor == "postgresql" else 3.5
        print(f"{connection.vendor}, {asked.rounds} rounds")
        if "act" in only:
            from benchmarks.one_act import one_act

            measured, statements, seen = one_act(asked.rounds)
            print(told("One audited act", measured, "raw SQL, the same rows", f"at most {goal} times"))
            print(f"  the act takes {statements} statements")
            if asked.show_statements:
                print("\n".join(f"    {sql[:150]}" for sql in seen))
        if "guard" in only and connection.vendor == "postgresql":
            from benchmarks.guard import cost_of_the_guards

            found = cost_of_the_guards(asked.rounds)
            print(told("The guards of PostgreSQL, one save", found, "a save, without the guards"))
            without, guarded = (one.seconds for one in found.values())
            extra = statistics.median(more - less for less, more in zip(without, guarded, strict=True))
            print(f"  the guards add {extra * 1000:.2f} ms to a save, in the middle of {len(guarded)} rounds")
        if "sweep" in only and connection.vendor == "postgresql":
            from benchmarks.the_sweep import the_sweep

            measured, growing, idle = the_sweep(asked.rounds, int(100_000 * asked.size))
            print(
                told("One alert raised by the sweep", measured, "bare statements", "at most 1.5 times, loop 40 times")
            )
            print(told("One alert, by how many are due", growing, next(iter(growing)), "the same, however many"))
            print("\n".join(f"  idle, {line}" for line in idle))
        if "history" in only and connection.vendor == "postgresql":
            from benchmarks.history import history

            for title, (measured, base, goal) in history(asked.rounds, int(2_000 * asked.size)).items():
                print(told(title, measured, base, goal))
        if "pages" in only:
            from benchmarks.pages import pages

            most = int(50_000 * asked.size)
            print(f"\nPages with 500 open plans and with {most:,} (goal: at most 1.5 times, 250 kB)")
            pages(asked.rounds, most, lambda line: print(line, flush=True))


if __name__ == "__main__":
    main()
