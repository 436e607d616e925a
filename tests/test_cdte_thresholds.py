"""CdTe clusters: the 28 thresholds of the paper, the five further checks, and the switches of the cards."""

import re

import jax.numpy as jnp
import numpy as np
import pytest

from aliquot.kinetics.cards import from_card
from aliquot.kinetics.ladder import Ladder, State
from aliquot.knowledge.store import chemistry, material
from cdte_courses import FLASKS, TELLURIUM, changed, courses, extra, finite, missed, thresholds
from ladders import Held

CARDS = ("cdte_mech2023", "cdte_mech2023_wide", "cdte_mech2023_even")
RUNS = ((600, 1e-3, 1e-8), (900, 1e-3, 1e-8), (600, 1e-6, 1e-9), (900, 1e-6, 1e-9))
"""Rungs, and relative and absolute tolerance [mol m-3]."""
OPTIONS = [(name, option) for name in CARDS for option in chemistry(name).options]
WIDE = chemistry("cdte_mech2023_wide")


def rate(channel, value):
    """Another rate of a channel of agglomeration."""
    return {"agglomeration": {"channels": {channel: {"rate": value}}}}


def rates(**values):
    """Another rate of several channels; an underscore stands for ' + '."""
    channels = {name.replace("_", " + "): {"rate": value} for name, value in values.items()}
    return {"agglomeration": {"channels": channels}}


NONE = {"value": "0 M-1 h-1"}
SWITCHES = {
    "no 34+34": (rate("449 + 449", NONE), 16, 4),
    "no 34+68": (rate("449 + 469", NONE), 26, 3),
    "no 68+68": (rate("469 + 469", NONE), 27, 4),
    "no cluster + dot": (rates(**{"449_dots": NONE, "469_dots": NONE}), 26, 4),
    "no 68 + dot": (rate("469 + dots", NONE), 27, 5),
    "no ladder past 34": ({"attachment": {"edges": {"closed shell": {"factor": 0}}}}, 26, 5),
    "full speed past 34": ({"attachment": {"edges": {"closed shell": {"factor": 1}}}}, 23, 2),
    "no well at 34": ({"features": {"449": {"energy": "0 kJ/mol"}}}, 23, 3),
    "no well at 68": ({"features": {"469": {"energy": "0 kJ/mol"}}}, 28, 4),
    "phi = 1": ({"agglomeration": {"solvents": {"TOL": {"value": "1 1"}}}}, 22, None),
    "Eq = Eg": (
        rates(
            **{
                name: {"activation": "53.274 kJ/mol"}
                for name in ("449_469", "469_469", "449_dots", "469_dots")
            }
        ),
        25,
        None,
    ),
    "rqd = 1": (
        rates(**{"449_dots": {"value": "18.671 M-1 h-1"}, "469_dots": {"value": "18.671 M-1 h-1"}}),
        26,
        None,
    ),
}
"""Change of the wide card without another fit, and the thresholds and further checks that it was found to
meet before this program existed, by another one; None where only the thresholds were counted."""


@pytest.mark.parametrize("name", [CARDS[0], pytest.param(CARDS[1], marks=pytest.mark.slow)])
def test_all_thresholds_are_met_with_the_same_verdicts_on_two_ladders_at_two_tolerances(name):
    card = chemistry(name)
    for size, relative, absolute in RUNS:
        found = courses(card, size, relative, absolute)
        given = f"{size} rungs, rtol {relative:g}"

        assert len(thresholds(found)) == 28
        assert not missed(thresholds(found)), given
        assert not missed(extra(found)), given
        assert all(finite(course) for course in found.values()), given
        assert max(course.drift.max() for course in found.values()) < 1e-12, given


def test_numbers_behind_the_verdicts_hardly_depend_on_rungs_and_tolerance():
    rough, fine = (courses(chemistry("cdte_mech2023"), *RUNS[place]) for place in (0, 3))
    for name in FLASKS:
        for part in ("small", "double", "dots", "complex", "others"):
            np.testing.assert_allclose(getattr(rough[name], part), getattr(fine[name], part), atol=1.5e-3)
        big = fine[name].dots > 1e-3
        np.testing.assert_allclose(rough[name].diameter[big], fine[name].diameter[big], atol=5e-3)


@pytest.mark.slow
def test_a_sticking_that_does_not_depend_on_size_meets_them_too():
    found = courses(chemistry("cdte_mech2023_even"))

    assert not missed(thresholds(found))
    assert not missed(extra(found))


def test_the_tests_can_fail():
    """A tenth of the attachment rate is another chemistry."""
    slower = changed(chemistry(CARDS[0]), {"attachment": {"rate": {"value": "420 M-1 h-1"}}})
    found = courses(slower, *RUNS[0])

    assert len(missed(thresholds(found))) > 3


@pytest.mark.slow
@pytest.mark.parametrize("switch", SWITCHES)
def test_switching_a_mechanism_off_costs_what_it_was_found_to_cost(switch):
    change, met, further = SWITCHES[switch]
    found = courses(changed(WIDE, change))

    assert 28 - len(missed(thresholds(found))) == met, missed(thresholds(found))
    if further is not None:
        assert 5 - len(missed(extra(found))) == further, missed(extra(found))


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_every_option_is_a_chemistry_that_loses_no_atom(name, option):
    card = chemistry(name).chosen(option)
    constants = from_card(card, material("CdTe").unit_volume, "TOL")
    ladder = Ladder(constants, Held(jnp.asarray(373.15)))
    n = jnp.arange(1.0, 201.0)
    start = State(jnp.array([0.5 * TELLURIUM, 24.0, 424.0, 748.0, 1.0]), 1e-3 / n)

    change = ladder.vf(0.0, start)

    assert card.id == f"{name}+{option}"
    assert np.isfinite(np.asarray(change.rungs)).all()
    for metal in (0, 1):  # tellurium and cadmium: free, in the complex, on the rungs
        gained = change.species[metal] + change.species[4] + n @ change.rungs
        assert abs(float(gained)) < 1e-12 * float(jnp.abs(n * change.rungs).sum())


@pytest.mark.slow
@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_what_the_reason_of_an_option_says_about_thresholds_is_so(name, option):
    card = chemistry(name)
    said = re.search(r"(\d+) of 28 thresholds and (\d) of 5", card.options[option].because or "")
    found = courses(card.chosen(option))

    assert said
    assert 28 - len(missed(thresholds(found))) == int(said[1]), missed(thresholds(found))
    assert 5 - len(missed(extra(found))) == int(said[2]), missed(extra(found))
