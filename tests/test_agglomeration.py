"""Agglomeration: every channel against a plain double loop, Smoluchowski's equation against its solutions."""

import itertools
from math import lgamma, log

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from aliquot.errors import InputError
from aliquot.kinetics.agglomeration import (
    GAS,
    KERNELS,
    Activated,
    Additive,
    Channel,
    Encounter,
    Everything,
    Kernel,
    Pair,
    Sweep,
    encounter_limit,
)
from aliquot.kinetics.ladder import Ladder, State
from battery import march
from ladders import REFERENCE, Held, chemistry, law

HOT = jnp.asarray(400.0)
SHARP = {
    "activated": Activated(law(0.3, 0.4), -1.0, 8.0),
    "flat": Activated(law(0.3, 0.4)),
    "additive": Additive(law(0.3, 0.4)),
    "encounter": Encounter(jnp.asarray(1e-3), law(1e-4, 0.1)),
}


def weight(kernel: Kernel, i: int, j: int) -> float:
    """What the kernel is meant to be, written out; j is the larger."""
    if isinstance(kernel, Additive):
        return i + j
    if isinstance(kernel, Encounter):
        a, b = i ** (1 / 3), j ** (1 / 3)
        return (a + b) ** 2 / (a * b)
    return (j / kernel.reference) ** kernel.exponent


def events(channel: Channel, size: int) -> list[tuple[int, int]]:
    """Pairs (smaller, larger) that join."""
    if isinstance(channel, Pair):
        return [(min(channel.first, channel.second), max(channel.first, channel.second))]
    if isinstance(channel, Sweep):
        return [(channel.first, j) for j in range(channel.start, size - channel.first + 1)]
    pairs = itertools.combinations_with_replacement(range(channel.start, size + 1), 2)
    return [(i, j) for i, j in pairs if i + j <= size]


def by_hand(channel: Channel, k: float, c: np.ndarray) -> tuple[np.ndarray, float]:
    """Change of every rung, and how many events there are."""
    change, speeds = np.zeros(c.size), 0.0
    for i, j in events(channel, c.size):
        # Among all pairs two of a kind meet half as often; for a named pair k counts events as it stands.
        like = 0.5 if i == j and isinstance(channel, Everything) else 1.0
        speed = like * k * weight(channel.kernel, i, j) * c[i - 1] * c[j - 1]
        change[[i - 1]] -= speed
        change[[j - 1]] -= speed
        change[i + j - 1] += speed
        speeds += speed
    return change, speeds


def channels() -> dict[str, Channel]:
    one = jnp.asarray(1.0)
    made = {}
    for name, kernel in SHARP.items():
        made[f"pair {name}"] = Pair(kernel, one, 3, 7)
        made[f"like {name}"] = Pair(kernel, one, 5, 5)
        made[f"sweep {name}"] = Sweep(kernel, one, 4, 9)
        if name != "activated":
            made[f"all {name}"] = Everything(kernel, one)
            made[f"large {name}"] = Everything(kernel, one, 6)
    return made


CHANNELS_BY_NAME = channels()


@pytest.mark.parametrize("name", CHANNELS_BY_NAME)
def test_a_channel_is_its_double_loop(name: str) -> None:
    channel, c = CHANNELS_BY_NAME[name], np.random.default_rng(5).uniform(0.0, 1.0, 40)
    expected, speed = by_hand(channel, 0.7, c)
    found = np.asarray(channel.change(jnp.asarray(0.7), jnp.asarray(c)))
    np.testing.assert_allclose(found, expected, atol=1e-12 * np.abs(expected).max())
    n = np.arange(1.0, 41.0)
    assert abs(n @ found) < 1e-13 * (n @ np.abs(found))
    assert found.sum() == pytest.approx(-speed, rel=1e-12)


@pytest.mark.parametrize("name", [n for n in CHANNELS_BY_NAME if "all" not in n and "large" not in n])
def test_an_event_that_would_leap_over_the_top_does_not_happen(name: str) -> None:
    channel = CHANNELS_BY_NAME[name]
    c = jnp.ones(9)
    assert (np.asarray(channel.change(jnp.asarray(1.0), c)) == 0.0).all()


@pytest.mark.parametrize(("name", "reach"), [("pair flat", 7), ("sweep flat", 4), ("all flat", 0)])
def test_reach_is_the_largest_jump(name: str, reach: int) -> None:
    assert CHANNELS_BY_NAME[name].reach == reach


def test_a_kernel_of_all_pairs_has_to_be_symmetric() -> None:
    with pytest.raises(InputError, match="exponent"):
        Everything(SHARP["activated"], jnp.asarray(1.0))


