"""Stirred tanks in series: closed forms, balances, the matrix, rest that is refused, residence times."""

from math import factorial

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from aliquot.errors import InputError, SimulationError, TopRungError
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.integrate import Tolerances
from aliquot.kinetics.ladder import State
from aliquot.kinetics.laws import Order, Reaction
from aliquot.kinetics.rosenbrock import solver_of
from aliquot.kinetics.tanks import Tanks
from aliquot.knowledge.store import solvent
from aliquot.reactors.advance import Numerics, advance
from aliquot.reactors.cascade import Cascade, tanks_of
from aliquot.reactors.content import Content
from aliquot.reactors.profile import Profile
from aliquot.reactors.residence import Dispersion, in_tube, tanks
from aliquot.recipe.flow import Sample, Tube, Zone
from ladders import REFERENCE, chemistry, law

SIZE = 100
TIGHT = Numerics(Tolerances(1e-10, 1e-14), SIZE, SIZE)
KEPT = Numerics(most=300, least=300)


def inert() -> Chemistry:
    """Nothing happens."""
    return chemistry(k=0.0, attach=0.0)


def growing(constant: float = 1e-4) -> Chemistry:
    """Attachment alone, as fast to every rung: n^(2/3) (n0/n)^(m/3) is constant for m = 2."""
    return chemistry(k=0.0, attach=constant, c_inf=0.0, m=2.0, energies=(0.0, 0.0, 0.0))


def reacting() -> Chemistry:
    """Precursors, nuclei and dots of a few dozen units."""
    return chemistry(attach=0.004, theta=6.0)


def cascade(count: int, tau: float = 100.0, temperature: float = REFERENCE) -> Cascade:
    """Equal tanks with a residence time in all."""
    return Cascade((1e-6 / count,) * count, (temperature,) * count, 1e-6 / tau)


def feed(*species: float, monomer: float = 0.0) -> Content:
    """What flows in."""
    rungs = np.zeros(2)
    rungs[0] = monomer
    return Content(1.0, 298.15, np.array(species), rungs)


def units(content: Content) -> float:
    """Moles of indium in a tank."""
    made = np.arange(1.0, content.rungs.size + 1.0) @ content.rungs
    return content.volume * float(content.species[0] + made)


@pytest.fixture(scope="module")
def system() -> tuple[Tanks, State]:
    """Three tanks and a receiver, all different."""
    rng = np.random.default_rng(3)
    inlet = State(jnp.array([90.0, 360.0]), jnp.zeros(20), jnp.zeros(0))
    tanks = Tanks(reacting(), jnp.array([450.0, 470.0, 490.0]), jnp.array([0.1, 0.02, 0.3, 0.05]), inlet)
    state = State(
        jnp.asarray(rng.uniform(1, 9, (4, 2))), jnp.asarray(rng.uniform(0, 1, (4, 20))), jnp.zeros((4, 0))
    )
    return tanks, state


def test_the_matrix_is_the_linearisation(system: tuple[Tanks, State]) -> None:
    """Solving undoes (shift I - df/dy), by automatic differentiation of the right-hand side."""
    tanks, y = system
    x = jax.tree.map(lambda part: jnp.cos(jnp.arange(part.size, dtype=float)).reshape(part.shape), y)
    for border, rungs, _ in _undone(tanks, y, x):
        assert np.allclose(border[:, :2], x.species, rtol=1e-10, atol=1e-12)
        assert np.allclose(border[:, 2], x.rungs[:, 0], rtol=1e-10, atol=1e-12)
        assert np.allclose(rungs, x.rungs[:, 1:], rtol=1e-10, atol=1e-12)


@eqx.filter_jit
def _undone(tanks: Tanks, y: State, x: State) -> tuple:
    rates = tanks.rates(tanks.temperature(0.0), 20)
    slope = jax.jvp(lambda at: tanks.change(rates, at), (y,), (x,))[1]
    f = jax.tree.map(lambda of, moved: 0.7 * of - moved, x, slope)
    parted = (jnp.concatenate([f.species, f.rungs[:, :1]], axis=1), f.rungs[:, 1:], f.coat)
    eliminated, solved = tanks.shifted(rates, y, jnp.asarray(0.7)).eliminate(*parted)
    return solved, eliminated.solve(*parted)


@eqx.filter_jit
def _fixed_steps(tanks: Tanks, y: State, step: jax.Array) -> jax.Array:
    return diffrax.diffeqsolve(tanks, solver_of(tanks), 0.0, 8.0, step, y, max_steps=None).ys.rungs[:, 0]


def test_steps_converge_with_order_four(system: tuple[Tanks, State]) -> None:
    tanks, y = system
    exact = _fixed_steps(tanks, y, jnp.asarray(8.0 / 2048))
    errors = [float(jnp.abs(_fixed_steps(tanks, y, jnp.asarray(8.0 / n)) - exact).max()) for n in (64, 128)]
    assert np.log2(errors[0] / errors[1]) > 3.6, errors


