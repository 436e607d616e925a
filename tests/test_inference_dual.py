"""Dual numbers: their slopes are derivatives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aliquot.inference.dual import Dual, joined

numbers = st.floats(0.2, 5.0)


def by_difference(function, x: float, y: float, step: float = 1e-6) -> list[float]:
    return [
        (function(x + step, y) - function(x - step, y)) / (2 * step),
        (function(x, y + step) - function(x, y - step)) / (2 * step),
    ]


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: x + y * 2.0 - 1.0,
        lambda x, y: x * y / (y + x),
        lambda x, y: (x / y) ** 0.5,
        lambda x, y: (x * y - x) / (x + 3.0),
    ],
)
@given(x=numbers, y=numbers)
def test_arithmetic_follows_the_rules(function, x: float, y: float) -> None:
    found = function(Dual(np.array(x), np.array([1.0, 0.0])), Dual(np.array(y), np.array([0.0, 1.0])))
    assert float(found.value) == pytest.approx(function(x, y))
    assert found.slope.tolist() == pytest.approx(by_difference(function, x, y), rel=1e-5, abs=1e-7)


@given(x=numbers)
def test_logarithm_and_exponential_undo_each_other(x: float) -> None:
    one = Dual(np.array(x), np.array([1.0]))
    there = one.log().exp()
    assert float(there.value) == pytest.approx(x)
    assert float(there.slope[0]) == pytest.approx(1.0)


def test_a_matrix_acts_on_values_and_slopes_alike() -> None:
    rng = np.random.default_rng(3)
    value, slope, matrix = rng.random((2, 4)), rng.random((2, 4, 3)), rng.random((4, 5))
    found = Dual(value, slope).through(matrix)
    np.testing.assert_allclose(found.value, value @ matrix)
    np.testing.assert_allclose(found.slope[..., 1], slope[..., 1] @ matrix)


def test_what_is_held_at_a_floor_has_no_slope() -> None:
    held = Dual(np.array([1.0, -1.0]), np.ones((2, 1))).at_least(0.0)
    assert held.value.tolist() == [1.0, 0.0]
    assert held.slope.tolist() == [[1.0], [0.0]]


def test_parts_and_joins_keep_their_slopes() -> None:
    several = joined([Dual.still(1.0, 2), Dual(np.array(3.0), np.array([1.0, 2.0]))])
    assert several.largest().slope.tolist() == [1.0, 2.0]
    assert several[0].slope.tolist() == [0.0, 0.0]
    assert several.constants == 2
