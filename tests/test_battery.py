"""The battery: every law, landscape, kernel, channel, card and solver keeps the rules of the ladder."""

import importlib
import pkgutil
from dataclasses import MISSING, fields

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

import aliquot.kinetics
from aliquot.kinetics.agglomeration import CHANNELS, KERNELS, Channel, Kernel
from aliquot.kinetics.attachment import Attachment, Edge
from aliquot.kinetics.chemistry import Agglomeration, Chemistry, Solubility
from aliquot.kinetics.ladder import Ladder, State
from aliquot.kinetics.landscape import Feature, Landscape
from aliquot.kinetics.laws import FACTORS, Factor
from aliquot.kinetics.rosenbrock import Rosenbrock, solver_of
from aliquot.kinetics.tableau import RODAS4, ROS34PW2, TABLEAUS, Tableau
from aliquot.knowledge import store
from battery import (
    CARDS,
    CASES,
    OPTIONS,
    Case,
    busy,
    equal_steps,
    flat,
    kinds,
    march,
    of_card,
    settings,
    shaped,
)

REGISTRIES = {Factor: FACTORS, Kernel: KERNELS, Channel: CHANNELS}
BUILT_OF = (Attachment, Edge, Feature, Landscape, Solubility, Agglomeration, Chemistry)
ABSOLUTE = 1e-9


def modules() -> list:
    found = pkgutil.iter_modules(aliquot.kinetics.__path__, "aliquot.kinetics.")
    return [importlib.import_module(module.name) for module in found]


def below(base: type) -> set[type]:
    """Classes of our own that derive from one, however far, less those that only others derive from."""
    found = set()
    for kind in base.__subclasses__():
        deeper = below(kind)
        found |= deeper or ({kind} if kind.__module__.startswith("aliquot.") else set())
    return found


@pytest.mark.parametrize("base", REGISTRIES, ids=lambda base: base.__name__)
def test_nothing_escapes_its_registry_or_the_battery(base: type) -> None:
    modules()
    assert set(REGISTRIES[base].values()) == below(base)
    visited = set().union(*(kinds(case.ladder.chemistry) for case in CASES.values()))
    assert below(base) <= visited


def test_every_option_of_a_chemistry_is_used_somewhere_in_the_battery() -> None:
    used = set().union(*(settings(case.ladder.chemistry) for case in CASES.values()))
    optional = {
        (kind, field.name)
        for kind in (*BUILT_OF, *below(Factor), *below(Kernel), *below(Channel))
        for field in fields(kind)
        if field.default is not MISSING
    }
    assert optional - used == set()


def test_every_method_is_registered_and_every_card_in_the_battery() -> None:
    methods = {v.name: v for module in modules() for v in vars(module).values() if isinstance(v, Tableau)}
    assert methods == TABLEAUS
    assert set(store.names("chemistries")) <= set(CASES)


def test_the_escape_tests_can_fail() -> None:
    class Unknown(Factor):
        def __call__(self, concentration: jax.Array) -> jax.Array:
            return concentration

    Unknown.__module__ = "aliquot.kinetics.unknown"
    try:
        assert Unknown in below(Factor)
        assert set(FACTORS.values()) != below(Factor)
    finally:
        Unknown.__module__ = __name__
    assert Unknown not in below(Factor)


def kept(case: Case) -> None:
    times = [0.3 * case.seconds, case.seconds]
    states = march(case.ladder, case.start, times, 1e-4, ABSOLUTE)
    for y, seconds in zip(states, times, strict=True):
        brought = case.atoms(case.start) + case.fed(seconds)
        assert np.abs(case.atoms(y) / brought - 1.0).max() < 1e-12
        assert float(flat(y).min()) > -1e3 * ABSOLUTE
        assert float(y.rungs[1:].sum()) > 1e3 * ABSOLUTE  # something has happened