@pytest.mark.parametrize("count", [1, 4])
def test_a_tracer_starts_up_as_erlang_says(count: int) -> None:
    """F(t) = 1 - exp(-x) sum_(k<N) x^k/k!, x = N t/tau; and from E = dF/dt a relative spread of 1/sqrt(N)."""
    tau = 100.0
    times = np.linspace(5.0, 600.0, 64)
    run = cascade(count, tau).start_up(inert(), feed(90.0, 0.0), times.tolist(), numerics=TIGHT)
    found = np.array([at[-1].species[0] for at in run.contents]) / 90.0
    x = count * times / tau
    exact = 1.0 - np.exp(-x) * sum(x**k / factorial(k) for k in range(count))
    assert np.abs(found - exact).max() < 1e-6
    # What has left is F integrated: t - tau plus what is still on its way.
    late = run.collected[-1].species[0] / 90.0 * times[-1]
    within = sum(at.species[0] for at in run.contents[-1]) / count / 90.0 * tau
    assert late + within == pytest.approx(times[-1], rel=1e-12)


def test_what_is_in_was_fed_and_has_not_left() -> None:
    tanks = cascade(3, 300.0)
    times = [1.0, 30.0, 200.0, 900.0]
    run = tanks.start_up(reacting(), feed(90.0, 360.0), times, numerics=KEPT)
    for time, contents, left in zip(run.times, run.contents, run.collected, strict=True):
        held = sum(units(content) for content in contents)
        assert held + units(left) == pytest.approx(90.0 * tanks.flow * time, rel=1e-12)
    assert run.contents[-1][-1].rungs[20:].sum() > 1e-3  # dots had formed


def test_a_start_may_be_given() -> None:
    tanks = cascade(2)
    full = Content(1.0, REFERENCE, np.array([90.0, 0.0]), np.zeros(2))
    run = tanks.start_up(inert(), feed(0.0, 0.0), [50.0, 100.0], filled=full, numerics=TIGHT)
    assert run.contents[-1][-1].species[0] == pytest.approx(90.0 * np.exp(-2.0) * 3.0, rel=1e-7)
    with pytest.raises(InputError, match="contents of 3 tanks"):
        tanks.start_up(inert(), feed(0.0, 0.0), [50.0], filled=[full] * 3)


def test_growth_in_one_tank_is_geometric() -> None:
    """With w = a c_1 the same for every rung and nothing that dissolves c_(n+1) = c_n w/(w + q), n >= 1."""
    tanks, fed, constant = cascade(1, 40.0), 90.0, 2e-5
    out = tanks.steady(growing(constant), feed(0.0, 0.0, monomer=fed), rest=1e-13, numerics=TIGHT)[0]
    q, a = 1.0 / 40.0, constant * 50.0 ** (2.0 / 3.0)
    # Monomer: q (fed - c_1) = w c_1 + w sum c_n = w c_1 (1 + (w + q)/q)
    c1 = max(np.roots([a * a / q, 2.0 * a, q, -q * fed]).real)
    w = a * c1
    exact = c1 * (w / (w + q)) ** np.arange(SIZE - 1)
    assert 0.3 < w / (w + q) < 0.7
    assert np.abs(out.rungs[:-1] / exact - 1.0)[exact > 1e-5].max() < 1e-8
    assert np.abs(out.rungs[:-1] - exact).max() < 1e-13 * c1


def test_first_order_conversion_in_one_tank() -> None:
    decay = eqx.tree_at(lambda c: c.reactions, inert(), (Reaction(law(0.01), (Order(0),), (-1.0, 0.0, 1.0)),))
    out = cascade(1, 250.0).steady(decay, feed(90.0, 0.0), rest=1e-12, numerics=TIGHT)[-1]
    assert 1.0 - out.species[0] / 90.0 == pytest.approx(2.5 / 3.5, rel=1e-9)
    series = cascade(4, 250.0).steady(decay, feed(90.0, 0.0), rest=1e-12, numerics=TIGHT)
    assert series[-1].species[0] / 90.0 == pytest.approx((1.0 + 2.5 / 4.0) ** -4, rel=1e-9)


def test_at_rest_as_much_leaves_as_enters() -> None:
    tanks = cascade(3, 200.0)
    steady = tanks.steady(reacting(), feed(90.0, 360.0), numerics=KEPT)
    assert len(steady) == 3
    assert steady.unrest < 1e-9
    for content, volume in zip(steady.contents, tanks.volumes, strict=True):
        assert units(content) == pytest.approx(90.0 * volume, rel=1e-10)
        # four phosphorus for one indium
        assert content.species[1] - 4.0 * content.species[0] == pytest.approx(0.0, abs=1e-8)
    later = tanks.start_up(reacting(), feed(90.0, 360.0), [9000.0], numerics=KEPT).contents[-1]
    assert np.abs(later[-1].rungs - steady[-1].rungs).max() < 1e-4 * steady[-1].rungs.max()