@pytest.mark.parametrize("name", ["additive", "encounter", "flat"])
def test_a_kernel_is_symmetric_and_its_formula(name: str) -> None:
    kernel, n = SHARP[name], jnp.arange(1.0, 31.0)
    matrix = np.stack([np.asarray(kernel.weight(i, n)) for i in range(1, 31)])
    np.testing.assert_allclose(matrix, matrix.T, rtol=1e-14)
    expected = [[weight(kernel, i, j) for j in range(1, 31)] for i in range(1, 31)]
    np.testing.assert_allclose(matrix, expected, rtol=1e-13)


def test_equal_spheres_meet_as_smoluchowski_says() -> None:
    """(2RT/3 eta) (d + d)^2/d^2 = 8RT/3 eta where every encounter sticks."""
    kernel = Encounter(jnp.asarray(0.27e-3), law(1.0))
    k = float(kernel.scale(jnp.asarray(373.15)) * kernel.weight(7, jnp.full(1, 7.0))[0])
    assert k == pytest.approx(encounter_limit(373.15, 0.27e-3), rel=1e-12)
    assert k == pytest.approx(8 * 8.31446261815 * 373.15 / (3 * 0.27e-3), rel=1e-9)
    assert pytest.approx(8.31446261815324, rel=1e-9) == GAS


def test_every_kernel_goes_by_arrhenius() -> None:
    for kernel in SHARP.values():
        rate = kernel.sticking if isinstance(kernel, Encounter) else kernel.rate
        extra = float(HOT) / REFERENCE if isinstance(kernel, Encounter) else 1.0
        ratio = float(kernel.scale(HOT) / kernel.scale(jnp.asarray(REFERENCE)))
        assert ratio == pytest.approx(float(rate(HOT) / rate(jnp.asarray(REFERENCE))) * extra, rel=1e-12)
    assert {type(kernel) for kernel in SHARP.values()} == set(KERNELS.values())


TOTAL = 2.0
"""Monomers at the start [mol m-3]."""


def constant(k: float, t: float, n: np.ndarray) -> np.ndarray:
    x = 0.5 * k * TOTAL * t
    return TOTAL * np.exp((n - 1) * log(x) - (n + 1) * np.log1p(x))


def additive(b: float, t: float, n: np.ndarray) -> np.ndarray:
    tau = 1.0 - np.exp(-b * TOTAL * t)
    gamma = np.array([lgamma(m + 1.0) for m in n])
    return TOTAL * (1.0 - tau) * np.exp((n - 1) * np.log(n * tau) - n * tau - gamma)


@pytest.mark.parametrize(
    ("kernel", "exact", "k"),
    [(Activated(law(0.5)), constant, 0.5), (Additive(law(0.2)), additive, 0.2)],
    ids=["constant", "sum"],
)
def test_smoluchowski_s_equation_against_its_solution(kernel: Kernel, exact, k: float) -> None:
    """From monomers alone; the channel's factor is half, so that it is seen to act."""
    size = 120
    made = chemistry(k=0.0, attach=0.0, channels=(Everything(kernel, jnp.asarray(0.5)),))
    ladder = Ladder(made, Held(jnp.asarray(REFERENCE)))
    start = State(jnp.zeros(2), jnp.zeros(size).at[0].set(TOTAL))
    times, n = [0.5, 2.0], np.arange(1.0, size + 1.0)
    states = march(ladder, start, times, 1e-9, 1e-12)
    for y, t in zip(states, times, strict=True):
        expected, found = exact(0.5 * k, t, n), np.asarray(y.rungs)
        np.testing.assert_allclose(found, expected, atol=1e-7 * expected.max())
        assert n @ found == pytest.approx(TOTAL, rel=1e-12)
        assert found.sum() == pytest.approx(expected.sum(), rel=1e-7)


def test_a_factor_of_zero_is_no_channel() -> None:
    c = jnp.asarray(np.random.default_rng(2).uniform(0.0, 1.0, 40))
    for channel in CHANNELS_BY_NAME.values():
        off = eqx.tree_at(lambda part: part.factor, channel, jnp.asarray(0.0))
        ladder = Ladder(chemistry(channels=(off,)), Held(jnp.asarray(REFERENCE)))
        plain = Ladder(chemistry(), Held(jnp.asarray(REFERENCE)))
        y = State(jnp.ones(2), c)
        for a, b in zip(jax.tree.leaves(ladder.vf(0.0, y)), jax.tree.leaves(plain.vf(0.0, y)), strict=True):
            np.testing.assert_array_equal(a, b)
