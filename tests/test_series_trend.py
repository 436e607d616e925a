"""A series aliquot by aliquot: stretches, turns, stalls, and who falls out of line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aliquot.errors import InputError
from aliquot.instruments.absorbance.series import Trend, course_of, trend_of

TIMES = np.arange(30.0, 630.0, 30.0)
GROWTH = 490.0 + 14.0 * np.log(TIMES / 30.0)
SEEDS = range(20)


def noisy(e1, seed, sd=0.5):
    return e1 + sd * np.random.default_rng(seed).standard_normal(e1.size)


@pytest.mark.parametrize("seed", SEEDS)
def test_growth_is_one_stretch(seed):
    course = course_of(TIMES, noisy(GROWTH, seed))
    assert course.trend is Trend.GROWING
    assert [stretch.trend for stretch in course.stretches] == [Trend.GROWING]
    assert course.changes_s == ()
    assert course.in_line.all()
    assert course.flags == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_turn_is_found_where_it_is(seed):
    e1 = 500.0 - 0.12 * np.abs(TIMES - 330.0)
    course = course_of(TIMES, noisy(e1, seed))
    assert course.trend is Trend.REVERSING
    assert [stretch.trend for stretch in course.stretches] == [Trend.GROWING, Trend.REVERSING]
    assert abs(course.changes_s[0] - 330.0) <= 30.0
    assert course.stretches[0].moves_nm == pytest.approx(36.0, abs=5.0)
    assert course.in_line.all()


@pytest.mark.parametrize("seed", SEEDS)
def test_growth_that_stalls_is_cut_there(seed):
    e1 = np.minimum(490.0 + 0.15 * (TIMES - 30.0), 520.0)
    course = course_of(TIMES, noisy(e1, seed, 0.3))
    assert course.trend is Trend.GROWING
    assert [stretch.trend for stretch in course.stretches] == [Trend.GROWING, Trend.STALLED]
    assert 200.0 <= course.changes_s[0] <= 260.0


def test_two_turns_make_three_stretches():
    e1 = np.interp(TIMES, [30.0, 200.0, 400.0, 600.0], [480.0, 510.0, 490.0, 505.0])
    course = course_of(TIMES, e1)
    assert [stretch.trend for stretch in course.stretches] == [Trend.GROWING, Trend.REVERSING, Trend.GROWING]
    assert all(a.end_s == b.begin_s for a, b in zip(course.stretches, course.stretches[1:], strict=False))


def test_standing_still_is_one_stretch():
    course = course_of(TIMES, noisy(0.0 * TIMES + 500.0, 1))
    assert course.trend is Trend.STALLED
    assert [stretch.trend for stretch in course.stretches] == [Trend.STALLED]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bad", [3, 10, 16])
@pytest.mark.parametrize("off", [-15.0, 15.0])
def test_one_bad_aliquot_is_named_and_changes_nothing(seed, bad, off):
    e1 = noisy(GROWTH, seed)
    e1[bad] += off
    course = course_of(TIMES, e1)
    assert course.trend is Trend.GROWING
    assert list(np.flatnonzero(~course.in_line)) == [bad]
    assert course.off_nm[bad] > 5.0
    assert f"Out of line with the aliquots before and after: {TIMES[bad]:g} s." in course.flags


def test_a_bad_end_is_named_only_against_the_way_of_the_series():
    first = GROWTH.copy()
    first[0] += 25.0
    assert list(np.flatnonzero(~course_of(TIMES, first).in_line)) == [0]
    fast = GROWTH.copy()
    fast[0] -= 25.0  # the first seconds run
    assert course_of(TIMES, fast).in_line.all()


@given(order=st.permutations(range(20)), bad=st.integers(2, 17))
def test_the_order_in_which_aliquots_are_given_does_not_matter(order, bad):
    e1 = GROWTH.copy()
    e1[bad] += 20.0
    straight, mixed = course_of(TIMES, e1), course_of(TIMES[order], e1[order])
    np.testing.assert_array_equal(mixed.in_line, straight.in_line[order])
    assert (mixed.trend, mixed.flags, mixed.stretches) == (straight.trend, straight.flags, straight.stretches)


@given(st.lists(st.floats(300.0, 900.0), min_size=0, max_size=12))
def test_any_series_has_a_course(values):
    e1 = np.array(values)
    times = 30.0 * np.arange(1.0, e1.size + 1.0)
    course = course_of(times, e1)
    assert course.in_line.shape == course.off_nm.shape == e1.shape
    assert (course.trend, course.flags) == trend_of(times, e1)
    assert (course.trend is Trend.NONE) == (e1.size < 3)
    if course.stretches:
        assert course.stretches[0].begin_s == times[0]
        assert course.stretches[-1].end_s == times[-1]


def test_times_and_excitons_go_together():
    with pytest.raises((InputError, TypeError)):  # whichever comes first: shapes are checked in tests
        course_of(np.arange(3.0), np.array([500.0, 510.0]))
