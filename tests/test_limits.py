"""Limits: what has to happen where something is missing."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from aliquot.kinetics.ladder import Feed, Ladder, State
from battery import CARD_SIZE, CASES, SIZE, Case, landscape, march
from ladders import REFERENCE, Held, Ramp

DAY = 86_400.0
CDTE = CASES["cdte_mech2023"]


def a_day(amine: float, phosphine: float, top: float = 373.15) -> State:
    """20 mM of TOPTe in octadecene for 24 h at 100 degC: Te, Cd, TOP, OAM and the complex."""
    start = State(jnp.array([20.0, 24.0, phosphine, amine, 0.0]), jnp.zeros(CARD_SIZE))
    ladder = Ladder(CDTE.ladder.chemistry, Ramp(jnp.asarray(top), jnp.asarray(0.0)), still(CDTE))
    return march(ladder, start, [DAY], 1e-5, 1e-9)[0]


def still(case: Case) -> Feed:
    return Feed(jnp.asarray(0.0), jnp.zeros(case.start.species.shape[0]))


def clusters(y: State) -> float:
    """Share of tellurium in clusters and dots."""
    return float(jnp.arange(34.0, CARD_SIZE + 1.0) @ y.rungs[33:]) / 20.0


def test_without_amine_there_is_the_complex_and_no_cluster() -> None:
    end = a_day(0.0, 424.0)
    assert clusters(end) < 0.01
    assert float(end.species[4]) > 0.5 * 20.0
    assert float(end.species[0] + end.species[4]) == pytest.approx(20.0, rel=1e-9)


def test_without_phosphine_nothing_is_converted() -> None:
    end = a_day(1000.0, 0.0)
    assert clusters(end) < 0.01
    assert float(jnp.abs(end.rungs).max()) == 0.0


def test_with_both_there_are_clusters() -> None:
    """So that the two above say something."""
    assert clusters(a_day(748.0, 424.0)) > 0.1


def test_a_feed_that_does_not_flow_is_no_feed() -> None:
    case = CASES["landscape"]
    temperature = case.ladder.temperature
    none = Ladder(case.ladder.chemistry, temperature)
    zero = Ladder(case.ladder.chemistry, temperature, Feed(jnp.asarray(0.0), jnp.array([30.0, 50.0])))
    a, b = (march(ladder, case.start, [20.0], 1e-5, 1e-10)[0] for ladder in (none, zero))
    np.testing.assert_allclose(a.rungs, b.rungs, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(a.species, b.species, rtol=1e-13)


def test_pure_solvent_only_dilutes() -> None:
    """Where nothing reacts, amounts stay to the last bit and concentrations fall as 1/phi."""
    case, feed = CASES["landscape"], Feed(jnp.asarray(0.01), jnp.zeros(2))
    made = landscape(k=0.0, attach=0.0)
    ladder = Ladder(made, case.ladder.temperature, feed)
    start = State(jnp.array([90.0, 360.0]), jnp.full(SIZE, 1e-3))
    end = march(ladder, start, [50.0], 1e-5, 1e-10)[0]
    np.testing.assert_array_equal(end.species, start.species)
    np.testing.assert_array_equal(end.rungs, start.rungs)
    assert float(ladder.swelling(50.0)) == pytest.approx(1.5)


def test_dilution_slows_a_second_order_reaction_as_it_should() -> None:
    """dA/dt = -k A B/phi of amounts, with B = 4A always: 1/A = 1/A0 + 4 (k/r) ln phi."""
    k, rate, seconds = 1e-4, 0.02, 100.0
    made = eqx.tree_at(
        lambda c: c.reactions[0].rate, landscape(attach=0.0), landscape(k=k, attach=0.0).reactions[0].rate
    )
    ladder = Ladder(
        made, Ramp(jnp.asarray(REFERENCE), jnp.asarray(0.0)), Feed(jnp.asarray(rate), jnp.zeros(2))
    )
    end = march(ladder, State(jnp.array([90.0, 360.0]), jnp.zeros(SIZE)), [seconds], 1e-9, 1e-12)[0]
    exact = 1.0 / (1.0 / 90.0 + 4.0 * k / rate * np.log1p(rate * seconds))
    assert float(end.species[0]) == pytest.approx(exact, rel=1e-7)
    assert float(end.rungs[0]) == pytest.approx(90.0 - exact, rel=1e-7)


def test_nothing_passes_an_edge_of_zero() -> None:
    made = landscape(edge=0.0, k=1e-4)
    ladder = Ladder(made, Held(jnp.asarray(REFERENCE)))
    end = march(ladder, State(jnp.array([90.0, 360.0]), jnp.zeros(SIZE)), [40.0], 1e-5, 1e-9)[0]
    assert float(end.rungs[11]) > 0.0
    assert float(jnp.abs(end.rungs[12:]).max()) == 0.0