@pytest.mark.parametrize("name", CASES)
def test_atoms_are_exact_and_nothing_is_negative_over_a_ramp_with_a_feed(name: str) -> None:
    kept(CASES[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIONS)
def test_so_it_is_with_every_option_of_a_card(name: str) -> None:
    kept(of_card(OPTIONS[name]))


@eqx.filter_jit
def linearised(ladder: Ladder, y: State, time: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    rates, swelling = ladder.rates(ladder.temperature(time), y.rungs.shape[0]), ladder.swelling(time)
    exact = jax.jacfwd(lambda v: flat(ladder.change(rates, shaped(v, y), swelling)))(flat(y))
    shifted, own = (ladder.shifted(rates, y, jnp.asarray(shift), swelling).dense() for shift in (7.0, 0.0))
    return exact, shifted, -own


@pytest.mark.parametrize("name", CASES)
def test_the_matrix_is_exact_where_it_claims_so_and_always_keeps_atoms(name: str) -> None:
    case = CASES[name]
    y = busy(case.start)
    exact, shifted, own = (np.asarray(m) for m in linearised(case.ladder, y, jnp.asarray(10.0)))
    scale = np.abs(exact).max(axis=0) + 1.0
    np.testing.assert_allclose(shifted / scale, (7.0 * np.eye(shifted.shape[0]) - own) / scale, atol=1e-14)
    off = (np.abs(own - exact) / scale).max()
    assert off < 1e-12 if case.ladder.exact else off > 1e-9
    n = np.arange(1.0, y.rungs.shape[0] + 1.0)
    units = np.concatenate([n, np.ones(y.coat.shape[0])])
    weights = np.concatenate([case.held, case.unit[:, None] * units], axis=1)
    for matrix in (own, exact):
        # jacfwd of a fed agglomeration sums terms of every rung, so that a column's rounding is the matrix's.
        whole = np.abs(weights) @ np.abs(matrix)
        assert (np.abs(weights @ matrix) / (whole + 1e-3 * whole.max(axis=1, keepdims=True))).max() < 1e-12


@pytest.mark.parametrize("name", CASES)
def test_the_slope_by_every_constant_is_that_of_finite_differences(name: str) -> None:
    """By every floating leaf, at a state with something of everything, while it ramps and is fed."""
    case = CASES[name]
    y, ladder = busy(case.start), case.ladder
    constants, structure = eqx.partition(ladder.chemistry, eqx.is_inexact_array)
    p, restored = ravel_pytree(constants)

    def rate(p: jax.Array) -> jax.Array:
        tuned = eqx.tree_at(lambda part: part.chemistry, ladder, eqx.combine(restored(p), structure))
        return flat(tuned.vf(jnp.asarray(10.0), y))

    both = jax.jit(jax.vmap(lambda p, v: jax.jvp(rate, (p,), (v,))))
    step = 3e-6 * np.where(np.abs(p) > 0, np.maximum(np.abs(p), 1e-6), 1.0)
    directions = jnp.eye(p.size)
    points = jnp.concatenate([jnp.tile(p, (p.size, 1)), p + jnp.diag(step), p - jnp.diag(step)])
    values, slopes = (np.asarray(part) for part in both(points, jnp.concatenate([directions] * 3)))
    _, above, below_ = np.split(values, 3)
    differences, slopes = (above - below_) / (2.0 * step[:, None]), slopes[: p.size]
    smooth = ~is_a_rung(constants)
    assert (slopes[~smooth] == 0.0).all()  # a single rung is a name, not a number
    largest = np.abs(differences).max(axis=1)
    rounding = 1e-15 * np.abs(values).max() / step
    off = np.abs(slopes - differences).max(axis=1)
    assert (off <= 1e-5 * largest + rounding)[smooth].all(), off / largest


def is_a_rung(constants: Chemistry) -> np.ndarray:
    """Which leaves are the place of a feature of one rung alone."""
    marked = jax.tree.map(jnp.zeros_like, constants)
    sharp = [i for i, feature in enumerate(constants.landscape.features) if feature.width == 0.0]
    for i in sharp:
        marked = eqx.tree_at(lambda c, i=i: c.landscape.features[i].rung, marked, jnp.asarray(1.0))
    return np.asarray(ravel_pytree(marked)[0]) > 0.0


def test_the_solver_fits_the_linearisation() -> None:
    assert all(
        solver_of(case.ladder).tableau is (RODAS4 if case.ladder.exact else ROS34PW2)
        for case in CASES.values()
    )
    exact = {name for name, case in CASES.items() if case.ladder.exact}
    assert {"plain", "laws", "landscape", "inp_wang2023"} <= exact
    assert exact.isdisjoint({"regulated", "constant", "by name", "cores", "cdte_mech2023"})


ORDERS = {
    ("RODAS4", "landscape"): (64, 3.8, 4.3),
    ("ROS34PW2", "landscape"): (64, 2.8, 3.2),
    ("ROS34PW2", "by name"): (64, 2.8, 3.2),
    ("RODAS4", "by name"): (256, 0.4, 1.8),
}
"""Method, ladder with a ramp and a feed; steps to begin with, and bounds of the orders that are observed."""


@pytest.mark.parametrize(("method", "name"), ORDERS)
def test_methods_converge_as_claimed(method: str, name: str) -> None:
    case, solver = CASES[name], Rosenbrock(TABLEAUS[method])
    start = State(case.start.species, case.start.rungs.at[:12].set(2e-3))
    first, low, high = ORDERS[method, name]

    def reached(steps: int) -> np.ndarray:
        return np.asarray(equal_steps(case.ladder, start, 20.0, steps, solver).rungs)

    exact = reached(16 * first)
    errors = np.array([np.abs(reached(count) - exact).max() for count in (first, 2 * first, 4 * first)])
    orders = np.log2(errors[:-1] / errors[1:])
    assert low < orders.min() <= orders.max() < high, orders
    assert low < solver.order(case.ladder) < high


def test_every_method_s_order_is_tested() -> None:
    assert {method for method, _ in ORDERS} == set(TABLEAUS)
    assert {name for _, name in ORDERS if CASES[name].ladder.exact}
    assert set(CARDS) <= set(CASES)