@pytest.mark.slow
def test_many_tanks_are_plug_flow() -> None:
    """What leaves nears what a batch of the same age holds, from the broad side."""
    tau, fed = 300.0, feed(90.0, 360.0)
    n, long = np.arange(1.0, 1201.0), Numerics(most=1200, least=1200)

    def means(content: Content) -> tuple[float, float]:
        dots = np.where(n >= 10.0, content.rungs, 0.0)
        mean = float(n @ dots / dots.sum())
        return mean, float((n - mean) ** 2 @ dots / dots.sum()) ** 0.5 / mean

    batch = advance(reacting(), fed, Profile.towards(REFERENCE), [tau], numerics=long).contents[-1]
    found = [
        means(cascade(count, tau).steady(reacting(), fed, numerics=long)[-1]) for count in (1, 3, 10, 30)
    ]
    distances = np.abs(np.array(found) - means(batch))
    assert (np.diff(distances, axis=0) < 0.0).all(), (found, means(batch))
    assert distances[-1, 0] < 0.15 * distances[0, 0], (found, means(batch))


def test_tanks_that_do_not_rest_are_refused() -> None:
    with pytest.raises(SimulationError, match=r"still change by .* they may oscillate"):
        cascade(3, 300.0).steady(reacting(), feed(90.0, 360.0), patience=1.0, numerics=KEPT)


def test_tails_that_reach_the_top_are_refused() -> None:
    with pytest.raises(TopRungError, match="long tail"):
        cascade(1, 4e4).start_up(growing(0.1), feed(0.0, 0.0, monomer=90.0), [8e4], numerics=KEPT)


@pytest.mark.parametrize(
    ("volumes", "temperatures", "flow"), [((), (), 1.0), ((1.0,), (), 1.0), ((0.0,), (300.0,), 1.0)]
)
def test_what_can_not_be_built(volumes: tuple, temperatures: tuple, flow: float) -> None:
    with pytest.raises(InputError, match="at least one tank"):
        Cascade(volumes, temperatures, flow)
    with pytest.raises(InputError, match="rising times"):
        cascade(1).start_up(inert(), feed(1.0, 0.0), [2.0, 1.0])


def test_a_tube_is_cut_into_tanks() -> None:
    zones = (Zone("a", 1.0), Zone("b", 3.0))
    tube = Tube(bore=1e-3, length=4.0, inlet_temperature=298.15, zones=zones, expansion=0.2)
    sample = Sample("s", 1e-9, (400.0, 500.0), ())
    assert tanks_of(tube, sample, 4).temperatures == pytest.approx((400.0, 500.0, 500.0, 500.0))
    assert tanks_of(tube, sample, 2).temperatures == pytest.approx((450.0, 500.0))
    assert tanks_of(tube, sample, 1).temperatures == pytest.approx((475.0,))
    assert tanks_of(tube, sample, 3).residence_time == pytest.approx(tube.residence_time(1e-9))
    joined = Tube(1e-3, 4.0, 298.15, (Zone("a", 1.0), Zone("b", 3.0, inlet="sulfur")))
    with pytest.raises(InputError, match="that b joins"):
        tanks_of(joined, sample, 3)
    with pytest.raises(InputError, match="0 tanks"):
        tanks_of(tube, sample, 0)


@pytest.mark.parametrize("count", [1, 2, 7, 41])
def test_residence_times_of_tanks_have_the_moments_of_erlang(count: int) -> None:
    """<t^k> = (tau/N)^k (N + k - 1)!/(N - 1)!."""
    times = tanks(3.0, count, nodes=8)
    for k in range(16):
        exact = np.prod([(count + j) * 3.0 / count for j in range(k)])
        assert times.weights @ times.times**k == pytest.approx(exact, rel=1e-11)
    assert times.relative_spread == pytest.approx(count**-0.5, rel=1e-12)
    with pytest.raises(InputError, match="number of tanks"):
        tanks(3.0, 0)


def test_a_tube_may_be_taken_for_tanks() -> None:
    tube = Tube(bore=0.9975e-3, length=4.6, inlet_temperature=298.15, zones=(Zone("HB1", 4.6),))
    as_tanks = in_tube(tube, 0.1e-6 / 60, 473.15, solvent("oleylamine"), dispersion=Dispersion.TANKS)
    as_it_is = in_tube(tube, 0.1e-6 / 60, 473.15, solvent("oleylamine"))
    assert as_tanks.mean == pytest.approx(as_it_is.mean, rel=1e-9)
    assert as_tanks.relative_spread == pytest.approx(as_it_is.relative_spread, rel=0.02)
