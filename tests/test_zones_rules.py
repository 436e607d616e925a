"""The observer: what a vial is called by what its absorbance shows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aliquot.inference.zones.record import Belief
from aliquot.inference.zones.rules import UNKNOWN, ZONES, Zone, classified, moved, seen
from aliquot.inference.zones.study import read_zone_study

RULES = read_zone_study("cdte_zones").rules
NAMES = tuple(kind.name for kind in RULES)
SHARES = arrays(float, (6, len(RULES)), elements=st.floats(0.0, 1.0))


def called(**shares: float) -> Zone:
    row = np.array([shares.get(name, 0.0) for name in ("c449", "c469", "complex", "dots", "unnamed")])
    return ZONES[int(classified(row[None], RULES)[0])]


@pytest.mark.parametrize(
    ("shares", "zone"),
    [
        ({}, Zone.NOTHING),
        ({"c449": 0.019, "complex": 0.019, "dots": 0.019}, Zone.NOTHING),
        ({"complex": 0.5}, Zone.COMPLEX),
        ({"c449": 0.85}, Zone.PURE),
        ({"c469": 0.85}, Zone.PURE),
        ({"c449": 0.85, "c469": 0.05}, Zone.PURE),  # a shoulder of a seventeenth is not seen
        ({"c449": 0.85, "c469": 0.10}, Zone.MIXTURE),
        ({"c449": 0.35, "c469": 0.50}, Zone.MIXTURE),
        ({"c449": 0.85, "dots": 0.021}, Zone.MIXTURE),  # beyond all lines nothing hides dots
        ({"c449": 0.65, "complex": 0.12}, Zone.MIXTURE),
        ({"c449": 0.03, "complex": 0.9}, Zone.COMPLEX),
        ({"c449": 0.03, "dots": 0.9}, Zone.DOTS),
        ({"c449": 0.12, "dots": 0.7}, Zone.MIXTURE),
        ({"complex": 0.3, "dots": 0.3}, Zone.MIXTURE),
        ({"unnamed": 0.5}, Zone.NOTHING),  # no line, no rule: told as a doubt
    ],
)
def test_a_vial_is_called_by_what_it_shows(shares, zone) -> None:
    assert called(**shares) is zone


def test_a_vial_without_numbers_is_called_nothing_at_all() -> None:
    shares = np.zeros((2, len(RULES)))
    shares[0, 0] = np.nan
    assert classified(shares, RULES).tolist() == [UNKNOWN, ZONES.index(Zone.NOTHING)]


@given(SHARES, st.permutations(range(len(RULES))))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_table_does_not_matter(shares, order) -> None:
    again = classified(shares[:, list(order)], tuple(RULES[i] for i in order))
    assert (classified(shares, RULES) == again).all()


@given(SHARES, st.floats(1.0, 2.0))
@settings(max_examples=60, deadline=None)
def test_what_is_seen_is_visible_and_higher_thresholds_never_make_something_of_nothing(
    shares, factor
) -> None:
    visible = np.array([kind.visible for kind in RULES])
    assert (shares[seen(shares, RULES)] >= np.broadcast_to(visible, shares.shape)[seen(shares, RULES)]).all()
    nothing = classified(shares, RULES) == ZONES.index(Zone.NOTHING)
    assert (classified(shares, moved(RULES, factor))[nothing] == ZONES.index(Zone.NOTHING)).all()


def test_moving_one_kind_leaves_the_others() -> None:
    changed = moved(RULES, 1.5, "469")
    assert [one == other for one, other in zip(RULES, changed, strict=True)] == [
        name != "469" for name in NAMES
    ]


@given(
    arrays(float, (3, 4, 2, len(RULES)), elements=st.floats(0.0, 1.0)),
    st.lists(st.floats(0.1, 5.0), min_size=3, max_size=3),
)
@settings(max_examples=40, deadline=None)
def test_probabilities_sum_to_one_and_entropy_is_that_of_an_ensemble_of_three(shares, weights) -> None:
    belief = Belief.of(shares, np.array(weights) / sum(weights), RULES)
    assert np.allclose(belief.probabilities.sum(axis=-1), 1.0)
    assert belief.entropy.min() >= 0.0
    assert belief.entropy.max() <= np.log2(3.0) + 1e-12


def test_equal_halves_are_one_bit() -> None:
    shares = np.zeros((2, 1, 1, len(RULES)))
    shares[0, ..., 0] = 0.8
    belief = Belief.of(shares, np.array([0.5, 0.5]), RULES)
    assert belief.entropy[0, 0] == pytest.approx(1.0)


def test_what_no_set_of_constants_brought_to_an_end_is_unknown_and_the_others_vote_without_it() -> None:
    shares = np.zeros((2, 2, 1, len(RULES)))
    shares[0, :, 0, 0] = 0.8
    shares[1, :, 0, 0] = np.nan
    shares[0, 1] = np.nan
    belief = Belief.of(shares, np.array([0.5, 0.5]), RULES)
    assert belief.probabilities[0, 0, ZONES.index(Zone.PURE)] == 1.0
    assert belief.zones[:, 0].tolist() == [ZONES.index(Zone.PURE), UNKNOWN]
    assert np.isnan(belief.entropy[1, 0])
