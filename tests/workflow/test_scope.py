"""How PostgreSQL is told whose question it is answering: numbers for a short list, bits for a long one."""

import pytest

from workflow.scope import A_SHORT_LIST, BUT, EVERYTHING, NOTHING, ONLY, Scope


def named(scope):
    return scope.told.split("'throughline.cases', '")[1].split("'")[0]


@pytest.mark.parametrize(
    ("scope", "words"),
    [(NOTHING, "{}"), (EVERYTHING, "{}"), (Scope(ONLY, (3, 17)), "{3,17}"), (Scope(BUT, (3,)), "{3}")],
    ids=["nothing", "everything", "some", "all but one"],
)
def test_a_short_list_is_told_by_its_numbers(scope, words):
    assert named(scope) == words
    assert f"'throughline.kind', '{scope.kind}'" in scope.told


def test_a_long_one_is_told_by_a_bit_for_each_number():
    cases = tuple(range(2, 2 * A_SHORT_LIST + 10, 2))
    bits = bytes.fromhex(named(Scope(ONLY, cases)).removeprefix("\\x"))
    assert {8 * at + bit for at, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1} == set(cases)


def test_a_long_one_far_apart_remains_a_list_because_it_is_shorter():
    cases = tuple(range(10_000, 10_000 * (A_SHORT_LIST + 10), 10_000))
    assert named(Scope(ONLY, cases)).startswith("{10000,20000,")


def test_half_of_twenty_thousand_cases_fit_into_five_kilobytes():
    assert len(Scope(ONLY, tuple(range(1, 20_000, 2))).told) < 5_200


def test_what_is_told_holds_nothing_but_numbers():
    with pytest.raises(ValueError, match="invalid literal"):
        Scope(ONLY, ("1'); DROP TABLE workflow_case; --",)).told  # noqa: B018
