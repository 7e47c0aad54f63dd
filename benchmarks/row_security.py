"""What the net of row-level security costs: the same statements with and without it, in turn, on one connection.

    python -m benchmarks.row_security --database postgres://postgres@127.0.0.1:5432/postgres

Twenty thousand cases and five dates in each. Measured is the processor time of PostgreSQL's own process for this
connection, which a busy machine changes little; it has to run on this machine, and be readable by whoever asks.
"""

import argparse
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.database import of_its_own

CASES, DATES = 20_000, 5
AT_ONCE, ROUNDS = 5, 9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="postgres://… of a superuser")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    with of_its_own(asked.database):
        from tests.under_the_net import make_the_application
        from workflow import row_security

        fill()
        row_security.put_up()
        make_the_application()
        try:
            for line in measured(asked.rounds):
                print(line)
        finally:
            forget_the_application()


def fill() -> None:
    """One case and one date as acts make them, then copied."""
    from django.db import connection

    from tests.making import a_case, a_deadline, a_partnership
    from tests.unguarded import behind_its_back
    from workflow.models import Case, Deadline, Family

    case = a_case(a_partnership())
    copied(Family, CASES)
    copied(Case, CASES, reference="'B-' || n", family_id=f"{case.family_id} + n")
    first, *_ = Case.objects.order_by("pk").values_list("pk", flat=True)
    a_deadline(case)
    copied(Deadline, CASES * DATES, case_id=f"{first} + mod(n, {CASES})", subject="'s-' || n")
    behind_its_back("ANALYZE")
    connection.close()


def copied(model: Any, many: int, **changed: str) -> None:
    """So many rows like the one there is; `changed` is SQL by column, with `n` counting from 1."""
    from tests.unguarded import behind_its_back

    table, kept = model._meta.db_table, []
    for field in model._meta.concrete_fields:
        if not field.primary_key:
            kept.append((f'"{field.column}"', changed.get(field.column, f'one."{field.column}"')))
    columns, values = ", ".join(column for column, _ in kept), ", ".join(value for _, value in kept)
    behind_its_back(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) AS one, "
        f"generate_series(1, {many - 1}) AS n"
    )


def readers() -> dict[str, Any]:
    from workflow.models import Case
    from workflow.scope import BUT, EVERYTHING, ONLY, Scope

    every = list(Case.objects.order_by("pk").values_list("pk", flat=True))
    return {
        "the service": EVERYTHING,
        "200 cases": Scope(ONLY, tuple(every[:: CASES // 200])),
        "1,000 cases": Scope(ONLY, tuple(every[:: CASES // 1000])),
        "10,000 cases": Scope(ONLY, tuple(every[::2])),
        "all but 3 cases": Scope(BUT, tuple(every[:3])),
        "all but 10,000 cases": Scope(BUT, tuple(every[::2])),
    }


def statements() -> dict[str, Callable[[], object]]:
    from workflow.models import Case, Deadline

    late = Deadline.objects.select_related("case", "agency").order_by("due_on", "pk")
    reference = Case.objects.order_by("-pk").values_list("reference", flat=True)[1]
    return {
        "one case by its reference": lambda: Case.objects.filter(reference=reference).first(),
        "how many cases": lambda: Case.objects.count(),
        "how many dates": lambda: Deadline.objects.count(),
        "the first 50 dates with their cases": lambda: list(late[:50]),
        "the dates of one case": lambda: list(Deadline.objects.filter(case__reference=reference)),
    }


def measured(rounds: int) -> Iterator[str]:
    """Medians over the rounds: milliseconds without and with the net, and how many times that is."""
    from tests.under_the_net import as_the_application
    from workflow.scope import asking

    for who, scope in readers().items():
        for what, ask in statements().items():
            without, under = [], []
            for turn in range(rounds + 1):
                with asking(scope):
                    a = took(ask)
                    with as_the_application():
                        b = took(ask)
                if turn:  # the first one plans and reads
                    without.append(a)
                    under.append(b)
            a, b = statistics.median(without), statistics.median(under)
            yield f"{who:22} {what:38} {a:7.3f} ms {b:7.3f} ms {b / a:6.2f} times"


def took(ask: Callable[[], object]) -> float:
    """Milliseconds of the server's processor for the question, asked some times."""
    begun = processor()
    for _ in range(AT_ONCE):
        ask()
    return (processor() - begun) / AT_ONCE / 1e6


def processor() -> int:
    """Nanoseconds the server's process of this connection has run."""
    from django.db import connection

    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def forget_the_application() -> None:
    from django.db import connection

    from tests.under_the_net import THE_APPLICATION

    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {THE_APPLICATION}; DROP ROLE {THE_APPLICATION}")


if __name__ == "__main__":
    main()
